"""The largest report, of 2 GiB: what the house does with it without reading it.

For `bench.seal`: a true report by `protocol`'s writer, sealed to four, in a file.

* Memory: a process that seals and opens it, beside one that does the same with 1 MB.
* Re-wrapping its header for other recipients; nothing of the payload is read.
* Opening it up to what `report.json` says: seal, layout, signature.
* Sealing to ten instead of one: what the nine others cost.

Each figure in milliseconds is the best of many: others' work only ever adds.
"""

import io
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.verdict import bar_at_most
from crypto.age import (
    FileKey,
    HybridIdentity,
    open_stream,
    rewrap_header,
    seal_stream,
    wrap_header,
)
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language
from protocol.mailbox import MailboxId, OrganisationId, ReporterKeys
from protocol.report import (
    Answers,
    Consent,
    ConsentTo,
    Kind,
    ReportDraft,
    ReportReader,
    ReportWriter,
    SealedBy,
)

MEMORY_BOUND_MB: Final = 4
REWRAP_BOUND_MS: Final = 5
OPEN_BOUND_MS: Final = 10
TEN_RECIPIENTS_BOUND_MS: Final = 3

_MEGABYTE: Final = 1_000_000
_ATTACHMENT_BYTES: Final = 2_000 * _MEGABYTE  # padded to 2 GiB, the last rung
_TEAM: Final = 4
_TIMES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _LargeReport:
    path: Path
    mailbox: MailboxId
    team: tuple[HybridIdentity, ...]


def measure_large_report(directory: Path) -> list[str]:
    """Measure and print.

    Args:
        directory: With room for some 7 GB.

    Returns:
        The bars.
    """
    report = _write(directory / "report.age")
    size_bytes = report.path.stat().st_size
    peaks = _peaks(directory, size_bytes)
    rewrap, opened = (_best_ms(step, report) for step in (_rewrap, _open_report))
    one, ten = (_wrapping_ms(count) for count in (1, 10))
    print(f"a report of {size_bytes} bytes for {_TEAM}:")
    print(f"  the header wrapped anew in {rewrap:.2f} ms")
    print(f"  report.json opened in {opened:.2f} ms")
    print(f"  a header for one {one:.2f} ms, for ten {ten:.2f} ms")
    print(f"  peak memory {peaks[1]:.1f} MB, with 1 MB of plaintext {peaks[0]:.1f} MB")
    return [
        bar_at_most("memory_growth_2gb", peaks[1] - peaks[0], "MB", MEMORY_BOUND_MB),
        bar_at_most("rewrap_2gb", rewrap, "ms", REWRAP_BOUND_MS),
        bar_at_most("open_report_json_2gb", opened, "ms", OPEN_BOUND_MS),
        bar_at_most("ten_recipients", ten, "ms", TEN_RECIPIENTS_BOUND_MS),
    ]


def _write(path: Path) -> _LargeReport:
    team = tuple(HybridIdentity.generate(system_entropy) for _ in range(_TEAM))
    organisation_id = OrganisationId(system_entropy(32))
    keys = ReporterKeys.derive(Codename.generate(system_entropy), organisation_id)
    draft = ReportDraft(
        kind=Kind.REPORT,
        number=1,
        sealed_by=SealedBy.SERVER,
        language=Language.RU,
        text="Видео с камеры наблюдения, два гигабайта.",
        answers=Answers(),
        consent=Consent(to=ConsentTo.NONE, secrecy=False, do_not_use=""),
        reply_to=keys.identity.recipient,
        message_key=keys.signing_key.verification_key,
        token_hash=keys.token.token_hash,
        mailbox=keys.mailbox,
        directory_version=1,
    )
    piece = system_entropy(_MEGABYTE)
    recipients = [identity.recipient for identity in team]
    with (
        path.open("wb") as destination,
        ReportWriter(destination, recipients, entropy=system_entropy) as writer,
    ):
        writer.begin_attachment("video.mp4", "video/mp4")
        for _ in range(_ATTACHMENT_BYTES // len(piece)):
            writer.write(piece)
        writer.end_attachment()
        writer.finish(draft, keys.signing_key)
    return _LargeReport(path=path, mailbox=keys.mailbox, team=team)


def _best_ms(step: Callable[[_LargeReport], None], report: _LargeReport) -> float:
    best = float("inf")
    for _ in range(_TIMES):
        started = time.perf_counter()
        step(report)
        best = min(best, time.perf_counter() - started)
    return best * 1000


def _rewrap(report: _LargeReport) -> None:
    recipients = [identity.recipient for identity in report.team]
    with report.path.open("rb") as source:
        rewrap_header(source, report.team[-1:], recipients, entropy=system_entropy)


def _open_report(report: _LargeReport) -> None:
    with report.path.open("rb") as source:
        reader = ReportReader(source, report.team[-1:], came_under=report.mailbox)
        if not reader.report.text:
            raise RuntimeError("the report says nothing")


def _wrapping_ms(count: int) -> float:
    file_key = FileKey.generate(system_entropy)
    recipients = [
        HybridIdentity.generate(system_entropy).recipient for _ in range(count)
    ]
    best = float("inf")
    for _ in range(_TIMES):
        started = time.perf_counter()
        wrap_header(file_key, recipients, entropy=system_entropy)
        best = min(best, time.perf_counter() - started)
    return best * 1000


# --- memory, in processes of their own --------------------------------------


def _peaks(directory: Path, size_bytes: int) -> tuple[float, float]:
    """Seal and open 1 MB and the whole size; MB at the worst moment of each."""
    small, large = (
        float(
            subprocess.run(
                [sys.executable, "-m", "bench.large_report", directory, str(size)],
                capture_output=True,
                check=True,
                text=True,
            ).stdout
        )
        for size in (_MEGABYTE, size_bytes)
    )
    return small, large


class _Zeros(io.RawIOBase):
    """So many zero bytes; nothing is kept."""

    def __init__(self, size_bytes: int) -> None:
        self._left = size_bytes
        self._zeros = bytes(_MEGABYTE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        count = min(len(buffer), self._left)
        buffer[:count] = self._zeros[:count]
        self._left -= count
        return count


def _print_peak(directory: Path, size_bytes: int) -> None:
    """Seal so much into a file, open it into another, and print the peak in MB."""
    identity = HybridIdentity.generate(system_entropy)
    sealed, opened = directory / "peak.age", directory / "peak"
    source = io.BufferedReader(_Zeros(size_bytes))
    with sealed.open("wb") as destination:
        seal_stream(source, destination, [identity.recipient], entropy=system_entropy)
    with sealed.open("rb") as again, opened.open("wb") as destination:
        open_stream(again, destination, [identity])
    if opened.stat().st_size != size_bytes:
        raise RuntimeError("not all of it came back")
    sealed.unlink()
    opened.unlink()
    # Not `ru_maxrss`: that one remembers the parent's.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if peak is None:
        raise RuntimeError("this system tells no peak")
    print(int(peak[1]) * 1024 / _MEGABYTE)


if __name__ == "__main__":
    _print_peak(Path(sys.argv[1]), int(sys.argv[2]))
