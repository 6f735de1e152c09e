/**
 * Silence: a request on which nothing comes for long is broken, whatever the connection says.
 *
 * Its bytes may take as long as they need, one after the other: on a slow line an answer that comes is not a broken one.
 */

import type { Clock } from './effects.ts'

export class Silence {
    readonly #clock: Clock
    readonly #milliseconds: number
    readonly #request = new AbortController()
    #timer = new AbortController()

    /** Begin to listen. */
    constructor(clock: Clock, milliseconds: number) {
        this.#clock = clock
        this.#milliseconds = milliseconds
        this.#listen()
    }

    /** Aborts the request when nothing came for that long. */
    get signal(): AbortSignal {
        return this.#request.signal
    }

    /** Read an answer to its end, each piece within the time. */
    async read(response: Response): Promise<Uint8Array> {
        const pieces: Uint8Array<ArrayBuffer>[] = []
        const reader = response.body?.getReader()
        for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
            pieces.push(next.value)
            this.end()
            this.#listen()
        }
        return new Uint8Array(await new Blob(pieces).arrayBuffer())
    }

    /** Listen no longer. */
    end(): void {
        this.#timer.abort()
    }

    #listen(): void {
        this.#timer = new AbortController()
        const stop = () => {
            this.#request.abort()
        }
        void this.#clock.sleep(this.#milliseconds, this.#timer.signal).then(stop, () => undefined)
    }
}
