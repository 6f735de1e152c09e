/**
 * The ladder: the few lengths that an archive may have.
 *
 * Spec: docs/protocol.md §1.2.
 *
 * Whoever sees a sealed file sees its size, and a size can name a document. So every archive is lengthened to the next
 * rung, four rungs to an octave: at most 25 % more, and few sizes to tell apart.
 */

/** Some 31,000 Cyrillic letters fit: almost every report of text alone. */
export const REPORT_FLOOR_BYTES = 65_536
export const REPLY_FLOOR_BYTES = 16_384
export const MAILBOX_FLOOR_BYTES = 131_072
/** 2 GiB, the highest rung: far below zip's own limit of 4 GiB. */
export const MAX_ARCHIVE_BYTES = 2_147_483_648

const STEPS_PER_OCTAVE = 4

/** The next rung at or above `lengthBytes`, and never below `floorBytes` (a power of two, at least 4). */
export function ladder(lengthBytes: number, floorBytes: number): number {
    const length = Math.max(lengthBytes, floorBytes) // spec: L
    let octave = floorBytes // spec: 2^E; doubled, for logarithms round and bit operators end at 32 bits
    while (octave * 2 <= length) octave *= 2
    const step = octave / STEPS_PER_OCTAVE
    return Math.ceil(length / step) * step
}

/** Whether an archive may have this length: a rung up to 2 GiB. */
export function isRung(lengthBytes: number, floorBytes: number): boolean {
    return lengthBytes <= MAX_ARCHIVE_BYTES && ladder(lengthBytes, floorBytes) === lengthBytes
}
