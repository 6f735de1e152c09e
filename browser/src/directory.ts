/**
 * The key directory: whose word on recipients counts, and who may answer.
 *
 * Spec: docs/protocol.md §4.
 *
 * The organisation's offline root signs it. The page gets the root's key from the page itself, so these checks stop a
 * forged or an old directory, not a forged page: SECURITY.md says so.
 *
 * Not done here: rollback. A page remembers nothing, so it cannot know that it has seen a newer version. Whom a report is
 * sealed to: identities.ts.
 *
 * Rules:
 * * Nothing unsigned is parsed.
 * * Each refusal has a type of its own, for each has words of its own on the page.
 */

import { bech32 } from '@scure/base'
import { parseDay, parseMoment, type Day } from './day.ts'
import { VerificationKey } from './ed25519.ts'
import {
    AuthenticationError,
    ExpiredDirectoryError,
    FutureDirectoryError,
    MalformedError,
    NotSignedByRootError,
    UnusableDirectoryError,
} from './errors.ts'
import { parseOrganisationId, type OrganisationId } from './mailbox.ts'
import { verifySshsig } from './sshsig.ts'
import { parseDocument, type Members } from './strictJson.ts'

export const DIRECTORY_FORMAT = 'debunker-directory/2'
export const DIRECTORY_NAMESPACE = 'debunker-directory'

const MILLISECONDS_A_DAY = 86_400_000
const MAX_LIFE_DAYS = 92
/** So far ahead of this clock a directory may be issued; more, and this clock is wrong. */
const FUTURE_DAYS = 1
const MAX_REVIEWERS = 62
const MAX_RECIPIENTS = 64
/** Reviewers and recovery together: a sealed report has no more stanzas. */
const MAX_REPORT_RECIPIENTS = 64
const MAX_TEAM_KEYS = 256
const MAX_DIRECTORY_BYTES = 262_144
const HYBRID_RECIPIENT_BYTES = 1_216
const CLASSICAL_RECIPIENT_BYTES = 32
const MAX_RECIPIENT_CHARACTERS = 4_096

/** As received: a file and its signatures. */
export interface UnverifiedDirectory {
    readonly directory: Uint8Array
    readonly signature: string
    /** The other root's, while one replaces the other; else `null`. */
    readonly crossSignature: string | null
}

export type Role = 'recovery' | 'offline'
const ROLES: readonly Role[] = ['recovery', 'offline']

export interface DirectoryRecipient {
    readonly role: Role
    /** `age1pq1…` */
    readonly recipient: string
    readonly notAfter: Date
}

/** A reviewer's signing key: it certifies that reviewer's intake identities. */
export interface ReviewerKey {
    readonly key: VerificationKey
    readonly notAfter: Date
}

/** Signs replies to reporters from one day to another, both included. */
export interface TeamKey {
    readonly key: VerificationKey
    readonly notBefore: Day
    readonly notAfter: Day
}

/** A directory that has been verified. */
export interface KeyDirectory {
    readonly version: number
    readonly issued: Date
    readonly expires: Date
    readonly organisationId: OrganisationId
    readonly reviewers: readonly ReviewerKey[]
    readonly recipients: readonly DirectoryRecipient[]
    readonly team: readonly TeamKey[]
}

/**
 * Check a key directory.
 *
 * @param untrusted as received, any length
 * @param root the organisation's key, from the page
 * @param now the device's time
 * @throws NotSignedByRootError
 * @throws MalformedError, UnknownFormatError signed, but not what this program knows
 * @throws FutureDirectoryError this clock is wrong
 * @throws ExpiredDirectoryError
 * @throws UnusableDirectoryError nothing can safely be sealed to it
 */
export function verifyDirectory(untrusted: UnverifiedDirectory, root: VerificationKey, now: Date): KeyDirectory {
    // 1. Signature first: nothing unsigned may steer the steps below.
    if (!isSignedBy(untrusted, root)) throw new NotSignedByRootError()
    const directory = parseDirectory(untrusted.directory)
    // 2. A clock that is far behind would take an expired directory for a good one, so it must not decide anything.
    if (directory.issued.getTime() - now.getTime() > FUTURE_DAYS * MILLISECONDS_A_DAY) throw new FutureDirectoryError()
    // 3. Freeze: a withheld update must not keep an old key alive for ever.
    if (now.getTime() >= directory.expires.getTime()) throw new ExpiredDirectoryError()
    // 4. Sealed to nobody, or to no recovery key, a report may be lost.
    if (reviewersOn(directory, now).length === 0) throw new UnusableDirectoryError('no_reviewer')
    if (recipientsOf(directory, 'recovery', now).length === 0) throw new UnusableDirectoryError('no_recovery')
    return directory
}

/** Whether the pinned root made one of the signatures that came; if not, the other one is worth asking for. */
export function isSignedBy(untrusted: UnverifiedDirectory, root: VerificationKey): boolean {
    const signatures = [untrusted.signature, untrusted.crossSignature]
    return signatures.some((signature) => signature !== null && isBy(root, signature, untrusted.directory))
}

/** Who may certify intake identities at this moment. */
export function reviewersOn(directory: KeyDirectory, now: Date): readonly VerificationKey[] {
    return directory.reviewers.filter(({ notAfter }) => now.getTime() < notAfter.getTime()).map(({ key }) => key)
}

/** The recipients of a role, without those whose time is over. */
export function recipientsOf(directory: KeyDirectory, role: Role, now: Date): readonly string[] {
    const recipients = directory.recipients.filter((each) => each.role === role && now.getTime() < each.notAfter.getTime())
    return recipients.map(({ recipient }) => recipient)
}

/** Who could sign a reply on this day. */
export function teamKeysOn(directory: KeyDirectory, day: Day): readonly VerificationKey[] {
    return directory.team.filter(({ notBefore, notAfter }) => notBefore <= day && day <= notAfter).map(({ key }) => key)
}

function isBy(root: VerificationKey, signature: string, directory: Uint8Array): boolean {
    try {
        verifySshsig(signature, directory, [root], DIRECTORY_NAMESPACE)
        return true
    } catch (error) {
        if (error instanceof AuthenticationError || error instanceof MalformedError) return false
        throw error
    }
}

/** Read what a directory says; only `verifyDirectory` says that the root said it. */
export function parseDirectory(signed: Uint8Array): KeyDirectory {
    if (signed.length > MAX_DIRECTORY_BYTES) throw new MalformedError('directory_too_long')
    const members = parseDocument(signed, DIRECTORY_FORMAT)
    const reviewerMembers = members.objects('reviewers', MAX_REVIEWERS)
    const recipientMembers = members.objects('recipients', MAX_RECIPIENTS)
    const teamMembers = members.objects('team', MAX_TEAM_KEYS)
    const version = members.integer('version', 1)
    const issued = members.parsed('issued', parseMoment)
    const expires = members.parsed('expires', parseMoment)
    parsePrevious(members, version)
    const organisationId = members.parsed('organisation_id', parseOrganisationId)
    parseNames(members.object('organisation'))
    const reviewers = reviewerMembers.map(parseReviewer)
    const recipients = recipientMembers.map(parseRecipient)
    const team = teamMembers.map(parseTeamKey)
    const life = expires.getTime() - issued.getTime()
    if (life <= 0) throw new MalformedError('expires_wrong')
    if (life > MAX_LIFE_DAYS * MILLISECONDS_A_DAY) throw new UnusableDirectoryError('lives_too_long')
    const recoveryCount = recipients.filter(({ role }) => role === 'recovery').length
    if (reviewers.length + recoveryCount > MAX_REPORT_RECIPIENTS) throw new MalformedError('too_many_recipients')
    // Which of two ends would hold? Each reader could choose another.
    if (new Set(reviewers.map(({ key }) => String(key))).size < reviewers.length) throw new MalformedError('reviewer_twice')
    members.finish()
    return { version, issued, expires, organisationId, reviewers, recipients, team }
}

function parseReviewer(members: Members): ReviewerKey {
    const key = members.parsed('key', (text) => VerificationKey.parse(text))
    const notAfter = members.parsed('not_after', parseMoment)
    members.finish()
    return { key, notAfter }
}

/** The chain of versions is the console's to follow; here it only has to be well formed. */
function parsePrevious(members: Members, version: number): void {
    const previous = members.optionalString('previous', 64)
    const isRight = previous === null ? version === 1 : version > 1 && /^[0-9a-f]{64}$/.test(previous)
    if (!isRight) throw new MalformedError('previous_wrong')
}

function parseNames(members: Members): void {
    for (const language of ['kk', 'ru', 'en']) members.string(language, 200)
    members.finish()
}

function parseRecipient(members: Members): DirectoryRecipient {
    const role = members.choice('role', ROLES)
    const recipient = members.string('recipient', MAX_RECIPIENT_CHARACTERS)
    const notAfter = members.parsed('not_after', parseMoment)
    members.finish()
    checkHybrid(recipient)
    return { role, recipient, notAfter }
}

/** Hybrid recipients alone; a classical one is told from nonsense. Throws UnusableDirectoryError, MalformedError. */
export function checkHybrid(recipient: string): void {
    let length = 0
    let prefix = ''
    try {
        const decoded = bech32.decode(recipient as `${string}1${string}`, false)
        prefix = decoded.prefix
        length = bech32.fromWords(decoded.words).length
    } catch {
        // told below, without what was read
    }
    const isLowerCase = recipient === recipient.toLowerCase()
    if (isLowerCase && prefix === 'age1pq' && length === HYBRID_RECIPIENT_BYTES) return
    if (isLowerCase && prefix === 'age' && length === CLASSICAL_RECIPIENT_BYTES) throw new UnusableDirectoryError('not_hybrid')
    throw new MalformedError('recipient_wrong')
}

function parseTeamKey(members: Members): TeamKey {
    const key = members.parsed('key', (text) => VerificationKey.parse(text))
    const notBefore = members.parsed('not_before', parseDay)
    const notAfter = members.parsed('not_after', parseDay)
    members.finish()
    return { key, notBefore, notAfter }
}
