/** The page's entry: finds out which page this is and whether the browser can do what it takes. */

import { find, show } from './elements.ts'
import { forgetWhenLeft, leaveAtOnce } from './leaving.ts'
import { MailboxPage } from './mailboxPage.ts'
import { ReportPage } from './reportPage.ts'
import { settingsOf } from './settings.ts'
import { Texts } from './texts.ts'
import { askBeforeLosing } from './typed.ts'
import { showTrouble } from './troubles.ts'

function start(form: HTMLFormElement, open: (form: HTMLFormElement) => unknown): void {
    const isAble = [globalThis.Worker, globalThis.TransformStream, globalThis.BigInt].every((part) => typeof part === 'function')
    if (isAble) {
        show('preparing', true)
        askBeforeLosing()
        open(form)
    } else {
        showTrouble(new Texts(settingsOf(form).language), { kind: 'browser', fileName: '' })
    }
}

forgetWhenLeft()
leaveAtOnce()
const report = find('report', HTMLFormElement)
const mailbox = find('open-mailbox', HTMLFormElement)
if (report) start(report, (form) => new ReportPage(form))
if (mailbox) start(mailbox, (form) => new MailboxPage(form))
