/** The cleaner's entry: a worker of its own, so that the one with the keys never parses a file, and a page without files does not load it. */

import { inspect } from './cleaning/clean.ts'
import type { Question } from './page/cleanerLink.ts'

// Only the page that made this worker can send to it.
self.addEventListener('message', ({ data: { id, file } }: MessageEvent<Question>) => {
    inspect(file).then(
        (inspected) => {
            self.postMessage({ id, inspected })
        },
        () => {
            self.postMessage({ id, inspected: null }) // the file cannot be read: sending it will say so
        },
    )
})
