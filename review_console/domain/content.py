"""Fields at rest: each encrypted under its case's key, bound to its place.

A database that is copied, or edited by its host, gives no content and lets no
field be moved: the associated data names table, row and column, so a title
pasted into another case does not decrypt.

Rules:
* A case key never leaves this process unwrapped.
* What does not decrypt is *damaged*, never shown as empty.
"""

import json
from dataclasses import dataclass
from typing import Final

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from review_console.domain.errors import DamagedError

CONTENT_FORMAT: Final = "debunker-console/1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an encrypted field stands."""

    table: str
    row: str
    column: str

    @property
    def associated_data(self) -> bytes:
        """Spell the place without ambiguity: no part may hold a NUL."""
        parts = (CONTENT_FORMAT, self.table, self.row, self.column)
        if any("\0" in part for part in parts):
            raise ValueError("a place holds no NUL")
        return "\0".join(parts).encode()


def encrypt_field(
    key: RecordKey,
    place: Place,
    plaintext: bytes,
    *,
    entropy: Entropy,
) -> bytes:
    """Encrypt one field for its place."""
    return key.encrypt(
        plaintext,
        associated_data=place.associated_data,
        entropy=entropy,
    )


def decrypt_field(key: RecordKey, place: Place, record: bytes) -> bytes:
    """Decrypt one field of its place.

    Args:
        key: The case's, or a person's vault key.
        place: Where the record was found.
        record: As stored.

    Returns:
        The plaintext.

    Raises:
        DamagedError: Altered, or moved from another place.
    """
    try:
        return key.decrypt(record, associated_data=place.associated_data)
    except CryptoError:
        raise DamagedError(f"{place.table}.{place.column} does not decrypt") from None


def to_json(value: object) -> bytes:
    """Serialize content in one way only, so that equal content is equal bytes."""
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
