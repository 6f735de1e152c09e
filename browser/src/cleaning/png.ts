/**
 * PNG without texts, times, profiles and whatever else programs hang on it; moving ones too.
 *
 * Spec: PNG third edition §4.8, §5, §11.
 *
 * Chunks are kept by allow-list: only what draws the same pixels. Each keeps its own check sum.
 *
 * Rules:
 * * What is not known is not kept. What is behind the end of the picture is not kept.
 * * What draws has its exact length and comes once; a picture where it does not is damaged, for there more could hide.
 */

import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { crc32 } from '../crc32.ts'
import { orientationOf, orientationTiff } from './orientation.ts'
import { DamagedError, letters, uint, type Kept, type Source } from './source.ts'

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const EXACT: Readonly<Record<string, number>> = { IHDR: 13, gAMA: 4, cHRM: 32, sRGB: 1, cICP: 4, acTL: 8, fcTL: 26, IEND: 0 }
const COMPRESSED = ['IDAT', 'fdAT']
const DRAWING = new Set([...Object.keys(EXACT), ...COMPRESSED, 'PLTE', 'tRNS', 'sBIT', 'bKGD'])
/** By the kind of colour, byte 9 of IHDR: grey, colour, palette, grey and colour with alpha. */
const TRANSPARENCY: Readonly<Record<number, number>> = { 0: 2, 2: 6 }
const BACKGROUND: Readonly<Record<number, number>> = { 0: 2, 2: 6, 3: 1, 4: 2, 6: 6 }
const SIGNIFICANT: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }
const PALETTE = 3
const REPEATED = [...COMPRESSED, 'fcTL']
const EXIF = 'eXIf'
const FRAME_BYTES = 12 // length, type, check sum
const MAX_EXIF_BYTES = 65_536

export async function cleanPng(source: Source): Promise<Kept> {
    const parts: BlobPart[] = []
    let hasDropped = false
    let orientation = 1
    let colour = 0
    const seen = new Set<string>()
    let at = PNG_SIGNATURE.length
    for (let type = ''; type !== 'IEND'; ) {
        const header = await source.bytes(at, 8)
        const end = at + FRAME_BYTES + uint(header, 0, 4)
        type = letters(header.subarray(4))
        if (end > source.sizeBytes || (parts.length === 0 && type !== 'IHDR')) throw new DamagedError()
        if (DRAWING.has(type) && (!isExact(type, end - at - FRAME_BYTES, colour) || (seen.has(type) && !REPEATED.includes(type)))) throw new DamagedError()
        seen.add(type)
        if (type === 'IHDR') colour = (await source.bytes(at + 8, 13))[9] ?? 0
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

/** Whether this much content of what draws can all be needed. */
function isExact(type: string, sizeBytes: number, colour: number): boolean {
    switch (type) {
        case 'PLTE':
            return sizeBytes <= 768 && sizeBytes % 3 === 0
        case 'tRNS':
            return colour === PALETTE ? sizeBytes <= 256 : sizeBytes === TRANSPARENCY[colour]
        case 'bKGD':
            return sizeBytes === BACKGROUND[colour]
        case 'sBIT':
            return sizeBytes === SIGNIFICANT[colour]
        default:
            return COMPRESSED.includes(type) || sizeBytes === EXACT[type]
    }
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
