"""Accounts: made at the command line, keys sealed before anything is stored."""

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import pyotp

from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from crypto.sealed_secret import Argon2idProfile, seal_secret
from protocol.day import day_of
from protocol.passphrase import check_passphrase
from review_console.domain.account import (
    Account,
    Role,
    Vault,
    vault_purpose,
)
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import OrganisationError
from review_console.domain.ids import AccountId
from review_console.domain.membership import is_member
from review_console.services.effects import Clock
from review_console.services.organisation import newest_directory
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import present_team_key

TOTP_ISSUER = "Debunker"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account just made, with what its owner must take away now."""

    account: Account
    totp_secret: bytes = field(repr=False)

    @property
    def totp_uri(self) -> str:
        """Spell the TOTP secret for an authenticator; show it once."""
        return totp_of(self.totp_secret).provisioning_uri(
            name=self.account.name,
            issuer_name=TOTP_ISSUER,
        )

    @property
    def totp_text(self) -> str:
        """Spell the TOTP secret for typing, in groups of four."""
        text = b32encode(self.totp_secret).decode("ascii")
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    def totp_code(self, at_seconds: int) -> str:
        """Compute the code of a moment, as an authenticator would."""
        return totp_of(self.totp_secret).at(at_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAccount:
    """The operator adds a person."""

    store: Store
    clock: Clock
    entropy: Entropy
    profile: Argon2idProfile

    def __call__(self, *, name: str, role: Role, passphrase: str) -> NewAccount:
        """Make the keys, seal them, store the account.

        Args:
            name: To log in with; not empty.
            role: What the person may do.
            passphrase: Opens the vault; kept nowhere.

        Returns:
            The account and its TOTP secret.

        Raises:
            OrganisationError: The name is empty or taken.
        """
        check_passphrase(passphrase)
        if not name.strip():
            raise OrganisationError("a name is not empty: give one with --name")
        now = self.clock.now()
        vault = Vault.generate(self.entropy)
        account_id = AccountId.generate(self.entropy)
        account = Account(
            id=account_id,
            name=name.strip(),
            role=role,
            recipient=vault.identity.recipient,
            signing_key=vault.signing_key.verification_key,
            sealed_vault=seal_secret(
                vault.to_bytes(),
                passphrase,
                purpose=vault_purpose(account_id),
                profile=self.profile,
                entropy=self.entropy,
            ),
            created_on=day_of(now),
            membership=None,
            newest_totp_step=0,
        )
        with self.store.begin() as unit:
            if unit.accounts.find(account.name) is not None:
                raise OrganisationError(
                    f"the name {account.name!r} is taken; names of people who left "
                    "stay with what they wrote",
                )
            unit.accounts.add(account)
            unit.audit.append(
                AuditEntry(kind=AuditKind.ACCOUNT_ADDED, at=now, by=None),
            )
        return NewAccount(account=account, totp_secret=vault.totp_secret)


def totp_of(secret: bytes) -> pyotp.TOTP:
    """Make the TOTP of a secret: SHA-1, six digits, 30 seconds (RFC 6238)."""
    return pyotp.TOTP(b32encode(secret).decode("ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNames:
    """Who is who, for authors and approvers."""

    store: Store

    def __call__(self) -> Mapping[AccountId, str]:
        """Name every account."""
        with self.store.begin() as unit:
            return {account.id: account.name for account in unit.accounts.all()}


class Standing(Enum):
    """What an account counts as."""

    MEMBER = "member"
    NEW = "not admitted"
    LEFT = "taken out"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as the operator's list shows it."""

    account: Account
    standing: Standing
    cases: int
    """Cases that they can open."""

    lacks: int
    """Cases that others can open and they not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccounts:
    """The operator looks at who is who."""

    store: Store
    root: VerificationKey

    def __call__(self) -> Sequence[AccountRow]:
        """List every account there ever was."""
        with self.store.begin() as unit:
            # The root's word, not the database's, once there is one.
            if unit.directories.newest() is None:
                team = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
            else:
                directory = newest_directory(unit, root=self.root)
                team = present_team_key(directory)
            everybody = unit.accounts.all()
            return tuple(_account_row(unit, each, team) for each in everybody)


def _account_row(
    unit: Unit,
    account: Account,
    team: VerificationKey | None,
) -> AccountRow:
    standing = Standing.NEW
    if account.closed_on is not None:
        standing = Standing.LEFT
    elif team is not None and is_member(account, [team]):
        standing = Standing.MEMBER
    is_member_here = standing is Standing.MEMBER
    return AccountRow(
        account=account,
        standing=standing,
        cases=len(unit.cases.granted(account.id)),
        lacks=len(unit.cases.ungranted(account.id)) if is_member_here else 0,
    )
