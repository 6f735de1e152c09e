// The npm package age-encryption as a command, for the tests of crypto/age.
//
//     node age_encryption.mjs seal RECIPIENT < plaintext > sealed
//     node age_encryption.mjs open KEY_FILE < sealed > plaintext
//     node age_encryption.mjs recipient KEY_FILE
//     node age_encryption.mjs vectors      (those of C2SP/CCTV, as JSON with base64)

import { readFileSync, writeSync } from "node:fs"
import { Decrypter, Encrypter, identityToRecipient } from "../../../browser/node_modules/age-encryption/dist/index.js"

const [verb, argument] = process.argv.slice(2)
const input = () => readFileSync(0)

function output(data) {
    for (let at = 0; at < data.length; ) at += writeSync(1, data, at)
}

if (verb === "seal") {
    const encrypter = new Encrypter()
    encrypter.addRecipient(argument)
    output(await encrypter.encrypt(input()))
} else if (verb === "open") {
    const decrypter = new Decrypter()
    decrypter.addIdentity(readFileSync(argument, "utf8").trim())
    output(await decrypter.decrypt(input()))
} else if (verb === "recipient") {
    output(Buffer.from(await identityToRecipient(readFileSync(argument, "utf8").trim())))
} else if (verb === "vectors") {
    const vectors = await import("../../../browser/node_modules/cctv-age/index.js")
    const entries = Object.entries(vectors).map(([name, file]) => [name, Buffer.from(file).toString("base64")])
    output(Buffer.from(JSON.stringify(Object.fromEntries(entries))))
} else {
    throw new Error(`unknown verb: ${verb}`)
}
