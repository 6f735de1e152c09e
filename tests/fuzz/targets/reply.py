"""`reply.json`: refused with an own error, or read and written without loss."""

import json
from dataclasses import replace

from protocol.errors import MalformedError, UnknownFormatError
from protocol.reply import Reply
from tests.fuzz.vector_seeds import pretty
from tests.vectors.reply_cases import REPLY


def target(data: bytes) -> bool:
    """Parse it; serialise ∘ parse is identity."""
    try:
        reply = Reply.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    written = reply.to_json()
    assert Reply.parse(written) == reply, "what was written reads differently"
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    return True


def seeds() -> dict[str, bytes]:
    """A reply, spaced, without text, and with a wrong number, day and state."""
    good = REPLY.to_json()
    return {
        "good": good,
        "pretty": pretty(good),
        "empty_text": replace(REPLY, text="").to_json(),
        "number_zero": good.replace(b'"number":1', b'"number":0'),
        "no_such_day": good.replace(b"2026-11-24", b"2026-02-30"),
        "state_unknown": good.replace(b'"received"', b'"won"'),
        "two_states": good.replace(b'"state"', b'"state":"closed","state"'),
    }
