/**
 * Every way in which what travels can be refused; the twin of protocol/errors.py.
 *
 *     ProtocolError
 *     ├── MalformedError            the bytes do not follow the format
 *     │   └── UnreadableError       an archive or a reply that the strict reader refuses
 *     ├── UnknownFormatError        a format or a version that this program does not know
 *     ├── AuthenticationError       well formed, and not signed by who should have signed
 *     ├── CodenameError
 *     │   ├── UnknownWordError      a word that no list has; the word is in `.word`
 *     │   ├── WrongLengthError      too few or too many words or characters
 *     │   └── WrongCheckError       well formed, but mistyped
 *     ├── DirectoryError
 *     │   ├── NotSignedByRootError  altered, or signed by somebody else
 *     │   ├── FutureDirectoryError  issued in the future: this clock is wrong
 *     │   ├── ExpiredDirectoryError past its end: nothing may be sealed to it
 *     │   ├── ClockBehindError      the site's clock is more than a day later than this one
 *     │   ├── ClockAheadError       the keys do not hold, and by the site's clock it is more than a day earlier
 *     │   ├── StaleDirectoryError   older than the one there is
 *     │   ├── UnusableDirectoryError a role is missing, or a recipient is not hybrid
 *     │   └── NoIdentityError   good, and no reviewer's identity is current
 *     ├── TooLargeError             more than a format may hold
 *     ├── UnreachableError          the intake did not answer, or not as it should
 *     │   └── SilentError           it said nothing more for a minute
 *     ├── ClosedError               503: the form is closed
 *     ├── FileError                 a chosen file changed or cannot be read; its name is in `.fileName`
 *     └── UploadError               see upload.ts
 *
 * Every error has `.reason`, the same short stable id as in Python. No message quotes what was read. A bug in our own
 * code is a plain `Error`.
 */

/** Base of every error that these modules throw on bad input; never thrown itself. */
export class ProtocolError extends Error {
    readonly reason: string

    constructor(reason: string) {
        super(reason.replaceAll('_', ' '))
        this.reason = reason
        this.name = new.target.name
    }
}

export class MalformedError extends ProtocolError {}
export class UnreadableError extends MalformedError {}

export class UnknownFormatError extends ProtocolError {
    constructor() {
        super('unknown_format')
    }
}

export class AuthenticationError extends ProtocolError {
    constructor(reason = 'wrong_signature') {
        super(reason)
    }
}

export class CodenameError extends ProtocolError {}

export class UnknownWordError extends CodenameError {
    /** As folded; no part of the codename, so it may be shown. */
    readonly word: string

    constructor(word: string) {
        super('unknown_word')
        this.word = word
    }
}

export class WrongLengthError extends CodenameError {
    constructor() {
        super('wrong_length')
    }
}

export class WrongCheckError extends CodenameError {
    constructor() {
        super('wrong_check')
    }
}

export class DirectoryError extends ProtocolError {}

export class NotSignedByRootError extends DirectoryError {
    constructor() {
        super('not_signed_by_root')
    }
}

export class FutureDirectoryError extends DirectoryError {
    constructor() {
        super('issued_in_future')
    }
}

export class ExpiredDirectoryError extends DirectoryError {
    constructor() {
        super('expired')
    }
}

export class ClockBehindError extends DirectoryError {
    constructor() {
        super('clock_behind')
    }
}

export class ClockAheadError extends DirectoryError {
    constructor() {
        super('clock_ahead')
    }
}

export class StaleDirectoryError extends DirectoryError {
    constructor() {
        super('stale')
    }
}

export class UnusableDirectoryError extends DirectoryError {}

export class NoIdentityError extends DirectoryError {
    constructor() {
        super('no_reviewer')
    }
}

export class TooLargeError extends ProtocolError {
    constructor() {
        super('too_large')
    }
}

export class FileError extends ProtocolError {
    /** The reporter's own name of the file, for the page alone. */
    readonly fileName: string

    constructor(fileName: string) {
        super('file_changed')
        this.fileName = fileName
    }
}

export class ClosedError extends ProtocolError {
    constructor() {
        super('closed')
    }
}

export class UnreachableError extends ProtocolError {
    constructor(reason = 'unreachable') {
        super(reason)
    }
}

export class SilentError extends UnreachableError {
    constructor() {
        super('silent')
    }
}
