import { describe, expect, it } from 'vitest'
import { findMailbox, sealedFileName } from '../src/sealedFileName.ts'

const MAILBOX = '5wxob3hvm5jztavilon4k323xdll3diw'

describe('the name of a sealed file', () => {
    it.each([
        ['as it was saved', sealedFileName(MAILBOX)],
        ['of a second copy', `report-${MAILBOX} (1).age`],
        ['in capitals', `REPORT-${MAILBOX.toUpperCase()}.AGE`],
        ['with words around', `мой файл ${MAILBOX}_${MAILBOX}.age`],
        ['without anything else', MAILBOX],
    ])('%s says the mailbox', (_, name) => {
        expect(findMailbox(name)).toBe(MAILBOX)
    })

    it.each([
        ['none', 'report.age'],
        ['one that is cut', `report-${MAILBOX.slice(1)}.age`],
        ['one that is too long', `report-${MAILBOX}a.age`],
        ['two', `${MAILBOX} ${MAILBOX.replace('5', '6')}`],
        ['one with a digit that does not exist', `report-${MAILBOX.replace('5', '1')}.age`],
    ])('with %s says nothing', (_, name) => {
        expect(findMailbox(name)).toBeUndefined()
    })
})
