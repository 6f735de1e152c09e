/** The codename on the page: in words, in characters, and large, a part a line, for whoever copies it by hand. */

import { load, show } from './elements.ts'
import { START_CHARACTERS } from '../spelling.ts'

/** Write it into the page, or with nothing take it out again. */
export function spell(characters: string, words: string | null): void {
    load('codename-characters', HTMLOutputElement).value = characters
    load('codename-words', HTMLOutputElement).value = words ?? ''
    const parts = words === null ? characters.split('-') : words.split(' ')
    load('codename-parts', HTMLElement).replaceChildren(...parts.map((part) => line(part, words === null ? part.length : START_CHARACTERS)))
    show('codename-words-block', words !== null)
    show('by-hand-words', words !== null)
    show('by-hand-characters', words === null)
}

/** A part whose beginning is stressed: so much must be written. */
function line(part: string, stressed: number): HTMLLIElement {
    const [item, start] = [document.createElement('li'), document.createElement('b')]
    start.textContent = part.slice(0, stressed)
    item.append(start, part.slice(stressed))
    return item
}
