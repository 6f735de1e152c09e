"""Other implementations of age open ours, and ours opens theirs.

The `age` command and `pyrage` (Rust) know classical recipients; npm's
`age-encryption`, which the reporter's page uses, knows both kinds.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyrage
import pytest

from crypto.age import (
    HybridIdentity,
    X25519Identity,
    open_sealed,
    parse_identities,
    parse_recipient,
    seal,
)
from crypto.entropy import system_entropy

AnyIdentity = HybridIdentity | X25519Identity
SCRIPT: Final = Path(__file__).with_name("age_encryption.mjs")
LENGTHS: Final = [0, 1, 65_536, 65_537, 300_000]
PATTERN: Final = bytes(range(251)) * 2_000

classical_only = pytest.mark.needs("age", "age-keygen")


def run(command: Sequence[str | Path], data: bytes = b"") -> bytes:
    """Run a program of others'."""
    return subprocess.run(
        list(command), input=data, capture_output=True, check=True
    ).stdout


@pytest.fixture
def key_file(identity: AnyIdentity, tmp_path: Path) -> Path:
    """The identity where other programs read it."""
    path = tmp_path / "key.txt"
    path.write_text(identity.encode() + "\n")
    return path


@pytest.mark.parametrize("length", LENGTHS)
def test_age_encryption_opens_ours(
    identity: AnyIdentity, key_file: Path, length: int
) -> None:
    """What the server seals, the page could open: replies, above all."""
    sealed = seal(PATTERN[:length], [identity.recipient], entropy=system_entropy)

    assert run(["node", SCRIPT, "open", key_file], sealed) == PATTERN[:length]


@pytest.mark.parametrize("length", LENGTHS)
def test_ours_opens_what_age_encryption_sealed(
    identity: AnyIdentity, length: int
) -> None:
    """What the page seals, the console opens: reports, above all."""
    sealed = run(["node", SCRIPT, "seal", str(identity.recipient)], PATTERN[:length])

    assert open_sealed(sealed, [identity]) == PATTERN[:length]


def test_age_encryption_derives_the_same_recipient(
    identity: AnyIdentity, key_file: Path
) -> None:
    """A codename has one recipient, whoever derives it."""
    assert run(["node", SCRIPT, "recipient", key_file]).decode() == str(
        identity.recipient
    )


@classical_only
@pytest.mark.parametrize("length", LENGTHS)
def test_the_age_command_opens_ours(tmp_path: Path, length: int) -> None:
    """A destination needs nothing of ours to open a referral."""
    run(["age-keygen", "-o", tmp_path / "key.txt"])
    recipient = run(["age-keygen", "-y", tmp_path / "key.txt"]).decode().strip()

    sealed = seal(
        PATTERN[:length], [parse_recipient(recipient)], entropy=system_entropy
    )

    assert run(["age", "-d", "-i", tmp_path / "key.txt"], sealed) == PATTERN[:length]


@classical_only
@pytest.mark.parametrize("length", LENGTHS)
def test_ours_opens_what_the_age_command_sealed(tmp_path: Path, length: int) -> None:
    """With the key file that age-keygen wrote, comments and all."""
    run(["age-keygen", "-o", tmp_path / "key.txt"])
    identities = parse_identities((tmp_path / "key.txt").read_text())
    recipient = str(identities[0].recipient)

    sealed = run(["age", "-r", recipient], PATTERN[:length])

    assert open_sealed(sealed, identities) == PATTERN[:length]


@pytest.mark.parametrize("length", LENGTHS)
def test_pyrage_and_ours_open_each_other(length: int) -> None:
    """A third implementation, in both directions."""
    identity = X25519Identity.generate(system_entropy)
    theirs = pyrage.x25519.Identity.from_str(identity.encode())
    assert str(theirs.to_public()) == str(identity.recipient)

    sealed = seal(PATTERN[:length], [identity.recipient], entropy=system_entropy)
    sealed_by_them = pyrage.encrypt(PATTERN[:length], [theirs.to_public()])

    assert pyrage.decrypt(sealed, [theirs]) == PATTERN[:length]
    assert open_sealed(sealed_by_them, [identity]) == PATTERN[:length]
