"""A signed directory on the sync channel: it travels as it is, or not at all."""

from protocol.directory import SignedDirectory
from protocol.errors import MalformedError, UnknownFormatError
from tests.fuzz.vector_seeds import pretty
from tests.vectors.case import load_cases


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
    """A good one, spaced, and one without its signature."""
    case = next(case for case in load_cases("directory") if case.name == "current")
    signed = SignedDirectory(
        directory=case.given["directory"].encode(), signature=case.given["signature"]
    )
    good = signed.to_json()
    return {
        "good": good,
        "pretty": pretty(good),
        "unsigned": good[: good.index(b',"signature"')] + b"}",
    }
