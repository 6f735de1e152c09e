import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Codename, parseCodename, SECRET_BYTES } from '../src/codename.ts'
import { UnknownWordError } from '../src/errors.ts'
import { endsSo, fold } from '../src/spelling.ts'
import { parseWordList } from '../src/words.ts'
import { reasonOf, toHex, vectors } from './vectors.ts'
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

    it.each([
        ['two words', 'sausage worth', true],
        ['their first letters, in capitals', 'SAUS, wort', true],
        ['all ten words', 'abandon ribbon canal legal winner thank year wave sausage worth', true],
        ['five characters', 'Z6JCE', true],
        ['more characters, look-alikes, no dashes', 'OT9R-pdw3hz6jсe', true],
        ['one word alone', 'worth', false],
        ['two words in another order', 'worth sausage', false],
        ['another word', 'sausage worry', false],
        ['eleven words', 'x abandon ribbon canal legal winner thank year wave sausage worth', false],
        ['four characters alone', '6JCE', false],
        ['another character', 'Z6JCF', false],
        ['its beginning', '7KQ2-M4XV', false],
        ['nothing', ' - ', false],
    ])('is known by its end: %s', (_, typed, isItsEnd) => {
        const words = 'abandon ribbon canal legal winner thank year wave sausage worth'
        expect(endsSo(typed, '7KQ2-M4XV-0T9R-PDW3H-Z6JCE', words)).toBe(isItsEnd)
        if (typed === 'sausage worth') expect(endsSo(typed, '7KQ2-M4XV-0T9R-PDW3H-Z6JCE', '')).toBe(false)
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
