/**
 * Pieces: a sealed stream cut to what one request carries.
 *
 * Spec: docs/protocol.md §5.
 *
 * A piece is kept until the server has it, so that a broken connection repeats it without sealing anew: sealed bytes are
 * never made twice, which would need the same keys for different bytes. One piece is made ahead while another travels.
 */

export const MIN_PIECE_BYTES = 262_144
export const MAX_PIECE_BYTES = 4_194_304

const FAST_MILLISECONDS = 2_000
const SLOW_MILLISECONDS = 8_000

/** How large the next piece should be: doubled while they go through quickly, halved when they do not. */
export function nextPieceBytes(pieceBytes: number, tookMilliseconds: number): number {
    if (tookMilliseconds < FAST_MILLISECONDS) return Math.min(MAX_PIECE_BYTES, pieceBytes * 2)
    if (tookMilliseconds > SLOW_MILLISECONDS) return Math.max(MIN_PIECE_BYTES, pieceBytes / 2)
    return pieceBytes
}

/** Cuts a stream of chunks into pieces of a wanted size. */
export class Pieces {
    readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>
    #rest = new Uint8Array(0) as Uint8Array
    #ahead: Promise<Uint8Array<ArrayBuffer>> | undefined

    constructor(chunks: AsyncGenerator<Uint8Array, void, undefined>) {
        this.#chunks = chunks
    }

    /** Begin to make the next piece; `next` then gives it. */
    prepare(pieceBytes: number): void {
        this.#ahead ??= this.#cut(pieceBytes)
        this.#ahead.catch(() => undefined) // whoever calls `next` is told
    }

    /** The next piece, shorter only at the end; empty behind it. */
    async next(pieceBytes: number): Promise<Uint8Array<ArrayBuffer>> {
        this.prepare(pieceBytes)
        const piece = (await this.#ahead) ?? new Uint8Array(0)
        this.#ahead = undefined
        return piece
    }

    /** Close the files behind the stream. */
    async close(): Promise<void> {
        await this.#ahead?.catch(() => undefined)
        await this.#chunks.return()
    }

    async #cut(pieceBytes: number): Promise<Uint8Array<ArrayBuffer>> {
        // A new buffer each time: Chromium forgets its requests' copies only when buffers like these call for it.
        const piece = new Uint8Array(pieceBytes)
        let filled = 0
        while (filled < pieceBytes) {
            if (this.#rest.length === 0) {
                const { done, value } = await this.#chunks.next()
                if (done) break
                this.#rest = value
            }
            const taken = this.#rest.subarray(0, pieceBytes - filled)
            piece.set(taken, filled)
            filled += taken.length
            this.#rest = this.#rest.subarray(taken.length)
        }
        return piece.subarray(0, filled)
    }
}
