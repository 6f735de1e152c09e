import { describe, expect, it } from 'vitest'
import { dayOf, messageNumber, parseDay, parseMoment } from '../src/day.ts'
import { reasonOf } from './vectors.ts'

describe('days', () => {
    it('begin at midnight in Kazakhstan', () => {
        expect(dayOf(new Date('2026-11-23T18:59:59Z'))).toBe('2026-11-23')
        expect(dayOf(new Date('2026-11-23T19:00:00Z'))).toBe('2026-11-24')
    })

    it.each(['2026-02-29', '2026-13-01', '2026-1-1', '26-01-01', '2026-01-01T00:00:00Z', ''])('are not %j', async (text) => {
        expect(await reasonOf(() => parseDay(text))).toBe('not_a_day')
    })

    it.each(['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00+00:00', '2026-01-01', ''])('are no moment: %j', async (text) => {
        expect(await reasonOf(() => parseMoment(text))).toBe('not_a_moment')
    })

    it('keep a leap day', () => {
        expect(parseDay('2028-02-29')).toBe('2028-02-29')
        expect(parseMoment('2028-02-29T23:59:59Z').getTime()).toBe(Date.UTC(2028, 1, 29, 23, 59, 59))
    })
})

describe('the number of a message', () => {
    const drawn = (value: number) => (length: number) => {
        const bytes = new Uint8Array(length)
        new DataView(bytes.buffer).setUint32(length - 4, value)
        return bytes
    }

    it('is the day, and a random part that stays below a day', () => {
        const noon = new Date('2026-11-24T07:00:00Z')
        expect(messageNumber(noon, drawn(0))).toBe(2_519_000_000)
        expect(messageNumber(noon, drawn(999_999))).toBe(2_519_999_999)
        expect(messageNumber(noon, drawn(1_000_000))).toBe(2_519_000_000)
    })

    it('grows at midnight in Kazakhstan', () => {
        const before = messageNumber(new Date('2026-11-24T18:59:59Z'), drawn(999_999))
        const after = messageNumber(new Date('2026-11-24T19:00:00Z'), drawn(0))
        expect(after).toBe(before + 1)
    })
})
