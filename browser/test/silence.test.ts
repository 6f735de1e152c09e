import { describe, expect, it } from 'vitest'
import { systemClock } from '../src/effects.ts'
import { Silence } from '../src/silence.ts'

const SHORT = 200

/** An answer in pieces, one every so many milliseconds; it hangs after the last if it does not end. */
function answer(pieces: number, everyMilliseconds: number, ends: boolean, signal: AbortSignal): Response {
    let left = pieces
    const body = new ReadableStream<Uint8Array>({
        start(controller) {
            signal.addEventListener('abort', () => {
                controller.error(new Error('aborted'))
            })
        },
        async pull(controller) {
            if (left === 0 && !ends) return new Promise(() => undefined)
            await systemClock.sleep(everyMilliseconds, new AbortController().signal)
            if (left-- > 0) controller.enqueue(Uint8Array.of(left))
            else controller.close()
        },
    })
    return new Response(body)
}

describe('silence', () => {
    it('lets an answer take longer than it may be silent', async () => {
        const silence = new Silence(systemClock, SHORT)

        expect(await silence.read(answer(6, SHORT / 4, true, silence.signal))).toEqual(Uint8Array.of(5, 4, 3, 2, 1, 0))
        expect(silence.signal.aborted).toBe(false)
        silence.end()
    })

    it('breaks an answer that stops in the middle', async () => {
        const silence = new Silence(systemClock, SHORT)

        await expect(silence.read(answer(2, 1, false, silence.signal))).rejects.toThrow('aborted')
        expect(silence.signal.aborted).toBe(true)
    })

    it('breaks nothing once it has ended', async () => {
        const silence = new Silence(systemClock, 1)
        silence.end()
        await systemClock.sleep(20, new AbortController().signal)

        expect(silence.signal.aborted).toBe(false)
    })

    it('reads an answer without a body as nothing', async () => {
        const silence = new Silence(systemClock, SHORT)

        expect(await silence.read(new Response(null, { status: 204 }))).toEqual(new Uint8Array(0))
        silence.end()
    })
})
