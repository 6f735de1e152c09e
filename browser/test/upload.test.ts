import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../src/effects.ts'
import type { MailboxId } from '../src/mailbox.ts'
import { MAX_PIECE_BYTES, MIN_PIECE_BYTES, nextPieceBytes } from '../src/pieces.ts'
import { InterruptedUploadError, Upload, type Progress } from '../src/upload.ts'
import { TusServer, type Fault, type Method } from './tusServer.ts'
import { reasonOf } from './vectors.ts'

const mailbox = 'jzawv4g2x3rixtczx2jsexgsll7mc2yh' as MailboxId

/** Waits take no time, but they are counted. A long one is the limit of a request, which is not reached here. */
class FakeClock implements Clock {
    readonly waits: number[] = []
    onWait: () => void = () => undefined
    milliseconds = 0

    now(): Date {
        return new Date(this.milliseconds)
    }

    sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
        if (milliseconds >= 60_000) return new Promise((_, reject) => { signal.addEventListener('abort', () => { reject(new Error('ended')) }) })
        this.onWait()
        this.waits.push(milliseconds)
        return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()
    }
}

/** Bytes that tell where they belong, in chunks that fit no piece; each may be made only once. */
async function* chunksOf(bytes: Uint8Array, onEnd: () => void): AsyncGenerator<Uint8Array, void, undefined> {
    try {
        for (let at = 0; at < bytes.length; at += 65_552) {
            await Promise.resolve()
            yield bytes.subarray(at, at + 65_552)
        }
    } finally {
        onEnd()
    }
}

let server: TusServer
let clock: FakeClock
let progress: Progress[]
let ended: number
const bytes = Uint8Array.from({ length: 1_200_000 }, (_, index) => (index * 7 + (index >> 8)) & 255)

function upload(content = bytes): Upload {
    ended = 0
    const chunks = chunksOf(content, () => { ended += 1 })
    return new Upload({ lengthBytes: content.length, mailbox, chunks, attachmentEnds: [] }, { origin: server.origin, fetch, clock, onProgress: (now) => progress.push(now) })
}

const never = () => new AbortController().signal

beforeEach(async () => {
    server = await TusServer.start()
    clock = new FakeClock()
    progress = []
})

afterEach(async () => {
    await server.stop()
})

describe('an upload', () => {
    it('arrives whole, in growing pieces, under its mailbox', async () => {
        await upload().run(never())

        expect(server.stored.equals(bytes)).toBe(true)
        expect(server.length).toBe(bytes.length)
        expect(server.metadata).toBe(`mailbox ${Buffer.from(mailbox).toString('base64')}`)
        expect(server.requests).toEqual(['POST', ...[0, 1, 2, 4].map((pieces) => `PATCH ${pieces * MIN_PIECE_BYTES}`)])
        expect(progress.at(-1)).toEqual({ state: 'finishing', sentBytes: bytes.length, totalBytes: bytes.length })
        expect(ended).toBe(1)
    })

    const faults: [string, Partial<Record<Method, Fault[]>>][] = [
        ['the answer to the creation is lost', { POST: ['loseAnswer'] }],
        ['the creation fails', { POST: [{ answer: 500 }, { answer: 502 }, { answer: 429 }] }],
        ['the server is busy', { POST: [{ answer: 503, retryAfter: '5' }], PATCH: [{ answer: 503, retryAfter: '5' }] }],
        ['a piece is cut', { PATCH: [{ cutAfterBytes: 100_001 }] }],
        ['two pieces are cut, one at its first byte', { PATCH: [{ cutAfterBytes: 300_000 }, { cutAfterBytes: 1 }] }],
        ['a lock is held', { PATCH: [{ cutAfterBytes: 7 }, { answer: 423 }], HEAD: [{ answer: 423 }, { answer: 423 }] }],
        ['a proxy answers', { PATCH: [{ answer: 502 }, { answer: 503 }], HEAD: [{ answer: 504 }, { answer: 503 }] }],
        ['answers are lost', { PATCH: ['loseAnswer', 'loseAnswer'], HEAD: ['loseAnswer', 'loseAnswer'] }],
    ]
    it.each(faults)('survives it when %s', async (_, planned) => {
        Object.assign(server.faults, planned)

        await upload().run(never())

        expect(server.stored.equals(bytes)).toBe(true)
        expect(Object.values(server.faults).flat()).toEqual([])
    })

    it('survives any few faults', async () => {
        const fault = fc.oneof(
            fc.constantFrom<Fault>('loseAnswer', { answer: 500 }, { answer: 423 }),
            fc.nat(600_000).map((cutAfterBytes): Fault => ({ cutAfterBytes })),
        )
        const few = fc.array(fault, { maxLength: 3 })
        await fc.assert(
            fc.asyncProperty(few, few, async (patch, head) => {
                server.stored = Buffer.alloc(0)
                Object.assign(server.faults, { PATCH: patch, HEAD: head })
                await upload().run(never())
                expect(server.stored.equals(bytes)).toBe(true)
            }),
            { numRuns: 25 },
        )
    })

    it('is whole though the very last answer was lost', async () => {
        server.faults.PATCH.push('loseAnswer')
        const small = bytes.subarray(0, 1_000)

        await upload(small).run(never())

        expect(server.stored.equals(small)).toBe(true)
        expect(server.requests).toEqual(['POST', 'PATCH 0', 'HEAD'])
    })

    it('stops after long trouble, and goes on with the same bytes', async () => {
        server.faults.PATCH.push({ cutAfterBytes: 200_000 })
        for (let count = 0; count < 8; count++) server.faults.HEAD.push({ answer: 500 })
        const stopping = upload()

        await expect(stopping.run(never())).rejects.toBeInstanceOf(InterruptedUploadError)
        expect(clock.waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
        await stopping.run(never())

        expect(server.stored.equals(bytes)).toBe(true)
    })

    it.each([
        [503, 'closed'],
        [413, 'too_large'],
        [507, 'full'],
        [422, 'refused'],
        [403, 'refused'],
        [404, 'lost'],
    ])('tells what %i to the creation means: %s', async (answer, reason) => {
        server.faults.POST.push({ answer })

        expect(await reasonOf(() => upload().run(never()))).toBe(reason)
    })

    it.each([
        [422, 'refused'],
        [404, 'lost'],
        [410, 'lost'],
    ])('tells what %i to a piece means: %s', async (answer, reason) => {
        const sending = upload(bytes.subarray(0, 10))
        server.faults.PATCH.push({ answer })

        expect(await reasonOf(() => sending.run(never()))).toBe(reason)
    })

    it('is given up when the server has lost bytes that are not here any more', async () => {
        const sending = upload()
        server.faults.PATCH.push('none', { answer: 500 })
        clock.onWait = () => {
            server.stored = Buffer.alloc(0)
        }

        expect(await reasonOf(() => sending.run(never()))).toBe('wrong_offset')
    })

    it.each(['http://elsewhere.example/uploads/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '/other', '/uploads/AAAA', ''])('goes nowhere else: %j', async (location) => {
        server.location = location

        expect(await reasonOf(() => upload().run(never()))).toBe('wrong_location')
        expect(server.stored.length).toBe(0)
    })

    it('is deleted when it is cancelled, and its files are closed', async () => {
        const control = new AbortController()
        const sending = upload()
        server.faults.PATCH.push({ cutAfterBytes: 5 })
        clock.onWait = () => {
            control.abort()
        }

        await expect(sending.run(control.signal)).rejects.toThrow()

        expect(await sending.cancel()).toBe('deleted')
        expect(server.isDeleted).toBe(true)
        expect(ended).toBe(1)
    })

    it('tells when cancelling came too late', async () => {
        const sending = upload()
        await sending.run(never())

        expect(await sending.cancel()).toBe('received')
        expect(server.isDeleted).toBe(false)
    })

    it('is not even created when it was cancelled before', async () => {
        const control = new AbortController()
        control.abort()
        const sending = upload()

        await expect(sending.run(control.signal)).rejects.toThrow()

        expect(await sending.cancel()).toBe('deleted')
        expect(server.requests).toEqual([])
    })
})

describe('the size of pieces', () => {
    it('stays within its bounds and follows the speed', () => {
        expect(nextPieceBytes(MIN_PIECE_BYTES, 100)).toBe(2 * MIN_PIECE_BYTES)
        expect(nextPieceBytes(MAX_PIECE_BYTES, 100)).toBe(MAX_PIECE_BYTES)
        expect(nextPieceBytes(MAX_PIECE_BYTES, 5_000)).toBe(MAX_PIECE_BYTES)
        expect(nextPieceBytes(MAX_PIECE_BYTES, 20_000)).toBe(MAX_PIECE_BYTES / 2)
        expect(nextPieceBytes(MIN_PIECE_BYTES, 20_000)).toBe(MIN_PIECE_BYTES)
    })
})
