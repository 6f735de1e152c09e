/** The entry of the mailbox page's worker: gives the session the machine's effects and carries commands and events. */

import { systemClock, systemEntropy } from './effects.ts'
import { MailboxSession } from './mailboxSession.ts'
import type { MailboxCommand } from './talk.ts'

const session = new MailboxSession({
    origin: self.location.origin,
    fetch: self.fetch.bind(self),
    clock: systemClock,
    entropy: systemEntropy,
    tell: (event) => {
        self.postMessage(event)
    },
})

// Only the page that made this worker can send to it.
self.addEventListener('message', (message: MessageEvent<MailboxCommand>) => {
    void session.obey(message.data)
})
