/**
 * The link to the worker.
 *
 * Under Trusted Types a script address must come from a policy. Ours lets exactly one pass, whatever it is asked for.
 */

import type { Command, Event } from '../talk.ts'

const WORKER_PATH = '/static/worker.js'

interface TrustedTypes {
    createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL: (url: string) => string }
}

function trustedWorkerUrl(): string {
    const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
    if (!trustedTypes) return WORKER_PATH
    return trustedTypes.createPolicy('debunker', { createScriptURL: () => WORKER_PATH }).createScriptURL(WORKER_PATH)
}

export class WorkerLink {
    readonly #worker = new Worker(trustedWorkerUrl())

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
