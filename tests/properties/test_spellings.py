"""What people and programs may spell in many ways, and what has one spelling."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codename import CHARACTER_COUNT, Codename
from protocol.errors import CodenameError, MalformedError
from protocol.languages import Language
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

_CODENAMES = st.binary(min_size=12, max_size=12).map(Codename)
_SEPARATORS = st.text(
    st.sampled_from(" \t\n-–—.,\u00a0\u2028\u3000\u2003"), min_size=1, max_size=3
)
_INVISIBLE = st.text(st.sampled_from("\u200b\u200d\u00ad\ufeff\u2060"), max_size=2)
_LIKENESS = {
    "0": "0oOоО", "1": "1iIlL", "A": "aAаА", "B": "bBвВ", "E": "eEеЕ", "K": "kKкК",
    "M": "mMмМ", "H": "hHнН", "P": "pPрР", "C": "cCсС", "T": "tTтТ", "Y": "yYуУ",
    "X": "xXхХ",
}  # fmt: skip


@given(codename=_CODENAMES, data=st.data())
def test_a_codename_may_be_typed_in_any_likeness(
    codename: Codename, data: st.DataObject
) -> None:
    """Look-alike letters, case, groups and invisible signs do not matter."""
    typed = ""
    for character in codename.characters().replace("-", ""):
        alike = _LIKENESS.get(character, character + character.lower())
        typed += data.draw(st.sampled_from(alike)) + data.draw(_INVISIBLE)
        if data.draw(st.booleans()):
            typed += data.draw(_SEPARATORS)

    assert Codename.parse(typed) == codename


@given(codename=_CODENAMES, data=st.data())
def test_words_may_be_typed_with_any_spacing(
    codename: Codename, data: st.DataObject
) -> None:
    """Case, separators and ё for е do not matter."""
    language = data.draw(st.sampled_from([Language.EN, Language.RU]))
    typed = data.draw(_SEPARATORS)
    for word in codename.words(language).split():
        spelt = data.draw(st.sampled_from([word, word.upper(), word.title()]))
        if data.draw(st.booleans()):
            spelt = spelt.replace("е", "ё").replace("Е", "Ё")
        typed += spelt + data.draw(_SEPARATORS)

    assert Codename.parse(typed) == codename


@given(codename=_CODENAMES, place=st.integers(0, CHARACTER_COUNT - 1))
def test_a_missing_character_is_told(codename: Codename, place: int) -> None:
    """A codename that is too short is never taken for another one."""
    spelt = codename.characters().replace("-", "")

    with pytest.raises(CodenameError):
        Codename.parse(spelt[:place] + spelt[place + 1 :])


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | _TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)
_DOCUMENTS = st.dictionaries(_TEXT.filter(lambda name: name != "format"), _VALUES)
_FORMAT = "debunker-example/1"


def _left(members: Members) -> dict[str, object]:
    return members._left


@given(content=_DOCUMENTS, indent=st.none() | st.integers(0, 3), escaped=st.booleans())
def test_json_means_the_same_however_it_is_spelt(
    content: dict[str, Any], indent: int | None, *, escaped: bool
) -> None:
    """Spaces and escapes are spelling; strict reading agrees with `json` on both."""
    document = {"format": _FORMAT} | content
    spelt = json.dumps(document, ensure_ascii=escaped, indent=indent).encode()

    assert _left(parse_document(spelt, format_name=_FORMAT)) == content
    written = serialize(document)
    assert len(written) <= len(spelt)
    assert _left(parse_document(written, format_name=_FORMAT)) == content


@given(content=_DOCUMENTS, number=st.floats() | st.just(-0.0))
def test_a_number_that_is_no_integer_is_refused_anywhere(
    content: dict[str, Any], number: float
) -> None:
    """Also where the member would be ignored: two readers could differ."""
    document = {"format": _FORMAT, "more": [{"deep": [number]}]} | content
    if "more" in content:
        return
    spelt = json.dumps(document).encode()

    with pytest.raises(MalformedError) as refused:
        parse_document(spelt, format_name=_FORMAT)

    assert refused.value.reason == "not_an_integer"
