"""A new passphrase, or a new second factor, for who still knows the old passphrase.

The keys stay; the vault is sealed anew, and sessions that opened the old one end.
"""

from dataclasses import dataclass, field, replace

from crypto.entropy import Entropy
from crypto.sealed_secret import Argon2idProfile, seal_secret
from protocol.passphrase import check_passphrase
from review_console.domain.account import (
    TOTP_SECRET_BYTES,
    Unlocked,
)
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.services.accounts import NewAccount
from review_console.services.effects import Clock
from review_console.services.login import Unlock, UseCode
from review_console.services.sessions import Sessions
from review_console.services.store import Store
from review_console.services.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassphrase:
    """A person seals their vault anew."""

    store: Store
    clock: Clock
    entropy: Entropy
    profile: Argon2idProfile

    def __call__(
        self,
        *,
        by: Unlocked,
        passphrase: str,
        new_totp: bool = False,
    ) -> NewAccount:
        """Seal the vault under a passphrase, with the old TOTP secret or a new one.

        Args:
            by: The person, opened with the old passphrase.
            passphrase: From now on; may be the old one if only TOTP changes.
            new_totp: Whether to make a new second factor.

        Returns:
            The account with its TOTP secret.
        """
        check_passphrase(passphrase)
        vault = by.vault
        if new_totp:
            vault = replace(vault, totp_secret=self.entropy(TOTP_SECRET_BYTES))
        sealed = seal_secret(
            vault.to_bytes(),
            passphrase,
            purpose=by.account.vault_purpose,
            profile=self.profile,
            entropy=self.entropy,
        )
        with self.store.begin() as unit:
            unit.accounts.save_vault(by.id, sealed, is_totp_new=new_totp)
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.VAULT_SEALED_ANEW,
                    at=self.clock.now(),
                    by=by.id,
                ),
            )
        self.store.forget_replaced()  # or the old passphrase opened the old copy
        account = replace(by.account, sealed_vault=sealed)
        return NewAccount(account=account, totp_secret=vault.totp_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeysDraft:
    """What a person types to change what opens their keys."""

    old_passphrase: str = field(repr=False)
    code: str = field(repr=False)
    new_passphrase: str = field(repr=False)
    """Empty to keep the old one, when only the second factor changes."""

    new_totp: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwnKeys:
    """A person who is logged in changes passphrase or second factor.

    They type the old passphrase and a fresh code again: an open session on an
    unwatched desk is not enough to take an account over.
    """

    throttle: Throttle
    unlock: Unlock
    use_code: UseCode
    change: ChangePassphrase
    sessions: Sessions
    clock: Clock

    def __call__(
        self,
        draft: OwnKeysDraft,
        *,
        by: Unlocked,
    ) -> tuple[NewAccount, str]:
        """Check both factors, seal anew, and open a session of the new vault.

        Args:
            draft: As typed.
            by: Who is logged in.

        Returns:
            The account with its TOTP secret, and the new session's ticket; every
            older session ends with its next request.

        Raises:
            LoginRefusedError: Old passphrase or code did not fit.
            TooSoonError: Nothing was tried.
        """
        keeps_old = draft.new_totp and not draft.new_passphrase
        new = draft.old_passphrase if keeps_old else draft.new_passphrase
        check_passphrase(new)
        with self.throttle.attempt(f"own keys of {by.id}", is_known=True):
            unlocked = self.unlock(
                name=by.account.name, passphrase=draft.old_passphrase
            )
            self.use_code(unlocked, draft.code, as_kind=AuditKind.CODE_USED)
        made = self.change(by=unlocked, passphrase=new, new_totp=draft.new_totp)
        vault = replace(unlocked.vault, totp_secret=made.totp_secret)
        opened = Unlocked(account=made.account, vault=vault)
        return made, self.sessions.start(opened, now=self.clock.now())
