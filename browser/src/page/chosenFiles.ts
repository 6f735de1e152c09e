/**
 * The chosen files: a list beside the input, because an input forgets its files at the next choice. Each says what it tells
 * beside what it shows, and goes without that unless the reporter says that it is evidence.
 *
 * Rules:
 * * What nobody could look into goes only if the reporter says so.
 * * What was found after they pressed "send" is shown before it goes: they have not seen it yet.
 */

import { CleanerLink } from './cleanerLink.ts'
import { takeDrops } from './dropping.ts'
import { clone, load, part } from './elements.ts'
import type { Texts } from './texts.ts'
import type { ChosenFile } from '../attachments.ts'
import type { Problem } from './problems.ts'
import type { Finding, Inspected } from '../cleaning/clean.ts'

/** With these nothing is left to think about. */
const HARMLESS: readonly Finding[] = ['cleaned', 'plain', 'other']

interface Entry {
    readonly file: File
    /** `undefined` while the cleaner looks into it. */
    inspected: Inspected | undefined
    /** Hidden data stays in it. */
    isWhole: boolean
}

export class ChosenFiles {
    readonly #texts: Texts
    readonly #input: HTMLInputElement
    readonly #list = load('chosen-files', HTMLElement)
    readonly #cleaner = new CleanerLink()
    #entries: readonly Entry[] = []
    #looking: Promise<unknown> = Promise.resolve()

    constructor(form: HTMLFormElement, texts: Texts) {
        const input = form.elements.namedItem('attachments')
        if (!(input instanceof HTMLInputElement)) throw new Error('the form takes no files')
        this.#texts = texts
        this.#input = input
        input.addEventListener('change', () => {
            this.#add(input.files ?? [])
            input.value = ''
        })
        takeDrops((files) => {
            if (!input.closest('[hidden]')) this.#add(files)
        })
    }

    /** What goes out, and what must be thought about first, once every file was looked into. */
    async settled(): Promise<{ readonly files: readonly ChosenFile[]; readonly problems: readonly Problem[] }> {
        const unseen = this.#entries.filter((entry) => !entry.inspected || isUnknown(entry))
        for (const entry of unseen) if (entry.inspected) this.#look(entry) // the line may be better now
        await this.#looked()
        const files = this.#entries.map((entry, index) => {
            const { file, inspected, isWhole } = entry
            const isCleaned = !isWhole && inspected?.cleaned
            return { name: isCleaned ? cleanName(file, index) : file.name, type: file.type, content: isCleaned || file }
        })
        const isNew = unseen.some(({ inspected }) => inspected && !HARMLESS.includes(inspected.finding))
        const key = this.#entries.some(isUnknown) ? 'error_attachments_unknown' : isNew ? 'error_attachments_look' : undefined
        return { files, problems: key ? [{ field: 'attachments', words: this.#texts.get(key) }] : [] }
    }

    /** Until every file was looked into. Meanwhile the button cannot be pressed, and each file says why. */
    async #looked(): Promise<void> {
        const button = this.#input.form?.querySelector<HTMLButtonElement>('button[type=submit]')
        let looking: unknown
        do {
            looking = this.#looking
            if (button) button.disabled = this.#entries.some(({ inspected }) => !inspected)
            await looking
        } while (looking !== this.#looking) // others were chosen meanwhile
        if (button) button.disabled = false
    }

    clear(): void {
        this.#entries = []
        this.#show()
    }

    #add(files: Iterable<File>): void {
        for (const file of files) {
            if (this.#entries.some((kept) => isSame(kept.file, file))) continue
            const entry: Entry = { file, inspected: undefined, isWhole: false }
            this.#entries = [...this.#entries, entry]
            this.#look(entry)
        }
        this.#show()
    }

    #look(entry: Entry): void {
        entry.inspected = undefined
        this.#show()
        const looked = this.#cleaner.inspect(entry.file).then((inspected) => {
            entry.inspected = inspected
            this.#show()
        })
        this.#looking = Promise.all([this.#looking, looked])
    }

    #show(): void {
        this.#list.hidden = this.#entries.length === 0
        this.#list.setAttribute('aria-busy', String(this.#entries.some(({ inspected }) => !inspected)))
        this.#list.replaceChildren(...this.#entries.map((entry, index) => this.#item(entry, index)))
    }

    #item(entry: Entry, index: number): HTMLElement {
        const { file, inspected } = entry
        const item = clone('chosen-file')
        part(item, 'name', HTMLElement).textContent = file.name
        part(item, 'size', HTMLElement).textContent = this.#texts.size(file.size)
        part(item, 'hidden-data', HTMLElement).textContent = this.#texts.get(`file_${inspected?.finding ?? 'looking'}`, { name: cleanName(file, index) })
        const choice = part(item, 'evidence', HTMLElement)
        choice.hidden = !inspected?.cleaned && inspected?.finding !== 'unknown'
        const box = part(choice, 'box', HTMLInputElement)
        box.checked = entry.isWhole
        box.addEventListener('change', () => {
            entry.isWhole = box.checked
        })
        const remove = part(item, 'remove', HTMLButtonElement)
        remove.setAttribute('aria-label', this.#texts.get('remove_file', { name: file.name }))
        remove.addEventListener('click', () => {
            this.#entries = this.#entries.filter((kept) => kept !== entry)
            this.#show()
            this.#input.focus()
        })
        return item
    }
}

/** Nobody could look into it, and the reporter has not said that it may go nevertheless. */
function isUnknown({ inspected, isWhole }: Entry): boolean {
    return inspected?.finding === 'unknown' && !isWhole
}

/** Phones and programs write day, second and device into a name: a cleaned picture goes under another. */
function cleanName({ name }: File, index: number): string {
    const [ending = ''] = /\.(?:jpe?g|png|webp)$/i.exec(name) ?? []
    return `photo-${String(index + 1).padStart(3, '0')}${ending.toLowerCase()}`
}

/** The same file chosen twice is one file. */
function isSame(one: File, other: File): boolean {
    return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
}
