/**
 * The section that shows how sending goes, with its two buttons; the same for a report and a message.
 *
 * Leaving the page ends the sending for good, so the browser asks first, but only while something is under way.
 */

import { focus, load, show } from './elements.ts'
import { systemClock } from '../effects.ts'
import { Pace, type FileProgress } from '../progress.ts'
import { startAsking, stopAsking } from './leaving.ts'
import type { Texts } from './texts.ts'
import type { Command } from '../talk.ts'
import type { Progress } from '../upload.ts'

/** Whoever sends: the worker, or a page that has nothing to hide from itself. */
export interface Sender {
    send(command: Extract<Command, { readonly do: 'resume' | 'cancel' }>): void
}

export class Sending {
    readonly #texts: Texts
    readonly #bar = load('progress', HTMLProgressElement)
    readonly #words = load('progress-text', HTMLElement)
    readonly #cancel = load('cancel', HTMLButtonElement)
    readonly #pace = new Pace()
    readonly #retry = load('retry', HTMLButtonElement)

    constructor(texts: Texts, worker: Sender) {
        this.#texts = texts
        this.#cancel.addEventListener('click', () => {
            this.#cancel.disabled = true
            this.#retry.hidden = true
            this.#say('progress_cancelling')
            worker.send({ do: 'cancel' })
        })
        this.#retry.addEventListener('click', () => {
            this.#retry.hidden = true
            this.#cancel.focus()
            this.#say('progress_waiting')
            worker.send({ do: 'resume' })
        })
    }

    begin(): void {
        this.#pace.restart()
        this.#detail('progress-pace', '')
        this.#detail('progress-file', '')
        this.#cancel.disabled = false
        this.#retry.hidden = true
        this.#bar.removeAttribute('value')
        this.#say('progress_start')
        show('sending', true)
        focus('sending')
        startAsking()
    }

    end(): void {
        show('sending', false)
        stopAsking()
    }

    /** The connection does not come back; the person decides. */
    stop(): void {
        this.#retry.hidden = false
        this.#retry.focus()
        this.#pace.restart()
        this.#detail('progress-pace', '')
        this.#say('progress_stopped')
    }

    follow({ state, sentBytes, totalBytes }: Progress, file: FileProgress | null): void {
        const share = sentBytes / totalBytes
        this.#bar.max = 1
        this.#bar.value = share
        if (this.#cancel.disabled) return
        if (state === 'waiting') this.#say('progress_waiting')
        else if (state === 'finishing' && sentBytes === totalBytes) this.#say('progress_finishing')
        else this.#say('progress_sent', { percent: this.#texts.percent(share) })
        if (state === 'waiting') this.#pace.restart()
        const isMoving = state !== 'waiting' && sentBytes < totalBytes
        this.#detail('progress-pace', isMoving ? this.#paceOf(sentBytes, totalBytes) : '')
        this.#detail('progress-file', isMoving && file ? this.#texts.get('progress_file', { file: this.#nameOf(file) }) : '')
    }

    #paceOf(sentBytes: number, totalBytes: number): string {
        const speed = this.#pace.speed(sentBytes, totalBytes, systemClock.now())
        if (!speed) return ''
        const time = this.#texts.minutes(speed.secondsLeft)
        return this.#texts.get('progress_pace', { speed: this.#texts.speed(speed.bytesPerSecond), time })
    }

    #nameOf({ number, count, name, share }: FileProgress): string {
        return `${this.#texts.number(number)}/${this.#texts.number(count)} · ${name} · ${this.#texts.percent(share)}`
    }

    /** A line that comes and goes; nobody has it read out. */
    #detail(id: string, words: string): void {
        load(id, HTMLElement).textContent = words
        show(id, words !== '')
    }

    #say(key: string, values: Readonly<Record<string, string>> = {}): void {
        const words = this.#texts.get(key, values)
        // An equal text would be read out again.
        if (this.#words.textContent !== words) this.#words.textContent = words
    }
}
