"""An intake of its own for a measurement: keys, directory, real server."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from intake.clock import SystemClock
from intake.server import MEMORY_SETTINGS
from protocol.day import day_of, midnight
from protocol.directory import (
    MAX_IDENTITY_LIFETIME,
    DirectoryRecipient,
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    ReviewerKey,
    Role,
    SignedDirectory,
    TeamKey,
    certify_identity,
    sign_directory,
)
from protocol.languages import Language
from protocol.mailbox import OrganisationId

ROOT: Final = Path(__file__).parent.parent
STOP_SECONDS: Final = 10
REVIEWERS: Final = 3
"""With the recovery key, four hybrid recipients a report."""

TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


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

    def processor_seconds(self) -> float:
        """Return what the worker has used so far, in our code and in the kernel.

        On a machine with other work it says more than the wall clock.
        """
        status = Path(f"/proc/{self.worker_pid}/stat").read_text()
        # Behind the name, which may hold anything: fields 14 and 15 of proc(5).
        fields = status.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


@dataclass(frozen=True, kw_only=True)
class House:
    """An organisation and the settings of its intake; keys for the run alone."""

    root: Path
    identity: HybridIdentity = field(
        default_factory=lambda: HybridIdentity.generate(system_entropy), repr=False
    )
    """Opens what was taken, as the first reviewer would."""

    root_key: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy), repr=False
    )
    sync_key: SigningKey = field(
        default_factory=lambda: SigningKey.generate(system_entropy), repr=False
    )
    organisation_id: OrganisationId = field(
        default_factory=lambda: OrganisationId(system_entropy(32))
    )

    @property
    def database(self) -> Path:
        """Where the rows are."""
        return self.root / "intake.sqlite"

    @property
    def data(self) -> Path:
        """Where the sealed files are."""
        return self.root / "data"

    def settings(self) -> dict[str, str]:
        """Return the intake's environment, the whole of it."""
        return {
            "DEBUNKER_INTAKE_DATABASE": f"sqlite:///{self.database}",
            "DEBUNKER_INTAKE_DATA": str(self.data),
            "DEBUNKER_INTAKE_DIRECTORY": str(self.root / "directory.json"),
            "DEBUNKER_INTAKE_ROOT_KEY": str(self.root_key.verification_key),
            "DEBUNKER_INTAKE_SYNC_KEY": str(self.sync_key.verification_key),
            "PYTHONPATH": str(ROOT),
            "PATH": os.defpath,
        }

    def found(self) -> None:
        """Write directory and identities, and make the database."""
        reviewers = [SigningKey.generate(system_entropy) for _ in range(REVIEWERS)]
        signed = self._directory(reviewers)
        (self.root / "directory.json").write_bytes(signed.directory)
        (self.root / "directory.json.sig").write_text(signed.signature)
        identities = self._identities(reviewers)
        (self.root / "identities.json").write_bytes(identities.to_json())
        migrate = [sys.executable, "-m", "intake.cli", "migrate"]
        subprocess.run(migrate, env=self.settings(), check=True)

    def _directory(self, reviewers: list[SigningKey]) -> SignedDirectory:
        issued = SystemClock().now().replace(microsecond=0) - timedelta(hours=1)
        end = issued + timedelta(days=30)
        directory = KeyDirectory(
            version=1,
            issued=issued,
            expires=end,
            previous=None,
            organisation_id=self.organisation_id,
            organisation=dict.fromkeys(Language, "Bench"),
            reviewers=tuple(
                ReviewerKey(key=each.verification_key, not_after=end)
                for each in reviewers
            ),
            recipients=(
                DirectoryRecipient(
                    role=Role.RECOVERY,
                    recipient=HybridIdentity.generate(system_entropy).recipient,
                    not_after=end,
                ),
            ),
            team=(
                TeamKey(
                    key=SigningKey.generate(system_entropy).verification_key,
                    not_before=day_of(issued),
                    not_after=day_of(end),
                ),
            ),
        )
        return sign_directory(directory, self.root_key)

    def _identities(self, reviewers: list[SigningKey]) -> IdentityList:
        others = (HybridIdentity.generate(system_entropy) for _ in reviewers[1:])
        today = midnight(day_of(SystemClock().now()))
        return IdentityList(
            identities=tuple(
                certify_identity(
                    IdentityCertificate(
                        organisation_id=self.organisation_id,
                        recipient=identity.recipient,
                        not_before=today,
                        not_after=today + MAX_IDENTITY_LIFETIME,
                    ),
                    reviewer,
                )
                for reviewer, identity in zip(
                    reviewers, (self.identity, *others), strict=True
                )
            )
        )


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
        port = int(line.rpartition(":")[2])
        _wait_for_worker(port)
        yield Running(port=port, pid=process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def _wait_for_worker(port: int) -> None:
    """Ask for a page: the master listens before its worker is there."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while connection.recv(65536):
            pass
