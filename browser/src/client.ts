/**
 * The intake's other addresses: the directory, the identities, the word lists, the mailbox.
 *
 * Spec: docs/protocol.md §3, §4.
 *
 * No request carries a cookie, none is cached, none follows a redirect, none waits for ever. The token of a mailbox travels
 * in a header, never in an address, for addresses are kept in many places.
 */

import { skewOf } from './clockSkew.ts'
import type { Clock } from './effects.ts'
import { ClosedError, SilentError, UnreachableError } from './errors.ts'
import { Silence } from './silence.ts'
import { parseWordList, type WordLanguage, type WordList } from './words.ts'
import type { UnverifiedDirectory } from './directory.ts'

const HTTP_NOT_FOUND = 404
const HTTP_CLOSED = 503
const SILENCE_MILLISECONDS = 60_000

export class IntakeClient {
    readonly #origin: string
    readonly #fetch: typeof fetch
    readonly #clock: Clock
    #skew = NaN

    constructor(origin: string, fetchFunction: typeof fetch, clock: Clock) {
        this.#origin = origin
        this.#fetch = fetchFunction
        this.#clock = clock
    }

    /** How much later the site's clock was than ours at its last answer, in milliseconds; NaN if it does not say. */
    get skew(): number {
        return this.#skew
    }

    /** The directory and its signature, as received. Throws UnreachableError, ClosedError. */
    async fetchDirectory(): Promise<UnverifiedDirectory> {
        const [directory, signature] = await Promise.all([this.#get('/directory.json'), this.#get('/directory.json.sig')])
        return { directory, signature: decode(signature), crossSignature: null }
    }

    /** The other root's signature; `null` if there is none. Throws UnreachableError, ClosedError. */
    async fetchCrossSignature(): Promise<string | null> {
        const found = await this.#find('/directory.json.cross.sig', [HTTP_NOT_FOUND])
        return found === undefined ? null : decode(found)
    }

    /** The list of intake identities, as received; `undefined` if the intake has none. Throws UnreachableError. */
    async fetchIdentities(): Promise<Uint8Array | undefined> {
        return this.#find('/identities.json', [HTTP_NOT_FOUND, HTTP_CLOSED])
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
        const found = await this.#find(path, [], options)
        if (found === undefined) throw new UnreachableError()
        return found
    }

    /** What is there; `undefined` if the answer's status is one of those that say that there is nothing. */
    async #find(path: string, absent: readonly number[], options: RequestInit = {}): Promise<Uint8Array | undefined> {
        const silence = new Silence(this.#clock, SILENCE_MILLISECONDS)
        const { signal } = silence
        let status: number
        try {
            const url = new URL(path, this.#origin)
            const response = await this.#fetch(url, { ...options, signal, credentials: 'omit', cache: 'no-store', redirect: 'error' })
            this.#skew = skewOf(response, this.#clock.now())
            if (response.ok) return await silence.read(response)
            status = response.status
        } catch {
            throw signal.aborted ? new SilentError() : new UnreachableError() // why a browser could not fetch, it does not say
        } finally {
            silence.end()
        }
        if (absent.includes(status)) return undefined
        throw status === HTTP_CLOSED ? new ClosedError() : new UnreachableError()
    }
}

/** As Python reads it: a byte order mark is a character, and no signature begins with one. */
function decode(signature: Uint8Array): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(signature)
}
