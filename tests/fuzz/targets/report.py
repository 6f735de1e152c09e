"""A whole sealed report whose plaintext was edited: every change is refused."""

import io
from functools import cache

from crypto.age import open_sealed, seal
from protocol.errors import UnknownFormatError, UnreadableError
from protocol.ladder import REPORT_FLOOR_BYTES
from protocol.report import ReportReader
from tests.fuzz.edits import edit, edited
from tests.fuzz.fixed_entropy import fixed_entropy
from tests.protocol.reports import KEYS, MESSAGE, REVIEWER
from tests.protocol.reports import seal as seal_report

NEAR_MISSES = 60
"""To seal and to read a report takes a millisecond or two."""

_ENTROPY = fixed_entropy("report")


@cache
def _plaintext() -> bytes:
    """A message with two attachments: all of it is signed or counted."""
    plaintext = open_sealed(seal_report(MESSAGE), [REVIEWER])
    assert len(plaintext) == REPORT_FLOOR_BYTES
    return plaintext


def target(data: bytes) -> bool:
    """Seal an edited archive and read it as a reviewer's console does."""
    plaintext = edited(_plaintext(), data)
    sealed = seal(plaintext, [REVIEWER.recipient], entropy=_ENTROPY)
    try:
        reader = ReportReader(io.BytesIO(sealed), [REVIEWER], came_under=KEYS.mailbox)
        reader.verify_all()
    except (UnreadableError, UnknownFormatError):
        return False
    if plaintext == _plaintext():
        assert reader.signature_by == KEYS.signing_key.verification_key
        return True
    # A message that its key did not sign is kept, and shown as such.
    assert reader.signature_by is None, "an altered message passes as genuine"
    return True


def seeds() -> dict[str, bytes]:
    """Nothing, a cut, and flips in each part of the archive."""
    archive = _plaintext()
    signature = archive.index(b"report.json.sig")
    return {
        "untouched": b"",
        "cut_a_byte": b"\x00\x01",
        "flip_local_header": b"\0\0" + edit(6, 8),
        "flip_attachment": b"\0\0" + edit(60, 1),
        "flip_document": b"\0\0" + edit(archive.index(b'"text"') + 10, 1),
        "flip_signature": b"\0\0" + edit(signature + 100, 1),
        "flip_padding": b"\0\0" + edit(len(archive) // 2, 1),
        "flip_directory": b"\0\0" + edit(len(archive) - 60, 1),
    }
