"""What lies at the intake, and for how long.

Spec: docs/protocol.md §5, §8.

Nothing here is finer than a day, and no id follows from another: whoever seizes
the disk learns sizes, days and mailbox ids, and no order.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from crypto.entropy import Entropy
from protocol.mailbox import MailboxId
from protocol.sync import DepositId

UPLOAD_ID_BYTES: Final = 20
"""160 bits: whoever knows the id may write, so it must not be guessed."""

_LIFETIME: Final = timedelta(days=1)
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_UPLOAD_ID_LENGTH: Final = UPLOAD_ID_BYTES * 8 // 5


@dataclass(frozen=True, slots=True)
class UploadId:
    """Names one upload to its sender; unrelated to the deposit that it becomes."""

    value: str

    def __post_init__(self) -> None:
        """Refuse what is not 32 characters of base32: it becomes a file name.

        Raises:
            ValueError: It is not an upload's id.
        """
        if len(self.value) != _UPLOAD_ID_LENGTH or set(self.value) - set(_BASE32):
            raise ValueError("not an upload's id")

    @classmethod
    def generate(cls, entropy: Entropy) -> "UploadId":
        """Draw a new one."""
        number = int.from_bytes(entropy(UPLOAD_ID_BYTES), "big")
        shifts = range((_UPLOAD_ID_LENGTH - 1) * 5, -1, -5)
        return cls("".join(_BASE32[number >> shift & 31] for shift in shifts))

    def __str__(self) -> str:
        """Return the 32 characters."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A sealed file on its way in."""

    id: UploadId

    mailbox: MailboxId | None
    """Where it goes; forgotten once it is a deposit."""

    length_bytes: int
    """Of the whole sealed file, as declared."""

    expires_on: date
    """The last day on which it is known."""

    finished: bool = False
    """True once the deposit is durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A sealed report as the intake holds it, until the console has it."""

    id: DepositId

    mailbox: MailboxId
    """Where the reporter will look for replies."""

    size_bytes: int
    """A rung of the ladder plus age's overhead, so it tells little."""

    received_on: date
    """Day only: the hour would help to single out the reporter."""

    sha256: bytes
    """Of the sealed file: 32 bytes."""


def expiry_of(day: date) -> date:
    """Return the last day of an upload that begins on `day`."""
    return day + _LIFETIME
