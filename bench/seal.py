"""One gigabyte sealed and opened, beside the `age` command in the same run.

    python -m bench.seal [--megabytes N] [--rounds N] [--directory DIR]

Both tools read the same file and write new ones, by turns, so that a busy machine
is unfair to both alike; the medians count. Debian's age knows classical recipients
only, so the ratio is of those; ours is shown with hybrid recipients too. What one
core's own ChaCha20-Poly1305 does in memory is the limit that no file tool can pass.

The files lie in a temporary directory, which is removed at the end. The last lines
are `BAR name value unit bound ok|short`.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from crypto.age import (
    FileKey,
    HybridIdentity,
    Identity,
    Recipient,
    X25519Identity,
    open_stream,
    seal_stream,
)
from crypto.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES, PayloadCipher
from crypto.entropy import system_entropy

RATIO_BOUND: Final = 1.1
"""Wall seconds of ours over those of age; 1.0 is the aim."""

MEMORY_BOUND_MB: Final = 16
"""How much more memory a whole file may take than its first megabyte."""

_MEGABYTE: Final = 1_000_000
_BUFFER_BYTES: Final = 1024 * 1024


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

    @property
    def key_file(self) -> Path:
        """The classical identity, as age reads it."""
        return self.directory / "key.txt"

    def prepare(self) -> None:
        """Write the plaintext, random so that nothing can be skipped, and the key."""
        self.key_file.write_text(self.classical.encode() + "\n")
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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="where to make the files")
    options = parser.parse_args(argv)
    if shutil.which("age") is None:
        print("bench.seal: the age command is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        bench = Bench(
            directory=Path(directory), size_bytes=options.megabytes * _MEGABYTE
        )
        bench.prepare()
        _report(bench, rounds=options.rounds)
    return 0


def _report(bench: Bench, *, rounds: int) -> None:
    print(f"{bench.size_bytes / _MEGABYTE:.0f} MB, {rounds} rounds by turns, medians")
    limit = _core_limit()
    print(f"core limit, ChaCha20-Poly1305 in memory: {limit:.0f} MB/s")
    growth = _memory_growth(bench)
    seconds = _measure(bench, rounds=rounds)
    for name, runs in seconds.items():
        wall, processor = _wall(runs), median(run.processor for run in runs)
        speed = bench.size_bytes / _MEGABYTE / wall
        all_runs = " ".join(f"{run.wall:.2f}" for run in runs)
        print(
            f"{name:18} {wall:6.2f} s {speed:6.0f} MB/s  "
            f"processor {processor:5.2f} s  ({all_runs})"
        )
    for verb in ("seal", "open"):
        ours, theirs = (_wall(seconds[f"{verb} {who}"]) for who in ("ours", "age"))
        _bar(f"{verb}_1gb_vs_age", ours / theirs, "ratio", RATIO_BOUND)
    _bar("memory_growth", growth, "MB", MEMORY_BOUND_MB)


def _bar(name: str, value: float, unit: str, bound: float) -> None:
    verdict = "ok" if value <= bound else "short"
    print(f"BAR {name} {value:.2f} {unit} <={bound} {verdict}")


def _wall(runs: Iterable[Seconds]) -> float:
    return median(run.wall for run in runs)


def _measure(bench: Bench, *, rounds: int) -> dict[str, list[Seconds]]:
    """Take turns; one round more, not counted, warms the machine up."""
    ours, age, hybrid, opened = (
        bench.directory / name
        for name in ("ours.age", "age.age", "hybrid.age", "opened")
    )
    steps: dict[str, tuple[Callable[[], None], Path]] = {
        "seal ours": (lambda: _seal(bench, bench.classical.recipient, ours), ours),
        "seal age": (lambda: _age_seal(bench, age), age),
        "open ours": (lambda: _open(age, bench.classical, opened), opened),
        "open age": (lambda: _age_open(bench, age, opened), opened),
        "seal ours, hybrid": (
            lambda: _seal(bench, bench.hybrid.recipient, hybrid),
            hybrid,
        ),
        "open ours, hybrid": (lambda: _open(hybrid, bench.hybrid, opened), opened),
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


def _seal(bench: Bench, recipient: Recipient, target: Path) -> None:
    with bench.plaintext.open("rb") as source, target.open("wb") as destination:
        seal_stream(source, destination, [recipient], entropy=system_entropy)


def _open(sealed: Path, identity: Identity, target: Path) -> None:
    with sealed.open("rb") as source, target.open("wb") as destination:
        open_stream(source, destination, [identity])


def _age_seal(bench: Bench, target: Path) -> None:
    recipient = str(bench.classical.recipient)
    _run(["age", "-r", recipient, "-o", target, bench.plaintext])


def _age_open(bench: Bench, sealed: Path, target: Path) -> None:
    _run(["age", "-d", "-i", bench.key_file, "-o", target, sealed])


def _run(command: Iterable[str | os.PathLike[str]]) -> None:
    subprocess.run(list(command), check=True)


def _core_limit() -> float:
    """Seal the same chunk for half a second; MB/s of one core."""
    cipher = PayloadCipher(FileKey.generate(system_entropy), system_entropy(16))
    chunk, sealed = bytearray(CHUNK_BYTES), bytearray(SEALED_CHUNK_BYTES)
    started, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - started) < 0.5:  # noqa: PLR2004 - seconds
        cipher.seal_into(0, chunk, sealed, is_final=False)
        count += 1
    return count * CHUNK_BYTES / _MEGABYTE / elapsed


def _memory_growth(bench: Bench) -> float:
    """Seal and open a small file, then the whole one: by how many MB do we grow?"""
    small = Bench(
        directory=bench.directory / "small",
        size_bytes=4 * _BUFFER_BYTES,
        hybrid=bench.hybrid,
    )
    small.directory.mkdir()
    small.prepare()
    peaks = []
    for one in (small, bench):
        sealed, opened = one.directory / "m.age", one.directory / "m"
        _seal(one, one.hybrid.recipient, sealed)
        _open(sealed, one.hybrid, opened)
        sealed.unlink()
        opened.unlink()
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return (peaks[1] - peaks[0]) * 1024 / _MEGABYTE


if __name__ == "__main__":
    sys.exit(main())
