/**
 * The clock of this device beside the site's: whether the keys are the trouble, or the time.
 *
 * Spec: docs/protocol.md §4, docs/adr/0024.
 *
 * The site's clock is nobody's word: who answers for the site chooses it. So it never makes a key hold that does not hold by
 * this device's clock. It stops a page whose device is late, which would take keys that have ended for good ones; and
 * where a key does not hold, it chooses the words.
 */

import { ClockAheadError, ClockBehindError, DirectoryError, NotSignedByRootError } from './errors.ts'

const MILLISECONDS_A_DAY = 86_400_000

/** How much later it was by the site's clock, in milliseconds; NaN if the answer did not say. */
export function skewOf(answer: Response, now: Date): number {
    return Date.parse(answer.headers.get('Date') ?? '') - now.getTime()
}

/**
 * What a check of keys against this device's clock comes to.
 *
 * @throws ClockBehindError this clock is late, even if the keys hold by it
 * @throws ClockAheadError the keys do not hold, and this clock seems early
 */
export function besideTheSites<Checked>(skew: number, check: () => Checked): Checked {
    try {
        const checked = check()
        if (skew > MILLISECONDS_A_DAY) throw new ClockBehindError()
        return checked
    } catch (error) {
        // No clock makes a signature right or wrong.
        if (!(error instanceof DirectoryError) || error instanceof NotSignedByRootError) throw error
        if (skew > MILLISECONDS_A_DAY) throw new ClockBehindError()
        if (skew < -MILLISECONDS_A_DAY) throw new ClockAheadError()
        throw error
    }
}
