"""A key directory: read without loss, and never in force without the root."""

import json

from protocol.directory import KeyDirectory, SignedDirectory, verify_directory
from protocol.errors import (
    DirectoryError,
    MalformedError,
    UnknownFormatError,
    UnusableDirectoryError,
)
from tests.fuzz.vector_seeds import documents, pretty
from tests.vectors.case import load_cases
from tests.vectors.fixed import NOW, ROOT

_SEEDS = (
    "current", "first_version", "not_hybrid", "lives_too_long", "no_team",
    "previous_missing", "duplicate_member", "reviewer_with_comment", "reviewers_null",
)  # fmt: skip
_CURRENT = next(case for case in load_cases("directory") if case.name == "current")
_SIGNED = _CURRENT.given["directory"].encode()


def target(data: bytes) -> bool:
    """Parse it, and offer it to a client under a true signature over another."""
    _verify(data)
    try:
        directory = KeyDirectory.parse(data)
    except (MalformedError, UnknownFormatError, UnusableDirectoryError):
        return False
    written = directory.to_json()
    assert KeyDirectory.parse(written) == directory, "what was written reads otherwise"
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    return True


def _verify(data: bytes) -> None:
    signature = _CURRENT.given["signature"]
    for offered in (
        SignedDirectory(directory=data, signature=signature),
        SignedDirectory(directory=data, signature="", cross_signature=signature),
    ):
        try:
            verify_directory(
                offered, root=ROOT.verification_key, newest_seen=0, now=NOW
            )
        except (DirectoryError, MalformedError, UnknownFormatError):
            continue
        assert data == _SIGNED, "a directory is in force that nobody signed"


def seeds() -> dict[str, bytes]:
    """Directories out of the vectors, and one as nobody writes it."""
    found = documents("directory", "directory", _SEEDS)
    return found | {"pretty": pretty(found["current"])}
