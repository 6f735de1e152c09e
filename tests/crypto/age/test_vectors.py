"""What the library makes of all of age's public test vectors, each failure too."""

import hashlib
import io
import re
from typing import BinaryIO, Final

from crypto.age import (
    Header,
    Identity,
    OpeningReader,
    ScryptIdentity,
    dearmor,
    open_stream,
    parse_identity,
)
from crypto.errors import (
    ArmorError,
    AuthenticationError,
    CryptoError,
    MalformedError,
    NoMatchingIdentityError,
)
from tests.crypto.age.cctv import Vector, vectors

PAYLOAD: Final = re.compile("payload (is|ends)")
EXPECTATIONS: Final = {
    "success",
    "no match",
    "HMAC failure",
    "header failure",
    "armor failure",
    "payload failure",
}


def kind_of(error: CryptoError) -> str:
    """Name a failure as the vectors do."""
    match error:
        case NoMatchingIdentityError():
            return "no match"
        case ArmorError():
            return "armor failure"
        case MalformedError() | AuthenticationError() if PAYLOAD.match(str(error)):
            return "payload failure"
        case MalformedError():
            return "header failure"
        case AuthenticationError():
            return "HMAC failure"
        case _:
            raise error


def identities_of(vector: Vector) -> list[Identity]:
    """Everything that the vector may be opened with."""
    return [
        *map(parse_identity, vector.identities),
        *map(ScryptIdentity, vector.passphrases),
    ]


def source_of(vector: Vector) -> BinaryIO:
    """The age file, out of its armor."""
    sealed = io.BytesIO(vector.sealed)
    return dearmor(sealed) if vector.is_armored else sealed


def streamed(vector: Vector) -> tuple[str, bytes]:
    """Open it from end to end; say how that went, and what was released."""
    released = io.BytesIO()
    try:
        open_stream(source_of(vector), released, identities_of(vector))
    except CryptoError as error:
        return kind_of(error), released.getvalue()
    return "success", released.getvalue()


def sought(vector: Vector) -> tuple[str, bytes]:
    """Open it as a file to jump about in; read all of it."""
    released = bytearray()
    try:
        source = io.BytesIO(source_of(vector).read())
        with OpeningReader(source, identities_of(vector)) as reader:
            while piece := reader.read(10_000):
                released += piece
    except CryptoError as error:
        return kind_of(error), bytes(released)
    return "success", bytes(released)


def test_there_are_vectors_of_every_kind() -> None:
    """The tests below are about something."""
    kinds = {vector.expect for vector in vectors().values()}

    assert kinds == EXPECTATIONS
    assert len(vectors()) >= 143
    for prefix, count in (("armor", 33), ("hybrid", 18), ("scrypt", 25)):
        assert sum(name.startswith(prefix) for name in vectors()) >= count


def test_every_vector_ends_as_it_must() -> None:
    """By streaming; and what had been released before a failure is what may be."""
    for vector in vectors().values():
        ended, released = streamed(vector)

        assert ended == vector.expect, vector.name
        if vector.payload_sha256:
            digest = hashlib.sha256(released).hexdigest()
            assert digest == vector.payload_sha256, vector.name
        else:
            assert not released, vector.name


def test_every_vector_ends_alike_by_seeking() -> None:
    """And a file that was cut off releases nothing at all: its end is read first."""
    for vector in vectors().values():
        ended, released = sought(vector)

        assert ended == vector.expect, vector.name
        assert streamed(vector)[1].startswith(released), vector.name
        if ended == "success":
            assert hashlib.sha256(released).hexdigest() == vector.payload_sha256


def test_headers_that_parse_serialise_to_the_same_bytes() -> None:
    """There is one spelling, so the MAC is over what was read."""
    count = 0
    for vector in vectors().values():
        if vector.expect not in {"armor failure", "header failure"}:
            sealed = source_of(vector).read()
            header = Header.read(io.BytesIO(sealed)).serialize()
            assert sealed.startswith(header), vector.name
            count += 1

    assert count >= 59
