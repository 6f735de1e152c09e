/**
 * The mailbox: what derives from a codename, and the answer with its replies.
 *
 * Spec: docs/protocol.md §2.2, §3.
 *
 * The token reads and deletes; the mailbox id only receives. It is a hash over the token's hash and the key that signs
 * reports: so the intake, which stores ids alone, can hand nobody's replies to anybody, whoever seizes it cannot log in,
 * and nobody but the reporter can make a report that belongs to it.
 */

import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base32nopad, base64urlnopad, bech32 } from '@scure/base'
import { identityToRecipient } from 'age-encryption'
import { readArchive, takePadding } from './archive.ts'
import type { Codename } from './codename.ts'
import { parseDay, type Day } from './day.ts'
import { SigningKey } from './ed25519.ts'
import { MalformedError, UnreadableError } from './errors.ts'
import { MAILBOX_FLOOR_BYTES, isRung } from './ladder.ts'
import { parseDocument } from './strictJson.ts'

const MAILBOX_HASH_BYTES = 20
const MAX_SENT_DAYS = 60
const MAX_SENT_JSON_BYTES = 4_096
const KEY_BYTES = 32
const ORGANISATION_ID_BYTES = 32

/** Where replies wait: 160 bits as 32 characters of base32. */
export type MailboxId = string & { readonly role: 'mailbox' }

/** 32 public random bytes that separate organisations; HKDF's salt. */
export type OrganisationId = Uint8Array & { readonly role: 'organisation' }

export function parseMailboxId(untrusted: string): MailboxId {
    if (!/^[a-z2-7]{32}$/.test(untrusted)) throw new MalformedError('not_a_mailbox')
    return untrusted as MailboxId
}

/** Read 43 characters of base64url, in the one canonical spelling. Throws MalformedError. */
export function parseOrganisationId(untrusted: string): OrganisationId {
    try {
        const raw = base64urlnopad.decode(untrusted)
        if (raw.length === ORGANISATION_ID_BYTES) return raw as OrganisationId
    } catch {
        // told below, without what was read
    }
    throw new MalformedError('not_an_organisation_id')
}

/** Everything that derives from a codename. Secrets are private fields, so that no printing of the object shows them. */
export class ReporterKeys {
    /** Signs reports and messages; its public half is `message_key`. */
    readonly signingKey: SigningKey
    /** The id that the intake knows. */
    readonly mailbox: MailboxId
    /** SHA-256 of the token, 64 hexadecimal digits: with the key it makes the mailbox id, and it reads nothing. */
    readonly tokenHash: string
    /** `reply_to`: the recipient that replies are sealed to. */
    readonly recipient: string
    readonly #token: Uint8Array
    readonly #identity: string

    private constructor(token: Uint8Array, identity: string, recipient: string, signingKey: SigningKey) {
        const tokenHash = sha256(token)
        const hash = sha256(concatBytes(utf8ToBytes('debunker/v1/mailbox'), tokenHash, signingKey.verificationKey.raw))
        this.tokenHash = bytesToHex(tokenHash)
        this.mailbox = parseMailboxId(base32nopad.encode(hash.subarray(0, MAILBOX_HASH_BYTES)).toLowerCase())
        this.signingKey = signingKey
        this.recipient = recipient
        this.#token = token
        this.#identity = identity
    }

    /** Derive the keys for one organisation: one `info`, one use. */
    static async derive(codename: Codename, organisation: OrganisationId): Promise<ReporterKeys> {
        const derive = (use: string) => hkdf(sha256, codename.secret, organisation, utf8ToBytes(`debunker/v1/${use}`), KEY_BYTES)
        const identity = bech32.encodeFromBytes('AGE-SECRET-KEY-PQ-', derive('reporter-identity')).toUpperCase()
        const signingKey = new SigningKey(derive('reporter-signature'))
        return new ReporterKeys(derive('mailbox-token'), identity, await identityToRecipient(identity), signingKey)
    }

    /** Opens replies: `AGE-SECRET-KEY-PQ-1…`. */
    get identity(): string {
        return this.#identity
    }

    /** The value of the `Authorization` header that reads and deletes the mailbox. */
    bearer(): string {
        return `Bearer ${base64urlnopad.encode(concatBytes(this.#token, this.signingKey.verificationKey.raw))}`
    }
}

/** What a reader of a mailbox is given. */
export interface MailboxAnswer {
    /** Days on which something came that nobody has fetched yet, rising: the server's word. */
    readonly sentOn: readonly Day[]
    /** Sealed, oldest first; each is still to be opened and verified. */
    readonly replies: readonly Uint8Array[]
}

/**
 * Read days and sealed replies out of a mailbox answer.
 *
 * @param untrusted the body as received
 * @throws UnreadableError it is no archive of this shape
 * @throws MalformedError, UnknownFormatError the list of days is none
 */
export function readMailboxAnswer(untrusted: Uint8Array): MailboxAnswer {
    if (!isRung(untrusted.length, MAILBOX_FLOOR_BYTES)) throw new UnreadableError('not_a_rung')
    const [sent, ...replies] = takePadding(readArchive(untrusted), 'random')
    const expected = (index: number) => `replies/${String(index + 1).padStart(3, '0')}`
    const isAnswer = sent?.name === 'sent.json' && replies.every(({ name }, index) => name === expected(index))
    if (!isAnswer) throw new UnreadableError('wrong_entries')
    if (sent.bytes.length > MAX_SENT_JSON_BYTES) throw new UnreadableError('entry_too_large')
    return { sentOn: parseSent(sent.bytes), replies: replies.map(({ bytes }) => bytes) }
}

function parseSent(untrusted: Uint8Array): readonly Day[] {
    const members = parseDocument(untrusted, 'debunker-sent/1')
    const days = members.objects('sent', MAX_SENT_DAYS).map((entry) => {
        const day = entry.parsed('day', parseDay)
        entry.finish()
        return day
    })
    members.finish()
    if (days.some((day, index) => day <= (days[index - 1] ?? ''))) throw new MalformedError('sent_not_sorted')
    return days
}
