"""The file key: 16 random bytes that open one file.

Spec: C2SP age, "File key".

Whoever has it opens the payload, whatever the header says later. It may be kept
(the console keeps it under a case key) but never serves a second file.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from crypto.entropy import Entropy
from crypto.errors import MalformedError

FILE_KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class FileKey:
    """Opens the payload of one file."""

    raw: bytes = field(repr=False)
    """16 bytes."""

    def __post_init__(self) -> None:
        """Refuse a wrong length, without quoting it.

        Raises:
            MalformedError: It is not 16 bytes.
        """
        if len(self.raw) != FILE_KEY_BYTES:
            raise MalformedError("a file key is 16 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make the key of a new file."""
        return cls(entropy(FILE_KEY_BYTES))
