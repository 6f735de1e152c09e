"""The whole house on one machine: both apps as processes of their own, on loopback.

Used by the demonstration and by the end-to-end tests. Each app is started as an
operator starts it, by `debunker … serve` with its settings in the environment,
and is ready when it has printed its address.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from deploy.organisation import Organisation

LOOPBACK: Final = "127.0.0.1"
STOP_SECONDS: Final = 10


class StartError(Exception):
    """An app did not start; the message holds what it printed."""


def free_port(preferred: int) -> int:
    """The preferred TCP port of loopback, or any free one if it is taken."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError("no free port on loopback")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A running app."""

    address: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """Ask it to end; insist after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def kill(self) -> None:
        """End it without warning, as a power cut does (its whole process group)."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def serve(name: str, port: int, environment: Mapping[str, str]) -> App:
    """Start `debunker NAME serve` and wait until it has printed its address.

    Args:
        name: `intake` or `console`.
        port: Of loopback.
        environment: The app's settings.

    Returns:
        The app, ready for requests.

    Raises:
        StartError: It ended before it was ready.
    """
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "deploy.cli", name, "serve", "--bind", f"{LOOPBACK}:{port}"),
        ],
        env=_with_ours(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C goes to a terminal's whole group; we stop the apps in order.
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
    for line in process.stdout:
        if line.startswith(f"{name} http"):
            return App(address=line.split()[1], process=process)
    process.wait()
    process.stdout.close()
    raise StartError(f"debunker {name} serve ended with status {process.returncode}")


@contextmanager
def both_apps(
    organisation: Organisation, *, ports: tuple[int, int] = (0, 0)
) -> Iterator[tuple[str, str]]:
    """Run intake and console; both are stopped on leaving.

    Args:
        organisation: Whose databases and keys they use.
        ports: Preferred by intake and console; 0 for any.

    Yields:
        The addresses of intake and console.
    """
    intake_port, console_port = map(free_port, ports)
    intake_origin = f"http://{LOOPBACK}:{intake_port}"
    console_origin = f"http://{LOOPBACK}:{console_port}"
    with (
        serving("intake", intake_port, organisation.intake_environment(intake_origin)),
        serving(
            "console",
            console_port,
            organisation.console_environment(console_origin, intake=intake_origin),
        ),
    ):
        yield intake_origin, console_origin


@contextmanager
def serving(name: str, port: int, environment: Mapping[str, str]) -> Iterator[App]:
    """Run one app for the length of the block."""
    app = serve(name, port, environment)
    try:
        yield app
    finally:
        app.stop()


def _with_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings, and of our own environment what a program needs to run."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
    ours = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 (handed on, not read)
    return {**ours, **environment}
