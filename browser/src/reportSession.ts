/**
 * The session of the report's page: makes the codename, seals, sends.
 *
 * Spec: docs/protocol.md §1–§5.
 *
 * The page learns the codename while it uploads.
 */

import type { ChosenFile } from './attachments.ts'
import { Codename } from './codename.ts'
import { ProtocolError } from './errors.ts'
import { ReporterKeys } from './mailbox.ts'
import type { Language, ReportDraft } from './report.ts'
import { Session } from './session.ts'
import type { Event, ReportCommand } from './talk.ts'
import { troubleOf } from './trouble.ts'
import { WORD_LANGUAGES, type WordList } from './words.ts'

export class ReportSession extends Session<ReportCommand> {
    #words: WordList | undefined

    protected override async carryOut(command: ReportCommand): Promise<void> {
        switch (command.do) {
            case 'prepareReport':
                return this.#prepare(command.root, command.language)
            case 'sendReport':
                return this.sending((signal) => this.#sendReport(command.draft, command.files, signal))
            case 'resume':
            case 'cancel':
                return this.goOn(command)
        }
    }

    protected override eventOf(error: unknown, command: ReportCommand): Event {
        return { event: 'trouble', trouble: troubleOf(error, command.do === 'prepareReport' ? 'unusable' : 'internal') }
    }

    async #prepare(root: string, language: Language): Promise<void> {
        const list = WORD_LANGUAGES.find((candidate) => candidate === language)
        const words = list && this.client.fetchWordList(list).catch(withoutWords)
        this.recipients(await this.fetchDirectory(root))
        this.#words = await words
        this.effects.tell({ event: 'ready' })
    }

    async #sendReport(draft: ReportDraft, files: readonly ChosenFile[], signal: AbortSignal): Promise<void> {
        await this.refresh()
        signal.throwIfAborted()
        const codename = Codename.generate(this.effects.entropy)
        const keys = await ReporterKeys.derive(codename, this.directory().organisationId)
        const words = this.#words ? codename.words(this.#words) : null
        await this.send(draft, files, keys, signal, () => {
            this.effects.tell({ event: 'codename', characters: codename.characters(), words })
        })
    }
}

/** Without its list the codename has its characters, which say the same. */
function withoutWords(error: unknown): undefined {
    if (!(error instanceof ProtocolError)) throw error
    return undefined
}
