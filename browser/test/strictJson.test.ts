import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedError } from '../src/errors.ts'
import { Members, parseDocument, parseJson, type Json } from '../src/strictJson.ts'
import { reasonOf } from './vectors.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** As JSON.parse would have it. */
function plain(value: Json): unknown {
    if (value instanceof Map) return Object.fromEntries([...(value as ReadonlyMap<string, Json>)].map(([name, member]) => [name, plain(member)]))
    return Array.isArray(value) ? (value as Json[]).map(plain) : value
}

describe('strict JSON', () => {
    it('reads what JSON.parse reads, as long as numbers are whole', () => {
        const whole = fc.letrec((tie) => ({
            value: fc.oneof({ maxDepth: 4 }, fc.string({ unit: 'grapheme' }), fc.maxSafeInteger().filter((number) => !Object.is(number, -0)), fc.boolean(), fc.constant(null), fc.array(tie('value')), fc.dictionary(fc.string().filter((name) => name !== '__proto__'), tie('value'))),
        })).value
        fc.assert(
            fc.property(whole, fc.constantFrom(0, 1, '\t'), (value, space) => {
                const text = JSON.stringify(value, null, space)
                expect(plain(parseJson(bytes(text)))).toEqual(JSON.parse(text))
            }),
        )
    })

    it('throws its own error alone', () => {
        fc.assert(
            fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\u0019.eE-+tnf ')) }), (text) => {
                try {
                    parseJson(bytes(text))
                } catch (error) {
                    expect(error).toBeInstanceOf(MalformedError)
                    return
                }
                expect(() => JSON.parse(text) as unknown).not.toThrow()
            }),
        )
    })

    it.each([
        ['{"a":1,"a":1}', 'duplicate_member'],
        ['{"a":1,"\\u0061":1}', 'duplicate_member'],
        ['1.0', 'not_an_integer'],
        ['1e3', 'not_an_integer'],
        ['-0', 'not_an_integer'],
        ['99999999999999999', 'not_an_integer'],
        ['01', 'not_json'],
        ['"\\ud800"', 'not_json'],
        ['\ufeff{}', 'not_json'],
        ['{} x', 'not_json'],
        ['{"a":1,}', 'not_json'],
        ['[1,]', 'not_json'],
        ['"a\nb"', 'not_json'],
        ['', 'not_json'],
        ['[['.repeat(40), 'not_json'],
        ['NaN', 'not_json'],
    ])('refuses %j', async (text, reason) => {
        expect(await reasonOf(() => parseJson(bytes(text)))).toBe(reason)
    })

    it('refuses what is not UTF-8', async () => {
        expect(await reasonOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('not_json')
    })
})

describe('members', () => {
    const members = (text: string) => new Members(parseJson(bytes(text)))

    it.each([
        ['[]', 'not_an_object'],
        ['{}', 'a_missing'],
        ['{"a":"x"}', 'a_wrong'],
        ['{"a":true}', 'a_wrong'],
        ['{"a":0}', 'a_out_of_range'],
        ['{"a":9007199254740993}', 'a_out_of_range'],
        ['{"a":1,"b":1}', 'unknown_member'],
        ['{"a":1}', null],
    ])('of %j', async (text, reason) => {
        const found = await reasonOf(() => {
            const object = members(text)
            object.integer('a', 1)
            object.finish()
        })
        expect(found).toBe(reason)
    })

    it('count characters, not their halves', async () => {
        expect(await reasonOf(() => members('{"a":"😀😀"}').string('a', 2))).toBeNull()
        expect(await reasonOf(() => members('{"a":"😀😀"}').string('a', 1))).toBe('a_too_long')
    })

    it('refuse another format by name', async () => {
        expect(await reasonOf(() => parseDocument(bytes('{"format":"debunker-x/2"}'), 'debunker-x/1'))).toBe('unknown_format')
    })
})
