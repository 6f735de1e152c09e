"""A secret under a passphrase: docs/protocol.md §9, RFC 9106, XChaCha20-Poly1305.

Whoever finds a root's or a recovery identity's file in twenty years needs this page of
code, or another like it.
"""

import base64
import json
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.independent_reader.refusal import RefusedError

_FORMAT = "debunker-sealed-secret/1"
_MEMBERS = ["format", "purpose", "memory_kib", "passes", "lanes", "salt", "record"]
_MOST = {"memory_kib": 2_097_152, "passes": 16, "lanes": 16}
_CONSTANTS = (0x61707865, 0x3320646E, 0x79622D32, 0x6B206574)
_WORD = 2**32 - 1


def open_secret(sealed: bytes, passphrase: str, *, purpose: str) -> bytes:
    """Open a sealed secret."""
    members = _read(sealed)
    costs = [members["memory_kib"], members["passes"], members["lanes"]]
    salt, record = (_raw(members[name]) for name in ("salt", "record"))
    if len(salt) != 16 or len(record) < 24 + 16:
        raise RefusedError("malformed")
    if members["purpose"] != purpose:
        raise RefusedError("altered")
    kdf = Argon2id(
        salt=salt, length=32, iterations=costs[1], lanes=costs[2], memory_cost=costs[0]
    )
    key = kdf.derive(unicodedata.normalize("NFC", passphrase).encode())
    bound = json.dumps([_FORMAT, purpose, *costs], ensure_ascii=False).encode()
    nonce, ciphertext = record[:24], record[24:]
    aead = ChaCha20Poly1305(_hchacha20(key, nonce[:16]))
    try:
        return aead.decrypt(bytes(4) + nonce[16:], ciphertext, bound)
    except InvalidTag:
        raise RefusedError("altered") from None


def _read(sealed: bytes) -> dict[str, Any]:
    try:
        pairs = json.loads(sealed, object_pairs_hook=list)
        members = dict(pairs)
    except (ValueError, TypeError):
        raise RefusedError("malformed") from None
    is_ours = sorted(name for name, _ in pairs) == sorted(_MEMBERS)
    if not is_ours or members["format"] != _FORMAT:
        raise RefusedError("malformed")
    for name, most in _MOST.items():
        value = members[name]
        if type(value) is not int or not 1 <= value <= most:
            raise RefusedError("malformed")
    if members["memory_kib"] < 8 * members["lanes"]:
        raise RefusedError("malformed")
    return members


def _raw(text: object) -> bytes:
    try:
        raw = base64.b64decode(str(text), validate=True)
    except ValueError:
        raise RefusedError("malformed") from None
    if base64.b64encode(raw).decode() != text:
        raise RefusedError("malformed")
    return raw


def _hchacha20(key: bytes, nonce: bytes) -> bytes:
    """Derive XChaCha20's inner key: twenty rounds, and no addition at the end."""
    words = [*_CONSTANTS]
    for block in (key, nonce):
        words += [
            int.from_bytes(block[at : at + 4], "little")
            for at in range(0, len(block), 4)
        ]
    for _ in range(10):
        for column in range(4):
            _quarter(words, column, column + 4, column + 8, column + 12)
        for column in range(4):
            diagonal = [4 * row + (column + row) % 4 for row in range(4)]
            _quarter(words, *diagonal)
    return b"".join(word.to_bytes(4, "little") for word in words[:4] + words[12:])


def _quarter(words: list[int], a: int, b: int, c: int, d: int) -> None:
    for first, second, third, bits in (
        (a, b, d, 16),
        (c, d, b, 12),
        (a, b, d, 8),
        (c, d, b, 7),
    ):
        words[first] = words[first] + words[second] & _WORD
        mixed = words[third] ^ words[first]
        words[third] = (mixed << bits | mixed >> 32 - bits) & _WORD
