"""A codename as typed: read as one secret, or told what is wrong."""

from protocol.codename import Codename
from protocol.errors import CodenameError, UnknownWordError
from protocol.languages import Language
from tests.fuzz.vector_seeds import documents

_SEEDS = (
    "characters", "characters_cyrillic", "characters_full_width", "nine_words",
    "characters_letters_i_l", "characters_zero_width", "character_mistyped",
    "words_english", "words_russian", "words_of_two_lists", "word_misspelt",
    "words_decomposed", "words_upper_case_commas", "sharp_s", "words_swapped",
)  # fmt: skip
_UNKNOWN_WORD = "a word is not in the list"


def target(data: bytes) -> bool:
    """Read it; every spelling of what was read means the same."""
    text = data.decode("utf-8", "replace")
    try:
        codename = Codename.parse(text)
    except CodenameError as error:
        _check_error(error)
        return False
    spellings = (
        codename.characters(),
        codename.characters().lower(),
        codename.words(Language.EN),
        codename.words(Language.RU).upper(),
    )
    for spelling in spellings:
        assert Codename.parse(spelling) == codename, "a spelling means another secret"
    assert codename.secret.hex() not in repr(codename), "the repr shows the secret"
    return True


def _check_error(error: CodenameError) -> None:
    if isinstance(error, UnknownWordError):
        assert error.word, "an unknown word without a word"
        assert str(error) == _UNKNOWN_WORD, "the message quotes what was typed"


def seeds() -> dict[str, bytes]:
    """Both spellings, typed well and badly."""
    return documents("codename", "text", _SEEDS)
