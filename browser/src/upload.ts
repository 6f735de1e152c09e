/**
 * The upload: a sealed stream goes up in pieces and survives every broken connection.
 *
 * Spec: docs/protocol.md §5; tus 1.0.0 with creation and termination.
 *
 * After any failure the server is asked (HEAD) how much it has, and the piece goes on from there. Nothing is kept in the
 * browser's storage: whoever closes the page starts over, because resuming would mean to leave secrets on the device.
 *
 * The upload is created without bytes, and the bytes follow: were the answer to a creation with bytes lost, the same
 * report would be sent, and kept, twice.
 *
 * Rules:
 * * `run` returns only when the server has said that it has everything.
 * * `run` may be called again after InterruptedUploadError; what is sealed stays the same.
 *
 * A 503 to the creation, without Retry-After, is ClosedError: nothing has been sent. Else
 *
 *     UploadError
 *     ├── InterruptedUploadError  no connection for long; call `run` again
 *     ├── TooLargeUploadError     413
 *     ├── FullUploadError         507 to the creation: the server has no room; later, what came is kept, and it is a broken connection
 *     ├── LostUploadError         the server has deleted what it had
 *     └── RefusedUploadError      any other refusal that repeating will not change
 */

import { base64 } from '@scure/base'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Clock } from './effects.ts'
import { ClosedError, ProtocolError } from './errors.ts'
import { MIN_PIECE_BYTES, Pieces, nextPieceBytes } from './pieces.ts'
import type { SealedReport } from './report.ts'

export class UploadError extends ProtocolError {}
export class InterruptedUploadError extends UploadError {}
export class TooLargeUploadError extends UploadError {}
export class FullUploadError extends UploadError {}
export class LostUploadError extends UploadError {}
export class RefusedUploadError extends UploadError {}

/** How far it is. `waiting`: the connection broke, and the next try comes by itself. */
export interface Progress {
    readonly state: 'sending' | 'waiting' | 'finishing'
    readonly sentBytes: number
    readonly totalBytes: number
}

/** What an upload needs of the world. */
export interface UploadEffects {
    /** Where `/uploads` is, with scheme and host. */
    readonly origin: string
    readonly fetch: typeof fetch
    readonly clock: Clock
    readonly onProgress: (progress: Progress) => void
}

const TUS_VERSION = '1.0.0'
const PIECE_MILLISECONDS = 180_000 // 256 KiB at 12 kbit/s
const ANSWER_MILLISECONDS = 60_000 // to a request without a body
const FIRST_WAIT_MILLISECONDS = 1_000
const LONGEST_WAIT_MILLISECONDS = 30_000
const MAX_FAILURES = 8
const CANCEL_TRIES = 3
const UPLOAD_PATH = /^\/uploads\/[a-z2-7]{32}$/
/** Too early, locked by another request, too many, or something broken on the way: worth another try. */
const PASSING: readonly number[] = [408, 409, 423, 425, 429]

/** A failure that another try may mend; it never leaves this module. */
class PassingError extends Error {}

export class Upload {
    readonly #sealed: SealedReport
    readonly #effects: UploadEffects
    readonly #pieces: Pieces
    #url: string | undefined
    #piece = new Uint8Array(0)
    /** Where the piece begins. */
    #pieceAt = 0
    #pieceBytes = MIN_PIECE_BYTES
    #failures = 0
    /** How much the server said that it has. */
    #sentBytes = 0
    /** Set when a request ended without an answer: then only the server knows how much it has. */
    #isUnsure = false

    constructor(sealed: SealedReport, effects: UploadEffects) {
        this.#sealed = sealed
        this.#effects = effects
        this.#pieces = new Pieces(sealed.chunks)
    }

    /** Send everything. Throws UploadError, FileError, or the signal's reason when it aborts. */
    async run(signal: AbortSignal): Promise<void> {
        this.#failures = 0
        while (this.#url === undefined || this.#sentBytes < this.#sealed.lengthBytes) {
            try {
                await this.#step(signal)
                this.#failures = 0
            } catch (error) {
                if (!(error instanceof PassingError)) throw error
                await this.#wait(signal)
            }
        }
        await this.#pieces.close()
    }

    /**
     * Stop, and have the server delete what it got. Abort `run` first.
     *
     * @returns `'received'` if that came too late: the server has everything and keeps it
     */
    async cancel(): Promise<'deleted' | 'received'> {
        await this.#pieces.close()
        const { signal } = new AbortController()
        for (let tries = 0; this.#url !== undefined && tries < CANCEL_TRIES; tries++) {
            try {
                const { status } = await this.#request('DELETE', this.#url, signal)
                return status === 410 ? 'received' : 'deleted'
            } catch (error) {
                if (error instanceof LostUploadError) return 'deleted'
                if (!(error instanceof PassingError)) throw error
                await this.#effects.clock.sleep(FIRST_WAIT_MILLISECONDS, signal)
            }
        }
        return 'deleted' // unreachable now: an unfinished upload ends by itself
    }

    async #step(signal: AbortSignal): Promise<void> {
        if (this.#url === undefined) this.#url = await this.#create(signal)
        else if (this.#isUnsure) this.#confirm(await this.#ask(this.#url, signal))
        else this.#confirm(await this.#send(this.#url, signal))
    }

    async #create(signal: AbortSignal): Promise<string> {
        const response = await this.#request('POST', new URL('/uploads', this.#effects.origin).href, signal, {
            'Upload-Length': String(this.#sealed.lengthBytes),
            'Upload-Metadata': `mailbox ${base64.encode(utf8ToBytes(this.#sealed.mailbox))}`,
        })
        const url = new URL(response.headers.get('Location') ?? '', this.#effects.origin)
        // Nobody but this site gets the bytes, whatever the answer says.
        if (url.origin !== new URL(this.#effects.origin).origin || !UPLOAD_PATH.test(url.pathname)) throw new RefusedUploadError('wrong_location')
        return url.href
    }

    /** Ask how much the server has. */
    async #ask(url: string, signal: AbortSignal): Promise<number> {
        const response = await this.#request('HEAD', url, signal)
        this.#isUnsure = false
        return offsetOf(response)
    }

    /** Send the rest of the piece. */
    async #send(url: string, signal: AbortSignal): Promise<number> {
        if (this.#sentBytes === this.#pieceAt + this.#piece.length) await this.#takePiece()
        this.#tell(this.#pieceAt + this.#piece.length === this.#sealed.lengthBytes ? 'finishing' : 'sending')
        const body = this.#piece.subarray(this.#sentBytes - this.#pieceAt)
        const before = this.#effects.clock.now().getTime()
        this.#isUnsure = true // until there is an answer
        const headers = { 'Upload-Offset': String(this.#sentBytes), 'Content-Type': 'application/offset+octet-stream' }
        const response = await this.#request('PATCH', url, signal, headers, body)
        this.#isUnsure = false
        this.#pieceBytes = nextPieceBytes(this.#pieceBytes, this.#effects.clock.now().getTime() - before)
        return offsetOf(response)
    }

    async #takePiece(): Promise<void> {
        this.#piece = await this.#pieces.next(this.#pieceBytes)
        this.#pieceAt = this.#sentBytes
        if (this.#piece.length === 0) throw new Error('the stream is shorter than its length')
        if (this.#pieceAt + this.#piece.length < this.#sealed.lengthBytes) this.#pieces.prepare(this.#pieceBytes)
    }

    /** Believe the server's offset only where it lies within the piece that is still here. */
    #confirm(offset: number): void {
        if (offset < this.#pieceAt || offset > this.#pieceAt + this.#piece.length) throw new LostUploadError('wrong_offset')
        this.#sentBytes = offset
        this.#tell(offset === this.#sealed.lengthBytes ? 'finishing' : 'sending')
    }

    async #wait(signal: AbortSignal): Promise<void> {
        this.#failures += 1
        this.#pieceBytes = MIN_PIECE_BYTES
        if (this.#failures > MAX_FAILURES) throw new InterruptedUploadError('interrupted')
        this.#tell('waiting')
        const wait = FIRST_WAIT_MILLISECONDS * 2 ** (this.#failures - 1)
        await this.#effects.clock.sleep(Math.min(LONGEST_WAIT_MILLISECONDS, wait), signal)
    }

    #tell(state: Progress['state']): void {
        this.#effects.onProgress({ state, sentBytes: this.#sentBytes, totalBytes: this.#sealed.lengthBytes })
    }

    async #request(
        method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE',
        url: string,
        signal: AbortSignal,
        headers: Readonly<Record<string, string>> = {},
        body?: Uint8Array<ArrayBuffer>,
    ): Promise<Response> {
        signal.throwIfAborted()
        // A hanging connection is a broken one. (AbortSignal.any is too young for browsers in use.)
        const control = new AbortController()
        const timer = new AbortController()
        const stop = () => {
            control.abort()
        }
        signal.addEventListener('abort', stop)
        void this.#effects.clock.sleep(body ? PIECE_MILLISECONDS : ANSWER_MILLISECONDS, timer.signal).then(stop, () => undefined)
        try {
            const response = await this.#effects.fetch(url, {
                method,
                headers: { 'Tus-Resumable': TUS_VERSION, ...headers },
                ...(body ? { body } : {}),
                signal: control.signal,
                credentials: 'omit',
                cache: 'no-store',
                redirect: 'error',
            })
            await response.arrayBuffer() // some words at most; unread, they would hold the connection
            refuse(response, method)
            return response
        } catch (error) {
            signal.throwIfAborted()
            if (error instanceof ProtocolError) throw error
            throw new PassingError() // no answer: whatever the browser calls it
        } finally {
            signal.removeEventListener('abort', stop)
            timer.abort()
        }
    }
}

/** Turn a status into the error that it means. */
function refuse({ status, headers }: Response, method: string): void {
    if (status >= 200 && status < 300) return
    if (status === 410 && method === 'DELETE') return
    if (status === 404 || status === 410) throw new LostUploadError('lost')
    if (status === 507 && method === 'POST') throw new FullUploadError('full')
    if (status === 413) throw new TooLargeUploadError('too_large')
    // A closed form stays closed; a server that is only busy says when to come again.
    if (status === 503 && method === 'POST' && !headers.has('Retry-After')) throw new ClosedError()
    if (status >= 500 || PASSING.includes(status)) throw new PassingError()
    throw new RefusedUploadError('refused')
}

function offsetOf(response: Response): number {
    const text = response.headers.get('Upload-Offset') ?? ''
    if (!/^[0-9]{1,15}$/.test(text)) throw new RefusedUploadError('wrong_offset')
    return Number(text)
}
