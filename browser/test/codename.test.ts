import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Codename, parseCodename, SECRET_BYTES } from '../src/codename.ts'
import { UnknownWordError } from '../src/errors.ts'
import { endsSo, fold } from '../src/spelling.ts'
import { parseWordList } from '../src/words.ts'
import { fromHex, reasonOf, toHex, vectors } from './vectors.ts'
import { english, russian, wordListBytes } from './words.ts'

interface Spelt {
    readonly secret: string
    readonly words_en: string
    readonly words_ru: string
    readonly characters: string
    readonly word?: string
}

const lists = [english, russian]
const cases = vectors<{ text: string }, Spelt>('codename')

describe('the codename', () => {
    it.each(cases.filter(({ reason }) => reason === null))('is read and spelt as in Python: $name', ({ given, expected }) => {
        const codename = parseCodename(given.text, lists)
        expect(toHex(codename.secret)).toBe(expected.secret)
        expect(codename.words(english)).toBe(expected.words_en)
        expect(codename.words(russian)).toBe(expected.words_ru)
        expect(codename.characters()).toBe(expected.characters)
    })

    it.each(cases.filter(({ reason }) => reason !== null))('is refused as in Python: $name', async ({ given, reason, expected }) => {
        let word: string | undefined
        const found = await reasonOf(() => {
            try {
                parseCodename(given.text, lists)
            } catch (error) {
                if (error instanceof UnknownWordError) word = error.word
                throw error
            }
        })
        expect(found).toBe(reason)
        if (reason === 'unknown_word') expect(word).toBe(expected.word)
    })

    it('comes back from each of its spellings', () => {
        fc.assert(
            fc.property(fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES }), (secret) => {
                const codename = new Codename(secret)
                for (const spelt of [codename.words(english), codename.words(russian), codename.characters()]) {
                    expect(parseCodename(spelt, lists).secret).toEqual(secret)
                }
                expect(parseCodename(codename.characters(), []).secret).toEqual(secret)
            }),
        )
    })

    it('is hardly ever taken with one character wrong', () => {
        const right = new Codename(new Uint8Array(SECRET_BYTES).fill(7)).characters().replaceAll('-', '')
        const wrong = Array.from(right, (character, at) => right.slice(0, at) + (character === '7' ? '8' : '7') + right.slice(at + 1))
        const taken = wrong.filter((typed) => {
            try {
                return Boolean(parseCodename(typed, []))
            } catch {
                return false
            }
        })
        expect(taken).toEqual([])
    })

    it.each(vectors<{ secret: string; typed: string }, { is_its_end: boolean }>('codename_end'))('is known by its end as in Python: $name', ({ given, expected }) => {
        const codename = new Codename(fromHex(given.secret))
        const ends = lists.map((list) => endsSo(given.typed, codename.characters(), codename.words(list)))
        expect(ends.includes(true)).toBe(expected.is_its_end)
    })

    it('is known by the end of its characters where it has no words', () => {
        const codename = new Codename(new Uint8Array(SECRET_BYTES).fill(7))
        expect(endsSo(codename.characters().slice(-5), codename.characters(), '')).toBe(true)
        expect(endsSo(codename.words(english).split(' ').slice(-2).join(' '), codename.characters(), '')).toBe(false)
    })

    it('is not shown when an object that holds it is printed', () => {
        expect(JSON.stringify({ codename: new Codename(new Uint8Array(SECRET_BYTES).fill(7)) })).toBe('{"codename":{}}')
    })
})

describe('the word lists', () => {
    it.each([english, russian])('hold 2,048 words that stay apart after folding', (...words) => {
        expect(new Set(words.map(fold)).size).toBe(2048)
    })

    it('are refused with one byte changed', async () => {
        const bytes = wordListBytes('en')
        bytes[0] = (bytes[0] ?? 0) ^ 1
        expect(await reasonOf(() => parseWordList(bytes, 'en'))).toBe('other_word_list')
    })
})
