/**
 * The session: what a worker does at its page's command. It holds the secrets of one page, until the page goes.
 *
 * Spec: docs/protocol.md §1–§5.
 *
 * Here is what both pages need: the keys, and the way of what is sealed. reportSession.ts and mailboxSession.ts are the rest, in
 * two workers: who writes a report does not load what opens a mailbox.
 *
 * Rules:
 * * Nothing is sealed or opened before the directory was verified, and it is verified again, against the clock, whenever
 *   something is sealed: pages stay open for days. Keys that came more than an hour ago are asked for again.
 * * The page learns `received` only from the server's last answer.
 */

import { attachmentOf, type ChosenFile } from './attachments.ts'
import { IntakeClient } from './client.ts'
import { besideTheSites } from './clockSkew.ts'
import { isSignedBy, verifyDirectory, type KeyDirectory, type UnverifiedDirectory } from './directory.ts'
import type { Clock, Entropy } from './effects.ts'
import { VerificationKey } from './ed25519.ts'
import { NoIdentityError, UnreachableError } from './errors.ts'
import { reportRecipients } from './identities.ts'
import type { ReporterKeys } from './mailbox.ts'
import { fileAt } from './progress.ts'
import { sealReport, type Draft } from './report.ts'
import type { Command, Event, SendingCommand } from './talk.ts'
import { InterruptedUploadError, Upload, type Progress } from './upload.ts'

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

export abstract class Session<Own extends Command> {
    protected readonly effects: SessionEffects
    protected readonly client: IntakeClient
    #untrusted: UnverifiedKeys | undefined
    #root: VerificationKey | undefined
    #upload: Upload | undefined
    #running: { readonly control: AbortController; readonly ended: Promise<void> } | undefined

    constructor(effects: SessionEffects) {
        this.effects = effects
        this.client = new IntakeClient(effects.origin, effects.fetch, effects.clock)
    }

    /** Carry out a command; whatever goes wrong becomes an event. */
    async obey(command: Own): Promise<void> {
        try {
            await this.carryOut(command)
        } catch (error) {
            this.effects.tell(this.eventOf(error, command))
        }
    }

    protected abstract carryOut(command: Own): Promise<void>

    /** What the page is told of an error. */
    protected abstract eventOf(error: unknown, command: Own): Event

    /** Fetch the keys, and verify them. */
    protected async fetchDirectory(root: string): Promise<KeyDirectory> {
        this.#root = VerificationKey.parse(root)
        this.#untrusted = await this.#fetchKeys(this.#root)
        return this.directory()
    }

    /** The directory, verified against the clock of this moment. */
    protected directory(): KeyDirectory {
        const { directory } = given(this.#untrusted)
        return besideTheSites(this.client.skew, () => verifyDirectory(directory, given(this.#root), this.effects.clock.now()))
    }

    /** Whom to seal to at this moment. */
    protected recipients(directory: KeyDirectory): readonly string[] {
        const { identities } = given(this.#untrusted)
        if (!identities) throw new NoIdentityError()
        return besideTheSites(this.client.skew, () => reportRecipients(directory, identities, this.effects.clock.now()))
    }

    async #fetchKeys(root: VerificationKey): Promise<UnverifiedKeys> {
        const at = this.effects.clock.now()
        const [fetched, identities] = await Promise.all([this.#fetchSigned(root), this.client.fetchIdentities()])
        // A newer one may have come between the two files: nobody is told of a forgery before a second look.
        const directory = isSignedBy(fetched, root) ? fetched : await this.#fetchSigned(root)
        return { directory, identities, at }
    }

    /** While one root replaces another there are two signatures; the second is seldom needed. */
    async #fetchSigned(root: VerificationKey): Promise<UnverifiedDirectory> {
        const fetched = await this.client.fetchDirectory()
        if (isSignedBy(fetched, root)) return fetched
        return { ...fetched, crossSignature: await this.client.fetchCrossSignature() }
    }

    /** A page may have been open for days, and identities live for two weeks. */
    protected async refresh(): Promise<void> {
        const age = this.effects.clock.now().getTime() - given(this.#untrusted).at.getTime()
        if (age >= 0 && age <= FRESH_MILLISECONDS) return
        try {
            this.#untrusted = await this.#fetchKeys(given(this.#root))
        } catch (error) {
            // A broken connection costs nobody what was typed: what is here is verified against the clock all the same.
            if (!(error instanceof UnreachableError)) throw error
        }
    }

    /** Seal, and send until the end. */
    protected async send(draft: Draft, files: readonly ChosenFile[], keys: ReporterKeys, signal: AbortSignal, onSealed?: () => void): Promise<void> {
        const { clock, entropy, tell } = this.effects
        await this.refresh()
        signal.throwIfAborted()
        const directory = this.directory()
        const sealing = { keys, directory, recipients: this.recipients(directory), clock, entropy }
        const sealed = await sealReport(draft, files.map(attachmentOf), sealing)
        signal.throwIfAborted()
        onSealed?.()
        const names = files.map(({ name }) => name)
        const onProgress = (progress: Progress) => {
            tell({ event: 'progress', progress, file: fileAt(sealed.attachmentEnds, names, progress.sentBytes) })
        }
        this.#upload = new Upload(sealed, { ...this.effects, onProgress })
        await this.#upload.run(signal)
    }

    /** Send until the end, a stop, a trouble, or a cancel (which then tells the page itself). */
    protected async sending(send: (signal: AbortSignal) => Promise<void>): Promise<void> {
        const control = new AbortController()
        const sent = send(control.signal)
        this.#running = { control, ended: sent.catch(() => undefined) }
        try {
            await sent
            this.effects.tell({ event: 'received' })
        } catch (error) {
            if (control.signal.aborted) return
            if (!(error instanceof InterruptedUploadError)) {
                await this.#forget()
                throw error
            }
            this.effects.tell({ event: 'stopped' })
        } finally {
            this.#running = undefined
        }
    }

    protected async goOn({ do: what }: SendingCommand): Promise<void> {
        if (what === 'resume') await this.sending((signal) => given(this.#upload).run(signal))
        else await this.#cancel()
    }

    async #cancel(): Promise<void> {
        const running = this.#running
        running?.control.abort()
        await running?.ended
        this.effects.tell({ event: (await this.#forget()) === 'received' ? 'received' : 'cancelled' })
    }

    /** Have the server delete what it got: the page says that nothing was kept. */
    async #forget(): Promise<'deleted' | 'received'> {
        const upload = this.#upload
        this.#upload = undefined
        return (await upload?.cancel()) ?? 'deleted'
    }
}

/** What the page's order of commands guarantees. */
export function given<Value>(value: Value | undefined): Value {
    if (value === undefined) throw new Error('commands in a wrong order')
    return value
}
