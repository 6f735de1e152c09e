"""`debunker demo`: the whole house on this machine, with people and reports.

Makes a demonstration organisation, starts intake and console on loopback, files
a dozen synthetic reports through the intake's own front door, prints the
log-ins and the addresses, and runs until Ctrl-C. A second run finds what the
first one made.
"""

import argparse
import fcntl
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import pyotp

from deploy.front_door import FrontDoorError, file_demo_reports
from deploy.house import StartError, both_apps
from deploy.organisation import (
    LogIn,
    OlderOrganisationError,
    Organisation,
    found,
    load,
    refresh,
)

PORTS: Final = (8480, 8490)
"""Of intake and console, if they are free; else any."""

FILED: Final = "reports-filed"
"""This file says that the reports are in."""


def main(arguments: Sequence[str]) -> int:
    """Run the demonstration, or tell a person's present second factor.

    Args:
        arguments: Without `debunker demo`.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="debunker demo", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".demo"))
    parser.add_argument(
        "--code", metavar="NAME", help="print this person's present code and end"
    )
    options = parser.parse_args(arguments)
    if options.code:
        return _print_code(options.directory, options.code)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _alone(options.directory):
            _run(options.directory)
    except KeyboardInterrupt:
        print("\nstopped; `make demo` goes on, `make demo-clean` forgets all")
    except (StartError, FrontDoorError, OlderOrganisationError) as error:
        print(f"debunker demo: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Refuse to run twice over the same databases."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"a demonstration runs in {place} already") from None
        yield


def _run(place: Path) -> None:
    print("demonstration: synthetic reports only; every key lies in", place)
    organisation = load(place)
    if organisation is None:
        print("making an organisation: root, people, recovery, destinations …")
        organisation = found(place)
    else:
        refresh(organisation)
    with both_apps(organisation, ports=PORTS) as (intake, console):
        if not (place / FILED).exists():
            _file_reports(intake)
            (place / FILED).touch()
        _print_log_ins(organisation)
        print("intake", intake)
        print("console", console)
        print("ready", flush=True)
        signal.pause()


def _file_reports(intake: str) -> None:
    for number, codename in enumerate(file_demo_reports(intake), start=1):
        print(f"filed report {number}, codename: {codename}")


def _print_log_ins(organisation: Organisation) -> None:
    print()
    for each in organisation.log_ins:
        print(f"{each.role:<12} name: {each.name}")
        print(f"{'':<12} passphrase: {each.passphrase}")
        print(f"{'':<12} authenticator secret: {each.totp_secret}")
        print(f"{'':<12} code now: {_code(each)}", end="")
        print(f"   (later: .venv-demo/bin/debunker demo --code {each.name})")
    print()


def _print_code(place: Path, name: str) -> int:
    organisation = load(place)
    known = {each.name: each for each in organisation.log_ins} if organisation else {}
    if name not in known:
        print(f"debunker demo: nobody of that name in {place}", file=sys.stderr)
        return 1
    print(_code(known[name]))
    return 0


def _code(log_in: LogIn) -> str:
    return pyotp.TOTP(log_in.totp_secret).now()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
