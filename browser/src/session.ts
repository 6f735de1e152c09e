/**
 * The session: what the worker does at the page's command. It holds the secrets of one page, until the page goes.
 *
 * Spec: docs/protocol.md §1–§5.
 *
 * Rules:
 * * Nothing is sealed or opened before the directory was verified, and it is verified again, against the clock, whenever
 *   something is sealed: pages stay open for days. Keys that came more than an hour ago are asked for again.
 * * Answers can be read while no reviewer has an identity that reports could be sealed to.
 * * The page learns the codename while it uploads, and `received` only from the server's last answer.
 */

import { attachmentOf, type ChosenFile } from './attachments.ts'
import { IntakeClient } from './client.ts'
import { Codename } from './codename.ts'
import { isSignedBy, verifyDirectory, type KeyDirectory, type UnverifiedDirectory } from './directory.ts'
import type { Clock, Entropy } from './effects.ts'
import { VerificationKey } from './ed25519.ts'
import { CodenameError, NoIdentityError, ProtocolError, UnreachableError, WrongCheckError } from './errors.ts'
import { reportRecipients } from './identities.ts'
import { ReporterKeys, readMailboxAnswer } from './mailbox.ts'
import { fileAt } from './progress.ts'
import { openReplies } from './reply.ts'
import { sealReport, type Draft, type Language } from './report.ts'
import type { Command, Event } from './talk.ts'
import { troubleOf, wrongCodenameOf } from './trouble.ts'
import { InterruptedUploadError, Upload, type Progress } from './upload.ts'
import { WORD_LANGUAGES, type WordList } from './words.ts'

/** What a session needs of the world. */
export interface SessionEffects {
    readonly origin: string
    readonly fetch: typeof fetch
    readonly clock: Clock
    readonly entropy: Entropy
    readonly tell: (event: Event) => void
}

/** As received, and when. */
interface UnverifiedKeys {
    readonly directory: UnverifiedDirectory
    /** `undefined` if the intake has none. */
    readonly identities: Uint8Array | undefined
    readonly at: Date
}

const FRESH_MILLISECONDS = 3_600_000

export class Session {
    readonly #effects: SessionEffects
    readonly #client: IntakeClient
    #untrusted: UnverifiedKeys | undefined
    #root: VerificationKey | undefined
    #words: WordList | undefined
    #keys: ReporterKeys | undefined
    #upload: Upload | undefined
    #running: { readonly control: AbortController; readonly ended: Promise<void> } | undefined

    constructor(effects: SessionEffects) {
        this.#effects = effects
        this.#client = new IntakeClient(effects.origin, effects.fetch, effects.clock)
    }

    /** Carry out a command; whatever goes wrong becomes an event. */
    async obey(command: Command): Promise<void> {
        try {
            await this.#obey(command)
        } catch (error) {
            if (error instanceof CodenameError) this.#effects.tell({ event: 'codenameWrong', wrong: wrongCodenameOf(error) })
            else this.#effects.tell({ event: 'trouble', trouble: troubleOf(error, OTHERWISE[command.do]) })
        }
    }

    async #obey(command: Command): Promise<void> {
        switch (command.do) {
            case 'prepare':
                return this.#prepare(VerificationKey.parse(command.root), command.language, command.page)
            case 'sendReport':
                return this.#sending((signal) => this.#sendReport(command.draft, command.files, signal))
            case 'openMailbox':
                return this.#openMailbox(command.codename)
            case 'sendMessage':
                return this.#sending((signal) => this.#send(command.draft, command.files, given(this.#keys), signal))
            case 'resume':
                return this.#sending((signal) => given(this.#upload).run(signal))
            case 'cancel':
                return this.#cancel()
            case 'deleteMailbox':
                await this.#client.deleteMailbox(given(this.#keys).bearer())
                this.#effects.tell({ event: 'deleted' })
        }
    }

    async #prepare(root: VerificationKey, language: Language, page: 'report' | 'mailbox'): Promise<void> {
        const list = WORD_LANGUAGES.find((candidate) => candidate === language)
        const words = list && this.#client.fetchWordList(list).catch(withoutWords)
        this.#root = root
        this.#untrusted = await this.#fetchKeys(root)
        const directory = this.#directory()
        if (page === 'report') this.#recipients(directory)
        this.#words = await words
        this.#effects.tell({ event: 'ready' })
    }

    /** The directory, verified against the clock of this moment. */
    #directory(): KeyDirectory {
        return verifyDirectory(given(this.#untrusted).directory, given(this.#root), this.#effects.clock.now())
    }

    /** Whom to seal to at this moment. */
    #recipients(directory: KeyDirectory): readonly string[] {
        const { identities } = given(this.#untrusted)
        if (!identities) throw new NoIdentityError()
        return reportRecipients(directory, identities, this.#effects.clock.now())
    }

    async #fetchKeys(root: VerificationKey): Promise<UnverifiedKeys> {
        const at = this.#effects.clock.now()
        const [fetched, identities] = await Promise.all([this.#fetchSigned(root), this.#client.fetchIdentities()])
        // A newer one may have come between the two files: nobody is told of a forgery before a second look.
        const directory = isSignedBy(fetched, root) ? fetched : await this.#fetchSigned(root)
        return { directory, identities, at }
    }

    /** While one root replaces another there are two signatures; the second is seldom needed. */
    async #fetchSigned(root: VerificationKey): Promise<UnverifiedDirectory> {
        const fetched = await this.#client.fetchDirectory()
        if (isSignedBy(fetched, root)) return fetched
        return { ...fetched, crossSignature: await this.#client.fetchCrossSignature() }
    }

    /** A page may have been open for days, and identities live for two weeks. */
    async #refresh(): Promise<void> {
        const age = this.#effects.clock.now().getTime() - given(this.#untrusted).at.getTime()
        if (age >= 0 && age <= FRESH_MILLISECONDS) return
        try {
            this.#untrusted = await this.#fetchKeys(given(this.#root))
        } catch (error) {
            // A broken connection costs nobody what was typed: what is here is verified against the clock all the same.
            if (!(error instanceof UnreachableError)) throw error
        }
    }

    async #sendReport(draft: Draft, files: readonly ChosenFile[], signal: AbortSignal): Promise<void> {
        await this.#refresh()
        signal.throwIfAborted()
        const codename = Codename.generate(this.#effects.entropy)
        const keys = await ReporterKeys.derive(codename, this.#directory().organisationId)
        const words = this.#words ? codename.words(this.#words) : null
        await this.#send(draft, files, keys, signal, () => {
            this.#effects.tell({ event: 'codename', characters: codename.characters(), words })
        })
    }

    async #send(draft: Draft, files: readonly ChosenFile[], keys: ReporterKeys, signal: AbortSignal, onSealed?: () => void): Promise<void> {
        const { clock, entropy, tell } = this.#effects
        await this.#refresh()
        signal.throwIfAborted()
        const directory = this.#directory()
        const sealing = { keys, directory, recipients: this.#recipients(directory), clock, entropy }
        const sealed = await sealReport(draft, files.map(attachmentOf), sealing)
        signal.throwIfAborted()
        onSealed?.()
        const names = files.map(({ name }) => name)
        const onProgress = (progress: Progress) => {
            tell({ event: 'progress', progress, file: fileAt(sealed.attachmentEnds, names, progress.sentBytes) })
        }
        this.#upload = new Upload(sealed, { ...this.#effects, onProgress })
        await this.#upload.run(signal)
    }

    /** Send until the end, a stop, a trouble, or a cancel (which then tells the page itself). */
    async #sending(send: (signal: AbortSignal) => Promise<void>): Promise<void> {
        const control = new AbortController()
        const sent = send(control.signal)
        this.#running = { control, ended: sent.catch(() => undefined) }
        try {
            await sent
            this.#effects.tell({ event: 'received' })
        } catch (error) {
            if (control.signal.aborted) return
            if (!(error instanceof InterruptedUploadError)) {
                await this.#forget()
                throw error
            }
            this.#effects.tell({ event: 'stopped' })
        } finally {
            this.#running = undefined
        }
    }

    async #cancel(): Promise<void> {
        const running = this.#running
        running?.control.abort()
        await running?.ended
        this.#effects.tell({ event: (await this.#forget()) === 'received' ? 'received' : 'cancelled' })
    }

    /** Have the server delete what it got: the page says that nothing was kept. */
    async #forget(): Promise<'deleted' | 'received'> {
        const upload = this.#upload
        this.#upload = undefined
        return (await upload?.cancel()) ?? 'deleted'
    }

    async #openMailbox(typed: string): Promise<void> {
        const codename = await this.#readCodename(typed)
        const directory = this.#directory()
        const keys = await ReporterKeys.derive(codename, directory.organisationId)
        const { sentOn, replies } = readMailboxAnswer(await this.#client.readMailbox(keys.bearer()))
        const opened = await openReplies(replies, keys, directory)
        this.#keys = keys
        this.#effects.tell({ event: 'mailbox', sentOn, ...opened, isOpen: this.#isOpen(directory) })
    }

    /** Whether a message could be sealed. */
    #isOpen(directory: KeyDirectory): boolean {
        try {
            this.#recipients(directory)
            return true
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error
            return false
        }
    }

    /** Characters can be read without the word lists, which are fetched only for what is longer or shorter. */
    async #readCodename(typed: string): Promise<Codename> {
        try {
            return Codename.parse(typed, [])
        } catch (error) {
            if (!(error instanceof CodenameError) || error instanceof WrongCheckError) throw error
        }
        return Codename.parse(typed, await Promise.all(WORD_LANGUAGES.map((language) => this.#client.fetchWordList(language))))
    }
}

/** What an unlisted error means, by what was being done. */
const OTHERWISE = {
    prepare: 'unusable',
    sendReport: 'internal',
    openMailbox: 'mailbox',
    sendMessage: 'internal',
    resume: 'internal',
    cancel: 'internal',
    deleteMailbox: 'mailbox',
} as const

/** Without its list the codename has its characters, which say the same. */
function withoutWords(error: unknown): undefined {
    if (!(error instanceof ProtocolError)) throw error
    return undefined
}

/** What the page's order of commands guarantees. */
function given<Value>(value: Value | undefined): Value {
    if (value === undefined) throw new Error('commands in a wrong order')
    return value
}
