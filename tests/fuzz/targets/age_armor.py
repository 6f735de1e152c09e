"""Armor: one spelling but for white space and line ends; writing gives it back."""

import base64
import io

from crypto.age.armor import BEGIN, END, ArmorWriter, dearmor, is_armored, without_armor
from crypto.errors import ArmorError

_HELD = bytes(range(256))


def target(data: bytes) -> bool:
    """Take the armor off, in small reads and in one, and put it on again."""
    try:
        held = dearmor(io.BytesIO(data)).read()
    except ArmorError:
        held = None
    assert held == _read_slowly(data), "small reads see another file"
    if held is None:
        return False
    assert is_armored(data), "armor that nobody would look for"
    again = without_armor(io.BufferedReader(io.BytesIO(data)))
    assert again.read() == held
    text = data.strip(b" \t\n\v\f\r").replace(b"\r\n", b"\n") + b"\n"
    assert _armored(held) == text, "a second spelling"
    return True


def _read_slowly(data: bytes) -> bytes | None:
    source = dearmor(io.BytesIO(data))
    held = b""
    try:
        while piece := source.read(7):
            held += piece
    except ArmorError:
        return None
    return held


def _armored(held: bytes) -> bytes:
    written = io.BytesIO()
    with ArmorWriter(written) as armor:
        armor.write(held)
    return written.getvalue()


def seeds() -> dict[str, bytes]:
    """Whole lines, a short one, none; white space around; and what PEM allows more."""
    good = _armored(_HELD)
    body = base64.b64encode(_HELD)
    return {
        "good": good,
        "whole_lines": _armored(_HELD[:96]),
        "empty": _armored(b""),
        "crlf": good.replace(b"\n", b"\r\n"),
        "white_space": b"\n \t" + good + b"\n\n",
        "one_line": BEGIN + b"\n" + body + b"\n" + END + b"\n",
        "header": good.replace(b"-\n", b"-\nVersion: 1\n\n", 1),
        "no_end": good[: good.index(END)],
        "behind": good + b"more",
        "label": good.replace(b"AGE", b"PGP"),
    }
