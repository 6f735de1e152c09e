/**
 * A file, read a window at a time: headers lie close together, and a picture of 100 MB is never held.
 */

/** The bytes are no picture that this program knows how to clean; it never guesses. */
export class DamagedError extends Error {}

const WINDOW_BYTES = 262_144

export class Source {
    readonly #blob: Blob
    #window = new Uint8Array(0) as Uint8Array
    #windowAt = 0

    constructor(blob: Blob) {
        this.#blob = blob
    }

    get sizeBytes(): number {
        return this.#blob.size
    }

    /** Exactly so many bytes, at most a window. Throws DamagedError behind the end; whatever the browser throws if it cannot read. */
    async bytes(at: number, lengthBytes: number): Promise<Uint8Array> {
        if (at + lengthBytes > this.sizeBytes || lengthBytes > WINDOW_BYTES) throw new DamagedError()
        if (at < this.#windowAt || at + lengthBytes > this.#windowAt + this.#window.length) await this.#load(at)
        return this.#window.subarray(at - this.#windowAt, at - this.#windowAt + lengthBytes)
    }

    /** As much as there is from here, at least one byte. Throws DamagedError at the end. */
    async some(at: number): Promise<Uint8Array> {
        await this.bytes(at, 1)
        return this.#window.subarray(at - this.#windowAt)
    }

    /** A part as it is in the file; nothing is read for it. */
    slice(at: number, end: number): Blob {
        return this.#blob.slice(at, end)
    }

    async #load(at: number): Promise<void> {
        this.#window = new Uint8Array(await this.#blob.slice(at, at + WINDOW_BYTES).arrayBuffer())
        this.#windowAt = at
    }
}

/** What is kept of a file, and whether anything was not. */
export interface Kept {
    readonly parts: readonly BlobPart[]
    readonly hasDropped: boolean
}

/** A number in the order of the network. */
export function uint(bytes: Uint8Array, at: number, size: 2 | 4): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return size === 2 ? view.getUint16(at) : view.getUint32(at)
}

/** ASCII letters as text. */
export function letters(bytes: Uint8Array): string {
    return String.fromCharCode(...bytes)
}
