/**
 * The intake's other addresses: the directory, the word lists, the mailbox.
 *
 * Spec: docs/protocol.md §3, §4.
 *
 * No request carries a cookie, none is cached, none follows a redirect. The token of a mailbox travels in a header, never
 * in an address, for addresses are kept in many places.
 */

import { ClosedError, UnreachableError } from './errors.ts'
import { parseWordList, type WordLanguage, type WordList } from './words.ts'
import type { UnverifiedDirectory } from './directory.ts'

const HTTP_CLOSED = 503

export class IntakeClient {
    readonly #origin: string
    readonly #fetch: typeof fetch

    constructor(origin: string, fetchFunction: typeof fetch) {
        this.#origin = origin
        this.#fetch = fetchFunction
    }

    /** The directory and its signature, as received. Throws UnreachableError, ClosedError. */
    async fetchDirectory(): Promise<UnverifiedDirectory> {
        const [directory, signature] = await Promise.all([this.#get('/directory.json'), this.#get('/directory.json.sig')])
        return { directory, signature: new TextDecoder().decode(signature) }
    }

    /** Throws UnreachableError, or MalformedError if it is not the list that this bundle knows. */
    async fetchWordList(language: WordLanguage): Promise<WordList> {
        return parseWordList(await this.#get(`/static/words-${language}.txt`), language)
    }

    /** The mailbox answer, as received. Throws UnreachableError. */
    async readMailbox(bearer: string): Promise<Uint8Array> {
        return this.#get('/mailbox', { headers: { Authorization: bearer } })
    }

    /** Delete the replies; a tombstone stays. Throws UnreachableError. */
    async deleteMailbox(bearer: string): Promise<void> {
        await this.#get('/mailbox', { method: 'DELETE', headers: { Authorization: bearer } })
    }

    async #get(path: string, options: RequestInit = {}): Promise<Uint8Array> {
        let status: number
        try {
            const url = new URL(path, this.#origin)
            const response = await this.#fetch(url, { ...options, credentials: 'omit', cache: 'no-store', redirect: 'error' })
            if (response.ok) return new Uint8Array(await response.arrayBuffer())
            status = response.status
        } catch {
            throw new UnreachableError() // why a browser could not fetch, it does not say
        }
        throw status === HTTP_CLOSED ? new ClosedError() : new UnreachableError()
    }
}
