/** The entry of the mailbox page's worker. */

import { MailboxSession } from './mailboxSession.ts'
import { begin } from './workerEntry.ts'

begin(MailboxSession)
