/** The link to the worker that holds the keys. */

import { workerAt } from './trustedScripts.ts'
import type { Command, Event } from '../talk.ts'

export class WorkerLink {
    readonly #worker = workerAt('/static/worker.js')

    /** @param onEvent gets every event; a worker that does not load at all is `offline` */
    constructor(onEvent: (event: Event) => void) {
        this.#worker.addEventListener('message', (message: MessageEvent<Event>) => {
            onEvent(message.data)
        })
        this.#worker.addEventListener('error', () => {
            onEvent({ event: 'trouble', trouble: { kind: 'offline', fileName: '' } })
        })
    }

    send(command: Command): void {
        this.#worker.postMessage(command)
    }

    /** Forget every secret that the worker holds. */
    end(): void {
        this.#worker.terminate()
    }
}
