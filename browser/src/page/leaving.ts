/** What becomes of a page that is left. */

/**
 * Browsers may keep a page that was left, to bring it back at once. Whoever presses "back" on this device must find
 * neither codename nor report: what is left is emptied, and what comes back starts anew.
 */
export function forgetWhenLeft(): void {
    addEventListener('pagehide', () => {
        document.body.replaceChildren()
    })
    addEventListener('pageshow', (event) => {
        if (event.persisted) location.reload()
    })
}

/** Three: one closes a list or a question, and must not cost what was typed. */
const ESCAPES = 3
const ESCAPES_WITHIN_MILLISECONDS = 2_000

/**
 * "Leave quickly" is for somebody who comes through the door: no question, whatever is under way, and "back" does not
 * lead here again. Without script it is a plain link. The key Escape, pressed three times in a row, does the same.
 */
export function leaveAtOnce(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a.exit')) {
        const leave = (): void => {
            stopAsking()
            location.replace(link.href)
        }
        link.addEventListener('click', (event) => {
            event.preventDefault()
            leave()
        })
        let pressedAt: number[] = []
        addEventListener('keydown', ({ key, repeat, timeStamp }) => {
            if (repeat) return // held down is once
            pressedAt = key === 'Escape' ? [...pressedAt, timeStamp].slice(-ESCAPES) : []
            const [first] = pressedAt
            if (first !== undefined && pressedAt.length === ESCAPES && timeStamp - first <= ESCAPES_WITHIN_MILLISECONDS) leave()
        })
    }
}

/** From now on the browser asks before this page goes, because something would be lost for good. */
export function startAsking(): void {
    addEventListener('beforeunload', askBeforeLeaving)
}

/** From now on the page may be left without a question. */
export function stopAsking(): void {
    removeEventListener('beforeunload', askBeforeLeaving)
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
    event.preventDefault()
}
