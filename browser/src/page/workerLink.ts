/** The link to the worker that holds the keys: each of the two pages has its own. */

import { workerAt, type WorkerPath } from './trustedScripts.ts'
import type { Command, Event } from '../talk.ts'

export class WorkerLink<Own extends Command> {
    readonly #worker: Worker

    /**
     * @param path of the worker
     * @param onEvent gets every event; a worker that does not load is `offline`, one that does not run `browser`
     */
    constructor(path: WorkerPath, onEvent: (event: Event) => void) {
        this.#worker = workerAt(path)
        this.#worker.addEventListener('message', (message: MessageEvent<Event>) => {
            onEvent(message.data)
        })
        this.#worker.addEventListener('error', (failure) => {
            const kind = failure instanceof ErrorEvent ? 'browser' : 'offline'
            onEvent({ event: 'trouble', trouble: { kind, fileName: '' } })
        })
    }

    send(command: Own): void {
        this.#worker.postMessage(command)
    }

    /** Forget every secret that the worker holds. */
    end(): void {
        this.#worker.terminate()
    }
}
