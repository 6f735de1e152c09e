/**
 * Days and moments: what a clock's reading becomes before it travels.
 *
 * Spec: docs/protocol.md, conventions, §1.4.
 *
 * All of Kazakhstan is UTC+5, without summer time; a day is counted there, whatever zone the device is set to.
 */

import type { Entropy } from './effects.ts'
import { MalformedError } from './errors.ts'

const MILLISECONDS_A_DAY = 86_400_000
const ZONE_MILLISECONDS = 5 * 3_600_000
const NUMBERS_A_DAY = 1_000_000

/** A day, `YYYY-MM-DD`; days compare as text. */
export type Day = string & { readonly role: 'day' }

export function dayOf(moment: Date): Day {
    return new Date(moment.getTime() + ZONE_MILLISECONDS).toISOString().slice(0, 10) as Day
}

/** Whether a day begins at this moment. */
export function startsADay(moment: Date): boolean {
    return (moment.getTime() + ZONE_MILLISECONDS) % MILLISECONDS_A_DAY === 0
}

/** Throws MalformedError if there is no such day. */
export function parseDay(untrusted: string): Day {
    if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(untrusted)) throw new MalformedError('not_a_day')
    const midnight = Date.parse(`${untrusted}T00:00:00Z`)
    // 2026-02-30 is read as a day in March
    if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== untrusted) throw new MalformedError('not_a_day')
    return untrusted as Day
}

/** Read `YYYY-MM-DDThh:mm:ssZ`. Throws MalformedError. */
export function parseMoment(untrusted: string): Date {
    const moment = new Date(untrusted)
    const isWhole = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(untrusted)
    if (!isWhole || Number.isNaN(moment.getTime()) || moment.toISOString() !== untrusted.replace('Z', '.000Z')) {
        throw new MalformedError('not_a_moment')
    }
    return moment
}

/**
 * The number of a message that is written now: it grows from day to day, though nothing is remembered between visits, and
 * tells no hour. Messages of one day stand in the order in which they arrive.
 */
export function messageNumber(now: Date, entropy: Entropy): number {
    const days = Math.floor((now.getTime() + ZONE_MILLISECONDS) / MILLISECONDS_A_DAY) - FIRST_DAY
    return days * NUMBERS_A_DAY + below(NUMBERS_A_DAY, entropy)
}

/** 2020-01-01, in days since 1970. */
const FIRST_DAY = Date.parse('2020-01-01T00:00:00Z') / MILLISECONDS_A_DAY

/** A number below `limit`, as good as uniform: 64 bits are drawn for 20. */
function below(limit: number, entropy: Entropy): number {
    const drawn = new DataView(entropy(8).buffer).getBigUint64(0)
    return Number(drawn % BigInt(limit))
}
