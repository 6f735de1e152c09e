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
import type { KeyDirectory, UnverifiedDirectory } from '../directory.ts'
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
import { offlineKeys, signedDirectory, type OfflineKeys } from './keys.ts'
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
        const keys = offlineKeys(offered, given(this.#root), this.#effects.clock.now(), this.#present())
        this.#untrusted = offered
        return keys
    }

    /** What must not be undone, also when its time is over; `undefined` if what the page carries is itself worth nothing. */
    #present(): KeyDirectory | undefined {
        try {
            return signedDirectory(given(this.#untrusted), given(this.#root))
        } catch (error) {
            if (error instanceof ProtocolError) return undefined
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

/**
 * Gather what is sealed into one Blob: the browser may put it on the disk, where it is ciphertext. Read in a stream, a
 * gigabyte costs little more memory than its Blob does.
 */
async function collect({ chunks, lengthBytes }: SealedReport, onShare: (share: number) => void): Promise<Blob> {
    let doneBytes = 0
    let failure: unknown
    const stream = new ReadableStream<Uint8Array>(
        {
            async pull(controller) {
                try {
                    const { done, value } = await chunks.next()
                    if (done) {
                        controller.close()
                        return
                    }
                    doneBytes += value.length
                    onShare(doneBytes / lengthBytes)
                    controller.enqueue(value.slice()) // the next chunk comes into the same memory
                } catch (error) {
                    failure = error // a browser passes on its own error instead
                    controller.error(error)
                }
            },
        },
        { highWaterMark: 0 },
    )
    try {
        return await new Response(stream).blob()
    } catch (error) {
        throw failure ?? error
    }
}

function troubleOf(error: unknown): Trouble {
    const kind = KINDS.find(([type]) => error instanceof type)?.[1] ?? 'internal'
    return { kind, fileName: error instanceof FileError ? error.fileName : '' }
}

/** What the page's order of commands guarantees. */
function given<Value>(value: Value | undefined): Value {
    if (value === undefined) throw new Error('commands in a wrong order')
    return value
}
