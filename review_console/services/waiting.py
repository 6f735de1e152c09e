"""What nobody can open any more: left sealed for the recovery identity.

A report that was sealed to identities which are destroyed, or to people who are
gone, waits on the console as it came. Whoever holds the recovery identity opens it
at the command line, together with a member in whose name it becomes a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.age import HybridIdentity
from crypto.ed25519 import VerificationKey
from review_console.domain.account import Unlocked
from review_console.services.opening import OpenDeposits, Opened
from review_console.services.organisation import newest_directory
from review_console.services.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWaiting:
    """The operator imports what waits, with the recovery identity."""

    store: Store
    root: VerificationKey
    open_deposits: OpenDeposits

    def __call__(
        self,
        *,
        by: Unlocked,
        recovery: HybridIdentity,
    ) -> Sequence[Opened]:
        """Open every waiting file that the recovery identity opens.

        Args:
            by: A member: cases are made and granted in their name.
            recovery: Opened from its file.

        Returns:
            One outcome for each file that was waiting.
        """
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
        return self.open_deposits(
            by=by,
            directory=directory,
            identities=[recovery],
            are_own=False,
        )
