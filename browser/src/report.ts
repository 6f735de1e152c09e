/**
 * The report and the message: what the reporter wrote, sealed to the reviewers.
 *
 * Spec: docs/protocol.md §1, §1.3, §1.4.
 *
 * The archive streams: attachments first, then `report.json`, its signature, then padding. The length of
 * everything is known before the first byte, because even the parts that come last (hashes, signature) have fixed sizes.
 *
 * Not done here: checking what a person typed (form.ts), reading reports (the console does).
 *
 * Rules:
 * * Everything is signed with the codename's own key, which the mailbox id commits to: whoever runs the intake cannot put
 *   a report of its own in the place of the reporter's.
 * * No name, size or time of the device goes out beside what is listed here.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { sealStream, sealedOffset, type ByteStream } from './age.ts'
import { archiveLength, entryEnds, writeArchive, type EntrySource } from './archive.ts'
import { MAX_ATTACHMENTS, wellFormed, type AttachmentSource } from './attachments.ts'
import { messageNumber } from './day.ts'
import type { KeyDirectory } from './directory.ts'
import type { Clock, Entropy } from './effects.ts'
import { TooLargeError } from './errors.ts'
import { REPORT_FLOOR_BYTES } from './ladder.ts'
import type { MailboxId, ReporterKeys } from './mailbox.ts'
import { armoredLength, signSshsig } from './sshsig.ts'

export const REPORT_FORMAT = 'debunker-report/1'
export const REPORT_NAMESPACE = 'debunker-report'
export const MAX_REPORT_JSON_BYTES = 1_048_576
export const MAX_ANSWER_CHARACTERS = 2_000

export type Language = 'kk' | 'ru' | 'en'

/** What may be answered; a member that is absent was not. */
export interface Answers {
    readonly category?: string
    readonly region?: string
    readonly institution?: string
    readonly place?: string
    readonly period?: string
    readonly amount?: string
    readonly ongoing?: 'yes' | 'no' | 'unknown'
    readonly source?: 'took_part' | 'saw' | 'told' | 'heard' | 'documents'
    readonly knowers?: 'public' | 'more_than_5' | '2_to_5' | 'only_reporter' | 'unknown'
    readonly paid?: 'yes' | 'no' | 'unknown'
}

/** What may be done with the report. */
export interface Consent {
    readonly to: 'agency' | 'journalists' | 'any' | 'none'
    /** Given on condition of secrecy. */
    readonly secrecy: boolean
    /** What must not be used; may be empty. */
    readonly doNotUse: string
}

export interface ReportDraft {
    readonly kind: 'report'
    readonly language: Language
    readonly text: string
    readonly answers: Answers
    readonly consent: Consent
}

export interface MessageDraft {
    readonly kind: 'message'
    readonly language: Language
    readonly text: string
}

export type Draft = ReportDraft | MessageDraft

/** What goes up, and under which mailbox. */
export interface SealedReport extends ByteStream {
    readonly mailbox: MailboxId
    /** Where each attachment has gone up whole. */
    readonly attachmentEnds: readonly number[]
}

/** The archive before it is sealed. */
export interface WrittenReport extends ByteStream {
    readonly attachmentEnds: readonly number[]
}

/** Who seals, to whom, when. */
export interface Sealing {
    readonly keys: ReporterKeys
    readonly directory: KeyDirectory
    /** What `reportRecipients` gave for this moment. */
    readonly recipients: readonly string[]
    readonly clock: Clock
    readonly entropy: Entropy
    /** Where the plaintext was; the page that sends it if nothing is said. */
    readonly sealedBy?: 'browser' | 'offline'
}

/**
 * Seal a draft with its attachments.
 *
 * @throws TooLargeError past 1 MiB of report.json, 997 attachments or 2 GiB. While it is read the result may also throw
 * FileError.
 */
export async function sealReport(draft: Draft, attachments: readonly AttachmentSource[], sealing: Sealing): Promise<SealedReport> {
    const now = sealing.clock.now()
    const { chunks, lengthBytes, attachmentEnds } = writeReport(draft, attachments, sealing, now)
    const sealed = await sealStream(chunks, lengthBytes, sealing.recipients, sealing.entropy)
    const headBytes = sealed.lengthBytes - sealedOffset(lengthBytes, 0)
    const ends = attachmentEnds.map((end) => sealedOffset(end, headBytes))
    return { ...sealed, mailbox: sealing.keys.mailbox, attachmentEnds: ends }
}

/** The archive that is sealed, and its length. Throws TooLargeError. */
export function writeReport(draft: Draft, attachments: readonly AttachmentSource[], sealing: Sealing, now: Date): WrittenReport {
    if (attachments.length > MAX_ATTACHMENTS) throw new TooLargeError()
    const entries = entriesOf(draft, attachments, sealing, now)
    return {
        lengthBytes: archiveLength(entries, REPORT_FLOOR_BYTES),
        chunks: writeArchive(entries, REPORT_FLOOR_BYTES),
        attachmentEnds: entryEnds(entries).slice(0, attachments.length),
    }
}

function entriesOf(draft: Draft, attachments: readonly AttachmentSource[], sealing: Sealing, now: Date): EntrySource[] {
    const { keys, directory, entropy, sealedBy = 'browser' } = sealing
    const isMessage = draft.kind === 'message'
    const number = isMessage ? messageNumber(now, entropy) : 1
    const hashes: string[] = []
    const serialize = (sha256s: readonly string[]) => serializeReport(draft, attachments, { keys, directory, number, sealedBy, sha256s })
    // Hashes have one length, so that this first writing has the size of the true one.
    const sizeBytes = serialize(attachments.map(() => '0'.repeat(64))).length
    if (sizeBytes > MAX_REPORT_JSON_BYTES) throw new TooLargeError()
    let json: Uint8Array | undefined
    const report = () => (json ??= serialize(hashes))
    const entries: EntrySource[] = attachments.map(({ sizeBytes: bytes, chunks }, index) => ({
        name: entryName(index),
        sizeBytes: bytes,
        chunks: isMessage ? () => hashing(chunks(), hashes) : chunks,
    }))
    const sign = () => [utf8ToBytes(signSshsig(report(), keys.signingKey, REPORT_NAMESPACE))]
    entries.push({ name: 'report.json', sizeBytes, chunks: () => [report()] })
    entries.push({ name: 'report.json.sig', sizeBytes: armoredLength(REPORT_NAMESPACE), chunks: sign })
    return entries
}

interface Envelope {
    readonly keys: ReporterKeys
    readonly directory: KeyDirectory
    readonly number: number
    readonly sealedBy: 'browser' | 'offline'
    readonly sha256s: readonly string[]
}

function serializeReport(draft: Draft, attachments: readonly AttachmentSource[], envelope: Envelope): Uint8Array {
    const { keys, directory, number, sealedBy, sha256s } = envelope
    const isMessage = draft.kind === 'message'
    const report = {
        format: REPORT_FORMAT,
        kind: draft.kind,
        number,
        sealed_by: sealedBy,
        language: draft.language,
        text: wellFormed(draft.text),
        answers: isMessage ? {} : answersOf(draft.answers),
        consent: isMessage ? null : consentOf(draft.consent),
        reply_to: keys.recipient,
        message_key: keys.signingKey.verificationKey.toString(),
        token_hash: keys.tokenHash,
        mailbox: keys.mailbox,
        directory_version: directory.version,
        attachments: attachments.map(({ name, mediaType, sizeBytes }, index) => ({
            entry: entryName(index),
            name,
            media_type: mediaType,
            size: sizeBytes,
            ...(isMessage ? { sha256: sha256s[index] } : {}),
        })),
    }
    return utf8ToBytes(JSON.stringify(report))
}

function answersOf(answers: Answers): Record<string, string> {
    return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, wellFormed(answer as string)]))
}

function consentOf({ to, secrecy, doNotUse }: Consent): Record<string, string | boolean> {
    return { to, secrecy, do_not_use: wellFormed(doNotUse) }
}

function entryName(index: number): string {
    return `attachments/${String(index + 1).padStart(3, '0')}`
}

/** Pass chunks through and append their SHA-256. */
async function* hashing(chunks: AsyncIterable<Uint8Array>, hashes: string[]): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = sha256.create()
    for await (const chunk of chunks) {
        hash.update(chunk)
        yield chunk
    }
    hashes.push(bytesToHex(hash.digest()))
}
