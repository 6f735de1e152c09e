/** The offline worker's entry. It runs from a Blob, under a policy that lets nothing out. */

import { systemClock, systemEntropy } from '../effects.ts'
import { OfflineSession } from './session.ts'
import type { Command } from './talk.ts'

const session = new OfflineSession({
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
