"""Every way in which the console refuses, fails, or finds nothing.

    ConsoleError
    ├── LoginRefusedError        name, passphrase or code: never told which
    │   └── TooSoonError         not even tried
    ├── SyncRunningError         another member fetches just now
    ├── SessionEndedError        logged out, idle, too old, or of another start
    ├── NotFoundError            missing, or not yours: one answer
    ├── NotPermittedError        yours to see, not yours to do
    ├── OrganisationError        a key or a directory that must exist does not
    ├── ThreadGrewError          something was said since the page was opened
    ├── DamagedError             stored bytes are not what was stored
    ├── ReferralError            a referral's rule forbids the step; has a reason
    └── IntakeError
        ├── IntakeUnreachableError   no answer, or none that makes sense
        └── IntakeRefusedError       an answer: no

A bug in our own code is `ValueError` or `RuntimeError`; nobody catches those.
"""


class ConsoleError(Exception):
    """Base of every error that leaves this package; never raised itself."""


class LoginRefusedError(ConsoleError):
    """Name, passphrase or code did not fit; which one is not told."""


class TooSoonError(LoginRefusedError):
    """Nothing was tried: the last failure is too near, or too many try at once."""


class SyncRunningError(ConsoleError):
    """Another member's sync has not ended yet."""


class SessionEndedError(ConsoleError):
    """The session is not, or no longer, open in this process."""


class NotFoundError(ConsoleError):
    """It does not exist, or the asking account may not know that it does."""


class NotPermittedError(ConsoleError):
    """The account may see this, but the step belongs to another role."""


class OrganisationError(ConsoleError):
    """The organisation has no such key, directory or member yet."""


class ThreadGrewError(ConsoleError):
    """The case's thread is longer than the one that was answered."""


class DamagedError(ConsoleError):
    """Bytes in the database or on disk were altered or moved."""


class ReferralError(ConsoleError):
    """A rule of referrals forbids the step."""

    def __init__(self, reason: str) -> None:
        """Name the rule.

        Args:
            reason: Stable short id, such as ``own_proposal`` or ``consent``.
        """
        super().__init__(reason)
        self.reason = reason


class IntakeError(ConsoleError):
    """Base of what can go wrong on the way to the intake."""


class IntakeUnreachableError(IntakeError):
    """The intake gave no answer, or one that follows no format."""


class IntakeRefusedError(IntakeError):
    """The intake answered and refused."""

    def __init__(self, status: int) -> None:
        """Keep the answer's HTTP status."""
        super().__init__(f"the intake answered {status}")
        self.status = status
