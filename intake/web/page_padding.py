"""Pages whose size tells nothing.

Spec: docs/protocol.md §3.

Rules:
* A page that may show replies has one of few sizes, whatever it shows.
* What fills it is random, so that compression on the way changes nothing.
"""

from typing import Final

from crypto.entropy import Entropy
from protocol.ladder import ladder

PAGE_FLOOR_BYTES: Final = 32_768
"""Holds a handful of replies; nearly every mailbox has this size."""

_COMMENT: Final = "<!--{}-->"


def fill_up(page: str, entropy: Entropy) -> str:
    """Lengthen a page to a rung by a comment of random characters.

    Whoever only watches the connection must not see whether there is a reply,
    as they do not in the mailbox of those with JavaScript.

    Args:
        page: Whole.
        entropy: Random, so that compression on the way tells nothing either.

    Returns:
        The page, now as long in UTF-8 as a rung.
    """
    length_bytes = len(page.encode()) + len(_COMMENT.format(""))
    missing = ladder(length_bytes, floor_bytes=PAGE_FLOOR_BYTES) - length_bytes
    return page + _COMMENT.format(entropy(missing // 2 + 1).hex()[:missing])
