"""Promises of `protocol.strict_json` and `protocol.key_text`."""

import json
from collections.abc import Callable
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import HybridIdentity, X25519Identity
from crypto.ed25519 import SigningKey
from protocol.errors import MalformedError, ProtocolError, UnknownFormatError
from protocol.key_text import parse_hybrid_recipient, parse_verification_key
from protocol.strict_json import MAX_INTEGER, Members, parse_document, serialize

_FORMAT = "debunker-test/1"
_PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | _PLAIN_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_PLAIN_TEXT, inner, max_size=4)
    ),
    max_leaves=5,
)


class _Colour(Enum):
    RED = "red"


def _document(**members: object) -> Members:
    return parse_document(serialize({"format": _FORMAT} | members), format_name=_FORMAT)


@settings(max_examples=40)
@given(value=st.dictionaries(_PLAIN_TEXT, _VALUES, max_size=4))
def test_what_is_written_can_be_read(value: dict[str, object]) -> None:
    """Serialise and parse are inverse, with any Unicode text."""
    content = serialize({"format": _FORMAT, "value": value})

    members = parse_document(content, format_name=_FORMAT)

    assert members.object("value")._left == value
    members.finish()


def test_letters_are_not_escaped() -> None:
    """Kazakh takes two bytes a letter, not six."""
    assert serialize({"ә": "ғ\n"}) == '{"ә":"ғ\\n"}'.encode()


@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused_by_type(data: bytes) -> None:
    """Parsing raises nothing but this package's errors."""
    with pytest.raises(ProtocolError):
        parse_document(data, format_name=_FORMAT)


@settings(max_examples=40)
@given(value=_VALUES)
def test_any_other_json_is_refused_by_type(value: object) -> None:
    """Whatever the document is, if it is not the format."""
    with pytest.raises(ProtocolError):
        parse_document(json.dumps(value).encode(), format_name=_FORMAT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "not_json"),
        ('{"a":1,"a":1}', "duplicate_member"),
        ('{"a":{"b":1,"b":2}}', "duplicate_member"),
        ('{"a":1.0}', "not_an_integer"),
        ('{"a":1e3}', "not_an_integer"),
        ('{"a":NaN}', "not_an_integer"),
        ('{"a":-Infinity}', "not_an_integer"),
        ('{"a":-0}', "not_an_integer"),
        ('{"a":' + "9" * 5_000 + "}", "not_an_integer"),
        ('{"a":"\\ud800"}', "not_json"),
        ('{"\\udfff":1}', "not_json"),
        ('{"a":1}{"a":1}', "not_json"),
        ("{'a':1}", "not_json"),
        ("\ufeff{}", "not_json"),
        ("", "not_json"),
        ("null", "not_an_object"),
    ],
)
def test_loose_json_is_refused(text: str, reason: str) -> None:
    """What two readers could read in two ways is read in none."""
    with pytest.raises(MalformedError) as refused:
        parse_document(text.encode(), format_name=_FORMAT)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "found", ["debunker-test/2", "debunker-report/1", "<script>", "x" * 60]
)
def test_another_format_is_refused_by_name(found: str) -> None:
    """The name is told if it looks like one of ours, and nothing else is."""
    with pytest.raises(UnknownFormatError) as refused:
        parse_document(serialize({"format": found}), format_name=_FORMAT)

    assert (found in str(refused.value)) is found.startswith("debunker-")
    assert _FORMAT in str(refused.value)


@pytest.mark.parametrize(
    ("value", "take"),
    [
        (True, lambda members: members.integer("a", minimum=0)),
        (1, lambda members: members.boolean("a")),
        (12, lambda members: members.string("a", limit_characters=9)),
        ("3", lambda members: members.integer("a", minimum=0)),
        (None, lambda members: members.string("a", limit_characters=9)),
        ([], lambda members: members.object("a")),
        ({}, lambda members: members.objects("a", limit=9)),
        ("green", lambda members: members.choice("a", _Colour)),
        ("2026-02-30", lambda members: members.day("a")),
        ("now", lambda members: members.moment("a")),
    ],
)
def test_a_wrong_type_is_refused(
    value: object, take: Callable[[Members], object]
) -> None:
    """A boolean is no integer, and nothing is converted."""
    with pytest.raises(MalformedError) as refused:
        take(_document(a=value))

    assert refused.value.reason == "a_wrong"


def test_limits_are_kept() -> None:
    """The last allowed value passes, the next does not."""
    assert _document(a="яя").string("a", limit_characters=2) == "яя"
    assert _document(a=MAX_INTEGER).integer("a", minimum=0) == MAX_INTEGER
    assert len(_document(a=[{}, {}]).objects("a", limit=2)) == 2
    for refuse in (
        lambda: _document(a="яяя").string("a", limit_characters=2),
        lambda: _document(a=MAX_INTEGER + 1).integer("a", minimum=0),
        lambda: _document(a=-1).integer("a", minimum=0),
        lambda: _document(a=[{}] * 3).objects("a", limit=2),
    ):
        with pytest.raises(MalformedError):
            refuse()


def test_members_are_asked_for_by_name() -> None:
    """A missing one and one left over are both refused."""
    members = _document(a="text", b=None, c={}, d="red")

    assert members.optional_string("x", limit_characters=9) is None
    assert members.optional_choice("x", _Colour) is None
    assert members.optional_choice("d", _Colour) is _Colour.RED
    assert members.optional_string("a", limit_characters=9) == "text"
    assert members.string_or_null("b", limit_characters=9) is None
    with pytest.raises(MalformedError, match="unknown member"):
        members.finish()
    assert members.object_or_null("c") is not None
    members.finish()
    with pytest.raises(MalformedError, match="c missing"):
        members.object_or_null("c")


def test_errors_quote_nothing_that_was_read() -> None:
    """A secret in a wrong place does not reach a log."""
    members = _document(a="sekret-value")

    with pytest.raises(MalformedError) as refused:
        members.choice("a", _Colour)

    assert "sekret" not in f"{refused.value!r} {refused.value}"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_keys_have_one_spelling() -> None:
    """Comments, capitals and other kinds of keys are refused."""
    key = str(SigningKey.from_seed(bytes(32)).verification_key)
    recipient = str(HybridIdentity.from_seed(bytes(32)).recipient)
    classical = str(X25519Identity.from_seed(bytes(32)).recipient)

    assert str(parse_verification_key(key)) == key
    assert str(parse_hybrid_recipient(recipient)) == recipient
    for text in (key + " me", " " + key, key + "\n", "ssh-rsa AAAA", ""):
        with pytest.raises(MalformedError, match="not a verification key"):
            parse_verification_key(text)
    for text in (recipient.upper(), recipient + "\n", recipient[:-1], "age1", ""):
        with pytest.raises(MalformedError, match="not a recipient"):
            parse_hybrid_recipient(text)
    with pytest.raises(MalformedError, match="not hybrid"):
        parse_hybrid_recipient(classical)
