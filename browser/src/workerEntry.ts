/** How a worker that holds keys begins: it gives its session the machine's effects and carries commands and events. */

import { isAble } from './abilities.ts'
import { systemClock, systemEntropy } from './effects.ts'
import type { Session, SessionEffects } from './session.ts'
import type { Command } from './talk.ts'

/** Obey the page with a session of this kind. Throws where the browser lacks something: the page hears it before anything is typed. */
export function begin<Own extends Command>(SessionOfPage: new (effects: SessionEffects) => Session<Own>): void {
    if (!isAble()) throw new Error('not in this browser')
    const session = new SessionOfPage({
        origin: self.location.origin,
        fetch: self.fetch.bind(self),
        clock: systemClock,
        entropy: systemEntropy,
        tell: (event) => {
            self.postMessage(event)
        },
    })
    // Only the page that made this worker can send to it.
    self.addEventListener('message', (message: MessageEvent<Own>) => {
        void session.obey(message.data)
    })
}
