"""What the intake checks of an upload: a verdict never changes as bytes arrive."""

import io

from crypto.age import Header, sealed_length
from protocol.errors import MalformedError, ProtocolError, TooLargeError
from protocol.ladder import REPORT_FLOOR_BYTES
from protocol.report import check_sealed_upload
from tests.fuzz.vector_seeds import sealed_report

_LENGTH_BYTES = 4
_STEPS = 8


def target(data: bytes) -> bool:
    """Check a head and a declared length, the four first bytes of the input."""
    declared = int.from_bytes(data[:_LENGTH_BYTES], "big")
    head = data[_LENGTH_BYTES:][:declared]
    verdict = _verdict(head, declared)
    for step in range(_STEPS):
        earlier = _verdict(head[: len(head) * step // _STEPS], declared)
        assert earlier in {verdict, "header_incomplete"}, "the verdict changed"
    if verdict:
        return False
    header = Header.read(io.BytesIO(head))
    assert {stanza.type for stanza in header.stanzas} == {"mlkem768x25519"}
    return True


def _verdict(head: bytes, declared: int) -> str:
    try:
        check_sealed_upload(head, declared)
    except (MalformedError, TooLargeError) as error:
        return error.reason
    except ProtocolError as error:
        raise AssertionError("another error") from error
    return ""


def seeds() -> dict[str, bytes]:
    """A head that passes, one of another length, and one that is cut."""
    header_bytes = Header.read(io.BytesIO(sealed_report())).length_bytes
    sealed = sealed_report()[: header_bytes + 32]
    fits = sealed_length(REPORT_FLOOR_BYTES, header_bytes=header_bytes)
    return {
        "passes": fits.to_bytes(4, "big") + sealed,
        "no_rung": (fits + 1).to_bytes(4, "big") + sealed,
        "cut": fits.to_bytes(4, "big") + sealed[:100],
        "too_large": b"\xff\xff\xff\xff" + sealed,
        "no_age_file": fits.to_bytes(4, "big") + b"PK\x03\x04",
        "nothing": bytes(4),
    }
