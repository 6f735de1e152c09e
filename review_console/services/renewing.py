"""A new recovery identity: everything is sealed to it, and no longer to the old one.

The root has signed a directory with another recovery recipient. What is stored
still names the old one: the headers of opened reports, and the copies of keys.

Rules:
* Each holder renews what they can open; who else has cases runs it too.
* A report that waits, or could not be read, was sealed by its reporter: only the
  old recovery identity opens it. It is kept until none is left.
"""

from dataclasses import dataclass

from crypto.ed25519 import VerificationKey
from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.deposit import DepositState
from review_console.services.caretaking import TakeCare
from review_console.services.effects import Clock
from review_console.services.narrowing import NarrowHeaders
from review_console.services.organisation import newest_directory
from review_console.services.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What names the new recovery recipient now."""

    headers: int
    """Stored reports with a new header."""

    headers_left: int
    """Opened reports of cases that this member cannot open."""

    sealed_left: int
    """Reports that nobody has opened: the old recovery identity opens them."""

    copies: int
    """Keys of cases and of the organisation."""

    copies_left: int
    """Cases that this member cannot open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewRecovery:
    """A member seals what they hold to the directory's recovery recipients."""

    store: Store
    clock: Clock
    take_care: TakeCare
    narrow_headers: NarrowHeaders
    root: VerificationKey

    def __call__(self, *, by: Unlocked) -> Renewed:
        """Replace headers and copies; a kill in between leaves the rest to do.

        Args:
            by: Whose cases.

        Returns:
            The counts.
        """
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            everything = len(unit.cases.all())
            unit.deposits.forget_narrowing()
            before = len(unit.deposits.unnarrowed())
            entry = AuditEntry(
                kind=AuditKind.RECOVERY_RENEWED,
                at=self.clock.now(),
                by=by.id,
            )
            unit.audit.append(entry)
        care = self.take_care(by=by, directory=directory, at_most=everything + 1)
        self.narrow_headers(by=by, directory=directory)
        with self.store.begin() as unit:
            left = len(unit.deposits.unnarrowed())
            sealed = (DepositState.WAITING, DepositState.UNREADABLE)
            sealed_left = sum(len(unit.deposits.in_state(each)) for each in sealed)
        return Renewed(
            headers=before - left,
            headers_left=left,
            sealed_left=sealed_left,
            copies=care.copies,
            copies_left=care.left,
        )
