"""What crypto.age.payload promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age import FileKey, plaintext_length, sealed_length
from crypto.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES, PayloadCipher
from crypto.errors import AuthenticationError, MalformedError

GIGABYTE = 2**31


def test_lengths_are_those_of_the_specification() -> None:
    """Chunks of 64 KiB, 16 bytes more when sealed."""
    assert CHUNK_BYTES == 65_536
    assert SEALED_CHUNK_BYTES == 65_552
    assert sealed_length(0, header_bytes=200) == 200 + 16 + 16
    assert sealed_length(65_536, header_bytes=200) == 200 + 16 + 65_552
    assert sealed_length(65_537, header_bytes=200) == 200 + 16 + 65_552 + 17


@given(length=st.integers(0, GIGABYTE), header=st.integers(0, 10_000))
def test_plaintext_length_undoes_sealed_length(length: int, header: int) -> None:
    """So a length says what is inside, and what cannot be."""
    sealed = sealed_length(length, header_bytes=header)

    assert plaintext_length(sealed, header_bytes=header) == length


@given(sealed=st.integers(0, 1_000_000))
def test_impossible_lengths_are_refused(sealed: int) -> None:
    """Whatever has a plaintext length has its own."""
    try:
        length = plaintext_length(sealed, header_bytes=0)
    except MalformedError:
        return

    assert sealed_length(length, header_bytes=0) == sealed


@pytest.mark.parametrize("chunks", [0, 15, 65_552 + 1, 65_552 + 16, 2 * 65_552 + 16])
def test_a_last_chunk_is_neither_cut_nor_empty(chunks: int) -> None:
    """Only an empty payload has an empty chunk."""
    with pytest.raises(MalformedError):
        plaintext_length(16 + chunks, header_bytes=0)


def test_a_chunk_opens_only_in_its_place() -> None:
    """Its number and whether it ends the file are sealed in."""
    cipher = PayloadCipher(FileKey(bytes(16)), bytes(16))
    sealed, opened = bytearray(20), bytearray(4)
    cipher.seal_into(3, bytearray(b"text"), sealed, is_final=False)

    cipher.open_into(3, sealed, opened, is_final=False)

    assert opened == b"text"
    for index, is_final in ((2, False), (3, True), (4, False)):
        with pytest.raises(AuthenticationError):
            cipher.open_into(index, sealed, opened, is_final=is_final)
    other = PayloadCipher(FileKey(bytes(16)), bytes(15) + b"\1")
    with pytest.raises(AuthenticationError):
        other.open_into(3, sealed, opened, is_final=False)
