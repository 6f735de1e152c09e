"""Sheets of paper with a secret on them: shown to one holder, and read again.

Rules:
* One holder at a time; the screen is cleared before the next one comes.
* A sheet counts when some of its words have been typed from the paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crypto.errors import AuthenticationError
from crypto.slip39 import (
    PREFIX_LETTERS,
    SHARE_WORDS,
    ForeignShareError,
    RepeatedShareError,
    Share,
    ShareCollector,
    ShareError,
    UnlistedWordError,
    WrongShareCheckError,
    WrongWordCountError,
    combine_shares,
)
from deploy.keys import texts
from deploy.keys.desk import Desk
from deploy.keys.texts import KeysError, Text

CHECKED_WORDS: Final = 3
"""Typed from the paper, of each secret on the sheet."""

_COLUMNS: Final = 6
_FIRST_CHECKED: Final = 5
"""The four words before are alike on all sheets, or tell the number only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one holder writes down."""

    number: int
    count: int
    threshold: int
    shares: Mapping[str, Share] = field(repr=False)
    """By the name of the secret, in the operator's language."""


def make_sheets(shares: Mapping[str, Sequence[Share]]) -> tuple[Sheet, ...]:
    """Put the shares of all secrets onto sheets, one holder each."""
    return tuple(
        Sheet(
            number=together[0].number,
            count=len(next(iter(shares.values()))),
            threshold=together[0].threshold,
            shares=dict(zip(shares, together, strict=True)),
        )
        for together in zip(*shares.values(), strict=True)
    )


def lay_out(desk: Desk, sheet: Sheet, fingerprint: str) -> str:
    """Write a sheet as text, six numbered words a line."""
    lines = []
    if desk.mode.is_rehearsal:
        lines.append(desk.words(texts.REHEARSAL_BANNER))
    lines.append(
        desk.words(
            texts.SHEET_TITLE,
            number=sheet.number,
            count=sheet.count,
            threshold=sheet.threshold,
        )
    )
    lines.append(fingerprint)
    for name, share in sheet.shares.items():
        lines += ["", name, *_rows(share.words)]
    return "\n".join(lines)


def hand_out(desk: Desk, sheets: Sequence[Sheet], fingerprint: str) -> None:
    """Show each sheet to its holder, who writes it down and types some of it."""
    for sheet in sheets:
        desk.say(texts.HOLDER_NEXT, number=sheet.number, count=sheet.count)
        desk.wait()
        while True:
            with desk.terminal.own_screen():
                text = lay_out(desk, sheet, fingerprint)
                desk.terminal.show(text + "\n")
                desk.wait(texts.SHEET_WRITTEN)
            with desk.private_screen():
                desk.say(texts.SHEET_CHECK)
                is_right = _is_copied(desk, sheet)
            if is_right:
                break
            desk.say(texts.SHEET_WRONG)
        desk.say(texts.SHEET_DONE, number=sheet.number)


def collect(desk: Desk, name: Text) -> bytes:
    """Let holders type their shares until there are enough.

    Args:
        desk: Where they come to.
        name: Which of the secrets on the sheets.

    Returns:
        The secret; the caller compares its public half.

    Raises:
        KeysError: The shares do not belong together.
    """
    collector = ShareCollector(is_rehearsal=desk.mode.is_rehearsal)
    while collector.missing != 0:
        with desk.private_screen():
            # What is wrong is told here too: it may quote what was typed.
            while (problem := _take(desk, collector, _type_share(desk, name))) is not (
                None
            ):
                desk.terminal.say(f"\n{problem}\n")
        taken = collector.shares[-1].number
        desk.say(texts.SHARE_TAKEN, number=taken, missing=collector.missing)
        if collector.missing:
            desk.say(texts.NEXT_HOLDER)
            desk.wait()
    try:
        return combine_shares(collector.shares)
    except AuthenticationError:
        raise KeysError(texts.NOT_TOGETHER) from None


def secret_file_names(sheets: Sequence[Sheet], prefix: str) -> tuple[Path, ...]:
    """Name the files of sheets that are to be printed."""
    return tuple(
        Path(f"{prefix}SECRET-sheet-{each.number}-of-{each.count}.txt")
        for each in sheets
    )


def _rows(words: Sequence[str]) -> list[str]:
    numbered = [f"{place:2} {word:<9}" for place, word in enumerate(words, start=1)]
    return [
        " ".join(numbered[at : at + _COLUMNS]).rstrip()
        for at in range(0, len(numbered), _COLUMNS)
    ]


def _is_copied(desk: Desk, sheet: Sheet) -> bool:
    return all(
        _is_word(
            desk.terminal.ask(desk.words(texts.SHEET_WORD, name=name, place=place)),
            share.words[place - 1],
        )
        for name, share in sheet.shares.items()
        for place in _some_places(desk)
    )


def _some_places(desk: Desk) -> list[int]:
    places = range(_FIRST_CHECKED, SHARE_WORDS + 1)
    drawn = sorted(places, key=lambda _: desk.entropy(8))
    return sorted(drawn[:CHECKED_WORDS])


def _is_word(typed: str, word: str) -> bool:
    cleaned = typed.strip().casefold()
    return cleaned in {word, word[:PREFIX_LETTERS]}


def _type_share(desk: Desk, name: Text) -> str:
    desk.line(texts.TYPE_SHARE, name=desk.words(name))
    lines: list[str] = []
    while True:
        line = desk.terminal.ask(">")
        if not line.strip():
            if lines:
                return " ".join(lines)
            continue
        lines.append(line)
        # Nobody needs the empty line when all words are there.
        if sum(not word.strip(".").isdecimal() for word in " ".join(lines).split()) == (
            SHARE_WORDS
        ):
            return " ".join(lines)


def _take(desk: Desk, collector: ShareCollector, text: str) -> str | None:
    """Give the collector what was typed; return what is wrong with it, in words."""
    try:
        collector.add(Share.parse(text))
    except ShareError as error:
        return _explain(desk, collector, error)
    return None


def _explain(desk: Desk, collector: ShareCollector, error: ShareError) -> str:
    match error:
        case UnlistedWordError():
            word = _printable(error.word)
            return desk.words(texts.UNLISTED_WORD, place=error.position, word=word)
        case WrongWordCountError():
            return desk.words(texts.WRONG_COUNT, count=error.count)
        case WrongShareCheckError():
            return _explain_check(desk, error)
        case RepeatedShareError():
            return desk.words(texts.REPEATED, number=error.number)
        case ForeignShareError():
            return _explain_foreign(desk, collector, error)
        case _:
            raise RuntimeError("a mistake without words")


def _explain_check(desk: Desk, error: WrongShareCheckError) -> str:
    if error.exchanged:
        first, second = error.exchanged
        return desk.words(texts.EXCHANGED, first=first, second=second)
    if len(error.positions) == 1:
        return desk.words(texts.WRONG_PLACE, places=error.positions[0])
    return desk.words(texts.WRONG_CHECK)


def _explain_foreign(
    desk: Desk, collector: ShareCollector, error: ForeignShareError
) -> str:
    if error.is_of_other_mode and desk.mode.is_rehearsal:
        return desk.words(texts.FOREIGN_IN_REHEARSAL)
    if collector.shares and not error.is_of_other_mode:
        first, second = collector.shares[0].set_words
        return desk.words(texts.FOREIGN_SET, first=first, second=second)
    return desk.words(texts.FOREIGN)


def _printable(word: str) -> str:
    """Keep what was typed from commanding the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in word[:40])
