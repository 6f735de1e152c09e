import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ARCHIVE_BYTES, REPORT_FLOOR_BYTES, isRung, ladder } from '../src/ladder.ts'
import { vectors } from './vectors.ts'

describe('the ladder', () => {
    it.each(vectors<{ length: number; floor: number }, { rung: number }>('ladder'))('agrees with Python: $name', ({ given, expected }) => {
        expect(ladder(given.length, given.floor)).toBe(expected.rung)
    })

    it('never cuts, and never adds more than a quarter', () => {
        fc.assert(
            fc.property(fc.integer({ min: REPORT_FLOOR_BYTES, max: 2 ** 40 }), (length) => {
                const rung = ladder(length, REPORT_FLOOR_BYTES)
                expect(rung).toBeGreaterThanOrEqual(length)
                expect(rung).toBeLessThanOrEqual(1.25 * length)
                expect(ladder(rung, REPORT_FLOOR_BYTES)).toBe(rung)
            }),
        )
    })

    it('has 61 rungs for reports', () => {
        const rungs = new Set<number>()
        for (let rung = REPORT_FLOOR_BYTES; rung <= MAX_ARCHIVE_BYTES; rung = ladder(rung + 1, REPORT_FLOOR_BYTES)) rungs.add(rung)
        expect(rungs.size).toBe(61)
        expect([...rungs].every((rung) => isRung(rung, REPORT_FLOOR_BYTES))).toBe(true)
        expect(isRung(MAX_ARCHIVE_BYTES + 1, REPORT_FLOOR_BYTES)).toBe(false)
    })
})
