"""Every way in which the intake turns something down.

    IntakeError
    ├── BusyError               too many are sending at this moment
    ├── ClosedError             no directory that may be sealed to: nothing is taken
    │   └── NoIdentityError     there is one, and no reviewer's identity is current
    ├── FullError               no room: the quota, or the disk, is used up
    ├── TooLargeError           past the limit of the installation
    ├── RefusedUploadError      not a sealed report of a known length
    ├── UploadNotFoundError     no such upload, or it expired
    ├── UploadFinishedError     it is a deposit by now, and no longer the sender's
    ├── UploadLockedError       another request is writing it
    ├── OffsetError             the sender continues at the wrong place
    ├── DepositNotFoundError    no such deposit, or acknowledged before
    ├── ChangedDepositError     acknowledged with another SHA-256 than ours
    ├── MailboxDeletedError     its reporter deleted it
    ├── DirectoryRefusedError   not newer than ours, or not the organisation's
    └── IdentitiesRefusedError  nothing could be sealed to them

Messages are facts in English for whoever runs a client; none quotes what was sent.
"""


class IntakeError(Exception):
    """Base of every error that the services raise; never raised itself."""


class BusyError(IntakeError):
    """Too many bodies are on their way; try again in a moment."""


class ClosedError(IntakeError):
    """There is no valid directory, so nothing can be sealed."""


class NoIdentityError(ClosedError):
    """No reviewer has renewed the identity that reports are sealed to."""


class FullError(IntakeError):
    """There is no room for more until the console has fetched what waits."""


class TooLargeError(IntakeError):
    """The sealed file would be larger than this installation takes."""


class RefusedUploadError(IntakeError):
    """The bytes are not a sealed report, by header or by length."""


class UploadNotFoundError(IntakeError):
    """There is no such upload."""


class UploadFinishedError(IntakeError):
    """The upload is complete; its bytes are the organisation's now."""


class UploadLockedError(IntakeError):
    """Another request holds the upload."""


class OffsetError(IntakeError):
    """The piece does not start where the last one ended."""


class DepositNotFoundError(IntakeError):
    """There is no such deposit."""


class ChangedDepositError(IntakeError):
    """An acknowledgement names other bytes than the ones that are here."""


class MailboxDeletedError(IntakeError):
    """The reporter deleted this mailbox; nothing goes in any more."""


class DirectoryRefusedError(IntakeError):
    """The directory that was offered does not replace ours."""


class IdentitiesRefusedError(IntakeError):
    """The list is malformed, or nobody could read what is sealed to it."""
