import { describe, expect, it } from 'vitest'
import { Pace, fileAt } from '../src/progress.ts'

describe('the file that goes up', () => {
    const names = ['a.pdf', 'b.jpg', 'empty']
    const ends = [1_000, 3_000, 3_000]

    it.each([
        [0, { number: 1, count: 3, name: 'a.pdf', share: 0 }],
        [999, { number: 1, count: 3, name: 'a.pdf', share: 0.999 }],
        [1_000, { number: 2, count: 3, name: 'b.jpg', share: 0 }],
        [2_000, { number: 2, count: 3, name: 'b.jpg', share: 0.5 }],
        [3_000, null],
        [9_000, null],
    ])('at %i bytes', (sentBytes, expected) => {
        expect(fileAt(ends, names, sentBytes)).toEqual(expected)
    })

    it('is none where there is none', () => {
        expect(fileAt([], [], 0)).toBeNull()
    })
})

describe('the pace', () => {
    const at = (seconds: number) => new Date(1_000_000 + seconds * 1_000)

    it('is unknown until two seconds have passed and something has gone up', () => {
        const pace = new Pace()
        expect(pace.speed(0, 1_000, at(0))).toBeUndefined()
        expect(pace.speed(100, 1_000, at(1))).toBeUndefined()
        expect(pace.speed(200, 1_000, at(2))).toEqual({ bytesPerSecond: 100, secondsLeft: 8 })
    })

    it('is that of the last half minute', () => {
        const pace = new Pace()
        pace.speed(0, 10_000, at(0))
        pace.speed(5_000, 10_000, at(10))
        pace.speed(5_000, 10_000, at(50))
        expect(pace.speed(5_300, 10_000, at(60))).toMatchObject({ bytesPerSecond: 30 })
        expect(pace.speed(5_600, 10_000, at(79))).toMatchObject({ bytesPerSecond: 600 / 29 })
    })

    it('is known though one piece takes longer than the window', () => {
        const pace = new Pace()
        pace.speed(0, 1_000, at(0))
        expect(pace.speed(100, 1_000, at(100))).toEqual({ bytesPerSecond: 1, secondsLeft: 900 })
    })

    it('begins anew after a break, and when the clock was set back', () => {
        const pace = new Pace()
        pace.speed(0, 1_000, at(0))
        pace.restart()
        expect(pace.speed(100, 1_000, at(10))).toBeUndefined()
        expect(pace.speed(200, 1_000, at(5))).toBeUndefined()
    })
})
