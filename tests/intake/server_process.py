"""The real server as a process of its own, on loopback."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from intake.config import PREFIX
from tests.intake.organisation import Organisation, write_directory, write_identities

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 10


class ServerProcess:
    """`debunker intake serve`, started, killed and started again."""

    def __init__(
        self,
        root: Path,
        organisation: Organisation,
        *,
        wrapper: Sequence[str] = (),
        workers: int = 1,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Write the settings and migrate; `start` starts.

        Args:
            root: A directory of its own.
            organisation: Whose keys are pinned.
            wrapper: A command that runs the server, such as strace.
            workers: Processes.
            settings: Further ones, without their prefix.
        """
        root.mkdir(exist_ok=True)
        self.root = root
        self.data = root / "data"
        self.output = root / "output.txt"
        self._wrapper = wrapper
        self._workers = workers
        self.bind = "127.0.0.1:0"
        """Where to listen; a test that must know beforehand changes it."""

        if not (root / "directory.json").exists():
            write_directory(organisation.directory(), root / "directory.json")
            write_identities(organisation.identities(), root / "directory.json")
        self._environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251  # a test starts a program
            "PYTHONPATH": str(ROOT),
        }
        for name, value in {
            "DATABASE": f"sqlite:///{root / 'intake.sqlite'}",
            "DATA": str(self.data),
            "DIRECTORY": str(root / "directory.json"),
            "ROOT_KEY": str(organisation.root.verification_key),
            "SYNC_KEY": str(organisation.sync.verification_key),
            **(settings or {}),
        }.items():
            self._environment[PREFIX + name] = value
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self.command("migrate")

    def command(self, *words: str) -> None:
        """Run another command of the intake to its end."""
        command = [sys.executable, "-m", "intake.cli", *words]
        subprocess.run(command, env=self._environment, check=True, cwd=self.root)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop."""
        self.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        """Of the process that was started: the master, or its wrapper."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def start(self) -> None:
        """Start, and return when it listens."""
        command = [*self._wrapper, sys.executable, "-m", "intake.cli", "serve"]
        command += ["--bind", self.bind, "--workers", str(self._workers)]
        with self.output.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.root,
                start_new_session=True,
            )
        if self._process.stdout is None:
            raise RuntimeError("no output")
        line = self._process.stdout.readline().decode()
        if not line.startswith("intake http://"):
            self.kill()
            raise RuntimeError(f"did not start: {self.output.read_text()}")
        self.url = line.split()[1]

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._process is None:
            return
        # strace does not pass a signal on; the server is its only child.
        pid = self.children()[0] if self._wrapper else self._process.pid
        os.kill(pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            self.kill()

    def children(self) -> list[int]:
        """Processes that the first one started."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill(self) -> None:
        """Kill master and workers at once, as a power cut would."""
        if self._process is not None:
            # Perhaps everyone has ended by themselves.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
