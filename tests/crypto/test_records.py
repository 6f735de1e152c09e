"""What crypto.records promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, MalformedError
from crypto.records import RECORD_OVERHEAD_BYTES, RecordKey

KEY = RecordKey.generate(system_entropy)
PLACE = b"cases/12/title"


@given(plaintext=st.binary(max_size=500), place=st.binary(max_size=50))
def test_decrypt_undoes_encrypt(plaintext: bytes, place: bytes) -> None:
    """What is stored comes back, at a known cost."""
    record = KEY.encrypt(plaintext, associated_data=place, entropy=system_entropy)

    assert len(record) == len(plaintext) + RECORD_OVERHEAD_BYTES
    assert KEY.decrypt(record, associated_data=place) == plaintext


def test_the_overhead_is_forty_bytes() -> None:
    """A nonce of 24 and a tag of 16, pinned for the database."""
    assert RECORD_OVERHEAD_BYTES == 40


def test_any_changed_bit_is_refused() -> None:
    """Whoever writes to the database cannot change a word."""
    record = bytearray(
        KEY.encrypt(b"text", associated_data=PLACE, entropy=system_entropy)
    )

    for at in range(len(record) * 8):
        record[at // 8] ^= 1 << at % 8
        with pytest.raises(AuthenticationError):
            KEY.decrypt(bytes(record), associated_data=PLACE)
        record[at // 8] ^= 1 << at % 8


def test_a_record_opens_only_in_its_place_and_under_its_key() -> None:
    """Moving a title to another case shows."""
    record = KEY.encrypt(b"text", associated_data=PLACE, entropy=system_entropy)

    with pytest.raises(AuthenticationError):
        KEY.decrypt(record, associated_data=b"cases/13/title")
    with pytest.raises(AuthenticationError):
        RecordKey.generate(system_entropy).decrypt(record, associated_data=PLACE)


@pytest.mark.parametrize("length", [0, 24, 39])
def test_what_is_too_short_is_no_record(length: int) -> None:
    """A cut record is named as such."""
    with pytest.raises(MalformedError):
        KEY.decrypt(bytes(length), associated_data=PLACE)


def test_the_nonce_stands_first_and_comes_from_the_entropy() -> None:
    """The format: nonce, ciphertext, tag, as libsodium makes them."""
    nonce = bytes(range(24))

    record = KEY.encrypt(b"text", associated_data=PLACE, entropy=lambda _, /: nonce)

    assert record == nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(
        b"text", PLACE, nonce, KEY.raw
    )


def test_a_key_shows_nothing_and_has_32_bytes() -> None:
    """No key in a traceback; none of another length."""
    with pytest.raises(MalformedError):
        RecordKey(bytes(31))

    assert repr(KEY) == "RecordKey()"
