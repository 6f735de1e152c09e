"""Debian's Chromium by its own protocol over two pipes, with nothing between.

A driver that watches every request would be what is measured.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = "chromium"
_OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
_READS: Final = 3
_WRITES: Final = 4


class Chromium:
    """A browser that runs, with one page."""

    def __init__(self, pid: int, commands: int, answers: int) -> None:
        """Attach to a new page."""
        self.pid = pid
        self._commands, self._answers = commands, answers
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._call("Page.enable")

    def open(self, url: str) -> None:
        """Go to a page and wait until it has loaded."""
        self._call("Page.navigate", url=url)
        self._wait(lambda message: message.get("method") == "Page.loadEventFired")

    def await_(self, script: str, *, seconds: float) -> Any:  # noqa: ANN401  # whatever the script returns
        """Run the body of an asynchronous function in the page, and wait for it."""
        answer = self._call(
            "Runtime.evaluate",
            expression=f"(async () => {{ {script} }})()",
            awaitPromise=True,
            returnByValue=True,
            timeout=seconds * 1000,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(
                answer["exceptionDetails"]["exception"].get("description", "failed")
            )
        return answer["result"].get("value")

    def choose_file(self, selector: str, path: Path) -> None:
        """Choose a file, as its dialog would."""
        root = self._call("DOM.getDocument")["root"]["nodeId"]
        node = self._call("DOM.querySelector", nodeId=root, selector=selector)
        self._call("DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(path)])

    def _call(self, method: str, **parameters: object) -> Any:  # noqa: ANN401  # JSON
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda message: message.get("id") == number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _wait(self, is_it: Any) -> dict[str, Any]:  # noqa: ANN401  # a predicate
        while True:
            while b"\0" not in self._rest:
                part = os.read(self._answers, 65536)
                if not part:
                    raise RuntimeError("chromium has ended")
                self._rest += part
            line, _, self._rest = self._rest.partition(b"\0")
            message: dict[str, Any] = json.loads(line)
            if is_it(message):
                return message


@contextmanager
def chromium(options: Sequence[str] = ()) -> Iterator[Chromium]:
    """Run a browser with an empty profile until the block ends."""
    browser_reads, commands = os.pipe()
    answers, browser_writes = os.pipe()
    # Its protocol is spoken on the descriptors 3 and 4.
    moved = f'exec "$@" {_READS}<&{browser_reads} {_WRITES}>&{browser_writes}'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                *("bash", "-c", moved, "bash", PROGRAM, *_OPTIONS, *options),
                f"--user-data-dir={profile}",
            ],
            pass_fds=(browser_reads, browser_writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(browser_reads)
        os.close(browser_writes)
        try:
            yield Chromium(process.pid, commands, answers)
        finally:
            process.terminate()
            process.wait()
            os.close(commands)
            os.close(answers)
