/** The page's entry: finds out which page this is and whether the browser can do what it takes. */

import { find, show } from './elements.ts'
import { forgetWhenLeft } from './leaving.ts'
import { MailboxPage } from './mailboxPage.ts'
import { ReportPage } from './reportPage.ts'
import { stopAsking } from './sending.ts'
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

/**
 * "Leave this page" is for somebody who comes through the door: no question, whatever is under way, and "back" does not
 * lead here again. Without script it is a plain link.
 */
function leaveAtOnce(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a.exit')) {
        link.addEventListener('click', (event) => {
            event.preventDefault()
            stopAsking()
            location.replace(link.href)
        })
    }
}

forgetWhenLeft()
leaveAtOnce()
const report = find('report', HTMLFormElement)
const mailbox = find('open-mailbox', HTMLFormElement)
if (report) start(report, (form) => new ReportPage(form))
if (mailbox) start(mailbox, (form) => new MailboxPage(form))
