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

export function askBeforeLeaving(event: BeforeUnloadEvent): void {
    event.preventDefault()
}
