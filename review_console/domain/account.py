"""People on the console, and the one blob that holds all their keys.

Spec: docs/protocol.md §4 (their recipients and keys in the directory).

An account's secrets lie in a *vault*: identity, signing key, TOTP secret and
vault key, sealed together under the person's passphrase. Opening one opens
all; there is no half-unlocked person.

Rules:
* The sealed vault is bound to the account's id: swapped blobs do not open.
* No secret of a vault stands in a repr.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, Self

from crypto.age import HybridIdentity, HybridRecipient
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import Entropy
from crypto.records import RecordKey
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId

VAULT_FORMAT: Final = b"debunker-vault/1\n"
SEED_BYTES: Final = 32
"""Of the age identity, of Ed25519, and of the vault key."""

TOTP_SECRET_BYTES: Final = 20
"""RFC 4226 §4, R6: 160 bits."""


class Role(Enum):
    """What an account may do."""

    REVIEWER = "reviewer"
    """Opens reports, works on cases, proposes referrals."""

    COORDINATOR = "coordinator"
    """Also approves what others propose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Everything that a person's passphrase opens."""

    identity: HybridIdentity = field(repr=False)
    """Opens reports and grants."""

    signing_key: SigningKey = field(repr=False)
    """Signs approvals."""

    totp_secret: bytes = field(repr=False)
    """20 bytes, shared with the person's authenticator."""

    vault_key: RecordKey = field(repr=False)
    """Keeps case keys that were granted once, cheaply."""

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make the keys of a new account."""
        return cls(
            identity=HybridIdentity.generate(entropy),
            signing_key=SigningKey.generate(entropy),
            totp_secret=entropy(TOTP_SECRET_BYTES),
            vault_key=RecordKey.generate(entropy),
        )

    def to_bytes(self) -> bytes:
        """Serialize; the caller MUST seal or encrypt the result."""
        return (
            VAULT_FORMAT
            + self.identity.seed
            + self.signing_key.seed
            + self.totp_secret
            + self.vault_key.raw
        )

    @classmethod
    def parse(cls, opened: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Args:
            opened: After the seal was opened, so already authentic.

        Returns:
            The vault.

        Raises:
            DamagedError: Of another version or length.
        """
        length_bytes = len(VAULT_FORMAT) + 3 * SEED_BYTES + TOTP_SECRET_BYTES
        if not opened.startswith(VAULT_FORMAT) or len(opened) != length_bytes:
            raise DamagedError("not a vault of a known version")
        rest = memoryview(opened)[len(VAULT_FORMAT) :]
        totp_end = 2 * SEED_BYTES + TOTP_SECRET_BYTES
        return cls(
            identity=HybridIdentity.from_seed(bytes(rest[:SEED_BYTES])),
            signing_key=SigningKey.from_seed(bytes(rest[SEED_BYTES : 2 * SEED_BYTES])),
            totp_secret=bytes(rest[2 * SEED_BYTES : totp_end]),
            vault_key=RecordKey(bytes(rest[totp_end:])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person on the console, as the database knows them."""

    id: AccountId
    name: str
    """What they log in with; unique after `fold_name`."""

    role: Role
    recipient: HybridRecipient = field(repr=False)
    """Reports (of reviewers) and case keys are sealed to it."""

    signing_key: VerificationKey = field(repr=False)
    """Verifies their approvals."""

    sealed_vault: bytes = field(repr=False)
    """Under Argon2id of the passphrase."""

    created_on: date
    membership: str | None = field(repr=False)
    """The team's signature over this row; `None` until admitted."""

    next_membership: str | None = field(default=None, repr=False)
    """The same by the team key that the next directory will name."""

    closed_on: date | None = None
    """The day on which the person was taken out; `None` while they belong."""

    newest_totp_step: int
    """The last 30-second step that logged in; 0 if none. None works twice."""

    @property
    def vault_purpose(self) -> str:
        """Bind the sealed vault to this account."""
        return vault_purpose(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """An account together with its opened vault, for one request."""

    account: Account
    vault: Vault = field(repr=False)

    @property
    def id(self) -> AccountId:
        """Name the account."""
        return self.account.id


def vault_purpose(account_id: AccountId) -> str:
    """Say what a sealed vault is for, so that it opens as nothing else."""
    return f"debunker-console-vault:{account_id}"


def fold_name(name: str) -> str:
    """Bring a log-in name to the one form in which names are compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
