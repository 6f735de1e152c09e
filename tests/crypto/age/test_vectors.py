"""The public test vectors of age (C2SP/CCTV), from npm's `cctv-age`.

A vector is a text of `name: value` lines, an empty line, and an age file, which may be
compressed. Left out are those for what this package leaves out: passphrases and
ASCII armor.
"""

import base64
import hashlib
import io
import json
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pytest

from crypto.age import Identity, open_sealed, open_stream, parse_identity
from crypto.errors import (
    AuthenticationError,
    CryptoError,
    MalformedError,
    NoMatchingIdentityError,
)

SCRIPT: Final = Path(__file__).with_name("age_encryption.mjs")
ERRORS: Final[dict[str, tuple[type[CryptoError], ...]]] = {
    "no match": (NoMatchingIdentityError,),
    "HMAC failure": (AuthenticationError,),
    "header failure": (MalformedError,),
    "payload failure": (MalformedError, AuthenticationError),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One file, and what must become of it."""

    name: str
    """What is special about it."""

    expect: str
    """`success` or how it fails."""

    identities: tuple[Identity, ...]
    """To open it with."""

    payload_sha256: str
    """Of the plaintext; empty where there is none."""

    sealed: bytes
    """The age file."""

    @classmethod
    def parse(cls, name: str, file: bytes) -> Self | None:
        """Read a vector; None if it is for what we leave out."""
        head, _, sealed = file.partition(b"\n\n")
        lines = [line.partition(": ")[::2] for line in head.decode().splitlines()]
        members = dict(lines)
        if "armored" in members or "passphrase" in members:
            return None
        if members.get("compressed") == "zlib":
            sealed = zlib.decompress(sealed)
        return cls(
            name=name,
            expect=members["expect"],
            identities=tuple(parse_identity(v) for k, v in lines if k == "identity"),
            payload_sha256=members.get("payload", ""),
            sealed=sealed,
        )


@pytest.fixture(scope="module")
def vectors() -> list[Vector]:
    """All vectors for what this package does."""
    run = subprocess.run(["node", SCRIPT, "vectors"], capture_output=True, check=True)
    parsed = [
        Vector.parse(name, base64.b64decode(text))
        for name, text in json.loads(run.stdout).items()
    ]
    return [vector for vector in parsed if vector is not None]


def test_there_are_vectors_of_every_kind(vectors: list[Vector]) -> None:
    """The tests below are about something."""
    assert {vector.expect for vector in vectors} == {"success", *ERRORS}
    assert len(vectors) >= 85
    assert sum(vector.name.startswith("hybrid") for vector in vectors) >= 15


def test_good_files_open_to_the_right_plaintext(vectors: list[Vector]) -> None:
    """By seeking and by streaming."""
    for vector in vectors:
        if vector.expect == "success":
            streamed = io.BytesIO()
            open_stream(io.BytesIO(vector.sealed), streamed, vector.identities)
            opened = open_sealed(vector.sealed, vector.identities)
            digest = hashlib.sha256(opened).hexdigest()
            assert digest == vector.payload_sha256, vector.name
            assert streamed.getvalue() == opened, vector.name


@pytest.mark.parametrize("expect", ERRORS)
def test_bad_files_fail_as_they_must(vectors: list[Vector], expect: str) -> None:
    """Each for its own reason, by seeking and by streaming."""
    for vector in vectors:
        if vector.expect == expect:
            with pytest.raises(ERRORS[expect]):
                open_sealed(vector.sealed, vector.identities)
            with pytest.raises(ERRORS[expect]):
                open_stream(io.BytesIO(vector.sealed), io.BytesIO(), vector.identities)
