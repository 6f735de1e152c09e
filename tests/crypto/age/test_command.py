"""What `debunker age` promises, also beside the `age` command."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from crypto.age import HybridIdentity, X25519Identity, open_sealed, seal
from crypto.age.command import main
from crypto.entropy import system_entropy

AnyIdentity = HybridIdentity | X25519Identity
LONG = bytes(range(251)) * 2_000


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def key_file(identity: AnyIdentity, directory: Path) -> Path:
    """An identity file, as age-keygen would write it."""
    path = directory / "key.txt"
    path.write_text(f"# public key: {identity.recipient}\n{identity.encode()}\n")
    return path


PROGRAM = "import sys; from crypto.age.command import main; sys.exit(main())"
ROOT = Path(__file__).resolve().parents[3]


class FakeTerminal(io.TextIOWrapper):
    """Standard output that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def within(
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    data: bytes,
    output: Callable[[io.BytesIO], io.TextIOWrapper] = io.TextIOWrapper,
) -> tuple[int, bytes]:
    """Run the command in this process; return its status and standard output."""
    written = io.BytesIO()
    stream = output(written)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        patch.setattr("sys.stdout", stream)
        status = main(arguments)
    stream.detach()
    return status, written.getvalue()


def age(
    *arguments: str | Path, data: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run our command as a process of its own, from anywhere."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=data,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )


def error_of(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command, which must fail with one line; return what the line says."""
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("debunker age: error: ")
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("debunker age: error: ").strip()


def test_pipes_are_sealed_and_opened(identity: AnyIdentity, key_file: Path) -> None:
    """Standard input and output are the default, and may be named."""
    sealed = age("-r", str(identity.recipient), data=LONG)
    opened = age("-d", "-i", key_file, "-o", "-", "-", data=sealed.stdout)

    assert (sealed.returncode, sealed.stderr) == (0, b"")
    assert (opened.returncode, opened.stderr) == (0, b"")
    assert opened.stdout == LONG


def test_files_are_sealed_and_opened(identity: AnyIdentity, key_file: Path) -> None:
    """With every way to name a recipient, repeated."""
    others = [type(identity).generate(system_entropy) for _ in range(2)]
    Path("plain").write_bytes(LONG)
    Path("team").write_text(f"# us\n{others[0].recipient}\n")

    assert main([
        "-e", "-r", str(others[1].recipient), "-R", "team", "-i", str(key_file),
        "-o", "sealed", "plain",
    ]) == 0  # fmt: skip
    assert main(["-d", "-i", str(key_file), "-o", "opened", "sealed"]) == 0

    assert Path("opened").read_bytes() == LONG
    for other in others:
        assert open_sealed(Path("sealed").read_bytes(), [other]) == LONG


def test_long_names_of_flags_are_those_of_age(
    identity: AnyIdentity, key_file: Path
) -> None:
    """So that a written procedure works with either."""
    Path("plain").write_bytes(b"text")
    recipient = str(identity.recipient)

    assert main(["--encrypt", "--recipient", recipient, "--output", "s", "plain"]) == 0
    assert main(["--decrypt", "--identity", str(key_file), "--output=p", "s"]) == 0

    assert Path("p").read_bytes() == b"text"


@pytest.mark.needs("age", "age-keygen")
def test_it_is_a_drop_in_for_age(directory: Path) -> None:
    """The same arguments, either program, in both directions."""
    subprocess.run(
        ["age-keygen", "-o", directory / "k"], check=True, capture_output=True
    )
    recipient = subprocess.run(
        ["age-keygen", "-y", directory / "k"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (directory / "p").write_bytes(LONG)
    seal_arguments = ["-r", recipient, "-o", "s", "p"]
    open_arguments = ["-d", "-i", "k", "s"]

    assert main(seal_arguments) == 0
    theirs = subprocess.run(["age", *open_arguments], check=True, capture_output=True)
    subprocess.run(["age", *seal_arguments], check=True)
    ours = age("-d", "-i", directory / "k", directory / "s")

    assert theirs.stdout == ours.stdout == LONG


@pytest.mark.parametrize("altered", [-1, 300, 5])
def test_a_bad_file_leaves_no_output(
    directory: Path, capsys: pytest.CaptureFixture[str], altered: int
) -> None:
    """Neither half of a plaintext nor a temporary file; the old file stays."""
    identity = X25519Identity.generate(system_entropy)
    Path("k").write_text(identity.encode())
    sealed = bytearray(seal(LONG * 5, [identity.recipient], entropy=system_entropy))
    sealed[altered] ^= 1
    Path("s").write_bytes(sealed)
    Path("old").write_bytes(b"old")

    for output in ("new", "old"):
        assert error_of(["-d", "-i", "k", "-o", output, "s"], capsys)

    assert sorted(path.name for path in directory.iterdir()) == ["k", "old", "s"]
    assert Path("old").read_bytes() == b"old"


def test_a_pipe_gets_authentic_bytes_only_and_the_status_tells(directory: Path) -> None:
    """Standard output cannot be taken back."""
    identity = X25519Identity.generate(system_entropy)
    (directory / "k").write_text(identity.encode())
    sealed = seal(LONG, [identity.recipient], entropy=system_entropy)

    opened = age("-d", "-i", directory / "k", data=sealed[:-1])

    assert opened.returncode == 1
    assert LONG.startswith(opened.stdout)
    assert len(opened.stdout) < len(LONG)


def test_an_opened_file_is_for_its_owner_only(
    identity: AnyIdentity, key_file: Path
) -> None:
    """Whatever the umask."""
    Path("s").write_bytes(seal(b"x", [identity.recipient], entropy=system_entropy))

    assert main(["-d", "-i", str(key_file), "-o", "p", "s"]) == 0

    assert Path("p").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("directory")
def test_a_device_is_written_and_not_replaced() -> None:
    """`-o /dev/null` must leave the device where it is."""
    recipient = str(X25519Identity.generate(system_entropy).recipient)
    Path("p").write_bytes(b"text")

    assert main(["-r", recipient, "-o", "/dev/null", "p"]) == 0

    assert Path("/dev/null").is_char_device()


@pytest.mark.usefixtures("directory")
def test_arguments_that_contradict_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says which."""
    recipient = str(X25519Identity.generate(system_entropy).recipient)
    hybrid = str(HybridIdentity.generate(system_entropy).recipient)
    Path("p").write_bytes(b"text")
    Path("r").write_text("age1nonsense\n")
    Path("long").write_bytes(b"#" * 17_000_000)

    for arguments, reason in (
        ([], "recipient"),
        (["-e", "-d"], "exclude"),
        (["-d"], "-i"),
        (["-d", "-i", "k", "-r", recipient], "sealing"),
        (["-i", "k"], "-e"),
        (["-r", recipient, "-R", "-", "-"], "once"),
        (["-r", recipient, "-o", "p", "p"], "same file"),
        (["-x"], "-x"),
        (["-r"], "argument"),
        (["-r", recipient, "p", "q"], "q"),
        (["-r", "age1nonsense", "p"], "bech32"),
        (["-R", "r", "p"], "r: line 1"),
        (["-R", "long", "p"], "long: too long"),
        (["-R", "missing", "p"], "missing: No such file"),
        (["-d", "-i", "r", "p"], "r: line 1"),
        (["-r", recipient, "missing"], "missing: No such file"),
        (["-r", recipient, "-o", "no/where", "p"], "No such file"),
        (["-r", recipient, "-r", hybrid, "-o", "s", "p"], "mix"),
    ):
        assert reason in error_of(arguments, capsys)
    assert not Path("s").exists()


def test_help_names_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output, with success."""
    assert main(["-h"]) == 0

    text = capsys.readouterr().out
    for flag in ("-e", "-d", "-o", "-r", "-R", "-i"):
        assert flag in text


def on_terminal(
    arguments: list[str], directory: Path, data: bytes
) -> tuple[int, bytes]:
    """Run the command with a terminal as its standard output."""
    master, slave = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=data,
        stdout=slave,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd=directory,
        env={"PYTHONPATH": str(ROOT)},
    )
    os.close(slave)
    shown = b""
    with io.FileIO(master) as terminal:
        try:
            while piece := terminal.read(65_536):
                shown += piece
        except OSError:  # Linux's way to say that nobody writes any more
            pass
    return run.returncode, shown


def test_a_terminal_gets_text_but_no_binary(
    identity: AnyIdentity, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes can command a terminal; `-o -` takes the risk."""
    text, command, latin = "Мәтін\n".encode(), b"\x1b[2J", b"\xff\xfe"
    opening = ["-d", "-i", str(key_file)]

    def shown(arguments: Sequence[str], plaintext: bytes) -> tuple[int, bytes]:
        sealed = seal(plaintext, [identity.recipient], entropy=system_entropy)
        return within(monkeypatch, arguments, sealed, FakeTerminal)

    assert shown(["-r", str(identity.recipient)], b"x") == (1, b"")
    assert shown(opening, command) == (1, b"")
    assert shown(opening, latin) == (1, b"")
    assert shown(opening, text) == (0, text)
    assert shown([*opening, "-o", "-"], command) == (0, command)


def test_a_real_terminal_is_one(key_file: Path, directory: Path) -> None:
    """And text reaches it."""
    recipient = str(X25519Identity.generate(system_entropy).recipient)
    own = age("-e", "-i", key_file, data="Мәтін\n".encode()).stdout

    assert on_terminal(["-r", recipient], directory, b"x") == (1, b"")
    assert on_terminal(["-d", "-i", str(key_file)], directory, own) == (
        0,
        "Мәтін\r\n".encode(),
    )


def test_an_identity_may_come_through_a_pipe(
    identity: AnyIdentity, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a password manager, so that it never lies on the disk."""
    sealed = seal(LONG, [identity.recipient], entropy=system_entropy)
    (directory / "s").write_bytes(sealed)
    arguments = ["-d", "-i", "-", str(directory / "s")]

    opened = within(monkeypatch, arguments, identity.encode().encode())

    assert opened == (0, LONG)


def test_an_error_without_a_file_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk has no name."""
    recipient = str(X25519Identity.generate(system_entropy).recipient)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    assert main(["-r", recipient, "-o", "/dev/full", "-"]) == 1

    assert "No space left on device" in capsys.readouterr().err


def test_identities_never_come_from_the_command_line(
    capsys: pytest.CaptureFixture[str], directory: Path
) -> None:
    """And one that was put there by mistake is not repeated."""
    secret = X25519Identity.generate(system_entropy).encode()

    assert secret[:20] not in error_of(["-r", secret, str(directory)], capsys)
