"""Promises of `protocol.codename`."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.entropy import system_entropy
from protocol.codename import (
    CHARACTER_BITS,
    CHARACTER_COUNT,
    CROCKFORD,
    TOTAL_BITS,
    WORD_BITS,
    WORD_COUNT,
    Codename,
    word_list,
)
from protocol.errors import CodenameError, UnknownWordError, WrongCheckError
from protocol.languages import Language

_CODENAMES = st.binary(min_size=12, max_size=12).map(Codename)
_LISTED = st.sampled_from([Language.EN, Language.RU])


def test_both_spellings_have_room_for_all_bits() -> None:
    """96 random and 14 check bits fill ten words and 22 characters exactly."""
    assert TOTAL_BITS == 110
    assert WORD_COUNT * WORD_BITS == TOTAL_BITS
    assert CHARACTER_COUNT * CHARACTER_BITS == TOTAL_BITS
    assert len(CROCKFORD) == 2**CHARACTER_BITS


@given(codename=_CODENAMES, language=_LISTED)
def test_words_read_back(codename: Codename, language: Language) -> None:
    """Spelling and reading are inverse in both languages."""
    words = codename.words(language)

    assert len(words.split(" ")) == 10
    assert Codename.parse(words) == codename


@given(codename=_CODENAMES)
def test_characters_read_back(codename: Codename) -> None:
    """Spelling and reading are inverse."""
    characters = codename.characters()

    assert [len(group) for group in characters.split("-")] == [4, 4, 4, 5, 5]
    assert Codename.parse(characters) == codename


@given(codename=_CODENAMES, language=_LISTED, count=st.integers(2, 10))
def test_a_codename_is_known_by_its_end(
    codename: Codename, language: Language, count: int
) -> None:
    """Last words, by four letters, too, or characters: a paper can be compared."""
    words = codename.words(language).upper().split()[-count:]
    characters = codename.characters().lower()

    assert codename.ends_so(" ".join(words))
    assert codename.ends_so(", ".join(word[:4] for word in words))
    assert codename.ends_so(characters[-5:])
    assert codename.ends_so(characters.replace("-", " ").replace("0", "O"))


@given(codename=_CODENAMES, language=_LISTED)
def test_another_end_is_told(codename: Codename, language: Language) -> None:
    """Too little, another order or a slip is not what stands there."""
    *_, before, last = words = codename.words(language).split()
    characters = codename.characters()
    slip = "7" if characters[-1] != "7" else "8"

    assert not codename.ends_so("")
    assert not codename.ends_so(characters[-4:])
    assert not codename.ends_so(characters[:-1] + slip)
    assert not codename.ends_so(" ".join(["x", *words]))
    if before != last:
        assert not codename.ends_so(f"{last} {before}")


@pytest.mark.parametrize("language", [Language.EN, Language.RU])
def test_exchanged_words_are_noticed(language: Language) -> None:
    """The check covers the order: no two words of ten can be exchanged."""
    words = Codename(bytes(range(100, 112))).words(language).split()
    exchanged = []
    for first, second in combinations(range(10), 2):
        typed = words.copy()
        typed[first], typed[second] = typed[second], typed[first]
        exchanged.append(" ".join(typed))

    passed = [typed for typed in exchanged if _misread(typed) is not None]

    assert len(set(exchanged)) == 45
    assert passed == []


def test_most_mistyped_characters_are_noticed() -> None:
    """Of all single mistakes in a codename, at most a few in a thousand pass."""
    codename = Codename(bytes(range(12)))
    characters = codename.characters().replace("-", "")
    mistyped = [
        characters[:place] + other + characters[place + 1 :]
        for place in range(CHARACTER_COUNT)
        for other in CROCKFORD
        if other != characters[place]
    ]

    passed = [typed for typed in mistyped if _misread(typed) is not None]

    assert len(mistyped) == 682
    assert len(passed) <= 1


@given(text=st.text())
def test_random_text_is_refused_by_type(text: str) -> None:
    """Parsing raises nothing but its own errors."""
    with pytest.raises(CodenameError):
        Codename.parse(text)


@given(words=st.lists(st.sampled_from(word_list(Language.EN)), min_size=1, max_size=30))
def test_listed_words_are_never_called_unknown(words: list[str]) -> None:
    """Only a word that is not in the list is named."""
    try:
        Codename.parse(" ".join(words))
    except UnknownWordError:
        pytest.fail("a listed word was called unknown")
    except CodenameError:
        return


def test_no_secret_is_shown() -> None:
    """Neither `repr` nor `str` tells a codename."""
    codename = Codename.generate(system_entropy)

    shown = f"{codename!r} {codename}"

    assert codename.secret.hex() not in shown
    assert repr(codename.secret) not in shown


def test_a_new_codename_takes_its_bytes_from_the_source() -> None:
    """Nothing but the given entropy decides it."""
    assert Codename.generate(lambda length: b"\x07" * length).secret == b"\x07" * 12


def test_kazakh_has_no_words_yet() -> None:
    """Until native speakers have read a list, Kazakh has characters alone."""
    with pytest.raises(ValueError, match="no word list"):
        Codename(bytes(12)).words(Language.KK)


def test_a_secret_of_another_length_is_a_bug() -> None:
    """12 bytes, no more and no less."""
    with pytest.raises(ValueError, match="12 bytes"):
        Codename(bytes(11))


def _misread(typed: str) -> Codename | None:
    try:
        return Codename.parse(typed)
    except WrongCheckError:
        return None
