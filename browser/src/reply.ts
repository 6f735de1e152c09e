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
import { readArchive, takePadding } from './archive.ts'
import { parseDay, type Day } from './day.ts'
import { teamKeysOn, type KeyDirectory } from './directory.ts'
import type { VerificationKey } from './ed25519.ts'
import { ProtocolError, UnreadableError } from './errors.ts'
import { REPLY_FLOOR_BYTES, isRung } from './ladder.ts'
import { parseMailboxId, type MailboxId } from './mailbox.ts'
import type { Language } from './report.ts'
import { verifySshsig } from './sshsig.ts'
import { parseDocument } from './strictJson.ts'

export const REPLY_FORMAT = 'debunker-reply/1'
export const REPLY_NAMESPACE = 'debunker-reply'

const LANGUAGES: readonly Language[] = ['kk', 'ru', 'en']
const STATES = ['received', 'under_review', 'more_needed', 'referred', 'closed'] as const
const MAX_REPLY_JSON_BYTES = 524_288
const MAX_SIGNATURE_BYTES = 4_096

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

/** Who reads: a reporter's keys are one. */
export interface Reader {
    /** `AGE-SECRET-KEY-PQ-1…` */
    readonly identity: string
    readonly mailbox: MailboxId
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
    reader: Reader,
    directory: KeyDirectory,
): Promise<OpenedReplies> {
    const replies = new Map<number, Reply>()
    let unreadableCount = 0
    for (const sealed of untrusted) {
        try {
            const reply = await openReply(sealed, reader, directory)
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
 * @throws UnreadableError altered, sealed to somebody else, not of this shape, for another mailbox, or no team key of its
 * day signed it
 * @throws MalformedError, UnknownFormatError the content is not what this program knows
 */
export async function openReply(untrusted: Uint8Array, reader: Reader, directory: KeyDirectory): Promise<Reply> {
    const archive = await openSealed(untrusted, reader.identity)
    if (!isRung(archive.length, REPLY_FLOOR_BYTES)) throw new UnreadableError('not_a_rung')
    const [json, signature, ...rest] = takePadding(readArchive(archive), 'zeros')
    const isReply = json?.name === 'reply.json' && signature?.name === 'reply.json.sig' && rest.length === 0
    if (!isReply) throw new UnreadableError('wrong_entries')
    if (json.bytes.length > MAX_REPLY_JSON_BYTES || signature.bytes.length > MAX_SIGNATURE_BYTES) throw new UnreadableError('entry_too_large')
    // The day is needed to know who could sign, so the content is parsed first; nothing of it leaves before the signature.
    const { mailbox, reply } = parseReply(json.bytes)
    verifySignature(json.bytes, signature.bytes, teamKeysOn(directory, reply.day))
    if (mailbox !== reader.mailbox) throw new UnreadableError('other_mailbox')
    return reply
}

function verifySignature(json: Uint8Array, signature: Uint8Array, keys: readonly VerificationKey[]): void {
    try {
        verifySshsig(new TextDecoder('utf-8', { ignoreBOM: true }).decode(signature), json, keys, REPLY_NAMESPACE)
    } catch (error) {
        if (error instanceof ProtocolError) throw new UnreadableError('wrong_signature')
        throw error
    }
}

function parseReply(untrusted: Uint8Array): { mailbox: MailboxId; reply: Reply } {
    const members = parseDocument(untrusted, REPLY_FORMAT)
    const mailbox = members.parsed('mailbox', parseMailboxId)
    const reply = {
        number: members.integer('number', 1),
        day: members.parsed('day', parseDay),
        language: members.choice('language', LANGUAGES),
        state: members.choice('state', STATES),
        text: members.string('text', MAX_REPLY_JSON_BYTES),
    }
    members.finish()
    return { mailbox, reply }
}

