/**
 * The archive's bytes: each record of the one shape that an entry may have.
 *
 * Spec: docs/protocol.md §1.1.
 *
 * A record is built in one place and compared as a whole: the reader rebuilds from the few free fields what the bytes
 * must be, so that no field of any header, however unimportant it looks, can differ unnoticed.
 */

import { UnreadableError } from './errors.ts'

export const MAX_ENTRIES = 1_000
export const PADDING_NAME = 'padding'

export const LOCAL_BYTES = 30
export const CENTRAL_BYTES = 46
export const DESCRIPTOR_BYTES = 16
export const END_BYTES = 22

const LOCAL_MAGIC = 0x04034b50
const CENTRAL_MAGIC = 0x02014b50
const DESCRIPTOR_MAGIC = 0x08074b50
const END_MAGIC = 0x06054b50

const VERSION = 20
/** Bit 3: sizes follow the data; bit 11: names are UTF-8. */
const FLAGS = 0x0808
const STORED = 0
const TIME = 0
/** 1980-01-01, the first day that a zip can name: no time of the device gets in. */
const DATE = 0x0021

const MAX_NAME_BYTES = 100
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/

/** An entry, as the central directory tells it. */
export interface Entry {
    readonly name: string
    /** Of the local header, from the archive's start. */
    readonly offset: number
    readonly sizeBytes: number
    readonly crc: number
}

/** Whether an entry may have this name: a path of plain ASCII. */
export function isName(name: string): boolean {
    return name.length <= MAX_NAME_BYTES && NAME.test(name)
}

export function localHeader(name: string): Uint8Array {
    return record([LOCAL_MAGIC, 4], [VERSION, 2], [FLAGS, 2], [STORED, 2], [TIME, 2], [DATE, 2], [0, 4], [0, 4], [0, 4], [name.length, 2], [0, 2], name)
}

export function descriptor(entry: Entry): Uint8Array {
    return record([DESCRIPTOR_MAGIC, 4], [entry.crc, 4], [entry.sizeBytes, 4], [entry.sizeBytes, 4])
}

export function centralHeader(entry: Entry): Uint8Array {
    const { name, offset, sizeBytes, crc } = entry
    return record(
        [CENTRAL_MAGIC, 4], [VERSION, 2], [VERSION, 2], [FLAGS, 2], [STORED, 2], [TIME, 2], [DATE, 2],
        [crc, 4], [sizeBytes, 4], [sizeBytes, 4], [name.length, 2],
        [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], // no extra field, no comment, disk 0, no attributes
        [offset, 4], name,
    )
}

export function endRecord(count: number, directoryBytes: number, directoryOffset: number): Uint8Array {
    return record([END_MAGIC, 4], [0, 2], [0, 2], [count, 2], [count, 2], [directoryBytes, 4], [directoryOffset, 4], [0, 2])
}

/** Read the last 22 bytes. Throws UnreadableError if any fixed field differs. */
export function parseEndRecord(untrusted: Uint8Array): { count: number; directoryBytes: number; directoryOffset: number } {
    if (untrusted.length !== END_BYTES) throw new UnreadableError('too_short')
    const view = viewOf(untrusted)
    const [count, directoryBytes, directoryOffset] = [view.getUint16(10, true), view.getUint32(12, true), view.getUint32(16, true)]
    if (!equal(untrusted, endRecord(count, directoryBytes, directoryOffset))) throw new UnreadableError('wrong_end_record')
    if (count < 1 || count > MAX_ENTRIES) throw new UnreadableError('wrong_entry_count')
    return { count, directoryBytes, directoryOffset }
}

/** Read a central directory of exactly `count` entries; offsets and sizes are still claims. Throws UnreadableError. */
export function parseCentralDirectory(untrusted: Uint8Array, count: number): readonly Entry[] {
    const entries = new Map<string, Entry>()
    let position = 0
    for (let index = 0; index < count; index++) {
        const entry = parseCentralHeader(untrusted.subarray(position))
        if (entries.has(entry.name)) throw new UnreadableError('duplicate_name')
        entries.set(entry.name, entry)
        position += CENTRAL_BYTES + entry.name.length
    }
    if (position !== untrusted.length) throw new UnreadableError('wrong_central_directory')
    return [...entries.values()]
}

function parseCentralHeader(untrusted: Uint8Array): Entry {
    if (untrusted.length < CENTRAL_BYTES) throw new UnreadableError('wrong_central_directory')
    const view = viewOf(untrusted)
    const end = CENTRAL_BYTES + view.getUint16(28, true)
    const name = String.fromCharCode(...untrusted.subarray(CENTRAL_BYTES, end))
    if (!isName(name)) throw new UnreadableError('wrong_name')
    const entry = { name, crc: view.getUint32(16, true), sizeBytes: view.getUint32(24, true), offset: view.getUint32(42, true) }
    if (!equal(untrusted.subarray(0, end), centralHeader(entry))) throw new UnreadableError('wrong_central_header')
    return entry
}

/** Whether two byte strings are the same. Not for secrets: it stops at the first difference. */
export function equal(left: Uint8Array, right: Uint8Array): boolean {
    return left.length === right.length && left.every((byte, index) => byte === right[index])
}

type Field = readonly [value: number, widthBytes: 2 | 4] | string

/** Little-endian numbers and ASCII, one behind the other. */
function record(...fields: readonly Field[]): Uint8Array {
    const length = fields.reduce((sum, field) => sum + (typeof field === 'string' ? field.length : field[1]), 0)
    const bytes = new Uint8Array(length)
    const view = viewOf(bytes)
    let at = 0
    for (const field of fields) {
        if (typeof field === 'string') {
            bytes.set(new TextEncoder().encode(field), at)
            at += field.length
        } else {
            const [value, width] = field
            if (width === 2) view.setUint16(at, value, true)
            else view.setUint32(at, value, true)
            at += width
        }
    }
    return bytes
}

function viewOf(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
