import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { revealingIn } from '../src/page/revealing.ts'

const found = (text: string) => revealingIn(text).map(({ kind, text: words }) => `${kind}: ${words}`)

describe('an IIN', () => {
    // Born in the 1890s: nobody living has these.
    it.each(['990101100000', '980730200213', '991231100109', '951215206235', '960229100001', '990115 100116', '990115\u00a0100116', '990115-100116'])('%s is found', (iin) => {
        expect(found(`Мой ИИН ${iin}, пишите`)).toContain(`iin: ${iin}`)
        expect(found(iin)).toEqual([`iin: ${iin}`])
    })

    it.each([
        ['no check digit exists for it', '990101100105'],
        ['a wrong check digit', '990115100117'],
        ['digits swapped', '990115100161'],
        ['an impossible day', '000000000000'],
        ['month 13', '991301100000'],
        ['30 February', '950230100005'],
        ['29 February of no leap year', '950229100000'],
        ['digit 7 out of range', '990101700009'],
        ['eleven digits', '99011510011'],
        ['thirteen digits', '9901151001161'],
        ['a letter for a digit', '99O115100116'],
        ['digits of another script', '٩٩٠١١٥١٠٠١١٦'],
        ['a firm’s BIN', '700552477314'],
    ])('is not seen in %s', (_, text) => {
        expect(found(`Договор ${text} от мая`)).toEqual([])
    })
})

describe('a phone number', () => {
    it.each(['+7 (700) 000-00-45', '+77000000045', '8 700 000 00 45', '8-700-000-00-45', '87000000045', '8 (700) 000-00-45', '+7\u2011700\u2011000\u201100\u201145'])('%s is found', (phone) => {
        expect(found(`позвоните ${phone}.`)).toEqual([`phone: ${phone}`])
    })

    it('is found in a link', () => {
        expect(found('wa.me/77000000045')).toEqual(['phone: 77000000045'])
    })

    it.each(['+7 900 000 00 45', '8 700 000 004', '12345678770000000450', '187 400 000 тенге', '00000101-ЗЦП1', '2026-03-10'])('is not seen in %s', (text) => {
        expect(found(text)).toEqual([])
    })
})

describe('an e-mail address', () => {
    it.each(['a@b.kz', 'Имя.Фамилия+x@почта.қаз'])('%s is found', (email) => {
        expect(found(`пишите на ${email}!`)).toEqual([`email: ${email}`])
    })

    it.each(['@nickname', 'a@b', 'цена 5@'])('is not seen in %s', (text) => {
        expect(found(text)).toEqual([])
    })
})

describe('words about oneself', () => {
    it.each([
        ['Меня зовут Имярек.', 'Меня зовут'],
        ['Менің атым — Мысал', 'Менің атым'],
        ['My name is nobody', 'My name is'],
        ['тогда я работаю в акимате', 'я работаю'],
        ['мой начальник сказал', 'мой начальник'],
        ['Менің бастығым айтты', 'Менің бастығым'],
        ['Мен бухгалтер болып жұмыс істеймін', 'Мен бухгалтер болып жұмыс істеймін'],
        ['об этом знал только я', 'знал только я'],
        ['Бұны тек мен ғана көрдім', 'тек мен ғана'],
        ['only I knew', 'only I knew'],
        ['моё имя никому', 'моё имя'],
    ])('%s', (text, words) => {
        expect(found(text)).toEqual([`words: ${words}`])
    })

    it.each(['Директора зовут Имярек', 'Начальник отдела взял деньги', 'имя мое', 'разведка', 'Тендер менеджменті'])('are not seen in: %s', (text) => {
        expect(found(text)).toEqual([])
    })
})

describe('a text', () => {
    it('names each thing once, five at most, and keeps their spelling', () => {
        expect(found('a@b.kz A@B.KZ a@b.kz')).toEqual(['email: a@b.kz'])
        expect(found(Array.from({ length: 9 }, (_, index) => `a${index}@b.kz`).join(' '))).toHaveLength(5)
    })

    it('of any kind is read, and quickly', () => {
        fc.assert(
            fc.property(fc.string({ unit: 'grapheme' }), (text) => {
                for (const { text: words } of revealingIn(text)) expect(text.normalize('NFC')).toContain(words)
            }),
        )
        for (const long of ['1 '.repeat(300_000), 'a'.repeat(600_000), '8 7'.repeat(200_000), 'мен '.repeat(150_000), 'a.'.repeat(300_000), '@a.'.repeat(200_000)]) {
            expect(revealingIn(long).length).toBeLessThanOrEqual(5) // a pattern that explodes takes minutes
        }
    })
})
