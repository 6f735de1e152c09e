"""Other implementations of age open ours, and ours opens theirs.

The `age` command of Debian and `pyrage` (Rust) know classical recipients, passphrases
and armor; npm's `age-encryption`, which the reporter's page uses, knows hybrid
recipients too.
"""

import io
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import pyrage
import pytest

from crypto.age import (
    ArmorWriter,
    HybridIdentity,
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    dearmor,
    open_stream,
    parse_identities,
    parse_recipient,
    seal,
)
from crypto.age.armor import is_armored
from crypto.entropy import system_entropy
from tests.crypto.age.at_terminal import at_terminal
from tests.crypto.age.cctv import SCRIPT

LENGTHS: Final = [0, 1, 65_536, 65_537, 300_000]
PATTERN: Final = bytes(range(251)) * 2_000
CHEAP: Final = 10
"""A work factor for tests; the others' own are what they are."""


def run(command: Sequence[str | Path], data: bytes = b"") -> bytes:
    """Run a program of others'."""
    return subprocess.run(
        list(command), input=data, capture_output=True, check=True
    ).stdout


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a file can be sealed to: one of each kind, also as files."""

    directory: Path
    """Where the files are."""

    hybrid: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy)
    )
    classical: X25519Identity = field(
        default_factory=lambda: X25519Identity.generate(system_entropy)
    )
    passphrase: str = field(default="қарға мен түлкі")

    def __post_init__(self) -> None:
        """Write the files, each named for its kind."""
        for kind in ("hybrid", "classical"):
            (self.directory / kind).write_text(self.identity(kind).encode() + "\n")
        (self.directory / "passphrase").write_text(self.passphrase)

    def identity(self, kind: str) -> HybridIdentity | X25519Identity:
        """Give the key of one kind."""
        return self.hybrid if kind == "hybrid" else self.classical

    def file(self, kind: str) -> Path:
        """Say where the secret of one kind is."""
        return self.directory / kind


class Implementation(Protocol):
    """Somebody's age."""

    @property
    def kinds(self) -> Sequence[str]:
        """What it can seal to."""

    def seal(self, plaintext: bytes, kind: str, keys: Keys, *, armored: bool) -> bytes:
        """Seal for one of the keys."""

    def open(self, sealed: bytes, kind: str, keys: Keys) -> bytes:
        """Open with the same."""


class Ours:
    """This project's, by streaming."""

    kinds = ("hybrid", "classical", "passphrase")

    def seal(self, plaintext: bytes, kind: str, keys: Keys, *, armored: bool) -> bytes:
        """Seal in memory."""
        recipient: Recipient = (
            ScryptRecipient(keys.passphrase, CHEAP)
            if kind == "passphrase"
            else keys.identity(kind).recipient
        )
        sealed = seal(plaintext, [recipient], entropy=system_entropy)
        if not armored:
            return sealed
        text = io.BytesIO()
        with ArmorWriter(text) as armor:
            armor.write(sealed)
        return text.getvalue()

    def open(self, sealed: bytes, kind: str, keys: Keys) -> bytes:
        """Open from end to end."""
        identity = (
            ScryptIdentity(keys.passphrase)
            if kind == "passphrase"
            else keys.identity(kind)
        )
        opened = io.BytesIO()
        binary = io.BytesIO(sealed)
        source = dearmor(binary) if is_armored(sealed) else binary
        open_stream(source, opened, [identity])
        return opened.getvalue()


class AgeCommand:
    """The reference implementation, 1.1.1 in Debian 12."""

    kinds = ("classical", "passphrase")

    def seal(self, plaintext: bytes, kind: str, keys: Keys, *, armored: bool) -> bytes:
        """Seal a file."""
        plain = keys.directory / "plain"
        plain.write_bytes(plaintext)
        armor = ["-a"] if armored else []
        if kind == "passphrase":
            typed = [f"{keys.passphrase}\n".encode()] * 2
            return at_terminal(["age", "-p", *armor, plain], typed).output
        return run(["age", "-r", str(keys.classical.recipient), *armor, plain])

    def open(self, sealed: bytes, kind: str, keys: Keys) -> bytes:
        """Open a file."""
        path = keys.directory / "sealed"
        path.write_bytes(sealed)
        if kind == "passphrase":
            typed = [f"{keys.passphrase}\n".encode()]
            return at_terminal(["age", "-d", path], typed).output
        return run(["age", "-d", "-i", keys.file(kind), path])


class Pyrage:
    """The Rust implementation."""

    kinds = ("classical", "passphrase")

    def seal(self, plaintext: bytes, kind: str, keys: Keys, *, armored: bool) -> bytes:
        """Seal in memory."""
        if kind == "passphrase":
            return bytes(
                pyrage.passphrase.encrypt(plaintext, keys.passphrase, armored=armored)
            )
        recipient = pyrage.x25519.Recipient.from_str(str(keys.classical.recipient))
        return bytes(pyrage.encrypt(plaintext, [recipient], armored=armored))

    def open(self, sealed: bytes, kind: str, keys: Keys) -> bytes:
        """Open in memory."""
        if kind == "passphrase":
            return bytes(pyrage.passphrase.decrypt(sealed, keys.passphrase))
        identity = pyrage.x25519.Identity.from_str(keys.classical.encode())
        return bytes(pyrage.decrypt(sealed, [identity]))


class AgeEncryption:
    """The npm package that the reporter's page uses."""

    kinds = ("hybrid", "classical", "passphrase")

    def seal(self, plaintext: bytes, kind: str, keys: Keys, *, armored: bool) -> bytes:
        """Seal in a process of its own."""
        armor = ["--armor"] if armored else []
        if kind == "passphrase":
            to = ["seal-with", str(keys.file(kind))]
        else:
            to = ["seal", str(keys.identity(kind).recipient)]
        return run(["node", SCRIPT, *to, *armor], plaintext)

    def open(self, sealed: bytes, kind: str, keys: Keys) -> bytes:
        """Open in a process of its own."""
        verb = "open-with" if kind == "passphrase" else "open"
        return run(["node", SCRIPT, verb, keys.file(kind)], sealed)


OURS: Final = Ours()
OTHERS: Final[tuple[Implementation, ...]] = (AgeCommand(), Pyrage(), AgeEncryption())
MATRIX: Final = [
    pytest.param(
        sealer,
        opener,
        kind,
        armored,
        id="-".join(
            (
                type(sealer).__name__,
                type(opener).__name__,
                kind,
                "armored" if armored else "binary",
            )
        ),
        marks=[pytest.mark.needs("age")] if isinstance(other, AgeCommand) else [],
    )
    for other in OTHERS
    for sealer, opener in ((OURS, other), (other, OURS))
    for kind in other.kinds
    for armored in (False, True)
    # pyrage makes a guess cost what takes it a second or more: once is enough.
    if armored or kind != "passphrase" or not isinstance(sealer, Pyrage)
]


@pytest.mark.parametrize(("sealer", "opener", "kind", "armored"), MATRIX)
def test_what_one_seals_another_opens(
    sealer: Implementation,
    opener: Implementation,
    kind: str,
    armored: bool,  # noqa: FBT001 - a parameter of the matrix
    tmp_path: Path,
) -> None:
    """Every kind of recipient that both know, armored or not, in both directions."""
    keys = Keys(directory=tmp_path)
    # A passphrase costs what its sealer decides: once is enough.
    for length in LENGTHS if kind != "passphrase" else LENGTHS[-1:]:
        sealed = sealer.seal(PATTERN[:length], kind, keys, armored=armored)

        assert is_armored(sealed) == armored
        assert opener.open(sealed, kind, keys) == PATTERN[:length]


@pytest.mark.parametrize("kind", AgeEncryption.kinds[:2])
def test_age_encryption_derives_the_same_recipient(kind: str, tmp_path: Path) -> None:
    """A codename has one recipient, whoever derives it."""
    keys = Keys(directory=tmp_path)

    theirs = run(["node", SCRIPT, "recipient", keys.file(kind)]).decode()

    assert theirs == str(keys.identity(kind).recipient)


@pytest.mark.needs("age-keygen")
def test_key_files_of_age_keygen_are_read(tmp_path: Path) -> None:
    """Comments and all; and both derive the same recipient from it."""
    run(["age-keygen", "-o", tmp_path / "key.txt"])
    theirs = run(["age-keygen", "-y", tmp_path / "key.txt"]).decode().strip()

    (identity,) = parse_identities((tmp_path / "key.txt").read_text())

    assert identity.recipient == parse_recipient(theirs)
