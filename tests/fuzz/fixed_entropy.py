"""Randomness that is the same each time, so that an input means one thing."""

import hashlib

from crypto.entropy import Entropy


def fixed_entropy(name: str) -> Entropy:
    """Draw from a stream that the name chooses: what it seals is no secret."""
    drawn = 0

    def draw(length_bytes: int) -> bytes:
        nonlocal drawn
        drawn += 1
        label = f"debunker fuzz: {name} {drawn}".encode()
        return hashlib.shake_256(label).digest(length_bytes)

    return draw
