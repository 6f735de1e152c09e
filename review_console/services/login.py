"""Logging in: passphrase opens the vault, the vault checks the code.

Rules:
* One error, one path, whichever of name, passphrase and code is wrong; for a
  name that nobody has, a vault that nobody has is opened in vain.
* A code works for its 30 seconds and one step to either side, once.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from pyotp.utils import strings_equal

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.sealed_secret import Argon2idProfile, open_secret, seal_secret
from protocol.passphrase import MAX_PASSPHRASE_CHARACTERS
from review_console.domain.account import (
    Account,
    Unlocked,
    Vault,
)
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import (
    LoginRefusedError,
)
from review_console.domain.ids import AccountId
from review_console.services.accounts import totp_of
from review_console.services.devices import Devices
from review_console.services.effects import Clock
from review_console.services.sessions import Sessions
from review_console.services.store import Store
from review_console.services.throttle import Throttle

TOTP_STEP_SECONDS: Final = 30
STEPS_TO_EITHER_SIDE: Final = 1
DECOY_PURPOSE: Final = "debunker-console-decoy"


@dataclass(frozen=True, slots=True)
class Decoy:
    """A sealed nothing that costs as much to try as a vault does."""

    sealed: bytes = field(repr=False)

    @classmethod
    def make(cls, profile: Argon2idProfile, entropy: Entropy) -> Self:
        """Seal random bytes under a random passphrase."""
        sealed = seal_secret(
            entropy(32),
            entropy(32).hex(),
            purpose=DECOY_PURPOSE,
            profile=profile,
            entropy=entropy,
        )
        return cls(sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """Opens a vault with the passphrase alone: half of a log-in."""

    store: Store
    decoy: Decoy

    def __call__(self, *, name: str, passphrase: str) -> Unlocked:
        """Open the vault of a name.

        Args:
            name: As typed.
            passphrase: As typed.

        Returns:
            The account with its keys.

        Raises:
            LoginRefusedError: Name or passphrase did not fit.
        """
        with self.store.begin() as unit:
            account = unit.accounts.find(name)
        if account is not None and account.closed_on is not None:
            account = None  # as if there had never been such a name
        sealed, purpose = self.decoy.sealed, DECOY_PURPOSE
        if account is not None:
            sealed, purpose = account.sealed_vault, account.vault_purpose
        try:
            opened = open_secret(
                sealed,
                passphrase[:MAX_PASSPHRASE_CHARACTERS],
                purpose=purpose,
            )
        except CryptoError:
            raise LoginRefusedError("log-in refused") from None
        if account is None:
            raise LoginRefusedError("log-in refused")
        return Unlocked(account=account, vault=Vault.parse(opened))


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCode:
    """Checks the second factor; a code that fits is used up."""

    store: Store
    clock: Clock

    def __call__(
        self,
        unlocked: Unlocked,
        code: str,
        *,
        as_kind: AuditKind = AuditKind.LOGGED_IN,
    ) -> None:
        """Use a code up, and record what for.

        Args:
            unlocked: Whose authenticator.
            code: Six digits, as typed; spaces are dropped.
            as_kind: What it lets the person do.

        Raises:
            LoginRefusedError: It does not fit, or was used before.
        """
        now = self.clock.now()
        present = int(now.timestamp()) // TOTP_STEP_SECONDS
        totp = totp_of(unlocked.vault.totp_secret)
        steps = range(
            present - STEPS_TO_EITHER_SIDE,
            present + STEPS_TO_EITHER_SIDE + 1,
        )
        typed = "".join(code.split())
        fitting = [
            step
            for step in steps
            if strings_equal(typed, totp.at(step * TOTP_STEP_SECONDS))
        ]
        if not fitting:
            raise LoginRefusedError("log-in refused")
        with self.store.begin() as unit:
            # A code that was read over a shoulder is worth nothing once used.
            if not unit.accounts.use_totp_step(unlocked.id, fitting[-1]):
                raise LoginRefusedError("log-in refused")
            unit.audit.append(AuditEntry(kind=as_kind, at=now, by=unlocked.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """A person opens their vault for a session."""

    store: Store
    clock: Clock
    sessions: Sessions
    throttle: Throttle
    devices: Devices
    unlock: Unlock
    use_code: UseCode

    def __call__(
        self,
        *,
        name: str,
        passphrase: str,
        code: str,
        device: str = "",
    ) -> str:
        """Check everything and start a session.

        Args:
            name: As typed.
            passphrase: As typed.
            code: Six digits, as typed; spaces are dropped.
            device: Token of an earlier log-in on this device; untrusted.

        Returns:
            The ticket for the cookie.

        Raises:
            LoginRefusedError: Something did not fit; which, is not told.
            TooSoonError: Nothing was tried.
        """
        throttle_name, is_known = self.devices.throttle_name(name, device)
        with self.throttle.attempt(throttle_name, is_known=is_known):
            unlocked = self.unlock(name=name, passphrase=passphrase)
            self.use_code(unlocked, code)
        return self.sessions.start(unlocked, now=self.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSession:
    """Each request opens the vault again, from cookie and memory together."""

    store: Store
    clock: Clock
    sessions: Sessions

    def __call__(self, untrusted_ticket: str) -> Unlocked:
        """Open the session's vault and load its account.

        Args:
            untrusted_ticket: From the cookie.

        Returns:
            The account as it is now, with its keys.

        Raises:
            SessionEndedError: The session, the account or its vault is no more.
        """
        return self.sessions.open(
            untrusted_ticket,
            self._account,
            now=self.clock.now(),
        )

    def _account(self, account_id: AccountId) -> Account:
        with self.store.begin() as unit:
            return unit.accounts.load(account_id)
