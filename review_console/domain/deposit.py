"""A sealed file that came from the intake, before and after it was opened.

Nothing that arrives is ever thrown away: what cannot be opened stays, sealed,
with the reason.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from protocol.mailbox import MailboxId
from protocol.sync import DepositId


class DepositState(Enum):
    """How far a sealed file has come."""

    WAITING = "waiting"
    """Stored; nobody who logged in so far could open it."""

    OPENED = "opened"
    """Its content stands in a case."""

    UNREADABLE = "unreadable"
    """It opens for us and breaks the format: kept, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A sealed file on the console's disk."""

    id: DepositId
    mailbox: MailboxId
    received_on: date
    """The day on which the intake had all of it."""

    size_bytes: int
    sha256: str
    """Hexadecimal, of the file as it came."""

    state: DepositState
    reason: str | None
    """Why it is unreadable or waits; a stable short id."""

    narrowed: bool
    """Whether its header now names the recovery recipients only."""
