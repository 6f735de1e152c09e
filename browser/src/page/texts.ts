/**
 * Words for people: whole sentences from the page's own template, in its language.
 *
 * Values stand only behind a colon, so that no language has to bend them.
 */

import { load } from './elements.ts'
import type { Language } from '../report.ts'

export class Texts {
    readonly language: Language
    /** For numbers. Some browsers claim to know Kazakh, and write English; its numbers are written as in Russian. */
    readonly #locale: 'ru' | 'en'
    readonly #texts: ReadonlyMap<string, string>

    constructor(language: Language) {
        const lines = load('texts', HTMLTemplateElement).content.querySelectorAll<HTMLElement>('[data-text]')
        this.language = language
        this.#locale = language === 'en' ? 'en' : 'ru'
        this.#texts = new Map([...lines].map((line) => [line.dataset['text'] ?? '', line.textContent.trim()]))
    }

    get(key: string, values: Readonly<Record<string, string>> = {}): string {
        const text = this.find(key, values)
        if (text === undefined) throw new Error(`the page has no text ${key}`)
        return text
    }

    /** A text that not every page, or not every case, has. */
    find(key: string, values: Readonly<Record<string, string>> = {}): string | undefined {
        return this.#texts.get(key)?.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole)
    }

    number(value: number): string {
        return new Intl.NumberFormat(this.#locale).format(value)
    }

    percent(share: number): string {
        return new Intl.NumberFormat(this.#locale, { style: 'percent' }).format(share)
    }

    /** A file's size in the largest unit that gives at least one. */
    size(bytes: number): string {
        return this.#bytes(bytes, '')
    }

    speed(bytesPerSecond: number): string {
        return this.#bytes(bytesPerSecond, '-per-second')
    }

    /** Whole minutes, at least one: nobody is helped by seconds that jump. */
    minutes(seconds: number): string {
        const format = { style: 'unit', unit: 'minute' } as const
        return new Intl.NumberFormat(this.#locale, format).format(Math.max(1, Math.ceil(seconds / 60)))
    }

    #bytes(bytes: number, per: string): string {
        const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
        const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
        const format = { style: 'unit', unit: `${units[step] ?? 'byte'}${per}`, maximumFractionDigits: step > 1 ? 1 : 0 } as const
        return new Intl.NumberFormat(this.#locale, format).format(bytes / 1000 ** step)
    }

    /** The day of a moment where this device is, as its owner sees it on the clock. */
    date(moment: Date): string {
        const figures = [moment.getDate(), moment.getMonth() + 1, moment.getFullYear()]
        return figures.map((figure) => String(figure).padStart(2, '0')).join('.')
    }

    /** A day, in figures, as on the pages without script. */
    day(day: string): string {
        return day.split('-').reverse().join('.')
    }
}
