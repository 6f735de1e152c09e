"""The page: how fast it seals, how much memory it takes, whether it still answers.

    python -m bench.page [--megabytes N] [--rounds N]

A chosen file is sealed in a worker as the page has one: archive, padding and age with
four hybrid recipients, beside the same cipher alone in the same worker. Once in
Chromium, in Firefox, and in both without compiled script and without WebAssembly, as
Tor Browser's level "safer". The page's thread counts how long it was kept waiting.

Then the real page sends one file to a real intake on loopback. Speeds are of sealed
bytes; speeds and gaps are the median of the rounds. Memory is what all processes of the
browser hold beyond files, at most, less what they held at rest before; the largest of
the rounds.

Other programs on the machine lengthen gaps and slow down what needs two processors: the
load is told before and after, and the longest gap of a page that does nothing.

The last lines are `BAR name value unit bound ok|short`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Final, Self

from bench.chromium import Chromium, chromium
from bench.firefox import Firefox, Level, firefox
from bench.intake_house import ROOT, House, running
from bench.verdict import bar_at_least, bar_at_most
from crypto.age import HybridIdentity
from crypto.entropy import system_entropy
from protocol.ladder import ladder

Browser = Chromium | Firefox

RECIPIENTS: Final = 4
INTERPRETED_SHARE: Final = 100
"""Without compiled script a file of so many times less is long enough."""

FIRST_BYTES: Final = 100_000
"""Sealed before anything is measured: the page's worker has long begun by then."""

CHROMIUM_BOUND: Final = 50
FIREFOX_BOUND: Final = 35
INTERPRETED_BOUND: Final = 1
UPLOAD_BOUND: Final = 80
SEALING_GROWTH_BOUND: Final = 48
UPLOAD_GROWTH_BOUND: Final = 192
GAP_BOUND: Final = 100
_MEGABYTE: Final = 1_000_000
_PATIENCE_SECONDS: Final = 600
_SAMPLE_SECONDS: Final = 0.05
_REST_SECONDS: Final = 1
_MAX_RESTS: Final = 10
IDLE_MILLISECONDS: Final = 2_000
_INTERPRETED: Final = "--js-flags=--jitless --no-expose-wasm"

_WATCH: Final = """
    const watch = () => {
        let [longest, last, isOver] = [0, performance.now(), false]
        const look = () => {
            const now = performance.now()
            longest = Math.max(longest, now - last)
            last = now
            if (!isOver) setTimeout(look, 0)
        }
        look()
        return () => {
            isOver = true
            look()
            return longest
        }
    }
"""
_IDLE: Final = f"""
    {_WATCH}
    const gap = watch()
    await new Promise((go) => setTimeout(go, {IDLE_MILLISECONDS}))
    return gap()
"""
_WORKER: Final = """
    const worker = new Worker('/worker.js')
    window.seal = (file, recipients) => new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage({ file, recipients })
    })
    const [file] = document.querySelector('input').files
    await window.seal(file.slice(0, FIRST), RECIPIENTS)
"""
_SEAL: Final = f"""
    {_WATCH}
    const [file] = document.querySelector('input').files
    const gap = watch()
    const sealed = await window.seal(file, RECIPIENTS)
    return {{ ...sealed, gap: gap() }}
"""
_READY: Final = """
    const pause = () => new Promise((go) => setTimeout(go, 20))
    while (document.getElementById('report').hidden) await pause()
"""
_SEND: Final = f"""
    {_WATCH}
    const isShown = (id) => document.getElementById(id)?.hidden === false
    document.getElementById('text').value = 'bench'
    const [began, gap] = [performance.now(), watch()]
    document.getElementById('report').requestSubmit()
    while (!['received', 'trouble', 'error-summary'].some(isShown)) {{
        await new Promise((go) => setTimeout(go, 5))
    }}
    const seconds = (performance.now() - began) / 1000
    return {{ seconds, isReceived: isShown('received'), gap: gap() }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run showed."""

    megabytes_a_second: float
    gap_milliseconds: float
    growth_megabytes: float
    share_of_cipher: float | None = None
    """Of the speed of the cipher alone."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.page")
    parser.add_argument("--megabytes", type=int, default=1000, help="of the file")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement")
    options = parser.parse_args(argv)
    _tell_load()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        large = film(place / "film.bin", options.megabytes)
        small = film(place / "clip.bin", max(1, options.megabytes // INTERPRETED_SHARE))
        bars = _sealing(large, small, options.rounds)
        bars += _sending(place, large, options.rounds)
    _tell_load()
    print("\n".join(bars))
    return int(any(bar.endswith("short") for bar in bars))


def _tell_load() -> None:
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    noisy = ": noisy" if load > processors else ""
    print(f"load average {load:.1f} on {processors} processors{noisy}")


def film(path: Path, megabytes: int) -> Path:
    """Write what neither shrinks nor is a kind of file that the page asks about."""
    block = system_entropy(_MEGABYTE)
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    os.sync()
    return path


# --- Sealing ----------------------------------------------------------------------


def _sealing(large: Path, small: Path, rounds: int) -> list[str]:
    bars = []
    with served() as origin:
        with chromium() as browser:
            fast = seal_often("chromium", browser, origin, large, rounds)
        with firefox(Level.STANDARD) as fox:
            other = seal_often("firefox", fox, origin, large, rounds)
        with firefox(Level.SAFER) as fox:
            safer = seal_often("firefox_interpreted", fox, origin, small, rounds)
        with chromium([_INTERPRETED]) as browser:
            slow = seal_often("chromium_interpreted", browser, origin, small, rounds)
    for name, runs, bound in (
        ("chromium", fast, CHROMIUM_BOUND),
        ("firefox", other, FIREFOX_BOUND),
        ("firefox_interpreted", safer, INTERPRETED_BOUND),
        ("chromium_interpreted", slow, INTERPRETED_BOUND),
    ):
        bars.append(bar_at_least(f"seal_{name}", _speed(runs), "MB/s", bound))
        bars.append(bar_at_most(f"seal_{name}_gap", _gap(runs), "ms", GAP_BOUND))
    for name, runs in (("chromium", fast), ("firefox", other)):
        growth = _growth(runs)
        bound = SEALING_GROWTH_BOUND
        bars.append(bar_at_most(f"seal_{name}_memory", growth, "MB", bound))
    return bars


def seal_often(
    name: str, browser: Browser, origin: str, path: Path, rounds: int
) -> list[Run]:
    """Seal a file in a worker, as often as asked."""
    recipients = [
        str(HybridIdentity.generate(system_entropy).recipient)
        for _ in range(RECIPIENTS)
    ]
    begin, script = (
        script.replace("RECIPIENTS", json.dumps(recipients))
        for script in (_WORKER.replace("FIRST", str(FIRST_BYTES)), _SEAL)
    )
    browser.open(origin)
    browser.choose_file("input", path)
    browser.await_(begin, seconds=_PATIENCE_SECONDS)
    idle = browser.await_(_IDLE, seconds=_PATIENCE_SECONDS)
    print(f"{name + ' idles':28} longest gap {idle:.0f} ms: so noisy is the machine")
    return [_sealed(name, browser, script) for _ in range(rounds)]


def _sealed(name: str, browser: Browser, script: str) -> Run:
    with Memory(browser.pid) as memory:
        answer = browser.await_(script, seconds=_PATIENCE_SECONDS)
    megabytes = answer["lengthBytes"] / _MEGABYTE
    return _told(
        f"{name} seals",
        Run(
            megabytes_a_second=megabytes / answer["sealing"],
            gap_milliseconds=answer["gap"],
            growth_megabytes=memory.growth_megabytes,
            share_of_cipher=answer["cipher"] / answer["sealing"],
        ),
    )


# --- Sending ----------------------------------------------------------------------


def _sending(place: Path, path: Path, rounds: int) -> list[str]:
    house = House(root=place / "house")
    house.root.mkdir()
    house.found()
    with running(house.settings(), "intake.cli", "serve") as server:
        url = f"http://127.0.0.1:{server.port}/ru/report"
        with chromium() as browser:
            fast = [_sent("chromium", browser, url, path) for _ in range(rounds)]
        with firefox(Level.STANDARD) as fox:
            other = [_sent("firefox", fox, url, path) for _ in range(rounds)]
    bars = [bar_at_least("upload_loopback", _speed(fast), "MB/s", UPLOAD_BOUND)]
    for name, runs in (("chromium", fast), ("firefox", other)):
        growth, gap = _growth(runs), _gap(runs)
        bound = UPLOAD_GROWTH_BOUND
        bars.append(bar_at_most(f"upload_{name}_memory", growth, "MB", bound))
        bars.append(bar_at_most(f"upload_{name}_gap", gap, "ms", GAP_BOUND))
    return bars


def _sent(name: str, browser: Browser, url: str, path: Path) -> Run:
    browser.open(url)
    browser.await_(_READY, seconds=_PATIENCE_SECONDS)
    with Memory(browser.pid) as memory:
        browser.choose_file("#attachments", path)
        answer = browser.await_(_SEND, seconds=_PATIENCE_SECONDS)
    if not answer["isReceived"]:
        raise RuntimeError("the report did not arrive")
    megabytes = ladder(path.stat().st_size, floor_bytes=0) / _MEGABYTE
    return _told(
        f"{name} sends",
        Run(
            megabytes_a_second=megabytes / answer["seconds"],
            gap_milliseconds=answer["gap"],
            growth_megabytes=memory.growth_megabytes,
        ),
    )


# --- What the runs say together ------------------------------------------------------


def _told(what: str, run: Run) -> Run:
    share = run.share_of_cipher
    beside = "" if share is None else f", {share:.2f} of the cipher alone"
    print(
        f"{what:28} {run.megabytes_a_second:6.1f} MB/s{beside}, longest gap "
        f"{run.gap_milliseconds:.0f} ms, memory {run.growth_megabytes:+.0f} MB"
    )
    return run


def _speed(runs: Sequence[Run]) -> float:
    return median(run.megabytes_a_second for run in runs)


def _gap(runs: Sequence[Run]) -> float:
    return median(run.gap_milliseconds for run in runs)


def _growth(runs: Sequence[Run]) -> float:
    return max(run.growth_megabytes for run in runs)


class Memory:
    """How much the processes of a program grow while a block runs."""

    def __init__(self, pid: int) -> None:
        """Watch a process and all that come of it."""
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._before = self._most = 0

    def __enter__(self) -> Self:
        """Begin when the program has come to rest: a browser begins for seconds."""
        self._before = self._most = _rested_bytes(self._pid)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    @property
    def growth_megabytes(self) -> float:
        """The most that was held, less what was held before."""
        return (self._most - self._before) / _MEGABYTE

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            self._most = max(self._most, _held_bytes(self._pid))


def _rested_bytes(pid: int) -> int:
    """Wait until a program grows no more, but not for ever."""
    held = _held_bytes(pid)
    for _ in range(_MAX_RESTS):
        time.sleep(_REST_SECONDS)
        before, held = held, _held_bytes(pid)
        if held < before + _MEGABYTE:
            break
    return held


def _held_bytes(pid: int) -> int:
    """Add up what a process and its children hold and could not read again."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0  # it has just ended
    kibibytes = sum(
        int(line.split()[1])
        for line in status.splitlines()
        if line.startswith(("RssAnon", "RssShmem"))
    )
    return kibibytes * 1024 + sum(_held_bytes(int(child)) for child in children)


@contextmanager
def served() -> Iterator[str]:
    """Serve an empty page and the worker."""
    bundle = ["node", str(ROOT / "browser" / "bench" / "bundle.mjs")]
    script = subprocess.run(bundle, check=True, capture_output=True).stdout
    answers = {
        "/": ("text/html", b"<!doctype html><title>bench</title><input type=file>"),
        "/worker.js": ("text/javascript", script),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = answers.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        log_message: Callable[..., None] = staticmethod(lambda *_: None)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    sys.exit(main())
