/**
 * Attachments: what the reporter's files become in a report.
 *
 * Spec: docs/protocol.md §1.1, §1.3.
 *
 * Files are read once, while they are sealed, and never held: memory stays flat. A file that is written to meanwhile, or
 * whose disk is pulled out, ends the sealing with its name; a report with half a file in it never goes out.
 */

import { FileError } from './errors.ts'

export const MAX_ATTACHMENTS = 997
const MAX_NAME_CHARACTERS = 255
const READ_BYTES = 262_144 // a multiple of age's 64 KiB
const FALLBACK_NAME = 'attachment'
const FALLBACK_TYPE = 'application/octet-stream'
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/g
const LONE_SURROGATES = /\p{Cs}/gu

/** A file to be sealed. */
export interface AttachmentSource {
    readonly name: string
    readonly mediaType: string
    readonly sizeBytes: number
    /** Each is good until the next one is asked for. */
    readonly chunks: () => AsyncIterable<Uint8Array>
}

/** A file as the reporter chose it, with what goes out of it. */
export interface ChosenFile {
    readonly name: string
    readonly type: string
    /** The file itself, or its parts without what it tells beside what it shows. */
    readonly content: Blob
}

export function attachmentOf(file: ChosenFile): AttachmentSource {
    return { name: nameOf(file.name), mediaType: mediaTypeOf(file.type), sizeBytes: file.content.size, chunks: () => read(file) }
}

/** The reporter's own name for a file, without a path and without what no file name should hold. */
export function nameOf(untrusted: string): string {
    const last = untrusted.split(/[/\\]/).at(-1) ?? ''
    const clean = wellFormed(last).replace(CONTROL_CHARACTERS, '_')
    return Array.from(clean).slice(0, MAX_NAME_CHARACTERS).join('') || FALLBACK_NAME
}

export function mediaTypeOf(untrusted: string): string {
    const [type = ''] = untrusted.toLowerCase().split(';')
    return MEDIA_TYPE.test(type.trim()) ? type.trim() : FALLBACK_TYPE
}

/** Text as Unicode: half a surrogate pair cannot be written in UTF-8. */
export function wellFormed(text: string): string {
    return text.replace(LONE_SURROGATES, '\ufffd')
}

/** Read exactly what the file held when it was chosen. Throws FileError. */
async function* read({ name, content }: ChosenFile): AsyncGenerator<Uint8Array, void, undefined> {
    let leftBytes = content.size
    try {
        for await (const chunk of piecesOf(content)) {
            leftBytes -= chunk.length
            if (leftBytes < 0) break
            yield chunk
        }
    } catch {
        throw new FileError(name) // the browser noticed the change, or cannot read
    }
    if (leftBytes !== 0) throw new FileError(name)
}

/** Large pieces into one buffer of our own where the browser can, else as it gives them. */
async function* piecesOf(content: Blob): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = content.stream()
    const reader = byobReader(stream)
    if (!reader) {
        const plain = stream.getReader()
        try {
            for (let next = await plain.read(); !next.done; next = await plain.read()) yield next.value
        } finally {
            await plain.cancel()
        }
        return
    }
    let buffer = new ArrayBuffer(READ_BYTES)
    try {
        for (;;) {
            const { done, value } = await reader.read(new Uint8Array(buffer))
            if (done) return
            yield value
            buffer = value.buffer // the same memory
        }
    } finally {
        await reader.cancel()
    }
}

function byobReader(stream: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader | undefined {
    try {
        return stream.getReader({ mode: 'byob' })
    } catch {
        return undefined // older engines
    }
}
