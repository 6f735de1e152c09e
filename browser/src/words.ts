/**
 * The word lists of the codename, fetched only when they are needed.
 *
 * Spec: docs/protocol.md §2.1.
 *
 * A list is 2,048 words, one a line, in the order of its numbers (protocol/words). Lists are sorted, so the build writes each
 * word as the number of letters that it shares with the one before and the rest, and Cyrillic letters in one byte instead of
 * two: a third less for a phone to load. The hashes of the whole lists are part of the bundle: a list that was swapped would
 * give people codenames that no one can read again.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { MalformedError } from './errors.ts'

/** Languages that have a list; Kazakh gets one when native speakers have read it. */
export type WordLanguage = 'en' | 'ru'

export const WORD_LANGUAGES: readonly WordLanguage[] = ['en', 'ru']

/** SHA-256 of each list as it stands in protocol/words. */
const HASHES: Readonly<Record<WordLanguage, string>> = {
    en: '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda',
    ru: 'c9458f1997f6a6e0e8b4b691de850aa6af15fabca197e56baa6234933af1fffc',
}

/** Words in the order of their numbers. */
export type WordList = readonly string[]

/** Check a list as fetched. Throws MalformedError if it is not the one that this bundle was built with. */
export function parseWordList(untrusted: Uint8Array, language: WordLanguage): WordList {
    const words: string[] = []
    const letters = new TextDecoder().decode(untrusted).replace(CYRILLIC, (sign) => String.fromCharCode(sign.charCodeAt(0) + FROM_SIGN_TO_LETTER))
    for (const [, shared, rest = ''] of letters.matchAll(SHORTENED)) {
        const before = words.at(-1) ?? ''
        if (Number(shared) > before.length) throw new MalformedError('other_word_list')
        words.push(before.slice(0, Number(shared)) + rest)
    }
    if (bytesToHex(sha256(utf8ToBytes(words.join('\n') + '\n'))) !== HASHES[language]) throw new MalformedError('other_word_list')
    return words
}

/** The 32 signs from `@` to `_` stand for the letters from `а` to `я`; English words are in lower case. */
const CYRILLIC = /[@-_]/g
const FROM_SIGN_TO_LETTER = 0x0430 - 0x40
/** How many letters are shared, and the rest. */
const SHORTENED = /([0-9])([^0-9]*)/g
