"""Whether a dossier repeats the reporter: a guard against pasting.

Spec: docs/protocol.md §7: never from the report's own words.

Style, spelling and order of telling betray an author. A run of eight words that
stands in both texts was hardly written twice. Shorter runs are names, titles and
set phrases, and pass.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

RUN_WORDS: Final = 8

_WORD: Final = re.compile(r"\w+")


def repeats(text: str, reporters: Iterable[str]) -> bool:
    """Tell whether a text repeats a long run of a reporter's words.

    Args:
        text: A reviewer's field.
        reporters: Everything that the reporter wrote in this case.

    Returns:
        Whether eight words in a row are the same, whatever stands between them.
    """
    runs = set(_runs(text))
    return any(run in runs for theirs in reporters for run in _runs(theirs))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    for start in range(len(words) - RUN_WORDS + 1):
        yield tuple(words[start : start + RUN_WORDS])
