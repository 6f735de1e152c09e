"""What somebody typed, given back on the answer's page when it was not taken.

Spec: docs/protocol.md §3.

Whoever has written for an hour without a script must not lose it because a session
ended, the form closed meanwhile, or the disk is full. The words live as long as the
request does, and are stored nowhere.
"""

from collections.abc import Mapping
from typing import Final

from flask import g

_NAME: Final = "typed"
_TEXT: Final = "text"


def remember_typed(values: Mapping[str, str]) -> None:
    """Keep the text of a form for the page that answers this very request."""
    g.setdefault(_NAME, values.get(_TEXT, ""))


def typed() -> str:
    """Return the text of this request's form; empty if there was none."""
    found: str = g.get(_NAME, "")
    return found
