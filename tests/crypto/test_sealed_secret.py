"""What crypto.sealed_secret promises."""

import json
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, CryptoError, MalformedError
from crypto.sealed_secret import (
    INSECURE_TESTING,
    RFC_9106_LOW_MEMORY,
    Argon2idProfile,
    open_secret,
    seal_secret,
)

PURPOSE = "account identity"


def sealed(secret: bytes = b"secret", words: str = "құпия сөз") -> bytes:
    """A secret under the cheap profile."""
    return seal_secret(
        secret,
        words,
        purpose=PURPOSE,
        profile=INSECURE_TESTING,
        entropy=system_entropy,
    )


def changed(**members: object) -> bytes:
    """A sealed secret with other members."""
    return json.dumps(json.loads(sealed()) | members).encode()


@given(secret=st.binary(max_size=100), passphrase=st.text(max_size=40))
def test_the_passphrase_opens_it(secret: bytes, passphrase: str) -> None:
    """In any alphabet."""
    assert (
        open_secret(sealed(secret, passphrase), passphrase, purpose=PURPOSE) == secret
    )


def test_two_spellings_of_a_letter_are_one() -> None:
    """A keyboard may write й as one sign or as two."""
    composed, decomposed = "\u0439", "\u0438\u0306"

    assert open_secret(sealed(b"s", composed), decomposed, purpose=PURPOSE) == b"s"


def test_a_wrong_passphrase_or_purpose_opens_nothing() -> None:
    """And says no more than that."""
    with pytest.raises(AuthenticationError):
        open_secret(sealed(), "Құпия сөз", purpose=PURPOSE)
    with pytest.raises(AuthenticationError):
        open_secret(sealed(), "құпия сөз", purpose="account signature")


def test_purpose_and_cost_are_sealed_in() -> None:
    """Relabelling a secret or cheapening its check does not go unnoticed."""
    relabelled = changed(purpose="other")
    for untrusted, purpose in (
        (relabelled, "other"),
        (changed(passes=2), PURPOSE),
        (changed(memory_kib=16), PURPOSE),
    ):
        with pytest.raises(AuthenticationError):
            open_secret(untrusted, "құпия сөз", purpose=purpose)


def test_any_changed_byte_is_refused() -> None:
    """Whatever it breaks, the error is ours."""
    original = sealed()
    for at in range(len(original)):
        untrusted = bytearray(original)
        untrusted[at] ^= 1
        with pytest.raises(CryptoError):
            open_secret(bytes(untrusted), "құпия сөз", purpose=PURPOSE)


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        changed(format="debunker-sealed-secret/2"),
        changed(extra=1),
        changed().replace(b'"lanes"', b'"passes": 1, "lanes"'),
        changed(salt="!"),
        changed(salt="AAAA"),
        changed(record=1),
        changed(record="AAAA"),
        changed(lanes=17),
        changed(lanes=2),
        changed(lanes=True),
        changed(passes=0),
        changed(passes=17),
        changed(passes="1"),
        changed(memory_kib=2**40),
        changed(memory_kib=8.0),
    ],
)
def test_what_is_not_the_format_is_refused_before_any_work(untrusted: bytes) -> None:
    """A planted file cannot eat the memory; a later version is named."""
    with pytest.raises(MalformedError):
        open_secret(untrusted, "құпия сөз", purpose=PURPOSE)


def test_an_unknown_version_is_named() -> None:
    """So that a person knows what to update."""
    with pytest.raises(MalformedError, match="debunker-sealed-secret/2"):
        open_secret(changed(format="debunker-sealed-secret/2"), "", purpose=PURPOSE)


def test_it_describes_itself() -> None:
    """The format's members, with the cost that was asked for."""
    members = json.loads(sealed())

    assert list(members) == [
        "format", "purpose", "memory_kib", "passes", "lanes", "salt", "record",
    ]  # fmt: skip
    assert members["format"] == "debunker-sealed-secret/1"
    assert members["memory_kib"] == INSECURE_TESTING.memory_kib


def test_the_real_profile_is_the_standards() -> None:
    """RFC 9106 §4, second: 64 MiB, three passes, four lanes; and it works."""
    profile = Argon2idProfile(memory_kib=64 * 1024, passes=3, lanes=4)
    assert profile == RFC_9106_LOW_MEMORY

    under_it = seal_secret(
        b"s", "p", purpose=PURPOSE, profile=profile, entropy=system_entropy
    )

    assert open_secret(under_it, "p", purpose=PURPOSE) == b"s"


def test_a_machine_too_small_for_the_cost_says_so() -> None:
    """And not that the passphrase is wrong."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used_bytes + 2**28, before[1]))

    try:
        with pytest.raises(MemoryError, match="Argon2id"):
            open_secret(changed(memory_kib=2**20), "", purpose=PURPOSE)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@settings(max_examples=50)
@given(untrusted=st.binary(max_size=200))
def test_random_bytes_fail_in_one_way_only(untrusted: bytes) -> None:
    """Parsing raises only our own error."""
    with pytest.raises(MalformedError):
        open_secret(untrusted, "", purpose=PURPOSE)
