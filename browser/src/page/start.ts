/**
 * Whether a page may begin: not inside another site's page, and not in a browser that cannot do it.
 *
 * Spec: docs/adr/0022, docs/adr/0024.
 *
 * The forms are hidden, and their buttons do nothing, until a script has them in hand: a page that does not begin has nothing
 * to type into, and sends nothing by itself. The panel `waiting` says so until this module has run.
 */

import { isAble } from '../abilities.ts'
import { settingsOf } from './settings.ts'
import { show } from './elements.ts'
import { Texts } from './texts.ts'
import { showTrouble } from './troubles.ts'
import type { TroubleKind } from '../talk.ts'

/** Begin, or say why not. */
export function start(form: HTMLFormElement | undefined, begin: (form: HTMLFormElement) => void): void {
    if (!form) return
    const refuse = (kind: TroubleKind): void => {
        showTrouble(new Texts(settingsOf(form).language), { kind, fileName: '' })
    }
    show('waiting', false)
    show('preparing', true)
    // Headers forbid it, too; but proxies strip headers.
    if (window.top !== window) {
        refuse('framed')
        return
    }
    try {
        if (!isAble()) throw new TypeError('not in this browser')
        begin(form)
        for (const button of document.querySelectorAll<HTMLButtonElement>('[type=submit]')) button.disabled = false
    } catch {
        // Whatever is missing: nobody may sit before a page that does nothing.
        refuse('browser')
    }
}
