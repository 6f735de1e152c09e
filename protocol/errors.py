"""Every way in which what travels can be refused.

    ProtocolError
    ├── MalformedError             the bytes do not follow the format
    │   └── UnreadableError        the strict reader refuses an archive or a report
    ├── UnknownFormatError         a format or a version that this program does not know
    ├── CodenameError
    │   ├── UnknownWordError       a word that no list has; the word is in `.word`
    │   ├── WrongLengthError       too few or too many words or characters
    │   └── WrongCheckError        well formed, but mistyped
    ├── DirectoryError
    │   ├── NotSignedByRootError   altered, or signed by somebody else
    │   ├── FutureDirectoryError   issued in the future: this clock is wrong
    │   ├── ExpiredDirectoryError  past its end: nothing may be sealed to it
    │   ├── StaleDirectoryError    an older version than one seen before
    │   └── UnusableDirectoryError nobody to seal to, not hybrid, or too long a life
    ├── TooLargeError              more than a format may hold
    ├── UnverifiedRequestError     a sync request that its key did not sign
    └── WeakPassphraseError        too short to guard a key at rest

Every error has `.reason`, a short stable id (`padding_not_zero`) for test
vectors, counters and translated texts. No message and no reason quotes what
was read. A bug in our own code is `ValueError` or `RuntimeError`.
"""

from typing import ClassVar


class ProtocolError(Exception):
    """Base of every error that leaves this package; never raised itself."""

    reason: str = "protocol"


class MalformedError(ProtocolError):
    """The bytes do not follow the format; `.reason` says where."""

    def __init__(self, reason: str) -> None:
        """Take a stable id in snake_case; it must quote nothing that was read."""
        super().__init__(reason.replace("_", " "))
        self.reason = reason


class UnreadableError(MalformedError):
    """A sealed report, a reply or an archive that the strict reader refuses."""


class UnknownFormatError(ProtocolError):
    """A format or version that this program does not know, refused by name."""

    reason = "unknown_format"


class CodenameError(ProtocolError):
    """What was typed is no codename; nothing has been sent."""

    reason = "codename"


class UnknownWordError(CodenameError):
    """One word stands in no list."""

    reason = "unknown_word"

    def __init__(self, word: str) -> None:
        """Keep the folded word for the page; the message does not quote it."""
        super().__init__("a word is not in the list")
        self.word = word


class WrongLengthError(CodenameError):
    """Neither 10 words nor 22 characters."""

    reason = "wrong_length"


class WrongCheckError(CodenameError):
    """The right length, but the check does not fit: something is mistyped."""

    reason = "wrong_check"


class DirectoryError(ProtocolError):
    """A key directory that must not be used; never raised itself."""

    reason = "directory"


class NotSignedByRootError(DirectoryError):
    """The pinned root key did not sign these bytes."""

    reason = "not_signed_by_root"


class FutureDirectoryError(DirectoryError):
    """Issued more than a day ahead of this clock, so this clock is wrong."""

    reason = "issued_in_future"


class ExpiredDirectoryError(DirectoryError):
    """Past its end; the form is closed."""

    reason = "expired"


class StaleDirectoryError(DirectoryError):
    """Replaced by a version that was seen before."""

    reason = "stale"


class UnusableDirectoryError(DirectoryError):
    """Well signed, but nothing can safely be sealed to it."""

    reason: str = "unusable"
    reasons: ClassVar[frozenset[str]] = frozenset(
        {"no_reviewer", "no_recovery", "not_hybrid", "lives_too_long"}
    )
    offline_reasons: ClassVar[frozenset[str]] = frozenset(
        {"no_offline", "no_recovery", "other_organisation"}
    )
    """An offline page's, beside what its directory's own form may be."""

    def __init__(self, reason: str) -> None:
        """Take one of `reasons` or of `offline_reasons`."""
        super().__init__(reason.replace("_", " "))
        self.reason = reason


class TooLargeError(ProtocolError):
    """More attachments, entries or bytes than the format may hold."""

    reason = "too_large"


class UnverifiedRequestError(ProtocolError):
    """A sync request is unsigned, altered, old, or signed by another key."""

    reason = "unverified_request"


class WeakPassphraseError(ProtocolError):
    """Too short to guard a key at rest, or absurdly long; nothing is quoted."""

    reason = "weak_passphrase"
