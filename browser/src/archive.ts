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

/** Something to be stored: its name, its exact size, and its bytes when its turn comes. */
export interface EntrySource {
    readonly name: string
    readonly sizeBytes: number
    readonly chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Gives this many bytes of padding: zeros in all that is sealed, random ones in a mailbox answer. */
export type Filler = (lengthBytes: number) => Uint8Array

export const zeros: Filler = (lengthBytes) => new Uint8Array(lengthBytes)

/** The length of an archive of these entries, with its padding: a rung. Throws TooLargeError past 1,000 entries or 2 GiB. */
export function archiveLength(entries: readonly EntrySource[], floorBytes: number): number {
    if (entries.length + 1 > MAX_ENTRIES) throw new TooLargeError()
    const length = ladder(unpaddedLength(entries), floorBytes)
    if (length > MAX_ARCHIVE_BYTES) throw new TooLargeError()
    return length
}

/** Write the archive, chunk by chunk; the padding is added here. */
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
 * @param padding `'zeros'` where padding must be all zero, `'random'` in a mailbox answer
 * @returns the entries in their order, without `padding`, which must be the last
 * @throws UnreadableError
 */
export function readArchive(untrusted: Uint8Array, padding: 'zeros' | 'random'): readonly ReadEntry[] {
    if (untrusted.length < END_BYTES || untrusted.length > MAX_ARCHIVE_BYTES) throw new UnreadableError('wrong_length')
    const endAt = untrusted.length - END_BYTES
    const { count, directoryBytes, directoryOffset } = parseEndRecord(untrusted.subarray(endAt))
    if (directoryOffset + directoryBytes !== endAt) throw new UnreadableError('wrong_end_record')
    const entries = parseCentralDirectory(untrusted.subarray(directoryOffset, endAt), count)
    let position = 0
    for (const entry of entries) {
        // No gap, no overlap: each entry starts where the one before it ends.
        if (entry.offset !== position || endOf(entry) > directoryOffset) throw new UnreadableError('not_contiguous')
        position = endOf(entry)
        if (!equal(untrusted.subarray(entry.offset, dataOf(entry)), localHeader(entry.name))) throw new UnreadableError('wrong_local_header')
        if (!equal(untrusted.subarray(dataOf(entry) + entry.sizeBytes, endOf(entry)), descriptor(entry))) throw new UnreadableError('wrong_descriptor')
    }
    if (position !== directoryOffset) throw new UnreadableError('not_contiguous')
    const read = entries.map((entry) => ({ name: entry.name, bytes: readData(untrusted, entry) }))
    const last = read.pop()
    if (last?.name !== PADDING_NAME) throw new UnreadableError('missing_entry')
    if (padding === 'zeros' && last.bytes.some((byte) => byte !== 0)) throw new UnreadableError('padding_not_zero')
    return read
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
