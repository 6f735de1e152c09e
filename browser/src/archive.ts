/**
 * The archive: a zip file of one exact shape, whose length is a rung of the ladder.
 *
 * Spec: docs/protocol.md §1.1, §1.5.
 *
 * The writer streams. What an entry holds may be decided when its turn comes (a signature over hashes of the entries
 * before it), but its size must be known at once, for it decides the length that is announced to the server. The reader
 * comes from the other side: whoever wrote the archive is not to be trusted. It takes archives that fit into memory
 * (mailbox answers, replies); the page never opens a report.
 *
 * Rules:
 * * Writing needs no more memory for larger entries: chunks pass through.
 * * A source that yields another size than announced ends the archive with an error, never with a wrong size in it.
 * * Reading, every byte belongs to exactly one record, so that two readers cannot see two archives in the same bytes.
 *   Bad bytes throw UnreadableError and nothing else.
 */

import {
    CENTRAL_BYTES,
    DESCRIPTOR_BYTES,
    END_BYTES,
    LOCAL_BYTES,
    MAX_ENTRIES,
    PADDING_NAME,
    centralHeader,
    descriptor,
    endRecord,
    equal,
    isName,
    localHeader,
    parseCentralDirectory,
    parseEndRecord,
    type Entry,
} from './archiveLayout.ts'
import { crc32 } from './crc32.ts'
import { TooLargeError, UnreadableError } from './errors.ts'
import { MAX_ARCHIVE_BYTES, ladder } from './ladder.ts'

const FILL_BYTES = 65_536
const ZEROS = new Uint8Array(FILL_BYTES)

/** Something to be stored: its name, its exact size, and its bytes when its turn comes. */
export interface EntrySource {
    readonly name: string
    readonly sizeBytes: number
    readonly chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Gives this many bytes of padding, 64 KiB at most: zeros in all that is sealed, random ones in a mailbox answer. */
export type Filler = (lengthBytes: number) => Uint8Array

export const zeros: Filler = (lengthBytes) => ZEROS.subarray(0, lengthBytes)

/** The length of an archive of these entries, with its padding: a rung. Throws TooLargeError past 1,000 entries or 2 GiB. */
export function archiveLength(entries: readonly EntrySource[], floorBytes: number): number {
    if (entries.length + 1 > MAX_ENTRIES) throw new TooLargeError()
    const length = ladder(unpaddedLength(entries), floorBytes)
    if (length > MAX_ARCHIVE_BYTES) throw new TooLargeError()
    return length
}

/** Where each entry ends in the archive. */
export function entryEnds(entries: readonly EntrySource[]): readonly number[] {
    let end = 0
    return entries.map(({ name, sizeBytes }) => (end += LOCAL_BYTES + name.length + sizeBytes + DESCRIPTOR_BYTES))
}

/** Write the archive, chunk by chunk, each good until the next one is asked for; the padding is added here. */
export async function* writeArchive(
    entries: readonly EntrySource[],
    floorBytes: number,
    filler: Filler = zeros,
): AsyncGenerator<Uint8Array, void, undefined> {
    const paddingBytes = archiveLength(entries, floorBytes) - unpaddedLength(entries)
    const padding: EntrySource = { name: PADDING_NAME, sizeBytes: paddingBytes, chunks: () => fill(paddingBytes, filler) }
    const written: Entry[] = []
    let offset = 0
    for (const source of [...entries, padding]) {
        if (!isName(source.name)) throw new Error('an entry cannot have this name')
        yield localHeader(source.name)
        let crc = 0
        let sizeBytes = 0
        for await (const chunk of source.chunks()) {
            crc = crc32(chunk, crc)
            sizeBytes += chunk.length
            yield chunk
        }
        if (sizeBytes !== source.sizeBytes) throw new Error('an entry has another size than announced')
        const entry = { name: source.name, offset, sizeBytes, crc }
        yield descriptor(entry)
        written.push(entry)
        offset = endOf(entry)
    }
    const central = written.map(centralHeader)
    yield* central
    yield endRecord(written.length, central.reduce((sum, header) => sum + header.length, 0), offset)
}

/** An entry that was read whole. */
export interface ReadEntry {
    readonly name: string
    readonly bytes: Uint8Array
}

/**
 * Read an archive whole.
 *
 * @param untrusted as received, any length
 * @returns all entries in their order; whoever knows the format MUST compare them, and call `takePadding`
 * @throws UnreadableError
 */
export function readArchive(untrusted: Uint8Array): readonly ReadEntry[] {
    if (untrusted.length < END_BYTES || untrusted.length > MAX_ARCHIVE_BYTES) throw new UnreadableError('wrong_length')
    const endAt = untrusted.length - END_BYTES
    const { count, directoryBytes, directoryOffset } = parseEndRecord(untrusted.subarray(endAt))
    if (directoryOffset + directoryBytes !== endAt) throw new UnreadableError('wrong_end_record')
    const entries = parseCentralDirectory(untrusted.subarray(directoryOffset, endAt), count)
    // Entries stand in order from offset 0, without gap or overlap; then their headers say the same as the directory.
    const end = entries.reduce((position, entry) => {
        if (entry.offset !== position) throw new UnreadableError('not_contiguous')
        return endOf(entry)
    }, 0)
    if (end !== directoryOffset) throw new UnreadableError('not_contiguous')
    for (const entry of entries) compareHeaders(untrusted, entry)
    return entries.map((entry) => ({ name: entry.name, bytes: readData(untrusted, entry) }))
}

/**
 * Take the padding off, which must come last.
 *
 * @param kind `'zeros'` where it must be all zero, so that nothing hides in it; `'random'` in a mailbox answer
 * @throws UnreadableError
 */
export function takePadding(entries: readonly ReadEntry[], kind: 'zeros' | 'random'): readonly ReadEntry[] {
    const last = entries.at(-1)
    if (last?.name !== PADDING_NAME) throw new UnreadableError('wrong_entries')
    if (kind === 'zeros' && last.bytes.some((byte) => byte !== 0)) throw new UnreadableError('padding_not_zero')
    return entries.slice(0, -1)
}

function compareHeaders(untrusted: Uint8Array, entry: Entry): void {
    const descriptorAt = dataOf(entry) + entry.sizeBytes
    const isLocalRight = equal(untrusted.subarray(entry.offset, dataOf(entry)), localHeader(entry.name))
    if (!isLocalRight) throw new UnreadableError('wrong_local_header')
    const isDescriptorRight = equal(untrusted.subarray(descriptorAt, endOf(entry)), descriptor(entry))
    if (!isDescriptorRight) throw new UnreadableError('wrong_descriptor')
}

function readData(untrusted: Uint8Array, entry: Entry): Uint8Array {
    const data = untrusted.subarray(dataOf(entry), dataOf(entry) + entry.sizeBytes)
    if (crc32(data) !== entry.crc) throw new UnreadableError('wrong_crc')
    return data
}

/** Where an entry's data starts. */
function dataOf(entry: Entry): number {
    return entry.offset + LOCAL_BYTES + entry.name.length
}

/** Where an entry's descriptor ends, and the next entry starts. */
function endOf(entry: Entry): number {
    return dataOf(entry) + entry.sizeBytes + DESCRIPTOR_BYTES
}

/** The length with an empty padding entry. */
function unpaddedLength(entries: readonly EntrySource[]): number {
    const headers = LOCAL_BYTES + DESCRIPTOR_BYTES + CENTRAL_BYTES
    const padding = headers + 2 * PADDING_NAME.length
    return entries.reduce((sum, { name, sizeBytes }) => sum + headers + 2 * name.length + sizeBytes, padding + END_BYTES)
}

function* fill(lengthBytes: number, filler: Filler): Generator<Uint8Array, void, undefined> {
    for (let left = lengthBytes; left > 0; left -= FILL_BYTES) yield filler(Math.min(left, FILL_BYTES))
}
