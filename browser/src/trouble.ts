/** Which words an error gets on the page. What is not listed here is a bug, and says so. */

import {
    ClockAheadError,
    ClockBehindError,
    ClosedError,
    ExpiredDirectoryError,
    FileError,
    FutureDirectoryError,
    NoIdentityError,
    NotSignedByRootError,
    ProtocolError,
    SilentError,
    TooLargeError,
    UnknownWordError,
    UnreachableError,
    UnusableDirectoryError,
    WrongLengthError,
    type CodenameError,
} from './errors.ts'
import type { Trouble, TroubleKind, WrongCodename } from './talk.ts'
import { FullUploadError, LostUploadError, RefusedUploadError, TooLargeUploadError } from './upload.ts'

/** The narrower class stands before the wider one. */
const KINDS: readonly (readonly [new (...values: never[]) => ProtocolError, TroubleKind])[] = [
    [NotSignedByRootError, 'not_signed'],
    [FutureDirectoryError, 'clock'],
    [ClockBehindError, 'clock'],
    [ClockAheadError, 'clock_ahead'],
    [ExpiredDirectoryError, 'expired'],
    [UnusableDirectoryError, 'unusable'],
    [NoIdentityError, 'no_identity'],
    [UnreachableError, 'offline'],
    [ClosedError, 'closed'],
    [TooLargeUploadError, 'too_large'],
    [TooLargeError, 'too_large'],
    [FullUploadError, 'full'],
    [LostUploadError, 'lost'],
    [RefusedUploadError, 'refused'],
    [FileError, 'file'],
]

/** @param otherwise for any other error in what was received: the directory's, or a mailbox's */
export function troubleOf(error: unknown, otherwise: 'unusable' | 'mailbox' | 'internal'): Trouble {
    // Where a codename was typed, "try again" asks less than "load this page again".
    const isSilent = error instanceof SilentError && otherwise === 'mailbox'
    const known = isSilent ? otherwise : KINDS.find(([type]) => error instanceof type)?.[1]
    const kind = known ?? (error instanceof ProtocolError ? otherwise : 'internal')
    return { kind, fileName: error instanceof FileError ? error.fileName : '' }
}

export function wrongCodenameOf(error: CodenameError): WrongCodename {
    if (error instanceof UnknownWordError) return { reason: 'word', word: error.word }
    return { reason: error instanceof WrongLengthError ? 'length' : 'check', word: '' }
}
