/**
 * Intake identities: the recipients of a few days that reports are sealed to.
 *
 * Spec: docs/protocol.md §4.1.
 *
 * Each reviewer certifies them with the signing key that the directory names, and destroys their secret halves when they
 * are over: whoever gets every long-term key later opens nothing old. The list is not signed as a whole: an intake that
 * leaves certificates out gains no more than by dropping reports.
 *
 * Rules:
 * * The signature first: what no reviewer of the directory signed is skipped unread.
 * * What a reviewer signed and is wrong refuses the whole list; nothing falls back to recipients that live longer.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js'
import { parseMoment, startsADay } from './day.ts'
import { checkHybrid, recipientsOf, reviewersOn, type KeyDirectory } from './directory.ts'
import type { VerificationKey } from './ed25519.ts'
import { AuthenticationError, MalformedError, NoIdentityError, UnusableDirectoryError } from './errors.ts'
import { parseOrganisationId, type OrganisationId } from './mailbox.ts'
import { verifySshsig } from './sshsig.ts'
import { parseDocument, type Members } from './strictJson.ts'

export const IDENTITY_FORMAT = 'debunker-identity/1'
export const IDENTITIES_FORMAT = 'debunker-identities/1'
export const IDENTITY_NAMESPACE = 'debunker-identity'

const MILLISECONDS_A_DAY = 86_400_000
const MAX_LIFE_DAYS = 14
/** So much earlier a certificate counts: a clock that is late must not close the form after a renewal. */
const EARLY_DAYS = 1
const MAX_IDENTITIES = 256
const MAX_IDENTITIES_BYTES = 1_048_576
const MAX_CERTIFICATE_CHARACTERS = 4_096
const MAX_SIGNATURE_CHARACTERS = 4_096
const MAX_RECIPIENT_CHARACTERS = 4_096

interface Certificate {
    readonly organisationId: OrganisationId
    /** `age1pq1…` */
    readonly recipient: string
    readonly notBefore: Date
    readonly notAfter: Date
}

interface CertifiedIdentity {
    readonly certificate: Uint8Array
    readonly signature: string
}

/**
 * Whom a report or a message is sealed to now: the reviewers' intake identities, then recovery.
 *
 * @param directory verified
 * @param untrusted `identities.json` as received
 * @param now the device's time
 * @throws MalformedError, UnknownFormatError the list, or what a reviewer signed, is not what this program knows
 * @throws UnusableDirectoryError a reviewer signed what must not be used, or no recovery recipient holds
 * @throws NoIdentityError no reviewer has an identity that holds
 */
export function reportRecipients(directory: KeyDirectory, untrusted: Uint8Array, now: Date): readonly string[] {
    const identities = [...currentCertificates(directory, untrusted, now).values()].map(({ recipient }) => recipient)
    if (identities.length === 0) throw new NoIdentityError()
    const recovery = recipientsOf(directory, 'recovery', now)
    if (recovery.length === 0) throw new UnusableDirectoryError('no_recovery')
    return [...identities, ...recovery]
}

/** Each reviewer's newest certificate that holds now, in the directory's order. */
function currentCertificates(directory: KeyDirectory, untrusted: Uint8Array, now: Date): ReadonlyMap<VerificationKey, Certificate> {
    const signers = reviewersOn(directory, now)
    const newest = new Map<VerificationKey, Certificate>()
    for (const identity of parseList(untrusted)) {
        const signer = signerOf(identity, signers)
        if (!signer) continue
        const certificate = parseCertificate(identity.certificate)
        if (!isOf(directory, certificate) || !holds(certificate, now)) continue
        const known = newest.get(signer)
        if (!known || known.notBefore <= certificate.notBefore) newest.set(signer, certificate)
    }
    return new Map(signers.flatMap((signer) => (newest.has(signer) ? [[signer, newest.get(signer) as Certificate]] : [])))
}

function parseList(untrusted: Uint8Array): readonly CertifiedIdentity[] {
    if (untrusted.length > MAX_IDENTITIES_BYTES) throw new MalformedError('identities_too_long')
    const members = parseDocument(untrusted, IDENTITIES_FORMAT)
    const identities = members.objects('identities', MAX_IDENTITIES)
    members.finish()
    return identities.map(parseIdentity)
}

function parseIdentity(members: Members): CertifiedIdentity {
    const certificate = utf8ToBytes(members.string('certificate', MAX_CERTIFICATE_CHARACTERS))
    const signature = members.string('signature', MAX_SIGNATURE_CHARACTERS)
    members.finish()
    return { certificate, signature }
}

/** Whose word this is; anybody else's is nobody's. */
function signerOf({ certificate, signature }: CertifiedIdentity, signers: readonly VerificationKey[]): VerificationKey | undefined {
    try {
        return verifySshsig(signature, certificate, signers, IDENTITY_NAMESPACE)
    } catch (error) {
        if (error instanceof AuthenticationError || error instanceof MalformedError) return undefined
        throw error
    }
}

function parseCertificate(signed: Uint8Array): Certificate {
    if (signed.length > MAX_CERTIFICATE_CHARACTERS) throw new MalformedError('certificate_too_long')
    const members = parseDocument(signed, IDENTITY_FORMAT)
    const organisationId = members.parsed('organisation_id', parseOrganisationId)
    const recipient = members.string('recipient', MAX_RECIPIENT_CHARACTERS)
    checkHybrid(recipient)
    const notBefore = members.parsed('not_before', parseMoment)
    const notAfter = members.parsed('not_after', parseMoment)
    members.finish()
    if (!startsADay(notBefore)) throw new MalformedError('not_before_wrong')
    const life = notAfter.getTime() - notBefore.getTime()
    if (life <= 0) throw new MalformedError('not_after_wrong')
    if (life > MAX_LIFE_DAYS * MILLISECONDS_A_DAY) throw new UnusableDirectoryError('lives_too_long')
    return { organisationId, recipient, notBefore, notAfter }
}

function isOf({ organisationId: ours }: KeyDirectory, { organisationId: theirs }: Certificate): boolean {
    return ours.every((byte, index) => byte === theirs[index])
}

function holds({ notBefore, notAfter }: Certificate, now: Date): boolean {
    return notBefore.getTime() - EARLY_DAYS * MILLISECONDS_A_DAY <= now.getTime() && now.getTime() < notAfter.getTime()
}
