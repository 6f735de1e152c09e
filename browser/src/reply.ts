/**
 * Replies: what the team answers, sealed to the reporter and signed.
 *
 * Spec: docs/protocol.md §3.
 *
 * Rules:
 * * Nothing is shown that a team key of the directory did not sign for this mailbox: so no reply can be re-sealed to
 *   somebody else, replayed or reordered.
 * * One bad reply is skipped and counted, not fatal: else whoever can add one could hide all others.
 */

import { openSealed } from './age.ts'
import { readArchive } from './archive.ts'
import { parseDay, type Day } from './day.ts'
import { teamKeysOn, type KeyDirectory } from './directory.ts'
import { ProtocolError, UnreadableError } from './errors.ts'
import { REPLY_FLOOR_BYTES, isRung } from './ladder.ts'
import { parseMailboxId, type MailboxId, type ReporterKeys } from './mailbox.ts'
import type { Language } from './report.ts'
import { verifySshsig } from './sshsig.ts'
import { parseDocument } from './strictJson.ts'

export const REPLY_FORMAT = 'debunker-reply/1'
export const REPLY_NAMESPACE = 'debunker-reply'

const LANGUAGES: readonly Language[] = ['kk', 'ru', 'en']
const STATES = ['received', 'under_review', 'more_needed', 'referred', 'closed'] as const
const MAX_TEXT_CHARACTERS = 1_048_576

export type CaseState = (typeof STATES)[number]

/** A reply that a team key has signed for this mailbox. */
export interface Reply {
    readonly number: number
    readonly day: Day
    readonly language: Language
    readonly state: CaseState
    /** May be empty: then the state is the message. */
    readonly text: string
}

/** What a mailbox holds, after every check. */
export interface OpenedReplies {
    /** By number. */
    readonly replies: readonly Reply[]
    /** How many were skipped. */
    readonly unreadableCount: number
}

/** Open all replies of a mailbox. */
export async function openReplies(
    untrusted: readonly Uint8Array[],
    keys: ReporterKeys,
    directory: KeyDirectory,
): Promise<OpenedReplies> {
    const replies = new Map<number, Reply>()
    let unreadableCount = 0
    for (const sealed of untrusted) {
        try {
            const reply = await openReply(sealed, keys, directory)
            if (replies.has(reply.number)) throw new UnreadableError('number_twice')
            replies.set(reply.number, reply)
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error
            unreadableCount += 1
        }
    }
    return { replies: [...replies.values()].sort((left, right) => left.number - right.number), unreadableCount }
}

/**
 * Open one reply.
 *
 * @throws UnreadableError altered, sealed to somebody else, or not of this shape
 * @throws MalformedError, UnknownFormatError the content is not what this program knows
 * @throws AuthenticationError no team key of its day signed it
 */
export async function openReply(untrusted: Uint8Array, keys: ReporterKeys, directory: KeyDirectory): Promise<Reply> {
    const archive = await openSealed(untrusted, keys.identity)
    if (!isRung(archive.length, REPLY_FLOOR_BYTES)) throw new UnreadableError('not_a_rung')
    const [json, signature, ...rest] = readArchive(archive, 'zeros')
    const isReply = json?.name === 'reply.json' && signature?.name === 'reply.json.sig' && rest.length === 0
    if (!isReply) throw new UnreadableError('wrong_entries')
    // The day is needed to know who could sign, so the content is parsed first; nothing of it leaves before the signature.
    const { mailbox, reply } = parseReply(json.bytes)
    const armored = new TextDecoder().decode(signature.bytes)
    verifySshsig(armored, json.bytes, teamKeysOn(directory, reply.day), REPLY_NAMESPACE)
    if (mailbox !== keys.mailbox) throw new UnreadableError('other_mailbox')
    return reply
}

function parseReply(untrusted: Uint8Array): { mailbox: MailboxId; reply: Reply } {
    const members = parseDocument(untrusted, REPLY_FORMAT)
    const mailbox = members.parsed('mailbox', parseMailboxId, 32)
    const reply = {
        number: members.integer('number', 1),
        day: members.parsed('day', parseDay, 10),
        language: members.choice('language', LANGUAGES),
        state: members.choice('state', STATES),
        text: members.string('text', MAX_TEXT_CHARACTERS),
    }
    members.finish()
    return { mailbox, reply }
}

