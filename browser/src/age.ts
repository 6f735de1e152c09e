/**
 * age files, sealed and opened: hybrid recipients alone.
 *
 * Spec: docs/protocol.md §1; age v1 (C2SP).
 *
 * The library age-encryption writes the header and reads everything. The payload that is sealed is written here, for two
 * reasons: the exact length of a file is known before its first byte, which an upload must announce, and every buffer is
 * used again. A browser frees buffers late, and a chunk of garbage for each chunk would be 100 MB on a phone.
 *
 * Rules:
 * * No nonce is used twice: a file has its own file key and payload key, a chunk its own number, and the last one its mark.
 * * What a generator yields is good until the next chunk is asked for: whoever keeps it copies it.
 */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { Decrypter, Encrypter } from 'age-encryption'
import type { Entropy } from './effects.ts'
import { UnreadableError } from './errors.ts'

/** Bytes that are made while they are read, and how many there will be. */
export interface ByteStream {
    readonly lengthBytes: number
    /** Each is good until the next one is asked for. */
    readonly chunks: AsyncGenerator<Uint8Array, void, undefined>
}

const CHUNK_BYTES = 65_536
const TAG_BYTES = 16
const PAYLOAD_NONCE_BYTES = 16
const PAYLOAD_KEY_BYTES = 32
/** A chunk's nonce: its number in eleven bytes, the most significant first, and one that says whether it is the last. */
const NONCE_BYTES = 12
const NUMBER_AT = 7 // of its eleven bytes four are enough for 256 TiB
const MARK_AT = 11

/** Where a sealed file is when it has taken in so many bytes; what stands before the first chunk is `headBytes`. */
export function sealedOffset(plaintextBytes: number, headBytes: number): number {
    return headBytes + plaintextBytes + TAG_BYTES * Math.ceil(plaintextBytes / CHUNK_BYTES)
}

/**
 * Seal a stream; `recipients` are not empty and all hybrid, as a verified directory gives them.
 *
 * @param plaintextBytes what `plaintext` will yield, exactly
 */
export async function sealStream(
    plaintext: AsyncGenerator<Uint8Array, void, undefined>,
    plaintextBytes: number,
    recipients: readonly string[],
    entropy: Entropy,
): Promise<ByteStream> {
    if (recipients.length === 0) throw new Error('sealed to nobody')
    const { header, fileKey } = await writeHeader(recipients)
    const nonce = entropy(PAYLOAD_NONCE_BYTES)
    const payloadKey = hkdf(sha256, fileKey, nonce, utf8ToBytes('payload'), PAYLOAD_KEY_BYTES)
    const headBytes = header.length + nonce.length
    const chunks = sealed([header, nonce], plaintext, payloadKey)
    // What is empty has one chunk all the same.
    return { lengthBytes: headBytes + Math.max(TAG_BYTES, sealedOffset(plaintextBytes, 0)), chunks }
}

/** Open a small sealed file. Throws UnreadableError if it was altered, or is sealed to somebody else. */
export async function openSealed(untrusted: Uint8Array, identity: string): Promise<Uint8Array> {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    try {
        return await decrypter.decrypt(untrusted)
    } catch {
        throw new UnreadableError('altered')
    }
}

interface Header {
    readonly header: Uint8Array
    readonly fileKey: Uint8Array
}

/**
 * A header by the library, and the file key that it drew: a recipient of our own is shown it, and adds no stanza. The empty
 * payload behind the header, under a nonce that nobody sees again, is cut off.
 */
async function writeHeader(recipients: readonly string[]): Promise<Header> {
    const encrypter = new Encrypter()
    for (const recipient of recipients) encrypter.addRecipient(recipient)
    let shown: Uint8Array | undefined
    encrypter.addRecipient({
        wrapFileKey: (fileKey) => {
            shown = fileKey.slice()
            return []
        },
    })
    const empty = await encrypter.encrypt(new Uint8Array(0))
    if (!shown) throw new Error('no file key')
    return { header: empty.subarray(0, empty.length - PAYLOAD_NONCE_BYTES - TAG_BYTES), fileKey: shown }
}

/** What comes first, and then the payload. */
async function* sealed(
    first: readonly Uint8Array[],
    plaintext: AsyncIterable<Uint8Array>,
    payloadKey: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
    yield* first
    yield* sealPayload(plaintext, payloadKey)
}

/** age's STREAM: only the last chunk may be short, and it is empty only in an empty file. */
async function* sealPayload(plaintext: AsyncIterable<Uint8Array>, payloadKey: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    const nonce = new Uint8Array(NONCE_BYTES)
    const numbers = new DataView(nonce.buffer)
    const [chunk, out] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES + TAG_BYTES)]
    let [number, filled] = [0, 0]
    const seal = (isLast: boolean) => {
        numbers.setUint32(NUMBER_AT, number++)
        nonce[MARK_AT] = Number(isLast)
        return chacha20poly1305(payloadKey, nonce).encrypt(chunk.subarray(0, filled), out.subarray(0, filled + TAG_BYTES))
    }
    for await (const bytes of plaintext) {
        for (let at = 0; at < bytes.length;) {
            if (filled === CHUNK_BYTES) {
                yield seal(false) // there is more, so it is not the last
                filled = 0
            }
            const taken = bytes.subarray(at, at + CHUNK_BYTES - filled)
            chunk.set(taken, filled)
            filled += taken.length
            at += taken.length
        }
    }
    yield seal(true)
}
