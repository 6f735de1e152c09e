/**
 * A tus server that does what docs/protocol.md §5 says, and breaks down on command: a real one, on loopback.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a request instead of what should. */
export type Fault =
    /** Answer with this status and do nothing. */
    | { readonly answer: number; readonly retryAfter?: string }
    /** Take this many bytes of the body, keep them, and break the connection. */
    | { readonly cutAfterBytes: number }
    /** Do the work, but break the connection before the answer. */
    | 'loseAnswer'
    /** Nothing: this one goes well. */
    | 'none'

export type Method = 'POST' | 'HEAD' | 'PATCH' | 'DELETE'

export class TusServer {
    readonly #server: Server
    /** By method, in order; each happens once. */
    readonly faults: Record<Method, Fault[]> = { POST: [], HEAD: [], PATCH: [], DELETE: [] }
    /** Method and, for PATCH, offset of every request. */
    readonly requests: string[] = []
    length = 0
    metadata = ''
    stored = Buffer.alloc(0)
    isDeleted = false
    location = `/uploads/${'a'.repeat(32)}`

    private constructor() {
        this.#server = createServer((request, response) => {
            void this.#answer(request, response)
        })
    }

    static async start(): Promise<TusServer> {
        const server = new TusServer()
        await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
        return server
    }

    get origin(): string {
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections()
        await new Promise((resolve) => this.#server.close(resolve))
    }

    async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const planned = this.faults[request.method as Method].shift()
        const fault = planned === 'none' ? undefined : planned
        const { socket } = request
        const offset = request.headers['upload-offset']
        this.requests.push(typeof offset === 'string' ? `${request.method} ${offset}` : (request.method ?? ''))
        if (typeof fault === 'object' && 'answer' in fault) {
            request.resume()
            response.writeHead(fault.answer, fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter }).end()
            return
        }
        if (request.method === 'PATCH' && Number(offset) !== this.stored.length) {
            request.resume()
            response.writeHead(409).end()
            return
        }
        const limit = typeof fault === 'object' ? fault.cutAfterBytes : Infinity
        await this.#take(request, limit)
        if (fault !== undefined) socket.destroy()
        else this.#tell(request, response)
    }

    async #take(request: IncomingMessage, limit: number): Promise<void> {
        if (request.method === 'POST') {
            this.length = Number(request.headers['upload-length'])
            this.metadata = String(request.headers['upload-metadata'])
        }
        if (request.method === 'DELETE' && this.stored.length < this.length) this.isDeleted = true
        let left = limit
        for await (const chunk of request as AsyncIterable<Buffer>) {
            this.stored = Buffer.concat([this.stored, chunk.subarray(0, left)])
            left -= chunk.length
            if (left <= 0) return
        }
    }

    #tell(request: IncomingMessage, response: ServerResponse): void {
        const offset = { 'Upload-Offset': String(this.stored.length) }
        if (request.method === 'POST') response.writeHead(201, { Location: this.location })
        else if (request.method === 'DELETE') response.writeHead(this.isDeleted ? 204 : 410)
        else response.writeHead(request.method === 'HEAD' ? 200 : 204, offset)
        response.end()
    }
}
