"""What `debunker age` promises, also beside the `age` command."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from crypto.age import FileKey, HybridIdentity, X25519Identity, open_sealed, seal
from crypto.age.asked import SealedIdentityFile
from crypto.age.command import main
from crypto.entropy import system_entropy
from tests.crypto.age.at_terminal import FakeTerminal, at_terminal

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


class ShownOutput(io.TextIOWrapper):
    """Standard output that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def stream_of(data: bytes) -> io.TextIOWrapper:
    """Standard input that holds some bytes."""
    return io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))


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
        patch.setattr("sys.stdin", stream_of(data))
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


def error_of(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str], *answers: str
) -> str:
    """Run the command, which must fail with one line; return what the line says."""
    assert main(arguments, terminal=FakeTerminal(*answers)) == 1
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
        (["-d", "-a"], "notices"),
        (["-d", "-p"], "notices"),
        (["-p", "-r", recipient], "alone"),
        (["-e", "-p", "-i", "k"], "alone"),
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
    for flag in ("-e", "-d", "-o", "-r", "-R", "-i", "-p", "-a"):
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
        return within(monkeypatch, arguments, sealed, ShownOutput)

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

    monkeypatch.setattr("sys.stdin", stream_of(b"x"))
    assert main(["-r", recipient, "-o", "/dev/full", "-"]) == 1

    assert "No space left on device" in capsys.readouterr().err


def test_identities_never_come_from_the_command_line(
    capsys: pytest.CaptureFixture[str], directory: Path
) -> None:
    """And one that was put there by mistake is not repeated."""
    secret = X25519Identity.generate(system_entropy).encode()

    assert secret[:20] not in error_of(["-r", secret, str(directory)], capsys)


CHEAP = 1
"""A work factor for tests: guesses cost nothing."""


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("armor", [[], ["-a"]])
def test_a_passphrase_seals_and_opens(armor: list[str]) -> None:
    """Typed twice to seal, once to open; armor is noticed by itself."""
    Path("plain").write_bytes(LONG)
    twice, once = FakeTerminal("қос сөз", "қос сөз"), FakeTerminal("қос сөз")

    sealing = ["-p", *armor, "-o", "sealed", "plain"]
    assert main(sealing, terminal=twice, work_factor=CHEAP) == 0
    assert main(["-d", "-o", "opened", "sealed"], terminal=once) == 0

    assert Path("opened").read_bytes() == LONG
    assert Path("sealed").read_bytes().isascii() == bool(armor)
    assert twice.told == once.told == []
    assert len(twice.asked) == 2
    assert len(once.asked) == 1


@pytest.mark.usefixtures("directory")
def test_an_empty_passphrase_makes_one_and_shows_it() -> None:
    """120 bits, at the terminal only, and a new one each time."""
    Path("plain").write_bytes(b"text")
    made = []
    for _ in range(2):
        terminal = FakeTerminal("")
        sealing = ["-p", "-o", "sealed", "plain"]
        assert main(sealing, terminal=terminal, work_factor=CHEAP) == 0
        made.append(terminal.told[0].rpartition(" ")[2])
        assert len(made[-1].replace("-", "")) * 5 == 120
        opening = ["-d", "-o", "opened", "sealed"]
        assert main(opening, terminal=FakeTerminal(made[-1])) == 0

    assert made[0] != made[1]
    assert Path("opened").read_bytes() == b"text"


@pytest.mark.usefixtures("directory")
def test_a_wrong_passphrase_is_told_and_not_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor are two that differ used."""
    Path("plain").write_bytes(b"text")
    answers = FakeTerminal("right", "right")
    assert main(["-p", "-o", "s", "plain"], terminal=answers, work_factor=CHEAP) == 0

    wrong = error_of(["-d", "-o", "opened", "s"], capsys, "guessed")
    differ = error_of(["-p", "-o", "other", "plain"], capsys, "first", "other")

    assert wrong == "the passphrase is wrong"
    assert differ == "the two passphrases differ"
    assert not Path("opened").exists()
    assert not Path("other").exists()


def test_a_file_says_whether_it_wants_a_key_or_a_passphrase(
    key_file: Path, identity: AnyIdentity, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is asked for what would not help."""
    Path("plain").write_bytes(b"text")
    answers = FakeTerminal("right", "right")
    assert main(["-p", "-o", "p", "plain"], terminal=answers, work_factor=CHEAP) == 0
    assert main(["-r", str(identity.recipient), "-o", "k", "plain"]) == 0

    assert "without -i" in error_of(["-d", "-i", str(key_file), "p"], capsys)
    assert "with -i" in error_of(["-d", "k"], capsys)


def test_armor_is_written_to_pipes_and_terminals(
    identity: AnyIdentity, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is text; and it comes back through a pipe."""
    arguments = ["-a", "-r", str(identity.recipient)]

    status, armored = within(monkeypatch, arguments, LONG, ShownOutput)

    assert status == 0
    assert armored.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    opening = ["-d", "-i", str(key_file)]
    assert within(monkeypatch, opening, b"\n \r\n" + armored) == (0, LONG)


def sealed_key_file(identities: Sequence[AnyIdentity], *arguments: str) -> str:
    """An identity file that is sealed with the passphrase `right`."""
    name = "sealed" + "".join(arguments)
    Path("lines").write_text("".join(f"{key.encode()}\n" for key in identities))
    answers = FakeTerminal("right", "right")
    sealing = ["-p", *arguments, "-o", name, "lines"]
    assert main(sealing, terminal=answers, work_factor=CHEAP) == 0
    Path("lines").unlink()
    return name


@pytest.mark.usefixtures("directory")
def test_an_identity_file_may_be_sealed_with_a_passphrase() -> None:
    """Armored or not, with several identities, to open and to seal; asked for once."""
    keys = [HybridIdentity.generate(system_entropy) for _ in range(3)]
    Path("plain").write_bytes(LONG)
    plain = Path("first")
    plain.write_text(keys[0].encode())
    sealed = sealed_key_file(keys[1:], "-a")
    assert sealed_key_file(keys[1:]) != sealed

    for name in (sealed, "sealed"):
        terminal = FakeTerminal("right")
        sealing = ["-e", "-i", name, "-o", "s", "plain"]
        assert main(sealing, terminal=terminal) == 0
        assert terminal.asked == [f"Passphrase of {name}"]
        for key in keys[1:]:
            assert open_sealed(Path("s").read_bytes(), [key]) == LONG
        terminal = FakeTerminal("right")
        opening = ["-d", "-i", "first", "-i", name, "-o", "o", "s"]
        assert main(opening, terminal=terminal) == 0
        assert len(terminal.asked) == 1
        assert Path("o").read_bytes() == LONG


@pytest.mark.usefixtures("directory")
def test_a_sealed_identity_file_is_asked_for_once() -> None:
    """However often it is needed."""
    key = X25519Identity.generate(system_entropy)
    contents = Path(sealed_key_file([key])).read_bytes()
    terminal = FakeTerminal("right")
    file = SealedIdentityFile(contents, path="key.age", terminal=terminal)
    stanza = key.recipient.wrap(FileKey(bytes(16)), entropy=system_entropy)

    assert file.open() is file.open()
    assert file.unwrap([stanza]) is not None
    assert len(terminal.asked) == 1


@pytest.mark.usefixtures("directory")
def test_a_sealed_identity_file_is_opened_only_when_it_is_needed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A key that fits comes first; and what is wrong with the file is told by name."""
    mine, others = (X25519Identity.generate(system_entropy) for _ in range(2))
    Path("mine").write_text(mine.encode())
    Path("s").write_bytes(seal(b"x", [mine.recipient], entropy=system_entropy))
    name = sealed_key_file([others])
    Path("to-keys").write_bytes(
        seal(others.encode().encode(), [mine.recipient], entropy=system_entropy)
    )

    nobody = FakeTerminal()
    assert main(["-d", "-i", "mine", "-i", name, "-o", "o", "s"], terminal=nobody) == 0
    assert error_of(["-d", "-i", name, "s"], capsys, "guessed").startswith(f"{name}: ")
    assert "no identity" in error_of(["-d", "-i", name, "s"], capsys, "right")
    assert "not to keys" in error_of(["-d", "-i", "to-keys", "s"], capsys)


@pytest.mark.usefixtures("directory")
def test_what_a_passphrase_may_cost_is_told_not_shown_as_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No memory, or a person who gives up: one line."""

    class GivesUp(FakeTerminal):
        def ask(self, question: str, /) -> str:
            raise KeyboardInterrupt(question)

    class HasNoMemory(FakeTerminal):
        def ask(self, question: str, /) -> str:
            raise MemoryError(question)

    for terminal, reason in ((GivesUp(), "interrupted"), (HasNoMemory(), "memory")):
        assert main(["-p", "-o", "s"], terminal=terminal) == 1
        assert reason in capsys.readouterr().err
    assert not Path("s").exists()


OURS = [sys.executable, "-c", PROGRAM]
ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


@pytest.mark.usefixtures("directory")
def test_passphrases_are_asked_for_at_the_terminal_without_an_echo() -> None:
    """Standard input and output stay free for what is sealed."""
    typed = [b"korrekt horse\n", b"korrekt horse\n"]

    sealed = at_terminal([*OURS, "-p"], typed, data=LONG[:9999], env=ENVIRONMENT)
    opened = at_terminal([*OURS, "-d"], typed[:1], data=sealed.output, env=ENVIRONMENT)

    assert (sealed.status, opened.status) == (0, 0)
    assert opened.output == LONG[:9999]
    assert sealed.shown.count(b": ") == 2
    assert b"korrekt" not in sealed.shown + opened.shown


@pytest.mark.usefixtures("directory")
def test_a_passphrase_that_was_made_is_shown_at_the_terminal_only() -> None:
    """Standard error may be a log."""
    sealed = at_terminal([*OURS, "-p"], [b"\n"], data=b"text", env=ENVIRONMENT)

    made = sealed.shown.split()[-1]
    opened = at_terminal(
        [*OURS, "-d"], [made + b"\n"], data=sealed.output, env=ENVIRONMENT
    )

    assert (opened.status, opened.output) == (0, b"text")


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("typed", [b"\x04", b"\xff\xfe\n"])
def test_an_answer_that_is_none_is_told(typed: bytes) -> None:
    """The terminal's end, and bytes that are no text."""
    ended = at_terminal(
        [*OURS, "-p"], [typed], data=b"x", env={**ENVIRONMENT, "PYTHONUTF8": "1"}
    )

    assert (ended.status, ended.output) == (1, b"")


@pytest.mark.usefixtures("directory")
def test_without_a_terminal_nobody_is_asked() -> None:
    """Not even standard input."""
    run = subprocess.run(
        [*OURS, "-p"],
        input=b"guess\nguess\n",
        capture_output=True,
        check=False,
        env=ENVIRONMENT,
        start_new_session=True,
    )

    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.count(b"\n") == 1
