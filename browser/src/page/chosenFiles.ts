/**
 * The chosen files: a list beside the input, because an input forgets its files at the next choice. Each says what it tells
 * beside what it shows, and goes without that unless the reporter says that it is evidence.
 */

import { CleanerLink } from './cleanerLink.ts'
import { clone, load, part } from './elements.ts'
import type { Texts } from './texts.ts'
import type { ChosenFile } from '../attachments.ts'
import type { Inspected } from '../cleaning/clean.ts'

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
            for (const file of input.files ?? []) this.#add(file)
            input.value = ''
            this.#show()
        })
    }

    /** What goes out, once every file was looked into. */
    async settled(): Promise<readonly ChosenFile[]> {
        let looking: unknown
        do {
            looking = this.#looking
            await looking
        } while (looking !== this.#looking) // others were chosen meanwhile
        return this.#entries.map(({ file, inspected, isWhole }) => {
            const { name, type } = file
            return { name, type, content: isWhole ? file : (inspected?.cleaned ?? file) }
        })
    }

    clear(): void {
        this.#entries = []
        this.#show()
    }

    /** The same file chosen twice is one file. */
    #add(file: File): void {
        const isSame = ({ file: kept }: Entry) => kept.name === file.name && kept.size === file.size && kept.lastModified === file.lastModified
        if (this.#entries.some(isSame)) return
        const entry: Entry = { file, inspected: undefined, isWhole: false }
        this.#entries = [...this.#entries, entry]
        const looked = this.#cleaner.inspect(file).then((inspected) => {
            entry.inspected = inspected
            this.#show()
        })
        this.#looking = Promise.all([this.#looking, looked])
    }

    #show(): void {
        this.#list.hidden = this.#entries.length === 0
        this.#list.replaceChildren(...this.#entries.map((entry) => this.#item(entry)))
    }

    #item(entry: Entry): HTMLElement {
        const { file, inspected } = entry
        const item = clone('chosen-file')
        part(item, 'name', HTMLElement).textContent = file.name
        part(item, 'size', HTMLElement).textContent = this.#texts.size(file.size)
        if (inspected) part(item, 'hidden-data', HTMLElement).textContent = this.#texts.get(`file_${inspected.finding}`)
        const choice = part(item, 'evidence', HTMLElement)
        choice.hidden = !inspected?.cleaned
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
