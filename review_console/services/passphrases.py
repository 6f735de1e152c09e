"""A new passphrase, or a new second factor, for who still knows the old passphrase.

The keys stay; the vault is sealed anew, and sessions that opened the old one end.
"""

from dataclasses import dataclass, replace

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
from review_console.services.store import Store


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
        account = replace(by.account, sealed_vault=sealed)
        return NewAccount(account=account, totp_secret=vault.totp_secret)
