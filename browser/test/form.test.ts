import { describe, expect, it } from 'vitest'
import { problemsOf, readReport } from '../src/page/form.ts'
import { MAX_ATTACHMENTS } from '../src/attachments.ts'
import { MAX_ARCHIVE_BYTES } from '../src/ladder.ts'

function form(values: Readonly<Record<string, string>>): FormData {
    const data = new FormData()
    for (const [name, value] of Object.entries(values)) data.append(name, value)
    return data
}

const keys = (...found: Parameters<typeof problemsOf>) => problemsOf(...found).map(({ field, key }) => `${field}: ${key}`)
const file = (size: number, name = 'a') => ({ name, size })

describe('the form', () => {
    it('is read as a report: what is empty was not answered', () => {
        const draft = readReport(form({ text: 'а\r\nб', category: 'bribe', region: '', place: '  Ақтау ', paid: 'yes', knowers: 'nobody', consent_to: 'any', secrecy: 'yes', do_not_use: 'фото' }), 'kk')
        expect(draft).toEqual({
            kind: 'report',
            language: 'kk',
            text: 'а\nб',
            answers: { category: 'bribe', place: 'Ақтау', paid: 'yes' },
            consent: { to: 'any', secrecy: true, doNotUse: 'фото' },
        })
    })

    it('passes nothing on where nothing was chosen', () => {
        expect(readReport(form({ text: 'x' }), 'ru').consent).toEqual({ to: 'none', secrecy: false, doNotUse: '' })
    })

    it.each(['', ' ', '\n\t\u00a0', '\u200b\u2060\ufeff', '\u0085\u001c'])('needs words: %j', (text) => {
        expect(keys({ text }, [], MAX_ARCHIVE_BYTES)).toEqual(['text: error_text_empty'])
    })

    it('tells a long answer, counted in characters', () => {
        expect(keys({ text: 'x', answers: { place: '😀'.repeat(2_000) } }, [], MAX_ARCHIVE_BYTES)).toEqual([])
        expect(keys({ text: 'x', answers: { place: '😀'.repeat(2_001) } }, [], MAX_ARCHIVE_BYTES)).toEqual(['place: error_answer_long'])
    })

    it('tells a text that does not fit', () => {
        expect(keys({ text: 'ж'.repeat(500_000) }, [], MAX_ARCHIVE_BYTES)).toEqual([])
        expect(keys({ text: 'ж'.repeat(520_000) }, [], MAX_ARCHIVE_BYTES)).toEqual(['text: error_text_long'])
        expect(keys({ text: '\n'.repeat(300_000) + 'x' }, [], MAX_ARCHIVE_BYTES)).toEqual([])
    })

    it('tells too many files, and files too large for the last rung below the limit', () => {
        const many = Array.from({ length: MAX_ATTACHMENTS + 1 }, () => file(1))
        expect(keys({ text: 'x' }, many, MAX_ARCHIVE_BYTES)).toEqual(['attachments: error_attachments_many'])
        expect(keys({ text: 'x' }, many.slice(1), MAX_ARCHIVE_BYTES)).toEqual([])
        expect(keys({ text: 'x' }, [file(MAX_ARCHIVE_BYTES - 20_000)], MAX_ARCHIVE_BYTES)).toEqual([])
        expect(keys({ text: 'x' }, [file(MAX_ARCHIVE_BYTES)], MAX_ARCHIVE_BYTES)).toEqual(['attachments: error_attachments_large'])
        // 1,000,000 lies between the rungs 917,504 and 1,048,576
        expect(keys({ text: 'x' }, [file(920_000)], 1_000_000)).toEqual(['attachments: error_attachments_large'])
        expect(keys({ text: 'x' }, [file(890_000)], 1_000_000)).toEqual([])
    })
})
