"""The public test vectors of age (C2SP/CCTV), from npm's `cctv-age`.

A vector is a text of `name: value` lines, an empty line, and an age file, which may be
compressed. `expect` is `success` or the way in which opening must fail.
"""

import base64
import json
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

SCRIPT: Final = Path(__file__).with_name("age_encryption.mjs")
_KNOWN: Final = frozenset({
    "expect", "payload", "compressed", "armored", "identity", "passphrase",
    "file key", "comment",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One file, and what must become of it."""

    name: str
    """What is special about it."""

    expect: str
    """`success` or how it fails."""

    identities: tuple[str, ...]
    """To open it with, as text."""

    passphrases: tuple[str, ...]
    """The same."""

    payload_sha256: str
    """Of all that may be released, also before a failure; empty if that is unsaid."""

    is_armored: bool
    """Whether the file is text."""

    sealed: bytes
    """The age file."""

    @classmethod
    def parse(cls, name: str, file: bytes) -> Self:
        """Read a vector."""
        head, _, sealed = file.partition(b"\n\n")
        lines = [line.partition(": ")[::2] for line in head.decode().splitlines()]
        members = dict(lines)
        assert members.keys() <= _KNOWN, name  # files with others must be ignored
        if members.get("compressed") == "zlib":
            sealed = zlib.decompress(sealed)
        return cls(
            name=name,
            expect=members["expect"],
            identities=tuple(value for key, value in lines if key == "identity"),
            passphrases=tuple(value for key, value in lines if key == "passphrase"),
            payload_sha256=members.get("payload", ""),
            is_armored=members.get("armored") == "yes",
            sealed=sealed,
        )

    @property
    def is_classical(self) -> bool:
        """Whether an age older than hybrid recipients can be asked."""
        return not any(
            text.startswith("AGE-SECRET-KEY-PQ-") for text in self.identities
        )


@cache
def vectors() -> Mapping[str, Vector]:
    """All of them, by name."""
    run = subprocess.run(["node", SCRIPT, "vectors"], capture_output=True, check=True)
    return MappingProxyType(
        {
            name: Vector.parse(name, base64.b64decode(text))
            for name, text in json.loads(run.stdout).items()
        }
    )
