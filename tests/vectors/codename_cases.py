"""Vectors of the codename: both spellings, and what people do to them."""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import count

from protocol.codename import Codename, word_list
from protocol.languages import Language
from tests.vectors.case import Case
from tests.vectors.fixed import CODENAME, OTHER_CODENAME, seed

_EN = CODENAME.words(Language.EN)
_RU = CODENAME.words(Language.RU)
_CHARACTERS = CODENAME.characters()
ZERO = Codename(bytes(12))
_FULL = Codename(b"\xff" * 12)


def cases() -> Iterator[Case]:
    """Make all of them."""
    for name, text, codename, description in _good():
        yield Case(
            folder="codename",
            name=name,
            description=description,
            given={"text": text},
            expected={
                "secret": codename.secret.hex(),
                "words_en": codename.words(Language.EN),
                "words_ru": codename.words(Language.RU),
                "characters": codename.characters(),
            },
        )
    for name, text, reason, description in _bad():
        yield Case(
            folder="codename",
            name=name,
            description=description,
            given={"text": text},
            reason=reason,
        )
    for name, text, word, description in _unknown_words():
        yield Case(
            folder="codename",
            name=name,
            description=description,
            given={"text": text},
            reason="unknown_word",
            expected={"word": word},
        )


def _good() -> Iterator[tuple[str, str, Codename, str]]:
    yield "words_english", _EN, CODENAME, "ten English words"
    yield "words_russian", _RU, CODENAME, "ten Russian words, the same secret"
    yield "characters", _CHARACTERS, CODENAME, "22 characters, the same secret"
    yield "all_zero", ZERO.characters(), ZERO, "a secret of twelve zero bytes"
    yield "all_ones", _FULL.words(Language.EN), _FULL, "a secret of twelve 0xff bytes"
    yield (
        "another",
        OTHER_CODENAME.words(Language.RU),
        OTHER_CODENAME,
        "another secret",
    )
    commas = ", ".join(_EN.upper().split()) + "."
    yield "words_upper_case_commas", commas, CODENAME, "capitals, commas, a full stop"
    lines = "\r\n".join(_RU.title().split())
    yield "words_one_a_line", lines, CODENAME, "one word a line, with capitals"
    yo = " ".join(word.replace("е", "ё") for word in _YO.words(Language.RU).split())
    yield "words_russian_yo", yo, _YO, "every е typed as ё"
    yield (
        "words_decomposed",
        unicodedata.normalize("NFD", _YO.words(Language.RU)),
        _YO,
        "й as и with a combining breve",
    )
    starts = " ".join(word[:4] for word in _EN.split())
    yield "words_by_first_four", starts, CODENAME, "the first four letters of each"
    starts = " ".join(word[:4] for word in _RU.split())
    yield "words_by_first_four_russian", starts, CODENAME, "the same in Russian"
    some = " ".join([_RU.split()[0], *(word[:5] for word in _RU.split()[1:])])
    yield "words_some_shortened", some, CODENAME, "whole words and shortened ones"
    ending = " ".join([*_EN.split()[:3], _EN.split()[3] + "x", *_EN.split()[4:]])
    yield "word_with_another_ending", ending, CODENAME, "an x behind one word"
    short = " ".join(word[:4] for word in SHORT.words(Language.EN).split())
    yield "words_by_first_four_short", short, SHORT, "one of them has three letters"
    bare = _CHARACTERS.replace("-", "").lower()
    yield "characters_without_groups", bare, CODENAME, "lower case, no dashes"
    spaced = " ".join(bare)
    yield "characters_one_by_one", spaced, CODENAME, "a space after each character"
    dashes = _with_dashes(_CHARACTERS)
    yield "characters_other_dashes", dashes, CODENAME, "hyphen, en, em dash, minus"
    cyrillic = CYRILLIC.characters().translate(TO_CYRILLIC)
    yield "characters_cyrillic", cyrillic, CYRILLIC, "Cyrillic look-alike letters"
    letters = ZERO.characters().replace("0", "O")
    yield "characters_letter_o", letters, ZERO, "the letter O for the digit 0"
    ones = ONES.characters().replace("1", "I", 1).replace("1", "l")
    yield "characters_letters_i_l", ones, ONES, "the letters I and l for the digit 1"
    hidden = "\ufeff" + "\u200b".join(_CHARACTERS) + "\u00ad"
    yield "characters_zero_width", hidden, CODENAME, "format characters between"
    alike = _WORDLIKE.characters().replace("-", "")
    yield "characters_like_a_word", alike, _WORDLIKE, "they begin as a word does"
    wide = "".join(_wide(character) for character in _CHARACTERS)
    yield "characters_full_width", wide, CODENAME, "full-width forms, for NFKC"


def _bad() -> Iterator[tuple[str, str, str, str]]:
    words = _EN.split()
    yield "empty", "", "wrong_length", "nothing at all"
    yield "only_separators", " ,.-\u2014\n", "wrong_length", "separators alone"
    starts = " ".join(word[:4] for word in words[:9])
    yield "nine_words_by_first_four", starts, "wrong_length", "a word is missing"
    swapped = " ".join([words[1][:4], words[0][:4], *words[2:]])
    yield "starts_swapped", swapped, "wrong_check", "two starts in the wrong order"
    yield "nine_words", " ".join(words[:9]), "wrong_length", "a word is missing"
    eleven = " ".join([*words, words[0]])
    yield "eleven_words", eleven, "wrong_length", "a word too many"
    swapped = " ".join([words[1], words[0], *words[2:]])
    yield "words_swapped", swapped, "wrong_check", "two words in the wrong order"
    other = word_list(Language.EN)[(word_list(Language.EN).index(words[4]) + 1) % 2048]
    listed = " ".join([*words[:4], other, *words[5:]])
    yield "word_mistyped_into_another", listed, "wrong_check", "another listed word"
    yield "21_characters", _CHARACTERS[:-1], "wrong_length", "a character is missing"
    yield "23_characters", _CHARACTERS + "0", "wrong_length", "a character too many"
    changed = ("0" if _CHARACTERS[0] != "0" else "1") + _CHARACTERS[1:]
    yield "character_mistyped", changed, "wrong_check", "one character is another"
    foreign = "U" + _CHARACTERS[1:]
    yield "character_u", foreign, "wrong_check", "U is not in Crockford's alphabet"
    accented = "é" + _CHARACTERS[1:]
    yield "character_accented", accented, "wrong_check", "é is no look-alike of E"
    yield "sharp_s", "ß" * 11, "wrong_length", "ß is not SS: no upper case is taken"
    yield "very_long", "0" * 1_001, "wrong_length", "more than 1,000 characters"


def _unknown_words() -> Iterator[tuple[str, str, str, str]]:
    words = _EN.split()
    typo = " ".join([*words[:3], "x" + words[3], *words[4:]]).upper()
    yield "word_misspelt", typo, "x" + words[3], "one word is in no list"
    three = " ".join([*(word[:4] for word in words[:9]), words[9][:3]])
    yield "word_by_first_three", three, words[9][:3], "three letters tell no word"
    mixed = " ".join([*_EN.split()[:6], *_RU.split()[6:]])
    yield "words_of_two_lists", mixed, _RU.split()[6], "English with Russian words"
    tie = " ".join([*_RU.split()[:5], *_EN.split()[5:]])
    yield "words_of_two_lists_tie", tie, _RU.split()[0], "five and five: English wins"
    russian = " ".join([*_RU.split()[:9], "ғылым"])
    yield "word_kazakh", russian, "ғылым", "a Kazakh word among Russian ones"


def _search(is_wanted: Callable[[Codename], bool]) -> Codename:
    """Find the first secret of a row whose spelling is as wanted."""
    row = (Codename(seed(f"search {number}", 12)) for number in count())
    return next(filter(is_wanted, row))


_YO = _search(lambda codename: set("ей") <= set(codename.words(Language.RU)))
CYRILLIC = _search(lambda codename: set("ABEKMH0PCTYX") <= set(codename.characters()))
ONES = _search(lambda codename: codename.characters().count("1") > 1)
SHORT = _search(
    lambda codename: min(map(len, codename.words(Language.EN).split())) == 3
)
_STARTS = {word[:4].upper() for word in word_list(Language.EN)}
_WORDLIKE = _search(lambda codename: codename.characters()[:4] in _STARTS)
TO_CYRILLIC = str.maketrans("ABEKMH0PCTYX", "АВЕКМНОРСТУХ")


def _with_dashes(spelt: str) -> str:
    for dash in "\u2010\u2013\u2014\u2212":
        spelt = spelt.replace("-", dash, 1)
    return spelt


def _wide(character: str) -> str:
    return chr(ord(character) + 0xFEE0)
