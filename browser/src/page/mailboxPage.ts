/**
 * The mailbox's page: opens with the codename, shows verified replies, sends signed messages.
 *
 * The reporter's own words are never here: they cannot be read with the codename.
 */

import { ChosenFiles } from './chosenFiles.ts'
import { clone, focus, load, part, show } from './elements.ts'
import { problemsOf, textOf, sizeOf } from './form.ts'
import { inWords, showProblems, type Problem } from './problems.ts'
import { RevealingNotice } from './revealingNotice.ts'
import { Sending } from './sending.ts'
import { settingsOf, type Settings } from './settings.ts'
import { Texts } from './texts.ts'
import { hideTrouble, showTrouble } from './troubles.ts'
import { WorkerLink } from './workerLink.ts'
import type { Reply } from '../reply.ts'
import type { Event, MailboxCommand, Trouble, WrongCodename } from '../talk.ts'

export class MailboxPage {
    readonly #form: HTMLFormElement
    readonly #message = load('message', HTMLFormElement)
    readonly #settings: Settings
    readonly #texts: Texts
    readonly #files: ChosenFiles
    readonly #revealing: RevealingNotice
    readonly #sending: Sending
    readonly #worker: WorkerLink<MailboxCommand>

    constructor(form: HTMLFormElement) {
        this.#form = form
        this.#settings = settingsOf(form)
        this.#texts = new Texts(this.#settings.language)
        this.#files = new ChosenFiles(this.#message, this.#texts)
        this.#revealing = new RevealingNotice(this.#message, this.#texts)
        this.#worker = new WorkerLink('/static/mailbox-worker.js', (event) => {
            this.#follow(event)
        })
        this.#sending = new Sending(this.#texts, this.#worker)
        this.#listen()
        this.#worker.send({ do: 'prepareMailbox', root: this.#settings.root })
    }

    #listen(): void {
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault()
            this.#open()
        })
        load('codename', HTMLTextAreaElement).addEventListener('keydown', (event) => {
            if (event.key !== 'Enter' || event.isComposing) return
            event.preventDefault() // a codename is one line, however many it fills
            this.#form.requestSubmit()
        })
        this.#message.addEventListener('submit', (event) => {
            event.preventDefault()
            void this.#send()
        })
        load('leave', HTMLButtonElement).addEventListener('click', () => {
            this.#worker.end()
            location.replace(`/${this.#settings.language}/`)
        })
        const dialog = load('confirm-delete', HTMLDialogElement)
        load('delete-mailbox', HTMLButtonElement).addEventListener('click', () => {
            dialog.showModal()
        })
        part(dialog, 'back', HTMLButtonElement).addEventListener('click', () => {
            dialog.close()
        })
        part(dialog, 'confirm', HTMLButtonElement).addEventListener('click', () => {
            dialog.close()
            this.#worker.send({ do: 'deleteMailbox' })
        })
    }

    #open(): void {
        const codename = textOf(new FormData(this.#form), 'codename')
        hideTrouble()
        if (codename.trim() === '') {
            this.#problem({ field: 'codename', words: this.#texts.get('error_codename_empty') })
            return
        }
        showProblems(this.#form, [], this.#texts)
        this.#form.hidden = true
        show('opening', true)
        this.#worker.send({ do: 'openMailbox', codename })
    }

    async #send(): Promise<void> {
        const { files, problems: ofFiles } = await this.#files.settled()
        if (this.#message.hidden) return // pressed twice
        const text = textOf(new FormData(this.#message), 'text')
        const problems = [...problemsOf({ text }, files.map(sizeOf), this.#settings.limitBytes).map((problem) => inWords(problem, this.#texts)), ...ofFiles]
        hideTrouble()
        show('message-sent', false)
        showProblems(this.#message, problems, this.#texts)
        if (problems.length > 0 || !this.#revealing.mayGo()) return
        this.#message.hidden = true
        show('mailbox-actions', false)
        this.#sending.begin()
        this.#worker.send({ do: 'sendMessage', draft: { kind: 'message', language: this.#settings.language, text }, files })
    }

    #follow(event: Event): void {
        switch (event.event) {
            case 'ready':
                show('preparing', false)
                this.#form.hidden = false
                break
            case 'codenameWrong':
                this.#backToCodename()
                this.#problem({ field: 'codename', words: this.#wrongWords(event.wrong) })
                break
            case 'mailbox':
                this.#showMailbox(event)
                break
            case 'progress':
                this.#sending.follow(event.progress, event.file)
                break
            case 'stopped':
                this.#sending.stop()
                break
            case 'received':
                this.#message.reset()
                this.#files.clear()
                this.#backToMailbox()
                show('no-replies', false) // something waits now
                show('message-sent', true)
                focus('message-sent')
                break
            case 'cancelled':
                this.#backToMailbox()
                focus('text')
                break
            case 'deleted':
                this.#showDeleted()
                break
            case 'trouble':
                this.#trouble(event.trouble)
                break
            case 'codename':
                break // of the other page
        }
    }

    #wrongWords({ reason, word }: WrongCodename): string {
        return this.#texts.get(`error_codename_${reason}`, { word })
    }

    #problem(problem: Problem): void {
        showProblems(this.#form, [problem], this.#texts)
    }

    #showMailbox({ sentOn, replies, unreadableCount, isOpen }: Event & { event: 'mailbox' }): void {
        this.#form.reset() // the codename has done its work
        show('opening', false)
        load('reply-list', HTMLElement).replaceChildren(...replies.map((reply) => this.#item(reply)))
        show('no-replies', replies.length + unreadableCount + sentOn.length === 0)
        load('sent-on', HTMLElement).textContent = this.#texts.get('sent_on', { days: sentOn.map((day) => this.#texts.day(day)).join(', ') })
        show('sent-on', sentOn.length > 0)
        show('acknowledged', replies.some(({ state }) => state === 'received'))
        load('unreadable', HTMLElement).textContent = this.#texts.get('unreadable', { count: this.#texts.number(unreadableCount) })
        show('unreadable', unreadableCount > 0)
        show('replies', true)
        this.#message.hidden = !isOpen
        show('message-closed', !isOpen)
        show('mailbox-actions', true)
        focus('replies')
    }

    #item({ day, state, language, text }: Reply): HTMLElement {
        const item = clone('reply-template')
        const time = part(item, 'day', HTMLTimeElement)
        time.dateTime = day
        time.textContent = this.#texts.day(day)
        part(item, 'state', HTMLElement).textContent = this.#texts.get(`state_${state}`)
        const words = part(item, 'text', HTMLElement)
        if (text === '') words.remove()
        words.lang = language
        words.textContent = text
        return item
    }

    #showDeleted(): void {
        this.#worker.end()
        load('reply-list', HTMLElement).replaceChildren()
        show('replies', false)
        show('message-sent', false)
        show('mailbox-actions', false)
        this.#message.hidden = true
        show('mailbox-deleted', true)
        focus('mailbox-deleted')
    }

    #backToCodename(): void {
        show('opening', false)
        this.#form.hidden = false
    }

    #backToMailbox(): void {
        this.#sending.end()
        this.#message.hidden = false
        show('mailbox-actions', true)
    }

    #trouble(trouble: Trouble): void {
        const wasSending = !load('sending', HTMLElement).hidden
        if (!load('opening', HTMLElement).hidden) this.#backToCodename()
        if (wasSending) this.#backToMailbox()
        const isFormTrouble = trouble.kind === 'file' || trouble.kind === 'too_large'
        const words = this.#texts.get(keyOf(trouble, wasSending), { name: trouble.fileName })
        if (wasSending && isFormTrouble) showProblems(this.#message, [{ field: 'attachments', words }], this.#texts)
        else showTrouble(this.#texts, trouble, words)
    }
}

/** The words' key, where a message has others than a report. */
function keyOf({ kind }: Trouble, wasSending: boolean): string {
    if (kind === 'lost') return 'trouble_message_lost'
    return wasSending && kind === 'closed' ? 'trouble_closed_meanwhile' : `trouble_${kind}`
}
