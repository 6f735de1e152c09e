/**
 * The keys of an offline page: which signed directory it seals to, and for how long.
 *
 * Spec: docs/protocol.md §4.2.
 *
 * The page carries a directory and the root's key; neither can be asked for, so the page holds what it carries, and what a
 * person hands it, against that root. It seals to recipients that live for a year, because an offline page is carried about
 * for months, and says what that costs.
 *
 * Rules:
 * * Nothing unsigned is parsed.
 * * A directory that is past its end is only old: it gives a notice. Past the end of its recipients nothing is sealed.
 * * A directory never takes the place of a newer one.
 */

import { isSignedBy, parseDirectory, recipientsOf, type KeyDirectory, type UnverifiedDirectory } from '../directory.ts'
import type { VerificationKey } from '../ed25519.ts'
import { ExpiredDirectoryError, FutureDirectoryError, NotSignedByRootError, StaleDirectoryError, UnusableDirectoryError } from '../errors.ts'

const FUTURE_MILLISECONDS = 86_400_000

/** What an offline page seals with. */
export interface OfflineKeys {
    readonly directory: KeyDirectory
    readonly recipients: readonly string[]
    /** From this moment on it seals no more. */
    readonly until: Date
    /** A newer directory should be there by now. */
    readonly isOld: boolean
}

/**
 * Check a directory for sealing offline.
 *
 * @param untrusted as embedded, or as a person chose it
 * @param root the organisation's key, from the page
 * @param now the device's time
 * @param before the directory that it would replace
 * @throws NotSignedByRootError
 * @throws MalformedError, UnknownFormatError signed, but not what this program knows
 * @throws UnusableDirectoryError signed, with nobody to seal to offline, or for another organisation
 * @throws StaleDirectoryError older than the one there is
 * @throws FutureDirectoryError this clock is wrong
 * @throws ExpiredDirectoryError its recipients are past their end
 */
export function offlineKeys(untrusted: UnverifiedDirectory, root: VerificationKey, now: Date, before?: KeyDirectory): OfflineKeys {
    // 1. Signature first: nothing unsigned may steer the steps below.
    const directory = signedDirectory(untrusted, root)
    // 2. An older one could bring back a recipient that was taken out; of another organisation no codename would fit.
    if (before && directory.version < before.version) throw new StaleDirectoryError()
    if (before && !before.organisationId.every((byte, at) => byte === directory.organisationId[at])) throw new UnusableDirectoryError('other_organisation')
    // 3. A clock that is far behind would keep old recipients alive.
    if (directory.issued.getTime() - now.getTime() > FUTURE_MILLISECONDS) throw new FutureDirectoryError()
    // 4. Sealed to nobody, or to no recovery key, a report may be lost. Who never was there is not somebody whose time is over.
    const ends = (['offline', 'recovery'] as const).map((role) => lastEnd(directory, role))
    const until = new Date(Math.min(...ends))
    if (now.getTime() >= until.getTime()) throw new ExpiredDirectoryError()
    const recipients = [...recipientsOf(directory, 'offline', now), ...recipientsOf(directory, 'recovery', now)]
    return { directory, recipients, until, isOld: now.getTime() >= directory.expires.getTime() }
}

/** What the root has signed, whether or not its time is over. Throws NotSignedByRootError, or what `parseDirectory` throws. */
export function signedDirectory(untrusted: UnverifiedDirectory, root: VerificationKey): KeyDirectory {
    if (!isSignedBy(untrusted, root)) throw new NotSignedByRootError()
    return parseDirectory(untrusted.directory)
}

/** When the last recipient of a role ends. */
function lastEnd(directory: KeyDirectory, role: 'offline' | 'recovery'): number {
    const ends = directory.recipients.filter((each) => each.role === role).map(({ notAfter }) => notAfter.getTime())
    if (ends.length === 0) throw new UnusableDirectoryError(role === 'offline' ? 'no_offline' : 'no_recovery')
    return Math.max(...ends)
}
