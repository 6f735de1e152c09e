"""The header of an age file: one spelling, and no byte beyond it is read."""

import io

from crypto.age import Header, X25519Identity, seal
from crypto.errors import MalformedError
from tests.fuzz.fixed_entropy import fixed_entropy
from tests.fuzz.vector_seeds import sealed_report

_REST = b"the payload"


def target(data: bytes) -> bool:
    """Read a header; what parsed serialises to the same bytes."""
    source = io.BytesIO(data)
    try:
        header = Header.read(source)
    except MalformedError:
        return False
    read_bytes = source.tell()
    assert header.serialize() == data[:read_bytes], "a second spelling"
    assert header.length_bytes == read_bytes, "the length is another"
    again = io.BytesIO(data[:read_bytes] + _REST)
    assert Header.read(again) == header, "what follows changes the header"
    assert again.read() == _REST, "the header took of the payload"
    return True


def seeds() -> dict[str, bytes]:
    """Headers of both kinds, and of unknown recipients with odd bodies."""
    entropy = fixed_entropy("age header")
    classical = X25519Identity.from_seed(b"c" * 32).recipient
    mac = b"--- " + b"A" * 43 + b"\n"
    version = b"age-encryption.org/v1\n"
    return {
        "hybrid": sealed_report()[:4_000],
        "classical": seal(b"", [classical] * 2, entropy=entropy),
        "empty_body": version + b"-> grease a b\n\n" + mac,
        "whole_line": version + b"-> grease\n" + b"A" * 64 + b"\n\n" + mac,
        "no_stanza": version + mac,
        "next_version": b"age-encryption.org/v2\n-> x\n\n" + mac,
    }
