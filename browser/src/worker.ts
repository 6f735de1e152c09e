/** The entry of the report page's worker: gives the session the machine's effects and carries commands and events. */

import { isAble } from './abilities.ts'
import { systemClock, systemEntropy } from './effects.ts'
import { ReportSession } from './reportSession.ts'
import type { ReportCommand } from './talk.ts'

// The page hears that this failed, before anything is typed.
if (!isAble()) throw new Error('not in this browser')

const session = new ReportSession({
    origin: self.location.origin,
    fetch: self.fetch.bind(self),
    clock: systemClock,
    entropy: systemEntropy,
    tell: (event) => {
        self.postMessage(event)
    },
})

// Only the page that made this worker can send to it.
self.addEventListener('message', (message: MessageEvent<ReportCommand>) => {
    void session.obey(message.data)
})
