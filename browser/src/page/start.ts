/** The beginning of a page that needs its worker: whether the browser can do what it takes. */

import { show } from './elements.ts'
import { settingsOf } from './settings.ts'
import { Texts } from './texts.ts'
import { showTrouble } from './troubles.ts'

export function start(form: HTMLFormElement | undefined, begin: (form: HTMLFormElement) => void): void {
    if (!form) return
    const isAble = [globalThis.Worker, globalThis.TransformStream, globalThis.BigInt].every((part) => typeof part === 'function')
    if (isAble) {
        show('preparing', true)
        begin(form)
    } else {
        showTrouble(new Texts(settingsOf(form).language), { kind: 'browser', fileName: '' })
    }
}
