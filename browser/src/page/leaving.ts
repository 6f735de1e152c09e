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

/**
 * "Leave this page" is for somebody who comes through the door: no question, whatever is under way, and "back" does not
 * lead here again. Without script it is a plain link.
 */
export function leaveAtOnce(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a.exit')) {
        link.addEventListener('click', (event) => {
            event.preventDefault()
            stopAsking()
            location.replace(link.href)
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
