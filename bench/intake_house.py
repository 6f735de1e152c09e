"""An intake of its own for a measurement: keys, directory, real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from intake.clock import SystemClock
from intake.server import MEMORY_SETTINGS
from protocol.day import day_of
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    Role,
    TeamKey,
    sign_directory,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId

ROOT = Path(__file__).parent.parent
STOP_SECONDS = 10
ROLES = (Role.REVIEWER, Role.REVIEWER, Role.REVIEWER, Role.RECOVERY)
"""Three reviewers and a recovery key: four hybrid recipients a report."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that listens."""

    port: int
    pid: int

    @property
    def worker_pid(self) -> int:
        """The one worker: the child of the master."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return int(children.split()[0])

    def peak_bytes(self) -> int:
        """Return the most memory that the worker ever held."""
        status = Path(f"/proc/{self.worker_pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


def settings(root: Path) -> dict[str, str]:
    """Make an organisation in a directory; return the intake's settings."""
    root_key = SigningKey.generate(system_entropy)
    sync_key = SigningKey.generate(system_entropy)
    team_key = SigningKey.generate(system_entropy)
    issued = SystemClock().now().replace(microsecond=0) - timedelta(hours=1)
    end = issued + timedelta(days=30)
    signed = sign_directory(
        KeyDirectory(
            version=1,
            issued=issued,
            expires=end,
            previous=None,
            organisation_id=OrganisationId(system_entropy(32)),
            organisation=dict.fromkeys(Language, "Bench"),
            recipients=tuple(
                DirectoryRecipient(
                    role=role,
                    recipient=HybridIdentity.generate(system_entropy).recipient,
                    not_after=end,
                )
                for role in ROLES
            ),
            team=(
                TeamKey(
                    key=team_key.verification_key,
                    not_before=day_of(issued),
                    not_after=day_of(end),
                ),
            ),
        ),
        root_key,
    )
    path = root / "directory.json"
    path.write_bytes(signed.directory)
    (root / "directory.json.sig").write_text(signed.signature)
    return {
        "DEBUNKER_INTAKE_DATABASE": f"sqlite:///{root / 'intake.sqlite'}",
        "DEBUNKER_INTAKE_DATA": str(root / "data"),
        "DEBUNKER_INTAKE_DIRECTORY": str(path),
        "DEBUNKER_INTAKE_ROOT_KEY": str(root_key.verification_key),
        "DEBUNKER_INTAKE_SYNC_KEY": str(sync_key.verification_key),
        "PYTHONPATH": str(ROOT),
        "PATH": os.defpath,
    }


@contextmanager
def running(environment: dict[str, str], *module: str) -> Iterator[Running]:
    """Run a server module with one worker until the block ends.

    Args:
        environment: Settings.
        module: Its name and the arguments before `--bind`.

    Yields:
        The server, which listens.

    Raises:
        RuntimeError: It did not start.
    """
    command = [sys.executable, "-m", *module, "--bind", "127.0.0.1:0"]
    process = subprocess.Popen(
        command, env=environment | MEMORY_SETTINGS, stdout=subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output")
        line = process.stdout.readline().decode()
        if not line.startswith("intake http://"):
            raise RuntimeError("the server did not start")
        yield Running(port=int(line.rpartition(":")[2]), pid=process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()
