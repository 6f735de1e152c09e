/**
 * The one thing of Exif that stays: which way up a picture is. Without it a photo lies on its side; it says no more than
 * whoever looks at the photo sees.
 *
 * Spec: Exif 2.3 §4.5, §4.6.4 (TIFF rev. 6.0).
 */

const TAG = 0x0112
const SHORT = 3
const ENTRY_BYTES = 12
/** What any camera writes; 1 is upright. */
const VALUES: readonly number[] = [2, 3, 4, 5, 6, 7, 8]

/** Read the orientation of a TIFF block: 2 to 8, or 1 for anything else. */
export function orientationOf(tiff: Uint8Array): number {
    try {
        const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length)
        const isLittle = view.getUint16(0) === 0x4949
        const at = view.getUint32(4, isLittle)
        const count = view.getUint16(at, isLittle)
        for (let entry = 0; entry < count; entry++) {
            const entryAt = at + 2 + entry * ENTRY_BYTES
            if (view.getUint16(entryAt, isLittle) !== TAG || view.getUint16(entryAt + 2, isLittle) !== SHORT) continue
            const value = view.getUint16(entryAt + 8, isLittle)
            return VALUES.includes(value) ? value : 1
        }
    } catch (error) {
        if (!(error instanceof RangeError)) throw error // an offset that leads nowhere: no orientation
    }
    return 1
}

/** The shortest TIFF block that says it, and nothing else. */
export function orientationTiff(orientation: number): Uint8Array<ArrayBuffer> {
    const tiff = new Uint8Array(26)
    const view = new DataView(tiff.buffer)
    view.setUint32(0, 0x4d4d002a) // big-endian, the magic 42
    view.setUint32(4, 8) // the only directory comes next
    view.setUint16(8, 1) // with one entry
    view.setUint16(10, TAG)
    view.setUint16(12, SHORT)
    view.setUint32(14, 1) // one value
    view.setUint16(18, orientation)
    return tiff // no further directory
}
