/**
 * The offline page's entry: the same questions as on the site, and in the end a sealed file instead of an upload.
 *
 * It holds no key and no rule of the protocol; see session.ts.
 */

import { ChosenFiles } from '../page/chosenFiles.ts'
import { find, focus, load, show } from '../page/elements.ts'
import { problemsOf, readReport, sizeOf } from '../page/form.ts'
import { forgetWhenLeft, startAsking, stopAsking } from '../page/leaving.ts'
import { PaperCheck } from '../page/paperCheck.ts'
import { inWords, showProblems } from '../page/problems.ts'
import { RevealingNotice } from '../page/revealingNotice.ts'
import { settingsOf, type Settings } from '../page/settings.ts'
import { spell } from '../page/spelt.ts'
import { start } from '../page/start.ts'
import { Texts } from '../page/texts.ts'
import { systemClock } from '../effects.ts'
import { sealedFileName } from '../sealedFileName.ts'
import { embeddedDirectory, embeddedWords, workerAt } from './embedded.ts'
import { readChosenDirectory } from './chosenDirectory.ts'
import type { Command, Event, Sealed, Trouble, TroubleKind } from './talk.ts'

class OfflinePage {
    readonly #form: HTMLFormElement
    readonly #settings: Settings
    readonly #texts: Texts
    readonly #files: ChosenFiles
    readonly #revealing: RevealingNotice
    readonly #worker: Worker
    readonly #paper = new PaperCheck()
    #isSealing = false
    #isReady = false

    constructor(form: HTMLFormElement) {
        this.#form = form
        this.#settings = settingsOf(form)
        this.#texts = new Texts(this.#settings.language)
        this.#files = new ChosenFiles(form, this.#texts)
        this.#revealing = new RevealingNotice(form, this.#texts)
        this.#worker = workerAt('/static/worker.js')
        this.#worker.addEventListener('message', ({ data }: MessageEvent<Event>) => {
            this.#follow(data)
        })
        this.#worker.addEventListener('error', () => {
            this.#trouble({ kind: 'browser', fileName: '' })
        })
        form.addEventListener('submit', (event) => {
            event.preventDefault()
            void this.#submit()
        })
        const chosen = load('newer-keys', HTMLInputElement)
        chosen.addEventListener('change', () => {
            void this.#takeDirectory(chosen)
        })
        this.#send({ do: 'prepare', root: this.#settings.root, directory: embeddedDirectory(), words: embeddedWords() })
    }

    #send(command: Command): void {
        this.#worker.postMessage(command)
    }

    async #takeDirectory(chosen: HTMLInputElement): Promise<void> {
        const files = [...(chosen.files ?? [])]
        chosen.value = ''
        if (files.length === 0) return
        const directory = await readChosenDirectory(files)
        if (directory) this.#send({ do: 'takeDirectory', directory })
        else this.#aboutKeys('keys_incomplete')
    }

    async #submit(): Promise<void> {
        const { files, problems: ofFiles } = await this.#files.settled()
        if (this.#isSealing) return // pressed twice
        const draft = readReport(new FormData(this.#form), this.#settings.language)
        const problems = [...problemsOf(draft, files.map(sizeOf), this.#settings.limitBytes).map((problem) => inWords(problem, this.#texts)), ...ofFiles]
        show('trouble', false)
        showProblems(this.#form, problems, this.#texts)
        if (problems.length > 0 || !this.#revealing.mayGo()) return
        this.#isSealing = true
        this.#form.hidden = true
        show('keys', false)
        show('keys-old', false)
        load('progress', HTMLProgressElement).removeAttribute('value')
        show('sealing', true)
        focus('sealing')
        this.#send({ do: 'seal', draft, files })
    }

    #follow(event: Event): void {
        switch (event.event) {
            case 'ready':
                this.#ready(event)
                break
            case 'progress':
                load('progress', HTMLProgressElement).value = event.share
                break
            case 'sealed':
                this.#sealed(event)
                break
            case 'trouble':
                this.#trouble(event.trouble)
        }
    }

    #ready({ version, issued, until, isOld }: Event & { readonly event: 'ready' }): void {
        const values = { version: this.#texts.number(version), issued: this.#texts.date(issued), until: this.#texts.date(until) }
        for (const [name, value] of Object.entries(values)) load(`keys-${name}`, HTMLElement).textContent = value
        show('preparing', false)
        show('trouble', false)
        show('keys', true)
        show('keys-facts', true)
        show('keys-old', isOld)
        this.#form.hidden = false
        if (this.#isReady) this.#aboutKeys('keys_taken')
        this.#isReady = true
    }

    #sealed({ characters, words, mailbox, content }: Sealed): void {
        show('sealing', false)
        this.#form.reset()
        this.#files.clear()
        spell(characters, words)
        this.#paper.reset()
        const link = load('save', HTMLAnchorElement)
        link.href = URL.createObjectURL(content)
        link.download = sealedFileName(mailbox)
        load('saved-name', HTMLElement).textContent = link.download
        startAsking()
        link.addEventListener('click', () => {
            stopAsking()
            show('saved', true)
        })
        show('codename', true)
        show('sealed', true)
        focus('codename')
    }

    #trouble(trouble: Trouble): void {
        const wasSealing = this.#isSealing
        this.#isSealing = false
        show('sealing', false)
        if (wasSealing) {
            this.#form.hidden = false
            show('keys', true)
        }
        const words = this.#texts.get(`trouble_${trouble.kind}`, { name: trouble.fileName })
        if (wasSealing && (trouble.kind === 'file' || trouble.kind === 'too_large')) {
            showProblems(this.#form, [{ field: 'attachments', words }], this.#texts)
        } else if (this.#isReady && !wasSealing) {
            this.#aboutKeys(`trouble_${trouble.kind}`)
        } else {
            this.#showTrouble(trouble.kind, words)
        }
    }

    /** Keys that a person chose were taken, or not; those that there were still hold. */
    #aboutKeys(key: string): void {
        load('keys-answer', HTMLElement).textContent = this.#texts.get(key)
        show('keys-answer', true)
        focus('keys-answer')
    }

    #showTrouble(kind: TroubleKind, words: string): void {
        load('trouble-words', HTMLElement).textContent = words
        const mend = this.#texts.find(`mend_${kind}`, { day: this.#texts.date(systemClock.now()) })
        load('trouble-mend', HTMLElement).textContent = mend ?? ''
        show('trouble-mend', mend !== undefined)
        show('preparing', false)
        // Newer keys may be the mend.
        show('keys', kind !== 'browser' && kind !== 'internal')
        show('trouble', true)
        focus('trouble')
    }
}

forgetWhenLeft()
start(find('report', HTMLFormElement), (form) => new OfflinePage(form))
