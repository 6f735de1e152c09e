"""What a server that cannot open a report checks of it.

Spec: docs/protocol.md §5.

It keeps out what is certainly no report (a plain file, a file sealed to nobody of
ours, a size that would single it out), before the disk is full of it. Whether
the rest is a report, only the console learns.
"""

import io
from typing import Final

from crypto.age import Header, plaintext_length, sealed_length
from crypto.errors import CryptoError
from protocol.errors import MalformedError, TooLargeError
from protocol.ladder import MAX_ARCHIVE_BYTES, REPORT_FLOOR_BYTES, is_rung

MAX_STANZAS: Final = 64
STANZA_TYPE: Final = "mlkem768x25519"

HEADER_LIMIT_BYTES: Final = 131_072
"""64 hybrid stanzas have some 100,000 bytes."""

MAX_SEALED_BYTES: Final = sealed_length(
    MAX_ARCHIVE_BYTES, header_bytes=HEADER_LIMIT_BYTES
)
"""The longest file that this check lets pass, some 2 GiB + 650 KiB."""

_VERSION_LINE: Final = b"age-encryption.org/v1\n"
_MAC_PREFIX: Final = b"\n--- "


def check_sealed_upload(head: bytes, declared_length_bytes: int) -> None:
    """Check a sealed file by its first bytes and its length.

    Args:
        head: Untrusted. The file's first 128 KiB are always enough, and often
            fewer are.
        declared_length_bytes: Of the whole file.

    Raises:
        MalformedError: `header_incomplete`: `head` is too short to tell, come
            back with more. `not_an_age_file`, `wrong_recipients`, `not_a_rung`:
            it is no report.
        TooLargeError: Longer than any report.

    Spec: docs/protocol.md §5.
    """
    header = _read_header(head[:HEADER_LIMIT_BYTES], declared_length_bytes)
    # 1. Hybrid recipients only, and not more than a team can have.
    types = {stanza.type for stanza in header.stanzas}
    if types != {STANZA_TYPE} or len(header.stanzas) > MAX_STANZAS:
        raise MalformedError("wrong_recipients")
    # 2. One of the few lengths.
    try:
        length_bytes = plaintext_length(
            declared_length_bytes, header_bytes=header.length_bytes
        )
    except CryptoError:
        raise MalformedError("not_a_rung") from None
    if length_bytes > MAX_ARCHIVE_BYTES:
        raise TooLargeError("longer than an archive may be")
    if not is_rung(length_bytes, floor_bytes=REPORT_FLOOR_BYTES):
        raise MalformedError("not_a_rung")


def _read_header(head: bytes, declared_length_bytes: int) -> Header:
    mac_at = head.find(_MAC_PREFIX)
    is_complete = mac_at >= 0 and head.find(b"\n", mac_at + len(_MAC_PREFIX)) >= 0
    begins_well = _VERSION_LINE.startswith(head[: len(_VERSION_LINE)])
    may_grow = len(head) < min(HEADER_LIMIT_BYTES, declared_length_bytes)
    if not is_complete and begins_well and may_grow:
        raise MalformedError("header_incomplete")
    try:
        return Header.read(io.BytesIO(head))
    except CryptoError:
        raise MalformedError("not_an_age_file") from None
