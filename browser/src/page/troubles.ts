/** Trouble with the whole page, in words. */

import { focus, load, show } from './elements.ts'
import { systemClock } from '../effects.ts'
import type { Texts } from './texts.ts'
import type { Trouble } from '../talk.ts'

/** Show why it does not go on. `words` is the sentence where it is not the trouble's usual one. */
export function showTrouble(texts: Texts, trouble: Trouble, words?: string): void {
    const mend = texts.find(`mend_${trouble.kind}`, { day: texts.date(systemClock.now()) })
    load('trouble-words', HTMLElement).textContent = words ?? texts.get(`trouble_${trouble.kind}`, { name: trouble.fileName })
    load('trouble-mend', HTMLElement).textContent = mend ?? ''
    show('trouble-mend', mend !== undefined)
    show('preparing', false)
    // The way without script is the answer to an old browser only: never to keys that nobody signed.
    show('trouble-plain', trouble.kind === 'browser')
    show('trouble', true)
    focus('trouble')
}

export function hideTrouble(): void {
    show('trouble', false)
}
