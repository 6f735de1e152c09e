/**
 * The session of the mailbox's page: reads the codename, opens replies, sends messages.
 *
 * Spec: docs/protocol.md §2, §3.
 *
 * Answers can be read while no reviewer has an identity that messages could be sealed to.
 */

import { parseCodename, type Codename } from './codename.ts'
import type { KeyDirectory } from './directory.ts'
import { CodenameError, ProtocolError, WrongCheckError } from './errors.ts'
import { ReporterKeys, readMailboxAnswer } from './mailbox.ts'
import { openReplies } from './reply.ts'
import { Session, given } from './session.ts'
import type { Event, MailboxCommand } from './talk.ts'
import { troubleOf, wrongCodenameOf } from './trouble.ts'
import { WORD_LANGUAGES } from './words.ts'

export class MailboxSession extends Session<MailboxCommand> {
    #keys: ReporterKeys | undefined

    protected override async carryOut(command: MailboxCommand): Promise<void> {
        switch (command.do) {
            case 'prepareMailbox':
                await this.fetchDirectory(command.root)
                this.effects.tell({ event: 'ready' })
                break
            case 'openMailbox':
                return this.#openMailbox(command.codename)
            case 'sendMessage':
                return this.sending((signal) => this.send(command.draft, command.files, given(this.#keys), signal))
            case 'deleteMailbox':
                await this.client.deleteMailbox(given(this.#keys).bearer())
                this.effects.tell({ event: 'deleted' })
                break
            case 'resume':
            case 'cancel':
                return this.goOn(command)
        }
    }

    protected override eventOf(error: unknown, command: MailboxCommand): Event {
        if (error instanceof CodenameError) return { event: 'codenameWrong', wrong: wrongCodenameOf(error) }
        return { event: 'trouble', trouble: troubleOf(error, OTHERWISE[command.do]) }
    }

    async #openMailbox(typed: string): Promise<void> {
        const codename = await this.#readCodename(typed)
        const directory = this.directory()
        const keys = await ReporterKeys.derive(codename, directory.organisationId)
        const { sentOn, replies } = readMailboxAnswer(await this.client.readMailbox(keys.bearer()))
        const opened = await openReplies(replies, keys, directory)
        this.#keys = keys
        this.effects.tell({ event: 'mailbox', sentOn, ...opened, isOpen: this.#isOpen(directory) })
    }

    /** Whether a message could be sealed. */
    #isOpen(directory: KeyDirectory): boolean {
        try {
            this.recipients(directory)
            return true
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error
            return false
        }
    }

    /** Characters can be read without the word lists, which are fetched only for what is longer or shorter. */
    async #readCodename(typed: string): Promise<Codename> {
        try {
            return parseCodename(typed, [])
        } catch (error) {
            if (!(error instanceof CodenameError) || error instanceof WrongCheckError) throw error
        }
        return parseCodename(typed, await Promise.all(WORD_LANGUAGES.map((language) => this.client.fetchWordList(language))))
    }
}

/** What an unlisted error means, by what was being done. */
const OTHERWISE = {
    prepareMailbox: 'unusable',
    openMailbox: 'mailbox',
    sendMessage: 'internal',
    resume: 'internal',
    cancel: 'internal',
    deleteMailbox: 'mailbox',
} as const
