"""Open sessions: the person's keys, wrapped, in the memory of one process.

At log-in the opened vault is encrypted under a random key that goes into the
person's cookie and nowhere else; the wrapped copy stays here, in memory. So the
disk, a backup or the cookie alone open nothing, and the process alone opens
nothing between two requests. At log-out, after idle time, at the maximum age
and at restart the wrapped copy is gone.

Rules:
* The session key is never kept on this side.
* One error for every way in which a session can be over.
* A session lasts no longer than the sealed vault that it was opened from: a new
  passphrase, restored access or a closed account ends it with the next request.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from review_console.domain.account import Account, Unlocked, Vault
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    SessionEndedError,
)
from review_console.domain.ids import AccountId

IDLE: Final = timedelta(minutes=15)
MAX_AGE: Final = timedelta(hours=8)
NAME_BYTES: Final = 16
KEY_BYTES: Final = 32


@dataclass(slots=True, kw_only=True)
class _Wrapped:
    """A session as the process holds it."""

    account: AccountId
    vault_sha256: bytes = field(repr=False)
    """Of the sealed vault, as it stood in the account's row."""

    wrapped_vault: bytes = field(repr=False)
    started_at: datetime
    used_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now - self.used_at >= IDLE or now - self.started_at >= MAX_AGE


class Sessions:
    """All open sessions of this process."""

    def __init__(self, entropy: Entropy) -> None:
        """Begin with none.

        Args:
            entropy: For names and session keys.
        """
        self._entropy = entropy
        self._lock = Lock()
        self._open: dict[bytes, _Wrapped] = {}

    def start(self, unlocked: Unlocked, *, now: datetime) -> str:
        """Wrap a vault for a new session.

        Args:
            unlocked: Whose it is; just opened with the passphrase.
            now: With its time zone.

        Returns:
            The ticket for the person's cookie: name and key, base64url.
        """
        name, raw = self._entropy(NAME_BYTES), self._entropy(KEY_BYTES)
        account = unlocked.id
        wrapped = RecordKey(raw).encrypt(
            unlocked.vault.to_bytes(),
            associated_data=_bound(name, account),
            entropy=self._entropy,
        )
        with self._lock:
            self._sweep(now)
            self._open[name] = _Wrapped(
                account=account,
                vault_sha256=_hash(unlocked.account),
                wrapped_vault=wrapped,
                started_at=now,
                used_at=now,
            )
        return urlsafe_b64encode(name + raw).decode("ascii")

    def open(
        self,
        untrusted_ticket: str,
        load: Callable[[AccountId], Account],
        *,
        now: datetime,
    ) -> Unlocked:
        """Unwrap the vault for one request, and count the session as used.

        Args:
            untrusted_ticket: From the cookie.
            load: Gives the account as it stands now; raises `NotFoundError`.
            now: With its time zone.

        Returns:
            The account with its vault.

        Raises:
            SessionEndedError: There is no such session, or no longer.
        """
        name, raw = _parse(untrusted_ticket)
        with self._lock:
            self._sweep(now)
            held = self._open.get(name)
            if held is None:
                raise SessionEndedError("no such session")
            held.used_at = now
        try:
            account = load(held.account)
            if account.closed_on is not None or _hash(account) != held.vault_sha256:
                self.end(untrusted_ticket)
                raise SessionEndedError("the account has another vault")
            opened = RecordKey(raw).decrypt(
                held.wrapped_vault,
                associated_data=_bound(name, held.account),
            )
            return Unlocked(account=account, vault=Vault.parse(opened))
        except (CryptoError, DamagedError, NotFoundError):
            raise SessionEndedError("no such session") from None

    def end(self, untrusted_ticket: str) -> None:
        """Forget a session; one that is over already is no error."""
        try:
            name, _ = _parse(untrusted_ticket)
        except SessionEndedError:
            return
        with self._lock:
            self._open.pop(name, None)

    def _sweep(self, now: datetime) -> None:
        over = [name for name, held in self._open.items() if held.is_over(now)]
        for name in over:
            del self._open[name]


def _hash(account: Account) -> bytes:
    """Tell a sealed vault from the next one; not a secret, so no MAC."""
    return sha256(account.sealed_vault).digest()


def _bound(name: bytes, account: AccountId) -> bytes:
    return b"debunker-console-session\0" + name + account.encode("ascii")


def _parse(untrusted_ticket: str) -> tuple[bytes, bytes]:
    try:
        raw = urlsafe_b64decode(untrusted_ticket.encode("ascii"))
    except ValueError:
        raise SessionEndedError("not a ticket") from None
    if len(raw) != NAME_BYTES + KEY_BYTES:
        raise SessionEndedError("not a ticket")
    return raw[:NAME_BYTES], raw[NAME_BYTES:]
