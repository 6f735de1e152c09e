"""The one place that draws randomness.

Every function of ours that needs random bytes takes an `Entropy`. One exception:
HPKE draws its ephemeral keys inside `cryptography`, which offers no other way.
"""

import os
from typing import Protocol


class Entropy(Protocol):
    """A source of bytes that nobody can predict."""

    def __call__(self, length_bytes: int, /) -> bytes:
        """Return `length_bytes` fresh bytes."""


def system_entropy(length_bytes: int, /) -> bytes:
    """Return `length_bytes` bytes from the operating system."""
    return os.urandom(length_bytes)
