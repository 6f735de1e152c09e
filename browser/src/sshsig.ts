/**
 * SSHSIG: signatures that `ssh-keygen -Y verify` also checks.
 *
 * Spec: OpenSSH PROTOCOL.sshsig; docs/protocol.md §1.4, §3 and §4 name the namespaces.
 *
 * A signature says what it is for (the namespace), so that one made over a reply can never pass as one over a directory.
 * Ed25519 keys alone; SHA-512 when signing, SHA-256 too when verifying.
 *
 * Rules:
 * * Whom to believe is the caller's list; the key inside the signature only says which of them to try.
 * * The armor may be wrapped at any width, but its base64 is canonical and nothing stands before or behind it.
 */

import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64 } from '@scure/base'
import { BLOB_BYTES, KEY_TYPE, SIGNATURE_BYTES, VerificationKey, sshString, type SigningKey } from './ed25519.ts'
import { AuthenticationError, MalformedError } from './errors.ts'

const PREFIX = concatBytes(utf8ToBytes('SSHSIG'), Uint8Array.of(0, 0, 0, 1)) // magic, version
const BEGIN = '-----BEGIN SSH SIGNATURE-----'
const END = '-----END SSH SIGNATURE-----'
const COLUMNS = 70 // as ssh-keygen wraps
const MAX_ARMOR_CHARACTERS = 4_096 // ours have some 300
const HASHES = { sha256, sha512 }
type HashName = keyof typeof HASHES

/** Sign a message for one purpose; the armored signature ends in a line feed. */
export function signSshsig(message: Uint8Array, key: SigningKey, namespace: string): string {
    const signature = key.sign(signedData(message, namespace, 'sha512'))
    return armor(concatBytes(PREFIX, ...fieldsOf(key.verificationKey, namespace, signature).map(sshString)))
}

/** The length of an armored signature: needed before there is one. Always ASCII. */
export function armoredLength(namespace: string): number {
    const sizes = [BLOB_BYTES, namespace.length, 0, 'sha512'.length, 4 + KEY_TYPE.length + 4 + SIGNATURE_BYTES]
    const blobBytes = sizes.reduce((sum, size) => sum + 4 + size, PREFIX.length)
    const characters = 4 * Math.ceil(blobBytes / 3)
    return BEGIN.length + END.length + 2 + characters + Math.ceil(characters / COLUMNS)
}

/**
 * Check a signature; the caller decides what the signer may do.
 *
 * @param untrustedArmor as received
 * @param untrustedMessage the exact bytes that were signed
 * @param keys whom to believe
 * @param namespace what the signature must be for
 * @returns which of `keys` signed
 * @throws MalformedError it is not an armored Ed25519 signature
 * @throws AuthenticationError none of `keys` signed this for this purpose
 */
export function verifySshsig(
    untrustedArmor: string,
    untrustedMessage: Uint8Array,
    keys: readonly VerificationKey[],
    namespace: string,
): VerificationKey {
    const untrusted = parse(unarmor(untrustedArmor))
    // 1. Purpose first: a true signature for something else is a false one here.
    if (untrusted.namespace !== namespace) throw new AuthenticationError()
    // 2. The signer must be one that the caller named; its own word is nothing.
    const key = keys.find((candidate) => candidate.equals(untrusted.key))
    if (!key) throw new AuthenticationError()
    // 3. Then the arithmetic.
    key.verify(untrusted.signature, signedData(untrustedMessage, namespace, untrusted.hashName))
    return key
}

interface UnverifiedSignature {
    readonly key: VerificationKey
    readonly namespace: string
    readonly hashName: HashName
    readonly signature: Uint8Array
}

function fieldsOf(key: VerificationKey, namespace: string, signature: Uint8Array): Uint8Array[] {
    const wrapped = concatBytes(sshString(utf8ToBytes(KEY_TYPE)), sshString(signature))
    return [key.blob, utf8ToBytes(namespace), new Uint8Array(0), utf8ToBytes('sha512'), wrapped] // third: reserved
}

function signedData(message: Uint8Array, namespace: string, hashName: HashName): Uint8Array {
    const fields = [utf8ToBytes(namespace), new Uint8Array(0), utf8ToBytes(hashName), HASHES[hashName](message)]
    return concatBytes(utf8ToBytes('SSHSIG'), ...fields.map(sshString))
}

function armor(blob: Uint8Array): string {
    const text = base64.encode(blob)
    const lines = Array.from({ length: Math.ceil(text.length / COLUMNS) }, (_, line) => text.slice(line * COLUMNS, (line + 1) * COLUMNS))
    return [BEGIN, ...lines, END, ''].join('\n')
}

function unarmor(untrusted: string): Uint8Array {
    if (untrusted.length > MAX_ARMOR_CHARACTERS) throw new MalformedError('wrong_signature_armor')
    const lines = untrusted.replace(/\n$/, '').split('\n')
    if (lines[0] !== BEGIN || lines.at(-1) !== END) throw new MalformedError('wrong_signature_armor')
    const text = lines.slice(1, -1).join('')
    try {
        const blob = base64.decode(text)
        if (base64.encode(blob) === text) return blob
    } catch {
        // told below, without what was read
    }
    throw new MalformedError('wrong_signature_armor')
}

function parse(blob: Uint8Array): UnverifiedSignature {
    const malformed = new MalformedError('wrong_signature_form')
    if (!PREFIX.every((byte, index) => byte === blob[index])) throw malformed
    const [key, namespace, reserved, hashName, wrapped] = split(blob.subarray(PREFIX.length), 5) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const [type, signature] = split(wrapped, 2) as [Uint8Array, Uint8Array]
    const name = text(hashName)
    if (reserved.length > 0 || (name !== 'sha256' && name !== 'sha512')) throw malformed
    if (text(type) !== KEY_TYPE || signature.length !== SIGNATURE_BYTES) throw malformed
    return { key: VerificationKey.fromBlob(key), namespace: text(namespace), hashName: name, signature }
}

/** Split exactly `count` strings, each behind its 32-bit length. */
function split(blob: Uint8Array, count: number): Uint8Array[] {
    const strings: Uint8Array[] = []
    let rest = blob
    for (let index = 0; index < count; index++) {
        if (rest.length < 4) throw new MalformedError('wrong_signature_form')
        const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0)
        if (rest.length < 4 + length) throw new MalformedError('wrong_signature_form')
        strings.push(rest.subarray(4, 4 + length))
        rest = rest.subarray(4 + length)
    }
    if (rest.length > 0) throw new MalformedError('wrong_signature_form')
    return strings
}

function text(bytes: Uint8Array): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) // a mark is a character: Python keeps it too
}
