/** The word lists as the build serves them. */

import { readFileSync } from 'node:fs'
import { parseWordList, type WordLanguage, type WordList } from '../src/words.ts'

export function wordListBytes(language: WordLanguage): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(new URL(`../../intake/static/words-${language}.txt`, import.meta.url)))
}

export const english: WordList = parseWordList(wordListBytes('en'), 'en')
export const russian: WordList = parseWordList(wordListBytes('ru'), 'ru')
