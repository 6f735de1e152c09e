/** What the template tells the script, in the attributes of its form. */

import type { Language } from '../report.ts'

export interface Settings {
    /** The organisation's root key, `ssh-ed25519 …`. */
    readonly root: string
    readonly language: Language
    /** The largest archive that the intake takes. */
    readonly limitBytes: number
}

export function settingsOf(form: HTMLFormElement): Settings {
    const { root = '', language = 'ru', limitBytes = '0' } = form.dataset
    return { root, language: language as Language, limitBytes: Number(limitBytes) }
}
