"""A sealed file with changes: any of them is refused, wherever it lies."""

import io
from functools import cache

from crypto.age import HybridIdentity, OpeningReader, open_sealed, seal
from crypto.errors import CryptoError
from tests.fuzz.edits import edit, edited
from tests.fuzz.fixed_entropy import fixed_entropy

NEAR_MISSES = 100
_IDENTITY = HybridIdentity.from_seed(b"i" * 32)
_PLAINTEXT = bytes(range(256)) * 260  # two chunks


@cache
def _sealed() -> bytes:
    entropy = fixed_entropy("age payload")
    return seal(_PLAINTEXT, [_IDENTITY.recipient], entropy=entropy)


def target(data: bytes) -> bool:
    """Open an edited file, whole and by seeking: only the untouched one opens."""
    sealed = edited(_sealed(), data)
    untouched = sealed == _sealed()
    try:
        reader = OpeningReader(io.BytesIO(sealed), [_IDENTITY])
        by_seeking = reader.read()
    except CryptoError:
        by_seeking = None
    try:
        whole = open_sealed(sealed, [_IDENTITY])
    except CryptoError:
        whole = None
    assert by_seeking == (_PLAINTEXT if untouched else None), "a change went unseen"
    assert whole == by_seeking, "two ways to open disagree"
    return untouched


def seeds() -> dict[str, bytes]:
    """Nothing, cuts, and flips in header, nonce, both chunks and tags."""
    length = len(_sealed())
    payload = length - 16 - len(_PLAINTEXT) - 2 * 16
    last_chunk = payload + 16 + 65_536 + 16
    return {
        "untouched": b"",
        "cut_a_byte": b"\x00\x01",
        "cut_the_last_chunk": (length - last_chunk).to_bytes(2, "big"),
        "flip_version": b"\0\0" + edit(3, 1),
        "flip_stanza": b"\0\0" + edit(60, 1),
        "flip_nonce": b"\0\0" + edit(payload, 0x80),
        "flip_first_chunk": b"\0\0" + edit(payload + 16, 1),
        "flip_last_tag": b"\0\0" + edit(length - 1, 1),
        "flip_there_and_back": b"\0\0" + edit(payload, 1) + edit(payload, 1),
    }
