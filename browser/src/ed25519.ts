/**
 * Ed25519 keys, one type a role, and their spelling as OpenSSH writes them.
 *
 * Spec: docs/protocol.md, conventions.
 *
 * noble's implementation comes with age-encryption; WebCrypto's is missing from browsers that people still use.
 */

import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64 } from '@scure/base'
import { AuthenticationError, MalformedError } from './errors.ts'

export const KEY_TYPE = 'ssh-ed25519'
export const SIGNATURE_BYTES = 64
const RAW_BYTES = 32

/** RFC 4251 §5 `string`: the length in four bytes, then the bytes. */
export function sshString(bytes: Uint8Array): Uint8Array {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, bytes.length)
    return concatBytes(length, bytes)
}

const BLOB_PREFIX = concatBytes(sshString(utf8ToBytes(KEY_TYPE)), Uint8Array.of(0, 0, 0, RAW_BYTES))
/** The public key as SSH encodes it. */
export const BLOB_BYTES = BLOB_PREFIX.length + RAW_BYTES

/** A public key, to verify with. */
export class VerificationKey {
    readonly raw: Uint8Array

    constructor(raw: Uint8Array) {
        if (raw.length !== RAW_BYTES) throw new MalformedError('not_an_ed25519_key')
        this.raw = raw
    }

    /** Read `ssh-ed25519 AAAA…`; a comment is refused. Throws MalformedError. */
    static parse(untrusted: string): VerificationKey {
        const [type, encoded, ...rest] = untrusted.split(' ')
        if (type !== KEY_TYPE || encoded === undefined || rest.length > 0) throw new MalformedError('not_an_ed25519_key')
        let blob: Uint8Array
        try {
            blob = base64.decode(encoded)
        } catch {
            throw new MalformedError('not_an_ed25519_key')
        }
        return VerificationKey.fromBlob(blob)
    }

    /** Read SSH's encoding. Throws MalformedError. */
    static fromBlob(untrusted: Uint8Array): VerificationKey {
        const isKey = untrusted.length === BLOB_BYTES && BLOB_PREFIX.every((byte, index) => byte === untrusted[index])
        if (!isKey) throw new MalformedError('not_an_ed25519_key')
        return new VerificationKey(untrusted.slice(BLOB_PREFIX.length))
    }

    get blob(): Uint8Array {
        return concatBytes(BLOB_PREFIX, this.raw)
    }

    toString(): string {
        return `${KEY_TYPE} ${base64.encode(this.blob)}`
    }

    equals(other: VerificationKey): boolean {
        return this.raw.every((byte, index) => byte === other.raw[index])
    }

    /** Throws AuthenticationError if the signature is not this key's over this message. */
    verify(signature: Uint8Array, message: Uint8Array): void {
        if (signature.length !== SIGNATURE_BYTES) throw new AuthenticationError()
        let isRight = false
        try {
            isRight = ed25519.verify(signature, message, this.raw, { zip215: false })
        } catch {
            // a point that is none: as wrong as any other signature
        }
        if (!isRight) throw new AuthenticationError()
    }
}

/** A secret key, to sign with. */
export class SigningKey {
    readonly verificationKey: VerificationKey
    readonly #seed: Uint8Array

    constructor(seed: Uint8Array) {
        this.verificationKey = new VerificationKey(ed25519.getPublicKey(seed))
        this.#seed = seed
    }

    sign(message: Uint8Array): Uint8Array {
        return ed25519.sign(message, this.#seed)
    }
}
