"""What crypto.age.bech32 promises."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age.bech32 import decode_bech32, encode_bech32
from crypto.errors import MalformedError

WORD = encode_bech32("age", bytes(range(32)))
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values: Sequence[int]) -> int:
    """The checksum as BIP 173 writes it, value by value."""
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


@given(
    prefix=st.text(st.sampled_from("abcxyz1-"), min_size=1, max_size=90),
    data=st.binary(max_size=2_000) | st.binary(min_size=630, max_size=650),
)
def test_the_checksum_is_the_one_of_the_standard(prefix: str, data: bytes) -> None:
    """At any length, though ours goes another way, and folds what is long."""
    coded = encode_bech32(prefix, data).removeprefix(prefix + "1")

    expanded = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]
    assert polymod([*expanded, *map(LETTERS.index, coded)]) == 1


@given(data=st.binary(max_size=300))
def test_decode_undoes_encode(data: bytes) -> None:
    """In either case, at any length."""
    text = encode_bech32("age1pq", data)

    assert decode_bech32(text) == ("age1pq", data)
    assert decode_bech32(text.upper()) == ("age1pq", data)


@pytest.mark.parametrize("text", ["a12uel5l", "A12UEL5L", "?1ezyfcl"])
def test_words_of_the_standard_are_read(text: str) -> None:
    """BIP 173's own test vectors that hold whole bytes."""
    assert decode_bech32(text)[1] == b""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "age1",
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
        "\x201nwldj5",
        "\x7f1axkwrx",
        "é1nwldj5",
        WORD[:-1],
        WORD[:-1].upper() + WORD[-1],
        WORD.replace("1", ""),
    ],
)
def test_what_is_no_word_is_refused(text: str) -> None:
    """BIP 173's invalid words, and cut or mixed ones."""
    with pytest.raises(MalformedError):
        decode_bech32(text)


def test_any_changed_letter_is_noticed() -> None:
    """That is what the checksum is for."""
    for at in range(4, len(WORD)):
        for letter in set(LETTERS) - {WORD[at]}:
            with pytest.raises(MalformedError):
                decode_bech32(WORD[:at] + letter + WORD[at + 1 :])


def test_padding_must_be_zero_and_short() -> None:
    """The same bytes have no second word, though its checksum is right."""
    for text in ("a1qpamnt9j", "a1q3g6mn3", "a1qqqd87cpp"):
        with pytest.raises(MalformedError):
            decode_bech32(text)


def test_errors_never_quote_the_word() -> None:
    """It may be an identity."""
    with pytest.raises(MalformedError) as refused:
        decode_bech32(WORD[:-1])

    assert WORD[4:12] not in str(refused.value)
