"""Fingerprints of public keys."""

import subprocess

from crypto.age import HybridIdentity
from crypto.ed25519 import VerificationKey
from protocol.fingerprint import Fingerprint
from protocol.languages import Language

KEY = VerificationKey(bytes(range(32)))


def test_a_keys_fingerprint_is_ssh_keygens() -> None:
    """The same letters as `ssh-keygen -l` prints."""
    told = subprocess.run(
        ["ssh-keygen", "-lf", "-"],
        input=str(KEY),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert told.split()[1] == str(Fingerprint.of_key(KEY))


def test_a_recipients_fingerprint_is_of_its_text() -> None:
    """`printf %s age1pq1… | sha256sum` prints the same digits."""
    recipient = HybridIdentity.from_seed(bytes(32)).recipient
    told = subprocess.run(
        ["sha256sum"], input=str(recipient), capture_output=True, text=True, check=True
    ).stdout
    digits = "".join(Fingerprint.of_recipient(recipient).hexadecimal).replace(" ", "")

    assert told.split()[0] == digits


def test_words_spell_the_first_bits() -> None:
    """Known words, so that other programs can be held against them."""
    fingerprint = Fingerprint(bytes([0, 32]) + bytes(30))  # 1 in bits 1 to 11

    assert fingerprint.words(Language.EN).split()[:3] == [
        "ability",
        "abandon",
        "abandon",
    ]
    assert len(fingerprint.words(Language.RU).split()) == 12
    assert fingerprint.words(Language.KK) == fingerprint.words(Language.RU)
    assert Fingerprint(b"\xff" * 32).words(Language.EN).split() == ["zoo"] * 12


def test_a_files_fingerprint_is_its_sha256() -> None:
    """As `sha256sum` prints it, in groups of four digits."""
    assert Fingerprint.of_bytes(b"").hexadecimal == (
        "e3b0 c442 98fc 1c14 9afb f4c8 996f b924",
        "27ae 41e4 649b 934c a495 991b 7852 b855",
    )
