/**
 * The page that takes a file which was sealed elsewhere. There is nothing to hide from this page: what it sends is ciphertext
 * already, so it sends by itself, without the worker that holds keys.
 *
 * Spec: docs/protocol.md §4.2, §5.
 */

import { attachmentOf } from '../attachments.ts'
import { systemClock } from '../effects.ts'
import { ProtocolError } from '../errors.ts'
import { findMailbox } from '../sealedFileName.ts'
import { troubleOf } from '../trouble.ts'
import { InterruptedUploadError, RefusedUploadError, Upload } from '../upload.ts'
import { takeDrops } from './dropping.ts'
import { find, focus, load, show } from './elements.ts'
import { forgetWhenLeft, leaveAtOnce } from './leaving.ts'
import { showProblems, type Problem } from './problems.ts'
import { Sending } from './sending.ts'
import { settingsOf } from './settings.ts'
import { start } from './start.ts'
import { Texts } from './texts.ts'
import { hideTrouble, showTrouble } from './troubles.ts'
import type { MailboxId } from '../mailbox.ts'

const FIRST_LINE = 'age-encryption.org/v1\n'

class SealedFilePage {
    readonly #form: HTMLFormElement
    readonly #texts: Texts
    readonly #sending: Sending
    #upload: Upload | undefined
    #running: { readonly control: AbortController; readonly ended: Promise<void> } | undefined

    constructor(form: HTMLFormElement) {
        this.#form = form
        this.#texts = new Texts(settingsOf(form).language)
        this.#sending = new Sending(this.#texts, {
            send: (command) => {
                if (command.do === 'cancel') void this.#cancel()
                else this.#run()
            },
        })
        form.addEventListener('submit', (event) => {
            event.preventDefault()
            void this.#submit()
        })
        takeDrops((files) => {
            if (!form.hidden) load('sealed', HTMLInputElement).files = files
        })
        form.hidden = false
    }

    async #submit(): Promise<void> {
        hideTrouble()
        const file = load('sealed', HTMLInputElement).files?.[0]
        const typed = load('mailbox', HTMLInputElement).value.trim()
        const mailbox = findMailbox(typed === '' ? (file?.name ?? '') : typed)
        const problems: Problem[] = []
        if (!file) problems.push({ field: 'sealed', words: this.#texts.get('error_no_file') })
        else if (!(await begins(file))) problems.push({ field: 'sealed', words: this.#texts.get('error_not_sealed') })
        else if (!mailbox) problems.push({ field: 'mailbox', words: this.#texts.get('error_no_mailbox') })
        showProblems(this.#form, problems, this.#texts)
        if (!file || !mailbox || problems.length > 0 || this.#form.hidden) return
        this.#form.hidden = true
        this.#sending.begin()
        this.#upload = uploadOf(file, mailbox, this.#sending)
        this.#run()
    }

    #run(): void {
        const control = new AbortController()
        this.#running = { control, ended: this.#send(control.signal) }
    }

    /** Send until the end, a stop, a trouble, or a cancel; never fails. */
    async #send(signal: AbortSignal): Promise<void> {
        try {
            await this.#upload?.run(signal)
            this.#received()
        } catch (error) {
            if (signal.aborted) return
            if (error instanceof InterruptedUploadError) this.#sending.stop()
            else await this.#fail(error)
        }
    }

    async #cancel(): Promise<void> {
        this.#running?.control.abort()
        await this.#running?.ended
        if ((await this.#forget()) === 'received') {
            this.#received()
            return
        }
        this.#back()
        focus('sealed')
    }

    /** Have the server delete what it got. */
    async #forget(): Promise<'deleted' | 'received'> {
        const upload = this.#upload
        this.#upload = undefined
        try {
            return (await upload?.cancel()) ?? 'deleted'
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error
            return 'deleted' // it ends by itself
        }
    }

    async #fail(error: unknown): Promise<void> {
        await this.#forget()
        this.#back()
        const trouble = troubleOf(error, 'internal')
        const words = error instanceof RefusedUploadError ? this.#texts.get('error_not_sealed') : this.#texts.get(`trouble_${trouble.kind}`, { name: trouble.fileName })
        const isOfTheFile = error instanceof RefusedUploadError || trouble.kind === 'file' || trouble.kind === 'too_large'
        if (isOfTheFile) showProblems(this.#form, [{ field: 'sealed', words }], this.#texts)
        else showTrouble(this.#texts, trouble, words)
    }

    #back(): void {
        this.#sending.end()
        this.#form.hidden = false
    }

    #received(): void {
        this.#sending.end()
        this.#form.reset()
        show('received', true)
        focus('received')
    }
}

function uploadOf(file: File, mailbox: MailboxId, sending: Sending): Upload {
    const { name, type } = file
    const { chunks, sizeBytes } = attachmentOf({ name, type, content: file })
    const sealed = { mailbox, lengthBytes: sizeBytes, chunks: generated(chunks()), attachmentEnds: [] }
    return new Upload(sealed, {
        origin: location.origin,
        fetch: fetch.bind(globalThis),
        clock: systemClock,
        onProgress: (progress) => {
            sending.follow(progress, null)
        },
    })
}

async function* generated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    yield* chunks
}

/** Whether this can be a sealed file at all; the server looks closer. */
async function begins(file: File): Promise<boolean> {
    try {
        return (await file.slice(0, FIRST_LINE.length).text()) === FIRST_LINE
    } catch {
        return false // it cannot be read any more
    }
}

forgetWhenLeft()
leaveAtOnce()
start(find('sealed-file', HTMLFormElement), (form) => new SealedFilePage(form))
