/**
 * How a codename may be typed: what does not matter, and where one token ends.
 *
 * Spec: docs/protocol.md §2.1.
 *
 * Light on purpose, without word lists and hashes: the page itself uses it, too.
 */

/** The lists are made so that four letters tell a word. */
export const START_CHARACTERS = 4

const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(zip('oilавекмнорстух', '011ABEKMH0PCTYX'))
const SEPARATORS = /[\p{Zs}\p{Zl}\p{Zp}\p{Pd}\t\n\v\f\r\x85,.\u060c\u3001\u3002\u2212]+/u
const INVISIBLE = /\p{Cf}/gu
const END_WORDS = 2
const END_CHARACTERS = 5

/** Fold what may differ between what was written down and what is typed. */
export function fold(text: string): string {
    return text.normalize('NFKC').toLowerCase().replaceAll('ё', 'е').replace(INVISIBLE, '')
}

export function tokensOf(untrusted: string): string[] {
    return fold(untrusted)
        .split(SEPARATORS)
        .filter((token) => token !== '')
}

/** Tokens as characters of Crockford's alphabet, each look-alike as what was meant. */
export function charactersOf(tokens: readonly string[]): string[] {
    return Array.from(tokens.join(''), (character) => LOOK_ALIKES.get(character) ?? character.toUpperCase())
}

/** Whether a codename so spelt ends as was typed, in at least two words or five characters. */
export function endsSo(untrusted: string, characters: string, words: string): boolean {
    const tokens = tokensOf(untrusted)
    const last = tokensOf(words).slice(-tokens.length)
    if (tokens.length >= END_WORDS && tokens.length === last.length && tokens.every((token, at) => isMeant(token, last[at] ?? ''))) return true
    const typed = charactersOf(tokens)
    return typed.length >= END_CHARACTERS && charactersOf(tokensOf(characters)).join('').endsWith(typed.join(''))
}

function isMeant(token: string, word: string): boolean {
    return token === word || (word.length >= START_CHARACTERS && token.startsWith(word.slice(0, START_CHARACTERS)))
}

function zip(left: string, right: string): [string, string][] {
    return Array.from(left, (character, index) => [character, right[index] as string])
}
