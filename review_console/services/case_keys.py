"""Case keys: made with the case, granted to people, opened for one request.

A grant is first an age file to the person's recipient: it can be made while
they are away. At their first use of the case it becomes a record under their
vault key, which opens a hundred times faster.

Rules:
* A key that does not open the case's own facts is not its key: whoever writes
  the database could have granted one of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto.age import open_sealed, seal
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from review_console.domain.account import Account, Unlocked
from review_console.domain.case import Case, OpenCase
from review_console.domain.content import Place, decrypt_field, encrypt_field
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId, CaseId
from review_console.services.store import Grant, Unit

GRANTS: Final = "case_grants"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKeys:
    """Grants and opens case keys."""

    entropy: Entropy

    def grant(
        self,
        unit: Unit,
        case_id: CaseId,
        key: RecordKey,
        accounts: Iterable[Account],
    ) -> None:
        """Give a case's key to people who have it not."""
        for account in accounts:
            sealed = seal(key.raw, [account.recipient], entropy=self.entropy)
            unit.cases.grant(case_id, account.id, sealed)

    def load(self, unit: Unit, case_id: CaseId, *, by: Unlocked) -> OpenCase:
        """Load a case that was granted to an account, and open its key.

        Args:
            unit: The transaction; a first use moves the grant in it.
            case_id: Which case.
            by: Who asks.

        Returns:
            The case with its key.

        Raises:
            DamagedError: The key is not the one of this case.
        """
        case, grant = unit.cases.load(case_id, visible_to=by.id)
        return self.open(unit, case, grant, by=by)

    def open(self, unit: Unit, case: Case, grant: Grant, *, by: Unlocked) -> OpenCase:
        """Open the key of a case that was loaded with its grant.

        Args:
            unit: The transaction; a first use moves the grant in it.
            case: As loaded.
            grant: The asking account's.
            by: Who asks.

        Returns:
            The case with its key.

        Raises:
            DamagedError: The key is not the one of this case.
        """
        place = _place(case.id, by.id)
        if grant.under_vault is not None:
            raw = decrypt_field(by.vault.vault_key, place, grant.under_vault)
            return _checked(OpenCase(case=case, key=RecordKey(raw)))
        if grant.sealed is None:
            raise DamagedError("an empty grant")
        try:
            raw = open_sealed(grant.sealed, [by.vault.identity])
            opened = _checked(OpenCase(case=case, key=RecordKey(raw)))
        except CryptoError:
            raise DamagedError("a grant does not open") from None
        record = encrypt_field(by.vault.vault_key, place, raw, entropy=self.entropy)
        unit.cases.move_grant(case.id, by.id, record)
        return opened


def _place(case_id: CaseId, account_id: AccountId) -> Place:
    return Place(GRANTS, f"{case_id}:{account_id}", "under_vault")


def _checked(opened: OpenCase) -> OpenCase:
    """Hold the key against the case before anything is written under it."""
    _ = opened.facts
    return opened
