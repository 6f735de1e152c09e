/**
 * What was typed is nowhere but on the page, and our own links would throw it away: to another language, to help. So the
 * page asks first. Whoever leaves by the exit, or closes the page, is never asked: that must go at once.
 */

import { load, part } from './elements.ts'

const TYPED = 'form:not([hidden]) :is(textarea:not(#codename), input[type=text])'
const CHOSEN = 'form:not([hidden]) #chosen-files > li'

/** From now on links ask when something would be lost. */
export function askBeforeLosing(): void {
    const dialog = load('confirm-leave', HTMLDialogElement)
    let target = ''
    addEventListener('click', (event) => {
        const link = event.target instanceof Element ? event.target.closest('a') : null
        if (!link || !leadsAway(link, event) || !isAnythingTyped()) return
        event.preventDefault()
        target = link.href
        dialog.showModal()
    })
    part(dialog, 'back', HTMLButtonElement).addEventListener('click', () => {
        dialog.close()
    })
    part(dialog, 'confirm', HTMLButtonElement).addEventListener('click', () => {
        location.assign(target)
    })
}

function leadsAway(link: HTMLAnchorElement, { ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
    const isAnotherTab = link.target === '_blank' || ctrlKey || metaKey || shiftKey
    return !isAnotherTab && !link.classList.contains('exit') && link.pathname !== location.pathname
}

function isAnythingTyped(): boolean {
    const typed = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(TYPED)
    return [...typed].some(({ value }) => value.trim() !== '') || document.querySelector(CHOSEN) !== null
}
