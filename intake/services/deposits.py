"""What the console asks for, and what it says it has.

Spec: docs/protocol.md §6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intake.domain.clock import Clock
from intake.domain.deposit import Deposit
from intake.services.ports import DepositStore, UploadStore
from protocol.day import day_of
from protocol.sync import DepositId

PAGE_SIZE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeposits:
    """Pages through what is not acknowledged yet; old uploads go meanwhile."""

    deposits: DepositStore
    uploads: UploadStore
    clock: Clock

    def __call__(self, *, after: DepositId | None) -> tuple[Deposit, ...]:
        """Return the next page in the order of ids."""
        self.uploads.expire(day_of(self.clock.now()))
        return self.deposits.page(after=after, limit=PAGE_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeDeposits:
    """The console has them on its own disk; only now do ours go."""

    deposits: DepositStore

    def __call__(self, acknowledged: Sequence[tuple[DepositId, bytes]]) -> None:
        """Delete deposits whose SHA-256 the console names.

        Args:
            acknowledged: Unknown ids are gone already and do not matter.
        """
        self.deposits.forget(acknowledged)
