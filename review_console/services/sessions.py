"""Open sessions: the person's keys, wrapped, in the memory of one process.

At log-in the opened vault is encrypted under a random key that goes into the
person's cookie and nowhere else; the wrapped copy stays here, in memory. So the
disk, a backup or the cookie alone open nothing, and the process alone opens
nothing between two requests. At log-out, after idle time, at the maximum age
and at restart the wrapped copy is gone.

Rules:
* The session key is never kept on this side.
* One error for every way in which a session can be over.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from review_console.domain.account import Vault
from review_console.domain.errors import DamagedError, SessionEndedError
from review_console.domain.ids import AccountId

IDLE: Final = timedelta(minutes=15)
MAX_AGE: Final = timedelta(hours=8)
NAME_BYTES: Final = 16
KEY_BYTES: Final = 32


@dataclass(slots=True, kw_only=True)
class _Wrapped:
    """A session as the process holds it."""

    account: AccountId
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

    def start(self, account: AccountId, vault: Vault, *, now: datetime) -> str:
        """Wrap a vault for a new session.

        Args:
            account: Whose it is.
            vault: Just opened with the passphrase.
            now: With its time zone.

        Returns:
            The ticket for the person's cookie: name and key, base64url.
        """
        name, raw = self._entropy(NAME_BYTES), self._entropy(KEY_BYTES)
        wrapped = RecordKey(raw).encrypt(
            vault.to_bytes(),
            associated_data=_bound(name, account),
            entropy=self._entropy,
        )
        with self._lock:
            self._sweep(now)
            self._open[name] = _Wrapped(
                account=account,
                wrapped_vault=wrapped,
                started_at=now,
                used_at=now,
            )
        return urlsafe_b64encode(name + raw).decode("ascii")

    def open(self, untrusted_ticket: str, *, now: datetime) -> tuple[AccountId, Vault]:
        """Unwrap the vault for one request, and count the session as used.

        Args:
            untrusted_ticket: From the cookie.
            now: With its time zone.

        Returns:
            Whose session it is, and the vault.

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
            opened = RecordKey(raw).decrypt(
                held.wrapped_vault,
                associated_data=_bound(name, held.account),
            )
            return held.account, Vault.parse(opened)
        except (CryptoError, DamagedError):
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
