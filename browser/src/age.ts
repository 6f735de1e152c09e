/**
 * age files, sealed and opened with the library age-encryption: hybrid recipients alone.
 *
 * Spec: docs/protocol.md §1; age v1 (C2SP).
 *
 * This module only fits the library to us: generators instead of streams, our errors instead of bare ones, and the
 * exact length of a file before its first byte, which an upload must announce.
 */

import { Decrypter, Encrypter } from 'age-encryption'
import { UnreadableError } from './errors.ts'

/** Bytes that are made while they are read, and how many there will be. */
export interface ByteStream {
    readonly lengthBytes: number
    readonly chunks: AsyncGenerator<Uint8Array, void, undefined>
}

const CHUNK_BYTES = 65_536
const TAG_BYTES = 16

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
): Promise<ByteStream> {
    if (recipients.length === 0) throw new Error('sealed to nobody')
    const encrypter = new Encrypter()
    for (const recipient of recipients) encrypter.addRecipient(recipient)
    const sealed = await encrypter.encrypt(streamOf(plaintext))
    return { lengthBytes: sealed.size(plaintextBytes), chunks: chunksOf(sealed) }
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

/** The generator as a stream that holds nothing back: it makes a chunk only when one is asked for. */
function streamOf(chunks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
    return new ReadableStream(
        {
            async pull(controller) {
                const { done, value } = await chunks.next()
                if (done) controller.close()
                else controller.enqueue(value)
            },
            async cancel() {
                await chunks.return()
            },
        },
        { highWaterMark: 0 },
    )
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = stream.getReader()
    try {
        for (;;) {
            const { done, value } = await reader.read()
            if (done) return
            yield value
        }
    } finally {
        await reader.cancel() // closes the files behind it; no effect at the end
    }
}
