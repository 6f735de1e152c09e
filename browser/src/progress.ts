/**
 * How far the sending is: which file, how fast, how long still. Arithmetic alone; time comes from outside.
 */

/** The file that is going up. */
export interface FileProgress {
    /** From 1 on. */
    readonly number: number
    readonly count: number
    readonly name: string
    /** 0 to 1. */
    readonly share: number
}

/** @param ends where each file has gone up whole; `null` if there is none, or none is left */
export function fileAt(ends: readonly number[], names: readonly string[], sentBytes: number): FileProgress | null {
    const at = ends.findIndex((end) => sentBytes < end)
    const end = ends[at]
    if (end === undefined) return null
    const begin = ends[at - 1] ?? 0
    return { number: at + 1, count: ends.length, name: names[at] ?? '', share: Math.max(0, sentBytes - begin) / (end - begin) }
}

/** How fast it has gone of late. */
export interface Speed {
    readonly bytesPerSecond: number
    readonly secondsLeft: number
}

const WINDOW_MILLISECONDS = 30_000
const MIN_MILLISECONDS = 2_000

/** The speed of the last half minute: phones lose and find their network. */
export class Pace {
    #samples: readonly { readonly at: number; readonly sentBytes: number }[] = []

    /** `undefined` until there is something to measure. */
    speed(sentBytes: number, totalBytes: number, now: Date): Speed | undefined {
        const at = now.getTime()
        const isRecent = (sample: { readonly at: number }) => sample.at <= at && at - sample.at <= WINDOW_MILLISECONDS
        const recent = this.#samples.filter(isRecent)
        // The last one stays however old it is, or a piece that takes longer than the window would have no speed.
        this.#samples = [...(recent.length > 0 ? recent : this.#samples.slice(-1)), { at, sentBytes }]
        const [first] = this.#samples
        if (!first || at - first.at < MIN_MILLISECONDS || sentBytes <= first.sentBytes) return undefined
        const bytesPerSecond = ((sentBytes - first.sentBytes) * 1_000) / (at - first.at)
        return { bytesPerSecond, secondsLeft: (totalBytes - sentBytes) / bytesPerSecond }
    }

    /** After a break old speeds mean nothing. */
    restart(): void {
        this.#samples = []
    }
}
