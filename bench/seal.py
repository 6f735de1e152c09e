"""One gigabyte sealed and opened, beside the `age` command in the same run.

    python -m bench.seal [--megabytes N] [--rounds N] [--directory DIR]

`debunker age` and `age` read the same file and write new ones, by turns, so that a busy
machine is unfair to both alike; both times begin with the start of a process. Each
round compares neighbours, and the median of the rounds counts. Debian's age knows
classical recipients only, so the ratio is of those; ours is shown with hybrid ones too.

How near the code comes to the arithmetic is measured where neither disk nor memory is
the limit: 1 MiB that stays in the core's cache, sealed and opened as files are, less
what an empty file costs, beside the core's own ChaCha20-Poly1305 over one chunk.

What is done with the largest report, of 2 GiB, is `bench.large_report`.

The files lie in a temporary directory, which is removed at the end. The last lines are
`BAR name value unit bound ok|short`.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bench.large_report import measure_large_report
from bench.verdict import bar_at_least, bar_at_most
from crypto.age import (
    HybridIdentity,
    Recipient,
    X25519Identity,
    open_stream,
    seal_stream,
)
from crypto.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES
from crypto.entropy import system_entropy

RATIO_BOUND: Final = 1.0
"""Wall seconds of ours over those of age."""

CORE_BOUND: Final = 0.75
"""Bytes a second of ours, over those of the cipher alone."""

_MEGABYTE: Final = 1_000_000
_BUFFER_BYTES: Final = 1024 * 1024
_CACHED_BYTES: Final = 1024 * 1024
_COMMAND: Final = (
    sys.executable,
    "-c",
    "import sys; from crypto.age.command import main; sys.exit(main())",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The files of one run."""

    directory: Path
    """Temporary; on the disk that is measured."""

    size_bytes: int
    """Of the plaintext."""

    classical: X25519Identity = field(
        default_factory=lambda: X25519Identity.generate(system_entropy)
    )
    """For both tools."""

    hybrid: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy)
    )
    """For ours only."""

    @property
    def plaintext(self) -> Path:
        """What is sealed."""
        return self.directory / "plaintext"

    def key_file(self, identity: X25519Identity | HybridIdentity) -> Path:
        """An identity, as either tool reads it."""
        return self.directory / f"{type(identity).__name__}.txt"

    def prepare(self) -> None:
        """Write the plaintext, random so that nothing can be skipped, and the keys."""
        for identity in (self.classical, self.hybrid):
            self.key_file(identity).write_text(identity.encode() + "\n")
        block = system_entropy(_BUFFER_BYTES)
        with self.plaintext.open("wb") as file:
            for at in range(0, self.size_bytes, len(block)):
                file.write(block[: self.size_bytes - at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """What one step took."""

    wall: float
    """As a person waits."""

    processor: float
    """Of all threads; it says more than the wall clock on a busy machine."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.seal")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--directory", type=Path, help="where to make the files")
    options = parser.parse_args(argv)
    if shutil.which("age") is None:
        print("bench.seal: the age command is not installed", file=sys.stderr)
        return 1
    bars: list[str] = []
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        bench = Bench(
            directory=Path(directory), size_bytes=options.megabytes * _MEGABYTE
        )
        bench.prepare()
        bars += _beside_age(bench, rounds=options.rounds)
    bars += _beside_the_core()
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        bars += measure_large_report(Path(directory))
    print("\n".join(bars))
    return 0


def _beside_age(bench: Bench, *, rounds: int) -> list[str]:
    seconds = _measure(bench, rounds=rounds)
    print(f"{bench.size_bytes / _MEGABYTE:.0f} MB, {rounds} rounds by turns, medians")
    for name, runs in seconds.items():
        wall, processor = (
            median(run.wall for run in runs),
            median(run.processor for run in runs),
        )
        speed = bench.size_bytes / _MEGABYTE / wall
        all_runs = " ".join(f"{run.wall:.2f}" for run in runs)
        print(
            f"{name:18} {wall:6.2f} s {speed:6.0f} MB/s  "
            f"processor {processor:5.2f} s  ({all_runs})"
        )
    return [
        bar_at_most(
            f"{verb}_1gb_vs_age",
            median(
                ours.wall / theirs.wall
                for ours, theirs in zip(
                    seconds[f"{verb} ours"], seconds[f"{verb} age"], strict=True
                )
            ),
            "ratio",
            RATIO_BOUND,
        )
        for verb in ("seal", "open")
    ]


def _measure(bench: Bench, *, rounds: int) -> dict[str, list[Seconds]]:
    """Take turns; one round more, not counted, warms the machine up."""
    ours, age, hybrid, opened = (
        bench.directory / name
        for name in ("ours.age", "age.age", "hybrid.age", "opened")
    )
    classical_to, hybrid_to = (
        ["-r", str(identity.recipient)] for identity in (bench.classical, bench.hybrid)
    )
    classical_by, hybrid_by = (
        ["-d", "-i", str(bench.key_file(identity))]
        for identity in (bench.classical, bench.hybrid)
    )
    plaintext = bench.plaintext
    steps: dict[str, tuple[Callable[[], None], Path]] = {
        "seal ours": (
            lambda: _run([*_COMMAND, *classical_to, "-o", ours, plaintext]),
            ours,
        ),
        "seal age": (lambda: _run(["age", *classical_to, "-o", age, plaintext]), age),
        "open ours": (
            lambda: _run([*_COMMAND, *classical_by, "-o", opened, age]),
            opened,
        ),
        "open age": (lambda: _run(["age", *classical_by, "-o", opened, age]), opened),
        "seal ours, hybrid": (
            lambda: _run([*_COMMAND, *hybrid_to, "-o", hybrid, plaintext]),
            hybrid,
        ),
        "open ours, hybrid": (
            lambda: _run([*_COMMAND, *hybrid_by, "-o", opened, hybrid]),
            opened,
        ),
    }
    seconds: dict[str, list[Seconds]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        # Every other round backwards: nobody always follows the same neighbour.
        for name in list(steps)[:: -1 if number % 2 else 1]:
            step, output = steps[name]
            elapsed = _time(step, output)
            if number > 0:
                seconds[name].append(elapsed)
    return seconds


def _time(step: Callable[[], None], output: Path) -> Seconds:
    """Time one step; the disk is quiet before and after."""
    output.unlink(missing_ok=True)
    os.sync()  # what the last one left to be written is not this one's to wait for
    started, processor = time.perf_counter(), _processor_seconds()
    step()
    elapsed = Seconds(
        wall=time.perf_counter() - started,
        processor=_processor_seconds() - processor,
    )
    # Else the next step would wait for this one's bytes to reach the disk.
    with output.open("rb") as file:
        os.fsync(file.fileno())
    return elapsed


def _processor_seconds() -> float:
    """Of this process and of the commands that it has run."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _run(command: Sequence[str | os.PathLike[str]]) -> None:
    subprocess.run(command, check=True)


class _Nowhere:
    """Takes what is written and forgets it."""

    def write(self, data: bytes | memoryview, /) -> int:
        return len(data)


def _beside_the_core() -> list[str]:
    identity = X25519Identity.generate(system_entropy)
    recipients = [identity.recipient]
    nowhere = _Nowhere()

    def seal(plaintext: bytes) -> None:
        source = io.BytesIO(plaintext)
        seal_stream(source, nowhere, recipients, entropy=system_entropy)

    def open_(sealed: bytes) -> None:
        open_stream(io.BytesIO(sealed), nowhere, [identity])

    nothing, full = b"", system_entropy(_CACHED_BYTES)
    seconds = _seconds(
        {
            "cipher": _cipher,
            "seal": partial(seal, full),
            "seal nothing": partial(seal, nothing),
            "open": partial(open_, _sealed(full, recipients)),
            "open nothing": partial(open_, _sealed(nothing, recipients)),
        }
    )
    cipher = seconds["cipher"]
    payload = {
        verb: seconds[verb] - seconds[f"{verb} nothing"] for verb in ("seal", "open")
    }
    print("in the core's cache, without header and files")
    for name, wall in {"the cipher alone": cipher, **payload}.items():
        print(f"{name:18} {_CACHED_BYTES / _MEGABYTE / wall:6.0f} MB/s")
    return [
        bar_at_least(f"{verb}_vs_core", cipher / wall, "ratio", CORE_BOUND)
        for verb, wall in payload.items()
    ]


def _sealed(plaintext: bytes, recipients: Iterable[Recipient]) -> bytes:
    file = io.BytesIO()
    seal_stream(io.BytesIO(plaintext), file, recipients, entropy=system_entropy)
    return file.getvalue()


def _cipher() -> None:
    """Seal one chunk as often as the plaintext has chunks."""
    cipher = ChaCha20Poly1305(system_entropy(32))
    nonce, chunk, sealed = bytes(12), bytes(CHUNK_BYTES), bytearray(SEALED_CHUNK_BYTES)
    for _ in range(_CACHED_BYTES // CHUNK_BYTES):
        cipher.encrypt_into(nonce, chunk, None, sealed)


def _seconds(steps: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Take turns; the best of many short rounds falls between others' work."""
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(1000):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


if __name__ == "__main__":
    sys.exit(main())
