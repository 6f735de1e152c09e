/**
 * PNG without texts, times, profiles and whatever else programs hang on it; moving ones too.
 *
 * Spec: PNG third edition §4.8, §5, §11.
 *
 * Chunks are kept by allow-list: only what draws the same pixels. Each keeps its own check sum.
 *
 * Rules:
 * * What is not known is not kept. What is behind the end of the picture is not kept.
 */

import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { crc32 } from '../crc32.ts'
import { orientationOf, orientationTiff } from './orientation.ts'
import { DamagedError, letters, uint, type Kept, type Source } from './source.ts'

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const DRAWING = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'cICP', 'sBIT', 'bKGD', 'acTL', 'fcTL', 'fdAT', 'IDAT', 'IEND'])
const EXIF = 'eXIf'
const FRAME_BYTES = 12 // length, type, check sum
const MAX_EXIF_BYTES = 65_536

export async function cleanPng(source: Source): Promise<Kept> {
    const parts: BlobPart[] = []
    let hasDropped = false
    let orientation = 1
    let at = PNG_SIGNATURE.length
    for (let type = ''; type !== 'IEND'; ) {
        const header = await source.bytes(at, 8)
        const end = at + FRAME_BYTES + uint(header, 0, 4)
        type = letters(header.subarray(4))
        if (end > source.sizeBytes || (parts.length === 0 && type !== 'IHDR')) throw new DamagedError()
        if (DRAWING.has(type)) parts.push(source.slice(at, end))
        else hasDropped ||= !(type === EXIF && (await isOurs(source, at, end)))
        if (type === EXIF && end - at <= MAX_EXIF_BYTES) orientation = orientationOf(await source.bytes(at + 8, end - at - FRAME_BYTES))
        at = end
    }
    hasDropped ||= at < source.sizeBytes
    // Behind IHDR it stands before the picture's data, as it must.
    if (orientation !== 1) parts.splice(1, 0, exifChunk(orientation))
    return { parts: [PNG_SIGNATURE, ...parts], hasDropped }
}

function exifChunk(orientation: number): Uint8Array<ArrayBuffer> {
    const content = concatBytes(utf8ToBytes(EXIF), orientationTiff(orientation))
    const chunk = new Uint8Array(4 + content.length + 4)
    const view = new DataView(chunk.buffer)
    view.setUint32(0, content.length - 4)
    chunk.set(content, 4)
    view.setUint32(4 + content.length, crc32(content))
    return chunk
}

/** Whether this is what we would write in its place. */
async function isOurs(source: Source, at: number, end: number): Promise<boolean> {
    if (end - at > MAX_EXIF_BYTES) return false
    const chunk = await source.bytes(at, end - at)
    const orientation = orientationOf(chunk.subarray(8))
    const ours = exifChunk(orientation)
    return orientation !== 1 && ours.length === chunk.length && ours.every((byte, index) => byte === chunk[index])
}
