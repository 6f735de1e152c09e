"""A signed directory on the sync channel: it travels as it is, or not at all."""

from protocol.directory import SignedDirectory
from protocol.errors import MalformedError, UnknownFormatError
from tests.fuzz.vector_seeds import documents, pretty

_SEEDS = (
    "signed_directory", "signed_directory_cross", "signed_directory_object",
    "signed_directory_version_1", "signed_directory_without_cross",
)  # fmt: skip


def target(data: bytes) -> bool:
    """Parse it; every byte of the directory and of the signature arrives."""
    try:
        signed = SignedDirectory.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    again = SignedDirectory.parse(signed.to_json())
    assert again == signed, "something was lost on the way"
    assert again.sha256 == signed.sha256
    return True


def seeds() -> dict[str, bytes]:
    """Bodies out of the vectors, one as nobody writes it, and one half."""
    found = documents("sync_body", "body", _SEEDS)
    good = found["signed_directory_cross"]
    return found | {"pretty": pretty(good), "half": good[: len(good) // 2]}
