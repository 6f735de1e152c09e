/** The entry of the mailbox's page. */

import { find } from './elements.ts'
import { forgetWhenLeft, leaveAtOnce } from './leaving.ts'
import { MailboxPage } from './mailboxPage.ts'
import { start } from './start.ts'
import { askBeforeLosing } from './typed.ts'

forgetWhenLeft()
leaveAtOnce()
start(find('open-mailbox', HTMLFormElement), (form) => {
    askBeforeLosing()
    new MailboxPage(form)
})
