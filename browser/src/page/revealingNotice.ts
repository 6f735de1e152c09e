/**
 * The notice about what in the typed words can point to their writer. It comes while somebody types, and once more, with a
 * question, before sealing; it never forbids.
 */

import { focus, load, show } from './elements.ts'
import { revealingIn, type Found } from './revealing.ts'
import type { Texts } from './texts.ts'

const TYPED = 'textarea, input[type=text]'
/** Longer texts are looked at when their field is left, so that typing stays quick. */
const MAX_LIVE_CHARACTERS = 20_000

export class RevealingNotice {
    readonly #form: HTMLFormElement
    readonly #texts: Texts
    #shown = ''
    /** What the writer was asked about, and may go. */
    #asked = ''

    constructor(form: HTMLFormElement, texts: Texts) {
        this.#form = form
        this.#texts = texts
        form.addEventListener('change', () => {
            this.#look()
        })
        form.addEventListener('input', ({ target }) => {
            const isShort = target instanceof HTMLElement && 'value' in target && String(target.value).length < MAX_LIVE_CHARACTERS
            if (isShort && target.matches(TYPED)) this.#look()
        })
        form.addEventListener('reset', () => {
            this.#show([])
            this.#asked = ''
        })
    }

    /** Whether it may be sealed: there is nothing to tell, or the writer was told and pressed again. */
    mayGo(): boolean {
        const found = this.#look()
        const key = keyOf(found)
        if (found.length === 0 || key === this.#asked) return true
        this.#asked = key
        show('revealing-ask', true)
        focus('revealing')
        return false
    }

    #look(): readonly Found[] {
        const fields = this.#form.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>(TYPED)
        const found = revealingIn([...fields].map(({ value }) => value).join('\n\n'))
        if (keyOf(found) !== this.#shown) this.#show(found)
        return found
    }

    #show(found: readonly Found[]): void {
        this.#shown = keyOf(found)
        const lines = found.map(({ kind, text }) => {
            const line = document.createElement('li')
            line.textContent = this.#texts.get(`revealing_${kind}`, { found: text })
            return line
        })
        load('revealing-list', HTMLElement).replaceChildren(...lines)
        show('revealing', found.length > 0)
        show('revealing-ask', false)
    }
}

function keyOf(found: readonly Found[]): string {
    return found.map(({ text }) => text).join('\n')
}
