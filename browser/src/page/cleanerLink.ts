/**
 * The link to the cleaner, which is loaded when the first file is chosen.
 */

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

/** What cannot be looked into stays as it is, and is told. */
const UNKNOWN: Inspected = { finding: 'damaged', cleaned: null }

export class CleanerLink {
    #worker: Worker | undefined
    readonly #waiting = new Map<number, (inspected: Inspected) => void>()
    #nextId = 1

    /** Look into a file; never fails. */
    async inspect(file: File): Promise<Inspected> {
        const worker = (this.#worker ??= this.#begin())
        const id = this.#nextId++
        return new Promise((resolve) => {
            this.#waiting.set(id, resolve)
            worker.postMessage({ id, file } satisfies Question)
        })
    }

    #begin(): Worker {
        const worker = workerAt('/static/cleaner.js')
        worker.addEventListener('message', ({ data: { id, inspected } }: MessageEvent<Answer>) => {
            this.#waiting.get(id)?.(inspected ?? UNKNOWN)
            this.#waiting.delete(id)
        })
        // It did not load, or broke down: nobody waits for ever, and the next file may have more luck.
        worker.addEventListener('error', () => {
            this.#worker = undefined
            for (const resolve of this.#waiting.values()) resolve(UNKNOWN)
            this.#waiting.clear()
        })
        return worker
    }
}
