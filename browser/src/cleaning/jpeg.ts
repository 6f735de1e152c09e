/**
 * JPEG without what the camera wrote beside the picture: place, time, device, previews, edits, second pictures.
 *
 * Spec: ITU-T T.81 annex B; JFIF 1.02; Exif 2.3 §4.5.5 (APP1); Adobe TN 5116 (APP14).
 *
 * Segments are kept by allow-list: only what a decoder needs to draw the same pixels. Compressed data is copied byte for byte
 * and never decoded. A colour profile goes, too: it can name device and day.
 *
 * Rules:
 * * What is not known is not kept. What is behind the end of the picture is not kept.
 * * JFIF and Adobe segments are cut to their known fields, for more can hang behind them.
 * * What draws has the length that its own fields give; a picture where more hangs behind them is damaged.
 */

import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { orientationOf, orientationTiff } from './orientation.ts'
import { DamagedError, letters, uint, type Kept, type Source } from './source.ts'

const START = Uint8Array.of(0xff, 0xd8)
const HUFFMAN = 0xc4
const ARITHMETIC = 0xcc
const END = 0xd9
const SCAN = 0xda
const QUANTISATION = 0xdb
const LINES = 0xdc
const RESTARTS = 0xdd
const JFIF = 0xe0
const EXIF = 0xe1
const ADOBE = 0xee
/** Of every coding. */
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]
const DRAWING = new Set([...FRAMES, HUFFMAN, ARITHMETIC, QUANTISATION, LINES, RESTARTS])
/** Segments that never stand alone here. */
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7

const JFIF_BYTES = 14 // identifier 5, version 2, density 5, size of a thumbnail 2
const ADOBE_BYTES = 12 // identifier 5, version 2, flags 4, transform 1
const EXIF_HEADER = utf8ToBytes('Exif\0\0')

export async function cleanJpeg(source: Source): Promise<Kept> {
    const parts: BlobPart[] = []
    let hasDropped = false
    let orientation = 1
    let orientationAt = 0
    let at = START.length
    for (;;) {
        const marker = await markerAt(source, at)
        if (marker.code === END) {
            hasDropped ||= marker.at > at || marker.at + 2 < source.sizeBytes
            parts.push(Uint8Array.of(0xff, END))
            break
        }
        const segment = await segmentAt(source, marker.at)
        hasDropped ||= marker.at > at
        if (!isExact(marker.code, segment.head)) throw new DamagedError()
        if (marker.code === SCAN) {
            at = await endOfScan(source, segment.end)
            parts.push(source.slice(marker.at, at))
            continue
        }
        at = segment.end
        const kept = keep(source, marker, segment)
        if (kept) parts.push(kept.part)
        if (marker.code === JFIF) orientationAt = parts.length
        if (marker.code === EXIF && orientation === 1) orientation = orientationOf(segment.head.subarray(EXIF_HEADER.length))
        hasDropped ||= kept?.isWhole !== true && !isOurs(segment.head, orientation)
    }
    if (orientation !== 1) parts.splice(orientationAt, 0, exifSegment(orientation))
    return { parts: [START, ...parts], hasDropped }
}

interface Marker {
    readonly code: number
    /** Of the 0xff before the code. */
    readonly at: number
}

interface Segment {
    /** Its content, or the first 64 KiB of it. */
    readonly head: Uint8Array
    readonly end: number
}

async function markerAt(source: Source, at: number): Promise<Marker> {
    let codeAt = at + 1
    if ((await source.bytes(at, 1))[0] !== 0xff) throw new DamagedError()
    let [code = 0] = await source.bytes(codeAt, 1)
    while (code === 0xff) [code = 0] = await source.bytes(++codeAt, 1) // fill bytes
    if (code === 0 || isRestart(code)) throw new DamagedError()
    return { code, at: codeAt - 1 }
}

async function segmentAt(source: Source, markerAt: number): Promise<Segment> {
    const lengthBytes = uint(await source.bytes(markerAt + 2, 2), 0, 2)
    if (lengthBytes < 2) throw new DamagedError()
    const head = (await source.bytes(markerAt + 4, lengthBytes - 2)).slice()
    return { head, end: markerAt + 2 + lengthBytes }
}

/** Whether nothing hangs behind the fields of what draws. */
function isExact(code: number, head: Uint8Array): boolean {
    switch (code) {
        case SCAN:
            return head.length === 1 + 2 * (head[0] ?? 0) + 3 // for each component two bytes
        case QUANTISATION:
            return isFilled(head, (at) => 1 + ((head[at] ?? 0) < 0x10 ? 64 : 128))
        case HUFFMAN:
            return isFilled(head, (at) => 17 + head.subarray(at + 1, at + 17).reduce((sum, codes) => sum + codes, 0))
        case ARITHMETIC:
            return head.length % 2 === 0
        case LINES:
        case RESTARTS:
            return head.length === 2
        default:
            return !FRAMES.includes(code) || head.length === 6 + 3 * (head[5] ?? 0) // for each component three bytes
    }
}

/** Whether tables, each of the length that it says itself, end where their segment ends. */
function isFilled(head: Uint8Array, lengthAt: (at: number) => number): boolean {
    let at = 0
    while (at < head.length) at += lengthAt(at)
    return at === head.length
}

/** What is kept of a segment; nothing of most. */
function keep(source: Source, { code, at }: Marker, { head, end }: Segment): { readonly part: BlobPart; readonly isWhole: boolean } | undefined {
    if (DRAWING.has(code)) return { part: source.slice(at, end), isWhole: true }
    if (code === JFIF && letters(head.subarray(0, 5)) === 'JFIF\0' && head.length >= JFIF_BYTES) {
        const fields = head.slice(0, JFIF_BYTES)
        fields.fill(0, JFIF_BYTES - 2) // no thumbnail
        return { part: segmentOf(JFIF, fields), isWhole: head.length === JFIF_BYTES && head[12] === 0 && head[13] === 0 }
    }
    if (code === ADOBE && letters(head.subarray(0, 5)) === 'Adobe' && head.length >= ADOBE_BYTES) {
        return { part: segmentOf(ADOBE, head.slice(0, ADOBE_BYTES)), isWhole: head.length === ADOBE_BYTES }
    }
    return undefined
}

/** Compressed data ends before the next marker that is neither a stuffed zero nor a restart. */
async function endOfScan(source: Source, from: number): Promise<number> {
    let at = from
    for (;;) {
        const window = await source.some(at)
        const found = window.indexOf(0xff)
        if (found < 0) {
            at += window.length
            continue
        }
        at += found
        const [code = 0] = await source.bytes(at + 1, 1)
        if (code !== 0 && code !== 0xff && !isRestart(code)) return at
        at += code === 0xff ? 1 : 2
    }
}

function exifSegment(orientation: number): Uint8Array<ArrayBuffer> {
    return segmentOf(EXIF, concatBytes(EXIF_HEADER, orientationTiff(orientation)) as Uint8Array<ArrayBuffer>)
}

/** Whether this is what we would write in its place. */
function isOurs(head: Uint8Array, orientation: number): boolean {
    const ours = exifSegment(orientation).subarray(4)
    return orientation !== 1 && head.length === ours.length && ours.every((byte, index) => byte === head[index])
}

function segmentOf(code: number, content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const lengthBytes = content.length + 2
    return concatBytes(Uint8Array.of(0xff, code, lengthBytes >> 8, lengthBytes & 255), content) as Uint8Array<ArrayBuffer>
}
