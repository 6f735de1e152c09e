"""Fingerprints of public keys: for eyes, for ears, for posters.

Spec: docs/protocol.md §9.

One SHA-256, written in three ways: as `ssh-keygen -l` does, in hexadecimal digits, and
in words that can be read out over a bad line. An Ed25519 key's is that of its OpenSSH
blob; a recipient's that of its text, so that `printf %s age1pq1… | sha256sum` tells it.

The words come from the codename's lists, 11 bits each, first bits first: twelve words
hold 132 bits, more than anyone can search for a second key with the same ones.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from protocol.codename import WORD_BITS, word_list
from protocol.languages import Language

WORD_COUNT: Final = 12
_DIGEST_BITS: Final = 256
_HEX_GROUP: Final = 4
_HEX_GROUPS_A_LINE: Final = 8


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The SHA-256 of a public key."""

    sha256: bytes

    @classmethod
    def of_key(cls, key: VerificationKey) -> "Fingerprint":
        """Of an Ed25519 key, as OpenSSH computes it."""
        return cls(hashlib.sha256(key.blob).digest())

    @classmethod
    def of_recipient(cls, recipient: HybridRecipient) -> "Fingerprint":
        """Of an age recipient: of its text."""
        return cls(hashlib.sha256(str(recipient).encode()).digest())

    @classmethod
    def of_bytes(cls, content: bytes) -> "Fingerprint":
        """Of a file."""
        return cls(hashlib.sha256(content).digest())

    def __str__(self) -> str:
        """Write it as `ssh-keygen -l` does, `SHA256:…`."""
        return "SHA256:" + base64.b64encode(self.sha256).decode().rstrip("=")

    @property
    def hexadecimal(self) -> tuple[str, ...]:
        """Two lines of eight groups of four digits."""
        digits = self.sha256.hex()
        groups = [
            digits[at : at + _HEX_GROUP] for at in range(0, len(digits), _HEX_GROUP)
        ]
        step = _HEX_GROUPS_A_LINE
        return tuple(
            " ".join(groups[at : at + step]) for at in range(0, len(groups), step)
        )

    def words(self, language: Language, count: int = WORD_COUNT) -> str:
        """Spell the first bits in words; Kazakh has no list yet and takes Russian's."""
        listed = word_list(Language.EN if language is Language.EN else Language.RU)
        number = int.from_bytes(self.sha256, "big")
        return " ".join(
            listed[
                number >> (_DIGEST_BITS - WORD_BITS * place) & ((1 << WORD_BITS) - 1)
            ]
            for place in range(1, count + 1)
        )
