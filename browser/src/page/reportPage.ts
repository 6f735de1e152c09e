/**
 * The report's page: shows what the worker does, and asks it for more. It holds no key and no rule of the protocol.
 */

import { problemsOf, readReport, sizeOf } from './form.ts'
import { ChosenFiles } from './chosenFiles.ts'
import { focus, load, show } from './elements.ts'
import { PaperCheck } from './paperCheck.ts'
import { inWords, showProblems } from './problems.ts'
import { RevealingNotice } from './revealingNotice.ts'
import { Sending } from './sending.ts'
import { settingsOf, type Settings } from './settings.ts'
import { spell } from './spelt.ts'
import { Texts } from './texts.ts'
import { hideTrouble, showTrouble } from './troubles.ts'
import { WorkerLink } from './workerLink.ts'
import type { Event, ReportCommand, Trouble } from '../talk.ts'

export class ReportPage {
    readonly #form: HTMLFormElement
    readonly #settings: Settings
    readonly #texts: Texts
    readonly #files: ChosenFiles
    readonly #revealing: RevealingNotice
    readonly #sending: Sending
    readonly #worker: WorkerLink<ReportCommand>
    readonly #paper = new PaperCheck()

    constructor(form: HTMLFormElement) {
        this.#form = form
        this.#settings = settingsOf(form)
        this.#texts = new Texts(this.#settings.language)
        this.#files = new ChosenFiles(form, this.#texts)
        this.#revealing = new RevealingNotice(form, this.#texts)
        this.#worker = new WorkerLink('/static/worker.js', (event) => {
            this.#follow(event)
        })
        this.#sending = new Sending(this.#texts, this.#worker)
        form.addEventListener('submit', (event) => {
            event.preventDefault()
            void this.#submit()
        })
        this.#worker.send({ do: 'prepareReport', root: this.#settings.root, language: this.#settings.language })
    }

    async #submit(): Promise<void> {
        const { files, problems: ofFiles } = await this.#files.settled()
        if (this.#form.hidden) return // pressed twice
        const draft = readReport(new FormData(this.#form), this.#settings.language)
        const problems = [...problemsOf(draft, files.map(sizeOf), this.#settings.limitBytes).map((problem) => inWords(problem, this.#texts)), ...ofFiles]
        hideTrouble()
        showProblems(this.#form, problems, this.#texts)
        if (problems.length > 0 || !this.#revealing.mayGo()) return
        this.#form.hidden = true
        this.#sending.begin()
        this.#worker.send({ do: 'sendReport', draft, files })
    }

    #follow(event: Event): void {
        switch (event.event) {
            case 'ready':
                show('preparing', false)
                this.#form.hidden = false
                break
            case 'codename':
                this.#showCodename(event.characters, event.words)
                focus('codename')
                break
            case 'progress':
                this.#sending.follow(event.progress, event.file)
                break
            case 'stopped':
                this.#sending.stop()
                break
            case 'received':
                this.#sending.end()
                this.#form.reset()
                this.#files.clear()
                show('received', true)
                focus('received')
                break
            case 'cancelled':
                this.#back()
                focus('text')
                break
            case 'trouble':
                this.#trouble(event.trouble)
                break
            case 'mailbox':
            case 'codenameWrong':
            case 'deleted':
                break // of the other page
        }
    }

    /** To the form again, with everything that was typed; the codename of the attempt is worth nothing now. */
    #back(): void {
        this.#sending.end()
        this.#showCodename('', null)
        show('codename', false)
        this.#form.hidden = false
    }

    #trouble(trouble: Trouble): void {
        const wasSending = this.#form.hidden && !load('sending', HTMLElement).hidden
        if (wasSending) this.#back()
        const isFormTrouble = trouble.kind === 'file' || trouble.kind === 'too_large'
        const key = wasSending && trouble.kind === 'closed' ? 'trouble_closed_meanwhile' : `trouble_${trouble.kind}`
        const words = this.#texts.get(key, { name: trouble.fileName })
        if (wasSending && isFormTrouble) showProblems(this.#form, [{ field: 'attachments', words }], this.#texts)
        else showTrouble(this.#texts, trouble, words)
    }

    #showCodename(characters: string, words: string | null): void {
        spell(characters, words)
        this.#paper.reset()
        show('codename', true)
    }
}
