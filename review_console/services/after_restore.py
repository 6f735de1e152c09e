"""After a restore: the console is a day younger than what it has said and done.

A backup does not know the replies that were sent after it. Their numbers would be
given again, and a reporter's page shows the first reply of a number alone: the
team's next answer would never be seen. So the numbers jump.

What was fetched after the backup is gone from both machines; nothing here brings it
back, and the reporter's page goes on to say *received*.
"""

from dataclasses import dataclass
from typing import Final

from protocol.sync import DepositId
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.deposit import DepositState
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.store import Store

REPLIES_BETWEEN_BACKUPS: Final = 1_000
"""More than a team writes to one reporter between two backups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What was found and done."""

    cases: int
    """Cases whose reply numbers jumped."""

    missing: tuple[DepositId, ...]
    """Sealed files that the database knows and the data directory lacks."""

    is_audit_intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterRestore:
    """The operator says that this console was put back from a backup."""

    store: Store
    files: SealedFiles
    clock: Clock

    def __call__(self) -> Aftermath:
        """Let numbers jump, look for what is missing, and tell every member.

        Returns:
            What was found; doing it once more does no harm.
        """
        with self.store.begin() as unit:
            is_intact = unit.audit.is_intact()
            cases = unit.replies.skip_numbers(REPLIES_BETWEEN_BACKUPS)
            deposits = [
                each for state in DepositState for each in unit.deposits.in_state(state)
            ]
            entry = AuditEntry(
                kind=AuditKind.RESTORED_FROM_BACKUP,
                at=self.clock.now(),
                by=None,
            )
            unit.audit.append(entry)
        missing = tuple(each.id for each in deposits if not self.files.holds(each.id))
        return Aftermath(cases=cases, missing=missing, is_audit_intact=is_intact)
