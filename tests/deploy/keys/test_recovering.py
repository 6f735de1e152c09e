"""The way back: sheets typed at the prompt."""

from pathlib import Path

import pytest

from protocol.offline_keys import open_recovery, open_root
from tests.deploy.keys.conftest import CONTINUE, Ceremony, choose
from tests.deploy.keys.operator import ONLINE, SWAPPED, Operator

FLAGS = ("--language", "en", ONLINE, SWAPPED)
NEW_PASSPHRASE = "an entirely new passphrase, typed twice"  # noqa: S105  # a test's
TYPE = "an empty line ends):"


def recover(ceremony: Ceremony, key: str, place: Path) -> tuple[str, ...]:
    """Name the command."""
    source = ceremony.place / "organisation" / "organisation.json"
    out = place / f"{key}.json"
    return ("recover", key, "--organisation", str(source), "--out", str(out), *FLAGS)


def test_two_holders_bring_the_root_back(ceremony: Ceremony, tmp_path: Path) -> None:
    """Into a file with a new passphrase; nothing of it stays on the screen."""
    with Operator.at(*recover(ceremony, "root", tmp_path), place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, ceremony.words(2, "ROOT"))
        operator.expect("Sheet 3 is good. Still needed: 1.")
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, ceremony.words(0, "ROOT"))
        operator.expect("The key is complete and is the organisation's")
        choose(operator, NEW_PASSPHRASE)
        assert operator.leave() == 0
        left = operator.left_on_screen

    root = open_root((tmp_path / "root.json").read_bytes(), NEW_PASSPHRASE)
    assert root.verification_key == ceremony.organisation.root
    for holder in (0, 2):
        words = ceremony.sheets[holder]["ROOT"]
        assert f"{words[8]} {words[9]}" not in left


def test_the_recovery_identity_comes_back(ceremony: Ceremony, tmp_path: Path) -> None:
    """Four letters a word, numbers, several lines: as people type."""
    with Operator.at(
        *recover(ceremony, "recovery", tmp_path), place=tmp_path
    ) as operator:
        operator.answer(CONTINUE, "")
        operator.expect(TYPE)
        numbered = [
            f"{place}. {word[:4].upper()}"
            for place, word in ceremony.sheets[0]["RECOVERY"].items()
        ]
        for at in range(0, 33, 6):
            operator.answer(">", " ".join(numbered[at : at + 6]))
        operator.expect("Sheet 1 is good")
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, ceremony.words(1, "RECOVERY"))
        choose(operator, NEW_PASSPHRASE)
        assert operator.leave() == 0

    identity = open_recovery((tmp_path / "recovery.json").read_bytes(), NEW_PASSPHRASE)
    assert identity.recipient == ceremony.organisation.recovery


def test_every_mistake_is_named_and_can_be_mended(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Word, count, place, order, another set, the same sheet: each in a sentence."""
    words = list(ceremony.sheets[0]["ROOT"].values())
    wrong = ["academic" if words[20] != "academic" else "acid"]
    swapped_at = next(at for at in range(5, 30) if words[at] != words[at + 1])
    swapped = [*words]
    swapped[swapped_at], swapped[swapped_at + 1] = (
        swapped[swapped_at + 1],
        swapped[swapped_at],
    )
    many = [*words]
    for at in (6, 12, 18, 24):
        many[at] = "academic" if words[at] != "academic" else "acid"
    with Operator.at(*recover(ceremony, "root", tmp_path), place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        mistakes = [
            ([*words[:6], "nonsens", *words[7:]], "Word 7 is “nonsens”"),
            ([*words[:32], ""], "These are 32 words"),
            ([*words[:20], *wrong, *words[21:]], "Word 21 is probably wrong"),
            (swapped, f"Words {swapped_at + 1} and {swapped_at + 2} have probably"),
            (many, "several are wrong"),
        ]
        for typed, sentence in mistakes:
            operator.answer(TYPE, " ".join(typed))
            if "" in typed:
                operator.answer(">", "")
            operator.expect(sentence)
        operator.answer(TYPE, " ".join(words))
        operator.expect("Sheet 1 is good")
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, " ".join(words))
        operator.expect("Sheet 1 was typed already")
        operator.answer(TYPE, ceremony.words(1, "RECOVERY"))
        operator.expect("belongs to another set")
        operator.press("c")
        operator.expect("Stopped. Nothing was written")
        assert operator.leave() == 130
        left = operator.left_on_screen

    assert not list(tmp_path.iterdir())
    assert "nonsens" not in left


def test_the_wrong_set_is_found_before_anything_is_written(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """RECOVERY's words where ROOT was asked for: whole, but not the key."""
    with Operator.at(*recover(ceremony, "root", tmp_path), place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, ceremony.words(0, "RECOVERY"))
        operator.answer(CONTINUE, "")
        operator.answer(TYPE, ceremony.words(1, "RECOVERY"))
        operator.expect("but not the one that")
        assert operator.leave() == 1

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["root", "recovery"])
def test_a_real_sheet_does_not_serve_in_a_rehearsal(
    key: str, ceremony: Ceremony, tmp_path: Path
) -> None:
    """A rehearsal needs a rehearsal's file, and says so."""
    words = (*recover(ceremony, key, tmp_path), "--rehearsal")
    with Operator.at(*words, place=tmp_path) as operator:
        operator.expect("is not an organisation file of this kind")
        assert operator.leave() == 1
