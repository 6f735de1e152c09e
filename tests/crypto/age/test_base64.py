"""What crypto.age.base64 promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age.base64 import decode_base64, encode_base64
from crypto.errors import MalformedError


@given(data=st.binary(max_size=200))
def test_decode_undoes_encode(data: bytes) -> None:
    """Without padding, whatever the length."""
    text = encode_base64(data)

    assert "=" not in text
    assert decode_base64(text) == data


@given(text=st.text(st.sampled_from("ABab01+/=\n -_é"), max_size=12))
def test_there_is_one_spelling(text: str) -> None:
    """What decodes at all encodes to the very same text."""
    try:
        data = decode_base64(text)
    except MalformedError:
        return

    assert encode_base64(data) == text


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AA==", "AB", "A A A", "AAA\n", "-_-_", "ÄÄÄÄ", "AAAA*"]
)
def test_other_spellings_are_refused(text: str) -> None:
    """Padding, spare bits, spaces and other alphabets."""
    with pytest.raises(MalformedError):
        decode_base64(text)
