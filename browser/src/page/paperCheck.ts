/**
 * The codename on paper: printed, or written and then compared: its end is typed from the paper, while the codename itself is
 * hidden. Nothing waits for this; the report goes up meanwhile.
 */

import { focus, load, show } from './elements.ts'
import { endsSo } from '../spelling.ts'

export class PaperCheck {
    readonly #form = load('paper', HTMLFormElement)
    readonly #typed = load('paper-end', HTMLInputElement)

    constructor() {
        load('paper-begin', HTMLButtonElement).addEventListener('click', () => {
            this.#hideCodename(true)
            this.#typed.focus()
        })
        load('paper-show', HTMLButtonElement).addEventListener('click', () => {
            this.reset()
            focus('codename')
        })
        load('print', HTMLButtonElement).addEventListener('click', () => {
            print()
        })
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault()
            this.#compare()
        })
    }

    /** Show the codename, and forget what was typed. */
    reset(): void {
        this.#hideCodename(false)
        this.#tell(undefined)
        this.#form.reset()
    }

    #compare(): void {
        const characters = load('codename-characters', HTMLOutputElement).value
        this.#tell(endsSo(this.#typed.value, characters, load('codename-words', HTMLOutputElement).value))
        this.#typed.focus()
    }

    #tell(isRight: boolean | undefined): void {
        show('paper-right', isRight === true)
        show('paper-wrong', isRight === false)
        this.#typed.setAttribute('aria-invalid', String(isRight === false))
    }

    #hideCodename(isHidden: boolean): void {
        show('codename-spelt', !isHidden)
        show('paper-ways', !isHidden)
        this.#form.hidden = !isHidden
    }
}
