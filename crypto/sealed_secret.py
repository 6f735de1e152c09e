"""Secrets at rest under a passphrase: Argon2id and XChaCha20-Poly1305.

A sealed secret is a small JSON object that describes itself: format, purpose,
the Argon2id cost, salt, record. Purpose and cost are associated data, so that a
signing key cannot be put where an age identity is expected, and nobody can
lower the cost of a passphrase's check without being noticed.

Not done here: the choice of a good passphrase, and where the result is kept.

Rules:
* A wrong passphrase and an altered record are the same error.
* Costs beyond a limit are refused unread: a planted file must not eat the memory.
* Read strictly, so that no two readers see one file differently: a member comes
  once, and base64 is canonical.
"""

import base64
import json
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw

from crypto.entropy import Entropy
from crypto.errors import AuthenticationError, MalformedError
from crypto.records import KEY_BYTES, RecordKey

FORMAT: Final = "debunker-sealed-secret/1"
SALT_BYTES: Final = 16
_ARGON2_VERSION: Final = 0x13  # RFC 9106; a part of the format


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2idProfile:
    """The cost of one guess at a passphrase."""

    memory_kib: int
    """Memory in KiB (1,024 bytes)."""

    passes: int
    """Times over the memory."""

    lanes: int
    """Parallel lanes."""


RFC_9106_LOW_MEMORY: Final = Argon2idProfile(memory_kib=65_536, passes=3, lanes=4)
"""RFC 9106 §4, second recommendation: 64 MiB."""

INSECURE_TESTING: Final = Argon2idProfile(memory_kib=8, passes=1, lanes=1)
"""Only for tests: guesses cost nothing."""

_LIMIT: Final = Argon2idProfile(memory_kib=2_097_152, passes=16, lanes=16)
_MEMBERS: Final = frozenset({
    "format", "purpose", "memory_kib", "passes", "lanes", "salt", "record",
})  # fmt: skip


def seal_secret(
    secret: bytes,
    passphrase: str,
    *,
    purpose: str,
    profile: Argon2idProfile,
    entropy: Entropy,
) -> bytes:
    """Encrypt a secret under a passphrase.

    Args:
        secret: Any length; it is not hidden.
        passphrase: As typed; spelt in Unicode NFC before use.
        purpose: What the secret is; the same must be named to open it.
        profile: What one guess shall cost.
        entropy: For salt and nonce.

    Returns:
        A JSON object in UTF-8.
    """
    salt = entropy(SALT_BYTES)
    key = _derive(passphrase, salt, profile)
    record = key.encrypt(
        secret, associated_data=_bound(purpose, profile), entropy=entropy
    )
    members = {
        "format": FORMAT,
        "purpose": purpose,
        "memory_kib": profile.memory_kib,
        "passes": profile.passes,
        "lanes": profile.lanes,
        "salt": base64.b64encode(salt).decode(),
        "record": base64.b64encode(record).decode(),
    }
    return json.dumps(members, ensure_ascii=False).encode()


def open_secret(sealed: bytes, passphrase: str, *, purpose: str) -> bytes:
    """Decrypt a secret.

    Args:
        sealed: Untrusted, as stored.
        passphrase: As typed.
        purpose: What the secret must be.

    Returns:
        The secret.

    Raises:
        MalformedError: Another format, or a cost beyond the limit.
        MemoryError: The machine has less memory than one guess costs.
        AuthenticationError: Wrong passphrase or purpose, or altered.
    """
    members = _members(sealed)
    if members.get("format") != FORMAT:
        raise MalformedError(f"unknown format: {str(members.get('format'))[:60]!r}")
    if members.keys() != _MEMBERS:
        raise MalformedError("members are missing or unknown")
    profile = Argon2idProfile(
        memory_kib=_integer(members, "memory_kib", _LIMIT.memory_kib),
        passes=_integer(members, "passes", _LIMIT.passes),
        lanes=_integer(members, "lanes", _LIMIT.lanes),
    )
    if profile.memory_kib < 8 * profile.lanes:  # RFC 9106 §3.1
        raise MalformedError("memory_kib is below 8 per lane")
    salt, record = _base64(members, "salt"), _base64(members, "record")
    if len(salt) != SALT_BYTES:
        raise MalformedError("salt is not 16 bytes")
    if members["purpose"] != purpose:
        raise AuthenticationError("sealed for another purpose")
    key = _derive(passphrase, salt, profile)
    return key.decrypt(record, associated_data=_bound(purpose, profile))


def _derive(passphrase: str, salt: bytes, profile: Argon2idProfile) -> RecordKey:
    try:
        raw = hash_secret_raw(
            unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass"),
            salt,
            time_cost=profile.passes,
            memory_cost=profile.memory_kib,
            parallelism=profile.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
            version=_ARGON2_VERSION,
        )
    except HashingError:  # all parameters are in range, so what fails is malloc
        raise MemoryError("not enough memory for Argon2id") from None
    return RecordKey(raw)


def _bound(purpose: str, profile: Argon2idProfile) -> bytes:
    """Spell out what the record is bound to; JSON, so that no two are alike."""
    bound = [FORMAT, purpose, profile.memory_kib, profile.passes, profile.lanes]
    return json.dumps(bound, ensure_ascii=False).encode()


def _members(sealed: bytes) -> dict[str, object]:
    try:
        members = json.loads(sealed, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if not isinstance(members, dict):
        raise MalformedError("not a JSON object")
    return members


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("a member comes twice")
    return members


def _integer(members: dict[str, object], name: str, limit: int) -> int:
    value = members[name]
    if type(value) is not int or not 1 <= value <= limit:
        raise MalformedError(f"{name} is not an integer from 1 to {limit}")
    return value


def _base64(members: dict[str, object], name: str) -> bytes:
    value = members[name]
    try:
        raw = base64.b64decode(str(value), validate=True)
    except ValueError:
        raise MalformedError(f"{name} is not base64") from None
    if base64.b64encode(raw).decode() != value:
        raise MalformedError(f"{name} is not canonical base64")
    return raw
