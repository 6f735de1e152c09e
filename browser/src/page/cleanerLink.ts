/**
 * The link to the cleaner, which is loaded when the first file is chosen.
 */

import { systemClock } from '../effects.ts'
import { workerAt } from './trustedScripts.ts'
import type { Inspected } from '../cleaning/clean.ts'

/** From page to cleaner; the answer carries the same id. */
export interface Question {
    readonly id: number
    readonly file: File
}

interface Answer {
    readonly id: number
    /** `null` if the file could not be read. */
    readonly inspected: Inspected | null
}

/** A file that cannot be read; sending it will say so. */
const UNREADABLE: Inspected = { finding: 'damaged', cleaned: null }
const UNKNOWN: Inspected = { finding: 'unknown', cleaned: null }
/** On the worst line the cleaner has come by then, and the largest picture is looked through. */
const PATIENCE_MILLISECONDS = 60_000

export class CleanerLink {
    #worker: Worker | undefined
    readonly #waiting = new Map<number, (inspected: Inspected) => void>()
    #nextId = 1

    /** Look into a file; never fails: what could not be looked into is `unknown`. */
    async inspect(file: File): Promise<Inspected> {
        const worker = (this.#worker ??= this.#begin())
        const id = this.#nextId++
        const answered = new AbortController()
        void systemClock.sleep(PATIENCE_MILLISECONDS, answered.signal).then(
            () => {
                this.#giveUp(worker)
            },
            () => undefined,
        )
        return new Promise((resolve) => {
            this.#waiting.set(id, (inspected) => {
                answered.abort()
                resolve(inspected)
            })
            worker.postMessage({ id, file } satisfies Question)
        })
    }

    #begin(): Worker {
        const worker = workerAt('/static/cleaner.js')
        worker.addEventListener('message', ({ data: { id, inspected } }: MessageEvent<Answer>) => {
            this.#waiting.get(id)?.(inspected ?? UNREADABLE)
            this.#waiting.delete(id)
        })
        worker.addEventListener('error', () => {
            this.#giveUp(worker)
        })
        return worker
    }

    /** It did not load, or broke down, or hangs: nobody waits for ever, and the next try may have more luck. */
    #giveUp(worker: Worker): void {
        worker.terminate()
        this.#worker = undefined
        for (const resolve of this.#waiting.values()) resolve(UNKNOWN)
        this.#waiting.clear()
    }
}
