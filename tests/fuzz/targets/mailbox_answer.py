"""The mailbox's answer: whatever a server sends, replies come out or one error."""

from datetime import date
from functools import cache

from protocol.errors import UnreadableError
from protocol.ladder import MAILBOX_FLOOR_BYTES
from protocol.mailbox import build_mailbox_answer, read_mailbox_answer
from tests.fuzz.edits import edit, edited
from tests.fuzz.fixed_entropy import fixed_entropy

_REPLIES = (b"first reply", b"second reply")
_SENT_ON = (date(2026, 11, 23), date(2026, 11, 24))


@cache
def _answer() -> bytes:
    return build_mailbox_answer(
        _REPLIES, sent_on=_SENT_ON, entropy=fixed_entropy("mailbox answer")
    )


def target(data: bytes) -> bool:
    """Read an edited answer: the same number of replies, or an error."""
    answer = edited(_answer(), data)
    try:
        read = read_mailbox_answer(answer)
    except UnreadableError:
        return False
    assert len(answer) == MAILBOX_FLOOR_BYTES, "a length that is no rung"
    assert read.replies == _REPLIES, "a reply changed without its CRC"
    assert read.sent_on == _SENT_ON, "a day changed without its CRC"
    return True


def seeds() -> dict[str, bytes]:
    """Nothing, a cut, and flips in headers, data, padding and directory."""
    length = len(_answer())
    return {
        "untouched": b"",
        "cut_a_byte": b"\x00\x01",
        "flip_name": b"\0\0" + edit(32, 1),
        "flip_reply": b"\0\0" + edit(41, 1),
        "flip_padding": b"\0\0" + edit(length // 2, 1),
        "flip_count": b"\0\0" + edit(length - 12, 1),
    }
