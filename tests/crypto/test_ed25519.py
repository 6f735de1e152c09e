"""What crypto.ed25519 promises."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, CryptoError, MalformedError

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KEY = SigningKey.from_seed(SEED)


def test_it_is_the_signature_of_the_standard() -> None:
    """RFC 8032 §7.1, test 1."""
    assert KEY.verification_key.raw.hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert KEY.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


@given(message=st.binary(max_size=200), at=st.integers(0, 64 * 8 - 1))
def test_any_changed_bit_of_a_signature_is_refused(message: bytes, at: int) -> None:
    """There is one signature for a message, and no near one."""
    signature = bytearray(KEY.sign(message))
    KEY.verification_key.verify(bytes(signature), message)

    signature[at // 8] ^= 1 << at % 8

    with pytest.raises(AuthenticationError):
        KEY.verification_key.verify(bytes(signature), message)


def test_another_message_and_another_length_are_refused() -> None:
    """A signature is for one message, and is 64 bytes."""
    signature = KEY.sign(b"yes")

    for untrusted, message in (
        (signature, b"no"),
        (signature[:-1], b"yes"),
        (b"", b""),
    ):
        with pytest.raises(AuthenticationError):
            KEY.verification_key.verify(untrusted, message)


def test_a_key_of_small_order_verifies_nothing() -> None:
    """With such a key, one signature would fit many messages."""
    key = VerificationKey.from_bytes(b"\x01" + bytes(31))

    with pytest.raises(AuthenticationError):
        key.verify(b"\x01" + bytes(63), b"anything")


def test_a_key_is_written_as_openssh_does_and_read_back() -> None:
    """One spelling in every configuration, with or without a comment."""
    key = SigningKey.generate(system_entropy).verification_key

    assert str(key).startswith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA")
    assert VerificationKey.parse(str(key)) == key
    assert VerificationKey.parse(f"{key} root of Debunker\n") == key
    assert len({key, VerificationKey.parse(str(key))}) == 1


@pytest.mark.needs("ssh-keygen")
def test_a_key_of_ssh_keygen_is_read(tmp_path: Path) -> None:
    """Whoever has an SSH key can name it."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"],
        check=True,
    )
    line = (tmp_path / "key.pub").read_text()

    key = VerificationKey.parse(line)

    assert str(key) == " ".join(line.split()[:2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ==",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAB3NzaC1yc2E=",
        "ssh-ed25519 !!!!",
        str(KEY.verification_key)[:-4],
        str(KEY.verification_key) + "AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE4" + str(KEY.verification_key)[32:],
    ],
)
def test_what_is_no_ed25519_key_is_refused(text: str) -> None:
    """Another kind, a cut one, or more than one."""
    with pytest.raises(MalformedError):
        VerificationKey.parse(text)


@given(text=st.text(max_size=200))
def test_reading_a_key_fails_in_one_way_only(text: str) -> None:
    """Parsing random text raises only our own error."""
    with pytest.raises(CryptoError):
        VerificationKey.parse("ssh-ed25519 " + text)


def test_a_wrong_length_is_refused_without_quoting_it() -> None:
    """The seed of a key does not end in a log."""
    with pytest.raises(MalformedError) as refused:
        SigningKey.from_seed(SEED[:-1])
    with pytest.raises(MalformedError):
        VerificationKey.from_bytes(bytes(31))

    assert repr(SEED[:-1]) not in str(refused.value)


def test_a_signing_key_shows_nothing() -> None:
    """Neither its seed nor its public half stands in a traceback."""
    assert repr(KEY) == str(KEY) == "SigningKey()"
