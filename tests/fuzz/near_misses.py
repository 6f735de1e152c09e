"""Changes of an input in one to three places, the same ones each time."""

import random  # noqa: TID251 - near misses, the same each time; nothing secret
from collections.abc import Iterator

_TOKENS = (
    b"", b"\0", b"\xff", b"\n", b"\r\n", b" ", b"\t", b"=", b":", b";", b",", b'"',
    b"{", b"}", b"[", b"]", b"null", b"true", b"-1", b"1e9", b"\\", b"\\ud83d", b"%00",
    b"\xd3\x98", b"\xed\xa0\xbd", b"PK\x05\x06", b"-> ", b"--- ", b"9" * 20, b"A" * 64,
)  # fmt: skip


def near_misses(
    name: str, seed: bytes, others: list[bytes], count: int
) -> Iterator[bytes]:
    """Change an input in one to three places, the same ways each time."""
    # A string seeds it, so that the order of tests does not matter.
    chance = random.Random(f"{name} {seed.hex()}")  # noqa: S311 - as above
    for _ in range(count):
        data = seed
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            data = _changed(data, chance, others)
        yield data


def _changed(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    start = chance.randrange(len(data) + 1)
    end = start + chance.randrange(9)
    head, piece, tail = data[:start], data[start:end], data[end:]
    other = chance.choice(others)
    flipped = bytes(byte ^ 1 << chance.randrange(8) for byte in piece[:1])
    changes = (
        head + flipped + piece[1:] + tail,
        head + chance.randbytes(len(piece)) + tail,
        head + tail,
        head + piece * 2 + tail,
        head + chance.choice(_TOKENS) + tail,
        head,
        head + other[min(start, len(other)) :],
    )
    return chance.choice(changes)
