/**
 * The chosen files: a list beside the input, because an input forgets its files at the next choice.
 */

import { clone, load, part } from './elements.ts'
import type { Texts } from './texts.ts'

export class ChosenFiles {
    readonly #texts: Texts
    readonly #input: HTMLInputElement
    readonly #list = load('chosen-files', HTMLElement)
    #files: readonly File[] = []

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

    get files(): readonly File[] {
        return this.#files
    }

    clear(): void {
        this.#files = []
        this.#show()
    }

    /** The same file chosen twice is one file. */
    #add(file: File): void {
        const isSame = (kept: File) => kept.name === file.name && kept.size === file.size && kept.lastModified === file.lastModified
        if (!this.#files.some(isSame)) this.#files = [...this.#files, file]
    }

    #show(): void {
        this.#list.hidden = this.#files.length === 0
        this.#list.replaceChildren(...this.#files.map((file) => this.#item(file)))
    }

    #item(file: File): HTMLElement {
        const item = clone('chosen-file')
        part(item, 'name', HTMLElement).textContent = file.name
        part(item, 'size', HTMLElement).textContent = this.#texts.size(file.size)
        const remove = part(item, 'remove', HTMLButtonElement)
        remove.setAttribute('aria-label', this.#texts.get('remove_file', { name: file.name }))
        remove.addEventListener('click', () => {
            this.#files = this.#files.filter((kept) => kept !== file)
            this.#show()
            this.#input.focus()
        })
        return item
    }
}
