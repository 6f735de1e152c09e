/** The worker's entry: gives the session the machine's effects and carries commands and events. */

import { systemClock, systemEntropy } from './effects.ts'
import { Session } from './session.ts'
import type { Command } from './talk.ts'

const session = new Session({
    origin: self.location.origin,
    fetch: self.fetch.bind(self),
    clock: systemClock,
    entropy: systemEntropy,
    tell: (event) => {
        self.postMessage(event)
    },
})

// Only the page that made this worker can send to it.
self.addEventListener('message', (message: MessageEvent<Command>) => {
    void session.obey(message.data)
})
