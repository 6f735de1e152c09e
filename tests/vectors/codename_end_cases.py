"""Vectors of a codename's end, as it is typed from a paper to compare the two."""

from collections.abc import Iterator

from protocol.languages import Language
from tests.vectors.case import Case
from tests.vectors.codename_cases import CYRILLIC, ONES, SHORT, TO_CYRILLIC, ZERO
from tests.vectors.fixed import CODENAME


def cases() -> Iterator[Case]:
    """Make all of them."""
    for name, (codename, typed, is_its_end, description) in _TABLE.items():
        yield Case(
            folder="codename_end",
            name=name,
            description=description,
            given={"secret": codename.secret.hex(), "typed": typed},
            expected={"is_its_end": is_its_end},
        )


_EN = CODENAME.words(Language.EN).split()
_RU = CODENAME.words(Language.RU).split()
_SHORT_EN = SHORT.words(Language.EN).split()
_CHARACTERS = CODENAME.characters()
_ANOTHER = "1" if _CHARACTERS[-1] == "0" else "0"

_TABLE = {
    "two_words": (CODENAME, " ".join(_EN[-2:]), True, "the last two"),
    "two_words_russian": (CODENAME, " ".join(_RU[-2:]), True, "of the other list"),
    "ten_words": (CODENAME, " ".join(_EN), True, "all of it"),
    "words_by_first_four": (
        CODENAME,
        ", ".join(word[:4].upper() for word in _EN[-3:]),
        True,
        "four letters of each, in capitals",
    ),
    "words_another_ending": (
        CODENAME,
        f"{_EN[-2]} {_EN[-1][:4]}xx",
        True,
        "what comes behind four letters does not matter",
    ),
    "words_short": (
        SHORT,
        " ".join(word[:4] for word in _SHORT_EN),
        True,
        "one of them has three letters",
    ),
    "words_decomposed_spaces": (
        CODENAME,
        f"\u00a0{_RU[-2].upper()}\u2014{_RU[-1]}.",
        True,
        "capitals, a dash, other spaces",
    ),
    "one_word": (CODENAME, _EN[-1], False, "one alone is too little"),
    "words_swapped": (CODENAME, f"{_EN[-1]} {_EN[-2]}", False, "the wrong order"),
    "words_of_two_lists": (CODENAME, f"{_EN[-2]} {_RU[-1]}", False, "one of each"),
    "words_by_first_three": (
        CODENAME,
        f"{_EN[-2]} {_EN[-1][:3]}",
        False,
        "three letters tell no word",
    ),
    "words_of_the_beginning": (CODENAME, " ".join(_EN[:2]), False, "the first two"),
    "eleven_words": (CODENAME, " ".join(["x", *_EN]), False, "one too many"),
    "five_characters": (CODENAME, _CHARACTERS[-5:], True, "the last group"),
    "all_characters": (CODENAME, _CHARACTERS.lower(), True, "all, in lower case"),
    "characters_letter_o": (
        ZERO,
        ZERO.characters()[-7:].replace("0", "O"),
        True,
        "O for 0",
    ),
    "characters_letters_i_l": (
        ONES,
        ONES.characters().replace("1", "I", 1).replace("1", "l"),
        True,
        "I and l for 1",
    ),
    "characters_cyrillic": (
        CYRILLIC,
        CYRILLIC.characters().translate(TO_CYRILLIC),
        True,
        "Cyrillic look-alike letters",
    ),
    "four_characters": (CODENAME, _CHARACTERS[-4:], False, "four are too few"),
    "character_mistyped": (
        CODENAME,
        _CHARACTERS[-6:-1] + _ANOTHER,
        False,
        "one character is another",
    ),
    "characters_of_the_beginning": (CODENAME, _CHARACTERS[:9], False, "two groups"),
    "nothing": (CODENAME, "", False, "nothing at all"),
    "only_separators": (CODENAME, " - ", False, "separators alone"),
}
