/**
 * WebP without Exif, XMP, profiles and unknown chunks; moving ones too.
 *
 * Spec: RFC 9649.
 *
 * Chunks are kept by allow-list: only what draws the same pixels. The container's own sizes and flags are written anew.
 *
 * Rules:
 * * What is not known is not kept, inside frames neither. What is behind the end of the container is not kept.
 * * What draws has its exact length and comes once; a picture where it does not is damaged, for there more could hide. Bits that
 *   mean nothing yet are zero.
 */

import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { orientationOf, orientationTiff } from './orientation.ts'
import { DamagedError, letters, type Kept, type Source } from './source.ts'

const HEADER_BYTES = 12 // RIFF, size, WEBP
const CHUNK_HEADER_BYTES = 8
const FRAME_HEADER_BYTES = 16
const FRAME_FLAGS = 0x03
const EXTENDED_BYTES = 10
const ANIMATION_BYTES = 6
/** Flags of VP8X that stay: alpha and animation. */
const DRAWING_FLAGS = 0x12
const EXIF_FLAG = 0x08
const MAX_EXIF_BYTES = 65_536
const PICTURE = ['VP8 ', 'VP8L', 'ALPH']

interface Chunk {
    readonly type: string
    readonly at: number
    /** Of its content, without a byte that makes it even. */
    readonly sizeBytes: number
    readonly end: number
}

export async function cleanWebp(source: Source): Promise<Kept> {
    const end = HEADER_BYTES - 4 + littleUint(await source.bytes(4, 4), 0)
    if (end > source.sizeBytes) throw new DamagedError()
    const parts: BlobPart[] = []
    let hasDropped = end < source.sizeBytes
    let orientation = 1
    let extended: Uint8Array<ArrayBuffer> | undefined
    const drawn: string[] = []
    for await (const chunk of chunksOf(source, HEADER_BYTES, end)) {
        if (chunk.type === 'VP8X') {
            if (extended || chunk.sizeBytes !== EXTENDED_BYTES) throw new DamagedError()
            extended = (await source.bytes(chunk.at, chunk.end - chunk.at)).slice()
            const reserved = extended.subarray(CHUNK_HEADER_BYTES + 1, CHUNK_HEADER_BYTES + 4)
            hasDropped ||= reserved.some((byte) => byte !== 0)
            reserved.fill(0)
        } else if (chunk.type === 'ANMF') {
            const frame = await keepFrame(source, chunk)
            hasDropped ||= frame.hasDropped
            parts.push(...frame.parts)
        } else if (PICTURE.includes(chunk.type) || chunk.type === 'ANIM') {
            if (chunk.type === 'ANIM' && chunk.sizeBytes !== ANIMATION_BYTES) throw new DamagedError()
            drawn.push(chunk.type)
            parts.push(source.slice(chunk.at, chunk.end))
        } else {
            const tiff = chunk.type === 'EXIF' ? await tiffIn(source, chunk) : undefined
            if (tiff) orientation = orientationOf(tiff)
            hasDropped ||= !tiff || orientation === 1 || !isSame(tiff, orientationTiff(orientation))
        }
    }
    if (parts.length === 0 || hasTwice(drawn)) throw new DamagedError()
    if (extended) {
        extended[CHUNK_HEADER_BYTES] = ((extended[CHUNK_HEADER_BYTES] ?? 0) & DRAWING_FLAGS) | (orientation === 1 ? 0 : EXIF_FLAG)
        parts.unshift(extended)
        if (orientation !== 1) parts.push(chunkOf('EXIF', orientationTiff(orientation)))
    }
    return { parts: [container(sizeOf(parts)), ...parts], hasDropped }
}

async function* chunksOf(source: Source, from: number, end: number): AsyncGenerator<Chunk, void, undefined> {
    for (let at = from; at < end; ) {
        const header = await source.bytes(at, CHUNK_HEADER_BYTES)
        const sizeBytes = littleUint(header, 4)
        const next = at + CHUNK_HEADER_BYTES + sizeBytes + (sizeBytes % 2)
        if (next > end) throw new DamagedError()
        if (sizeBytes % 2 === 1 && (await source.bytes(next - 1, 1))[0] !== 0) throw new DamagedError()
        yield { type: letters(header.subarray(0, 4)), at, sizeBytes, end: next }
        at = next
    }
}

/** A frame of a moving picture: its header, and the chunks that draw it. */
async function keepFrame(source: Source, { at, sizeBytes }: Chunk): Promise<Kept> {
    const bodyAt = at + CHUNK_HEADER_BYTES
    if (sizeBytes < FRAME_HEADER_BYTES) throw new DamagedError()
    const fields = (await source.bytes(bodyAt, FRAME_HEADER_BYTES)).slice()
    const flags = fields[FRAME_HEADER_BYTES - 1] ?? 0
    fields[FRAME_HEADER_BYTES - 1] = flags & FRAME_FLAGS
    const parts: BlobPart[] = [fields]
    let hasDropped = flags > FRAME_FLAGS
    const drawn: string[] = []
    for await (const chunk of chunksOf(source, bodyAt + FRAME_HEADER_BYTES, bodyAt + sizeBytes)) {
        if (PICTURE.includes(chunk.type)) {
            drawn.push(chunk.type)
            parts.push(source.slice(chunk.at, chunk.end))
        } else hasDropped = true
    }
    if (hasTwice(drawn)) throw new DamagedError()
    return { parts: [header('ANMF', sizeOf(parts)), ...parts], hasDropped }
}

/** Whether a picture would be drawn twice: decoders look at one. */
function hasTwice(drawn: readonly string[]): boolean {
    const pictures = drawn.filter((type) => type === 'VP8 ' || type === 'VP8L')
    return pictures.length > 1 || new Set(drawn).size < drawn.length
}

/** Some programs write the header that Exif has in JPEG before it. */
async function tiffIn(source: Source, { at, sizeBytes }: Chunk): Promise<Uint8Array | undefined> {
    if (sizeBytes > MAX_EXIF_BYTES) return undefined
    const content = await source.bytes(at + CHUNK_HEADER_BYTES, sizeBytes)
    return letters(content.subarray(0, 4)) === 'Exif' ? content.subarray(6) : content
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
    return one.length === other.length && one.every((byte, index) => byte === other[index])
}

function container(contentBytes: number): Uint8Array<ArrayBuffer> {
    return concatBytes(header('RIFF', contentBytes + 4), utf8ToBytes('WEBP')) as Uint8Array<ArrayBuffer>
}

function chunkOf(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
    return concatBytes(header(type, content.length), content) as Uint8Array<ArrayBuffer>
}

function header(type: string, sizeBytes: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(CHUNK_HEADER_BYTES)
    bytes.set(utf8ToBytes(type))
    new DataView(bytes.buffer).setUint32(4, sizeBytes, true)
    return bytes
}

function sizeOf(parts: readonly BlobPart[]): number {
    return new Blob([...parts]).size
}

function littleUint(bytes: Uint8Array, at: number): number {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true)
}
