"""Removing from the page: a coordinator, with both factors typed once more.

An open session on an unwatched desk must not be enough to take a colleague out.
"""

from dataclasses import dataclass, field

from review_console.domain.account import Account, Role, Unlocked
from review_console.domain.audit import AuditKind
from review_console.domain.errors import NotFoundError, NotPermittedError
from review_console.domain.ids import AccountId
from review_console.services.leaving import Left, RemoveAccount
from review_console.services.login import Unlock, UseCode
from review_console.services.store import Store
from review_console.services.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class BothFactors:
    """What a person types to show that it is they."""

    passphrase: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember:
    """A coordinator takes a colleague out."""

    store: Store
    throttle: Throttle
    unlock: Unlock
    use_code: UseCode
    remove: RemoveAccount

    def find(self, account_id: AccountId, *, by: Unlocked) -> Account:
        """Find whom a coordinator may take out.

        Args:
            account_id: Whom.
            by: Who asks.

        Returns:
            The account.

        Raises:
            NotPermittedError: Only coordinators do that.
            NotFoundError: There is none, or it is their own, or closed.
        """
        if by.account.role is not Role.COORDINATOR:
            raise NotPermittedError("only coordinators take people out")
        with self.store.begin() as unit:
            account = unit.accounts.load(account_id)
        if account.id == by.id or account.closed_on is not None:
            raise NotFoundError("nobody to take out")
        return account

    def __call__(
        self,
        account_id: AccountId,
        factors: BothFactors,
        *,
        by: Unlocked,
    ) -> Left:
        """Check both factors, then do every step.

        Args:
            account_id: Whom.
            factors: As typed.
            by: The coordinator.

        Returns:
            What was done, and what is left to do.

        Raises:
            LoginRefusedError: Passphrase or code did not fit.
            TooSoonError: Nothing was tried.
            OrganisationError: A case would be lost; nothing was done.
        """
        account = self.find(account_id, by=by)
        with self.throttle.attempt(f"own keys of {by.id}", is_known=True):
            unlocked = self.unlock(name=by.account.name, passphrase=factors.passphrase)
            self.use_code(unlocked, factors.code, as_kind=AuditKind.CODE_USED)
        return self.remove(name=account.name, by=unlocked)
