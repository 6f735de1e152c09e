/** CRC-32 as zip wants it (reflected, polynomial 0xEDB88320). It finds accidents, never attackers: age does that. */

/** Four tables in a row: the remainder of a byte, then of a byte with one, two and three bytes of zero behind it. */
const TABLE = new Int32Array(1_024)
for (let at = 0; at < TABLE.length; at++) {
    let remainder = at < 256 ? at : (TABLE[at - 256] as number)
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
    TABLE[at] = remainder
}

/** Continue a CRC-32 over more bytes; begin with 0. */
export function crc32(bytes: Uint8Array, before = 0): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const whole = bytes.length - (bytes.length % 4)
    let crc = ~before
    // By index and four bytes in a step: this sees every byte of every file, and an iterator takes ten times as long.
    for (let at = 0; at < whole; at += 4) {
        crc ^= view.getInt32(at, true)
        crc =
            (TABLE[768 + (crc & 255)] as number) ^
            (TABLE[512 + ((crc >>> 8) & 255)] as number) ^
            (TABLE[256 + ((crc >>> 16) & 255)] as number) ^
            (TABLE[crc >>> 24] as number)
    }
    for (let at = whole; at < bytes.length; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 255] as number)
    return ~crc >>> 0
}
