"""What `debunker age` makes of age's public test vectors, beside the `age` command."""

import hashlib
import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from crypto.age.command import main
from tests.crypto.age.at_terminal import FakeTerminal, at_terminal
from tests.crypto.age.cctv import Vector, vectors

ROOT: Final = Path(__file__).resolve().parents[3]
PROGRAM: Final = "import sys; from crypto.age.command import main; sys.exit(main())"

DIFFERENT: Final = {
    "armor_empty_last_line": "a later age refuses it, as the vector demands",
    "armor_whitespace_outside": "age's command takes no white space before armor",
}
"""Where `age` 1.1.1 ends otherwise, and why."""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A directory to work in, and a way to leave it."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def arguments_of(vector: Vector) -> list[str]:
    """Write the vector's files, and say what to call either command with."""
    Path("sealed").write_bytes(vector.sealed)
    if not vector.identities:
        return ["-d"]
    Path("keys").write_text("\n".join(vector.identities) + "\n")
    return ["-d", "-i", "keys"]


def opened(
    arguments: Sequence[str], vector: Vector, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, bytes]:
    """Run our command in this process; return its status and standard output."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        status = main(arguments, terminal=FakeTerminal(*vector.passphrases))
    stream.detach()
    return status, written.getvalue()


def test_every_vector_ends_as_it_must(
    at: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output gets what may be released; a file is whole or absent."""
    for name, vector in vectors().items():
        arguments = arguments_of(vector)

        status, output = opened([*arguments, "sealed"], vector, at)
        again, nothing = opened([*arguments, "-o", "opened", "sealed"], vector, at)

        digest = hashlib.sha256(output).hexdigest()
        assert digest == vector.payload_sha256 or not (vector.payload_sha256 or output)
        assert nothing == b"", name
        complaints = capsys.readouterr().err.count("\n")
        if vector.expect == "success":
            assert (status, again, complaints) == (0, 0, 0), name
            assert Path("opened").read_bytes() == output, name
            Path("opened").unlink()
        else:
            assert (status, again, complaints) == (1, 1, 2), name
        # Nor is there half a file under another name.
        assert {path.name for path in Path().iterdir()} <= {"sealed", "keys"}, name


@pytest.mark.needs("age")
def test_age_ends_alike(at: pytest.MonkeyPatch) -> None:
    """The same status and the same bytes, wherever the older `age` can be asked."""
    different = set()
    for name, vector in vectors().items():
        if not vector.is_classical:
            continue
        command = [*arguments_of(vector), "sealed"]
        ours = opened(command, vector, at)
        if vector.passphrases and not vector.identities:
            answers = [f"{passphrase}\n".encode() for passphrase in vector.passphrases]
            ended = at_terminal(["age", *command], answers[:1])
            theirs = ended.status, ended.output
        else:
            run = subprocess.run(["age", *command], capture_output=True, check=False)
            theirs = run.returncode, run.stdout
        if ours != theirs:
            different.add(name)

    assert different <= DIFFERENT.keys()


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    "name",
    [
        "armor_hybrid",
        "hybrid",
        "hybrid_no_match",
        "hmac_bad",
        "stream_bad_tag_second_chunk",
        "stream_three_chunks",
        "stream_trailing_garbage_long",
        "x25519",
    ],
)
def test_a_process_of_its_own_ends_alike(name: str) -> None:
    """With a real standard output, and the file by its name or through a pipe."""
    vector = vectors()[name]
    command = [sys.executable, "-c", PROGRAM, *arguments_of(vector)]

    for arguments, data in ((["sealed"], b""), ([], vector.sealed)):
        run = subprocess.run(
            [*command, *arguments],
            input=data,
            capture_output=True,
            check=False,
            env={"PYTHONPATH": str(ROOT)},
        )
        assert (run.returncode == 0) == (vector.expect == "success")
        assert run.stderr.count(b"\n") == run.returncode
        if vector.payload_sha256:
            assert hashlib.sha256(run.stdout).hexdigest() == vector.payload_sha256
        else:
            assert run.stdout == b""
