// The npm package age-encryption as a command, for the tests of crypto/age.
//
//     node age_encryption.mjs seal RECIPIENT [--armor] < plaintext > sealed
//     node age_encryption.mjs open KEY_FILE < sealed > plaintext
//     node age_encryption.mjs seal-with PASSPHRASE_FILE [--armor] < plaintext > sealed
//     node age_encryption.mjs open-with PASSPHRASE_FILE < sealed > plaintext
//     node age_encryption.mjs recipient KEY_FILE
//     node age_encryption.mjs vectors      (those of C2SP/CCTV, as JSON with base64)
//
// Armor is noticed by itself; the work factor of passphrases is low.

import { readFileSync, writeSync } from "node:fs"
import { Decrypter, Encrypter, armor, identityToRecipient } from "../../../browser/node_modules/age-encryption/dist/index.js"

const [verb, argument, flag] = process.argv.slice(2)
const input = () => readFileSync(0)
const text = (path) => readFileSync(path, "utf8").trim()

function output(data) {
    for (let at = 0; at < data.length; ) at += writeSync(1, data, at)
}

async function seal(encrypter) {
    const sealed = await encrypter.encrypt(input())
    output(flag === "--armor" ? Buffer.from(armor.encode(sealed)) : sealed)
}

async function open(decrypter) {
    const sealed = input()
    const isArmored = sealed.subarray(0, 5).toString() === "-----"
    output(await decrypter.decrypt(isArmored ? armor.decode(sealed.toString()) : sealed))
}

if (verb === "seal") {
    const encrypter = new Encrypter()
    encrypter.addRecipient(argument)
    await seal(encrypter)
} else if (verb === "open") {
    const decrypter = new Decrypter()
    decrypter.addIdentity(text(argument))
    await open(decrypter)
} else if (verb === "seal-with") {
    const encrypter = new Encrypter()
    encrypter.setPassphrase(text(argument))
    encrypter.setScryptWorkFactor(10)
    await seal(encrypter)
} else if (verb === "open-with") {
    const decrypter = new Decrypter()
    decrypter.addPassphrase(text(argument))
    await open(decrypter)
} else if (verb === "recipient") {
    output(Buffer.from(await identityToRecipient(text(argument))))
} else if (verb === "vectors") {
    const vectors = await import("../../../browser/node_modules/cctv-age/index.js")
    const entries = Object.entries(vectors).map(([name, file]) => [name, Buffer.from(file).toString("base64")])
    output(Buffer.from(JSON.stringify(Object.fromEntries(entries))))
} else {
    throw new Error(`unknown verb: ${verb}`)
}
