"""QR codes of block characters, for a terminal and for paper."""

import io
from typing import Final

import segno

_QUIET_ZONE: Final = 2
_INVERTED: Final = str.maketrans("█▀▄ ", " ▄▀█")
_INVERTED_UPPER_HALF: Final = str.maketrans("▀ ", " ▀")


def qr_code(text: str, *, on_paper: bool = False) -> str:
    """Draw a QR code with block characters.

    Args:
        text: What it says.
        on_paper: Dark letters on a light ground; else as on a dark screen.

    Returns:
        Lines, each standing for two rows of the code.
    """
    drawn = io.StringIO()
    code = segno.make(text, error="m", micro=False)
    code.terminal(drawn, border=_QUIET_ZONE, compact=True)
    *lines, last = drawn.getvalue().rstrip("\n").split("\n")
    if on_paper:
        # A code has an odd number of rows: the last line is an upper half alone.
        lines = [line.translate(_INVERTED) for line in lines]
        last = last.translate(_INVERTED_UPPER_HALF)
    return "\n".join((*lines, last))
