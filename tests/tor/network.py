"""A private Tor network: authorities that are also relays, an onion service, a client.

Everything listens on 127.0.0.1, no relay lets anything out, and each process ends with
the one that started it. Four relays are the fewest from which circuits to an onion
service can be built again when some are cut.

Spec: tor(1), "TESTING NETWORK OPTIONS"; control-spec, "Commands".
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from crypto.entropy import system_entropy

HOST: Final = "127.0.0.1"
AUTHORITIES: Final = 4
VOTING_SECONDS: Final = 10
"""Between votes until the first consensus; the least that tor takes."""

FIRST_VOTE_SECONDS: Final = (6, 20, 40)
"""From the start to the first vote: by then each authority must know all descriptors.
On a busy machine the first try can be too early, and the next vote is far away."""

CONSENSUS_DELAYS_SECONDS: Final = 4
"""For votes and signatures to reach everybody, two seconds each."""

PORTS: Final = range(20_000, 32_768)
"""Linux gives the ports above them to whoever connects. Relays connect to each other
while a port that was chosen is not listened on yet."""

PATIENCE_SECONDS: Final = 120
STOP_SECONDS: Final = 10
_POLL_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 10


def tor() -> str:
    """Return the program; Debian keeps it where a user's shell does not look."""
    found = shutil.which("tor", path=f"{os.defpath}:/usr/sbin")
    if found is None:
        raise FileNotFoundError("tor is not installed (see tests/system_programs.sh)")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Authority:
    name: str
    or_port: int
    dir_port: int


class NotUpError(Exception):
    """No network came of it; another try may do better."""


class TorNetwork:
    """A network that runs while its block does."""

    def __init__(
        self, root: Path, *, service_port: int, first_vote_seconds: int
    ) -> None:
        """Choose ports; nothing runs yet.

        Args:
            root: A directory of its own; a short path, for sockets lie in it.
            service_port: On loopback, what the onion service leads to.
            first_vote_seconds: When the authorities vote after their start.
        """
        self._root = root
        self._service_port = service_port
        self._first_vote_seconds = first_vote_seconds
        ports = free_ports(2 * AUTHORITIES + 1)
        self._authorities = [
            _Authority(
                name=f"authority{number}",
                or_port=ports[2 * number],
                dir_port=ports[2 * number + 1],
            )
            for number in range(AUTHORITIES)
        ]
        self.socks_port = ports[-1]
        self._known: list[str] = []
        """The lines that tell everybody who the authorities are."""

        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._give_up = 0.0

    def __enter__(self) -> Self:
        """Start everything, and return when client and service have circuits."""
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """End every process."""
        self._stop()

    @property
    def onion(self) -> str:
        """The service's name, with `.onion`."""
        return (self._root / "service" / "onion" / "hostname").read_text().strip()

    def cut(self) -> int:
        """Close every circuit of the client, as a line that breaks.

        Returns:
            How many there were.
        """
        listed = self._ask("client", "GETINFO circuit-status")
        circuits = re.findall(r"^(\d+) BUILT", listed, re.MULTILINE)
        for circuit in circuits:
            self._ask("client", f"CLOSECIRCUIT {circuit}")
        return len(circuits)

    @contextmanager
    def slow_line(self, bytes_a_second: int) -> Iterator[None]:
        """Hold the client's line back while the block runs."""
        limit = f"BandwidthRate={bytes_a_second} BandwidthBurst={bytes_a_second}"
        self._ask("client", f"SETCONF {limit}")
        try:
            yield
        finally:
            self._ask("client", "RESETCONF BandwidthRate BandwidthBurst")

    # --- From nothing to a network ---------------------------------------------------

    def _start(self) -> None:
        self._known = [self._make_authority(each) for each in self._authorities]
        # So that the first consensus is there soon, whatever the time of day; and one
        # and the same for all: who votes a second later votes alone.
        now = int(time.time())  # noqa: TID251  # tor goes by the machine's clock
        offset = now + self._first_vote_seconds + CONSENSUS_DELAYS_SECONDS
        for authority in self._authorities:
            lines = self._authority_lines(authority, offset % VOTING_SECONDS)
            self._spawn(authority.name, lines)
        self._give_up = time.monotonic() + PATIENCE_SECONDS
        # Who asks before everybody is listed waits long before asking again.
        self._wait("consensus", self._has_consensus)
        self._spawn("service", self._service_lines())
        self._spawn("client", [f"SocksPort {HOST}:{self.socks_port}"])
        for name in ("service", "client"):
            self._wait(name, lambda name=name: self._has_circuits(name))  # type: ignore[misc]  # the default binds it
        self._wait("onion name", (self._root / "service/onion/hostname").exists)

    def _make_authority(self, authority: _Authority) -> str:
        """Make an authority's keys; return the line by which others know it."""
        keys = self._directory(authority.name) / "keys"
        keys.mkdir(mode=0o700)
        certificate = keys / "authority_certificate"
        subprocess.run(
            [
                *("tor-gencert", "--create-identity-key", "--passphrase-fd", "0"),
                *("-m", "12", "-c", certificate),
                *("-i", keys / "authority_identity_key"),
                *("-s", keys / "authority_signing_key"),
            ],
            input=b"of a test\n",
            stderr=subprocess.DEVNULL,
            check=True,
        )
        found = re.search(r"^fingerprint (\w+)", certificate.read_text(), re.MULTILINE)
        if found is None:
            raise RuntimeError("a certificate without a fingerprint")
        directory_identity = found[1]
        subprocess.run(
            [
                *self._command(authority.name, "/dev/null"),
                *("--list-fingerprint", "--TestingTorNetwork", "1"),
                *("--DataDirectory", self._directory(authority.name)),
                *("--ORPort", f"{HOST}:{authority.or_port} IPv4Only"),
                *("--Address", HOST, "--Nickname", authority.name),
                # It asks for one before it tells its own.
                *("--DirAuthority", _authority_line("any", 1, "0" * 40, 2, "1" * 40)),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        written = self._directory(authority.name) / "fingerprint"
        relay_identity = written.read_text().split()[1]
        return "DirAuthority " + _authority_line(
            authority.name,
            authority.or_port,
            directory_identity,
            authority.dir_port,
            relay_identity,
        )

    def _authority_lines(self, authority: _Authority, offset_seconds: int) -> list[str]:
        return [
            f"Nickname {authority.name}",
            f"Address {HOST}",
            f"ORPort {HOST}:{authority.or_port} IPv4Only",
            f"DirPort {HOST}:{authority.dir_port}",
            "SocksPort 0",
            "ContactInfo nobody@example.invalid",
            "AuthoritativeDirectory 1",
            "V3AuthoritativeDirectory 1",
            "AssumeReachable 1",
            "ExitRelay 0",
            "ExitPolicy reject *:*",
            "AuthDirMaxServersPerAddr 0",
            "AuthDirTestReachability 0",
            "AuthDirTestEd25519LinkKeys 0",
            "MinUptimeHidServDirectoryV2 0",
            "TestingDirAuthVoteGuard *",
            "TestingDirAuthVoteHSDir *",
            "TestingMinExitFlagThreshold 0",
            "TestingMinFastFlagThreshold 0",
            f"TestingV3AuthVotingStartOffset {offset_seconds}",
            f"TestingV3AuthInitialVotingInterval {VOTING_SECONDS}",
            "TestingV3AuthInitialVoteDelay 2",
            "TestingV3AuthInitialDistDelay 2",
            "V3AuthVotingInterval 300",
            "V3AuthVoteDelay 2",
            "V3AuthDistDelay 2",
        ]

    def _service_lines(self) -> list[str]:
        onion = self._directory("service") / "onion"
        onion.mkdir(mode=0o700)
        return [
            "SocksPort 0",
            f"HiddenServiceDir {onion}",
            f"HiddenServicePort 80 {HOST}:{self._service_port}",
        ]

    # --- Processes --------------------------------------------------------------------

    def _directory(self, name: str) -> Path:
        path = self._root / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _command(self, name: str, settings: str | Path) -> list[str | Path]:
        nowhere = self._directory(name) / "none"
        return [
            *(tor(), "-f", settings, "--ignore-missing-torrc", "--hush"),
            # The machine's own settings are none of ours.
            *("--defaults-torrc", nowhere),
        ]

    def _spawn(self, name: str, lines: Sequence[str]) -> None:
        directory = self._directory(name)
        settings = directory / "torrc"
        common = [
            f"DataDirectory {directory}",
            f"ControlSocket {directory}/control",
            "CookieAuthentication 0",
            "TestingTorNetwork 1",
            "PathsNeededToBuildCircuits 0.67",
            "AvoidDiskWrites 1",
            "ShutdownWaitLength 0",
            f"__OwningControllerProcess {os.getpid()}",
            f"Log notice file {directory}/log",
        ]
        settings.write_text("\n".join([*common, *self._known, *lines]) + "\n")
        self._processes[name] = subprocess.Popen(
            self._command(name, settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # --- What they say ---------------------------------------------------------------

    def _ask(self, name: str, command: str) -> str:
        """Say one thing to a process, and return all that it answers."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_ANSWER_SECONDS)
            line.connect(str(self._root / name / "control"))
            line.sendall(f"AUTHENTICATE\r\n{command}\r\nQUIT\r\n".encode())
            return b"".join(iter(lambda: line.recv(65536), b"")).decode()

    def _has_consensus(self) -> bool:
        name = self._authorities[0].name
        listed = self._ask(name, "GETINFO ns/all").count("\nr ")
        if 0 < listed < AUTHORITIES:
            raise NotUpError(f"the first vote was too early: {listed} relays listed")
        return listed == AUTHORITIES

    def _has_circuits(self, name: str) -> bool:
        return "PROGRESS=100 " in self._ask(name, "GETINFO status/bootstrap-phase")

    def _wait(self, what: str, is_there: Callable[[], bool]) -> None:
        while True:
            with suppress(OSError):  # its control socket comes a little later
                if is_there():
                    return
            dead = [name for name, p in self._processes.items() if p.poll() is not None]
            if dead:
                # Most likely another program took a port.
                raise NotUpError(f"{what} did not come; ended: {', '.join(dead)}")
            if time.monotonic() > self._give_up:
                raise NotUpError(f"{what} did not come")
            time.sleep(_POLL_SECONDS)


@contextmanager
def tor_network(root: Path, *, service_port: int) -> Iterator[TorNetwork]:
    """Run a network until the block ends; each try has other ports and more time.

    Args:
        root: A directory of its own; a short path, for sockets lie in it.
        service_port: On loopback, what the onion service leads to.

    Yields:
        The network, whose client and service have circuits.

    Raises:
        ExceptionGroup: Why no try succeeded.
    """
    problems: list[NotUpError] = []
    with ExitStack() as stack:
        for number, seconds in enumerate(FIRST_VOTE_SECONDS):
            network = TorNetwork(
                root / str(number),
                service_port=service_port,
                first_vote_seconds=seconds,
            )
            try:
                stack.enter_context(network)
            except NotUpError as problem:
                problems.append(problem)
            else:
                break
        else:
            raise ExceptionGroup("no Tor network", problems)
        yield network


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Wait for something, asking now and then.

    Raises:
        TimeoutError: It has not come.
    """
    give_up = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up:
            raise TimeoutError
        time.sleep(_POLL_SECONDS)


def free_ports(count: int) -> list[int]:
    """Return ports on loopback that nobody listens on now."""
    found: set[int] = set()
    while len(found) < count:
        port = PORTS[int.from_bytes(system_entropy(4)) % len(PORTS)]
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            found.add(port)
    return list(found)


def _authority_line(
    name: str, or_port: int, identity: str, dir_port: int, fingerprint: str
) -> str:
    return (
        f"{name} orport={or_port} no-v2 v3ident={identity} "
        f"{HOST}:{dir_port} {fingerprint}"
    )
