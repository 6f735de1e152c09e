/**
 * The offline session: what the worker of an offline page does. It seals into a file and speaks to nobody.
 *
 * Spec: docs/protocol.md §1, §2, §4.2.
 *
 * Rules:
 * * Keys are checked again, against the clock, whenever something is sealed: the page may have been open for days.
 * * A directory that is refused changes nothing.
 */

import { attachmentOf, type ChosenFile } from '../attachments.ts'
import { Codename } from '../codename.ts'
import type { UnverifiedDirectory } from '../directory.ts'
import type { Clock, Entropy } from '../effects.ts'
import { VerificationKey } from '../ed25519.ts'
import {
    ExpiredDirectoryError,
    FileError,
    FutureDirectoryError,
    NotSignedByRootError,
    ProtocolError,
    StaleDirectoryError,
    TooLargeError,
} from '../errors.ts'
import { ReporterKeys } from '../mailbox.ts'
import { sealReport, type ReportDraft, type SealedReport } from '../report.ts'
import { parseWordList, type WordList } from '../words.ts'
import { offlineKeys, type OfflineKeys } from './keys.ts'
import type { Command, Event, Trouble, TroubleKind } from './talk.ts'

/** What a session needs of the world. */
export interface OfflineEffects {
    readonly clock: Clock
    readonly entropy: Entropy
    readonly tell: (event: Event) => void
}

/** The narrower class stands before the wider one. */
const KINDS: readonly (readonly [new (...values: never[]) => ProtocolError, TroubleKind])[] = [
    [NotSignedByRootError, 'not_signed'],
    [FutureDirectoryError, 'clock'],
    [ExpiredDirectoryError, 'ended'],
    [StaleDirectoryError, 'older'],
    [TooLargeError, 'too_large'],
    [FileError, 'file'],
    [ProtocolError, 'unusable'],
]

export class OfflineSession {
    readonly #effects: OfflineEffects
    #root: VerificationKey | undefined
    #untrusted: UnverifiedDirectory | undefined
    #words: WordList | undefined

    constructor(effects: OfflineEffects) {
        this.#effects = effects
    }

    /** Carry out a command; whatever goes wrong becomes an event. */
    async obey(command: Command): Promise<void> {
        try {
            await this.#obey(command)
        } catch (error) {
            this.#effects.tell({ event: 'trouble', trouble: troubleOf(error) })
        }
    }

    async #obey(command: Command): Promise<void> {
        switch (command.do) {
            case 'prepare':
                this.#root = VerificationKey.parse(command.root)
                this.#untrusted = command.directory
                this.#words = command.words ? parseWordList(command.words.list, command.words.language) : undefined
                this.#ready(this.#keys())
                break
            case 'takeDirectory':
                this.#ready(this.#take(command.directory))
                break
            case 'seal':
                await this.#seal(command.draft, command.files)
        }
    }

    /** The keys, checked against the clock of this moment. */
    #keys(): OfflineKeys {
        return offlineKeys(given(this.#untrusted), given(this.#root), this.#effects.clock.now())
    }

    #take(offered: UnverifiedDirectory): OfflineKeys {
        const root = given(this.#root)
        const keys = offlineKeys(offered, root, this.#effects.clock.now(), this.#directoryThatHolds())
        this.#untrusted = offered
        return keys
    }

    /** What must not be undone: also a directory whose recipients have ended. */
    #directoryThatHolds(): OfflineKeys['directory'] | undefined {
        const untrusted = given(this.#untrusted)
        try {
            return offlineKeys(untrusted, given(this.#root), EPOCH_END).directory
        } catch (error) {
            if (error instanceof ProtocolError) return undefined // what the page carries is itself worth nothing
            throw error
        }
    }

    #ready({ directory: { version, issued }, until, isOld }: OfflineKeys): void {
        this.#effects.tell({ event: 'ready', version, issued, until, isOld })
    }

    async #seal(draft: ReportDraft, files: readonly ChosenFile[]): Promise<void> {
        const { clock, entropy, tell } = this.#effects
        const { directory, recipients } = this.#keys()
        const codename = Codename.generate(entropy)
        const keys = await ReporterKeys.derive(codename, directory.organisationId)
        const sealing = { keys, directory, recipients, clock, entropy, sealedBy: 'offline' } as const
        const sealed = await sealReport(draft, files.map(attachmentOf), sealing)
        const content = await collect(sealed, (share) => {
            tell({ event: 'progress', share })
        })
        const words = this.#words ? codename.words(this.#words) : null
        tell({ event: 'sealed', characters: codename.characters(), words, mailbox: keys.mailbox, content })
    }
}
