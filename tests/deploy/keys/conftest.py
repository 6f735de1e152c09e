"""A ceremony that has been held, for all tests that need its files and sheets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from protocol.offline_keys import OrganisationFile
from tests.deploy.keys.operator import ONLINE, SWAPPED, Operator, words_on

ROOT_PASSPHRASE = "seven plain words are enough for a root"  # noqa: S105  # a test's
RECOVERY_PASSPHRASE = "seven other words are right too"  # noqa: S105  # a test's
CONTINUE = "Press Enter to go on, Ctrl-C to stop."


@dataclass(frozen=True)
class Ceremony:
    """What a ceremony left behind."""

    place: Path
    sheets: tuple[dict[str, dict[int, str]], ...]
    """Of each holder: the numbered words of ROOT and RECOVERY."""

    shown: str
    left_on_screen: str
    status: int
    command_line: bytes
    environment: bytes

    @property
    def organisation(self) -> OrganisationFile:
        """The public file."""
        return OrganisationFile.parse(
            (self.place / "organisation" / "organisation.json").read_bytes()
        )

    def words(self, holder: int, name: str) -> str:
        """What a holder types for one of the keys."""
        return " ".join(self.sheets[holder][name].values())


def begin(operator: Operator) -> None:
    """Read the first page and choose both passphrases."""
    operator.answer(CONTINUE, "")
    choose(operator, ROOT_PASSPHRASE)
    choose(operator, RECOVERY_PASSPHRASE)


def choose(operator: Operator, passphrase: str) -> None:
    """Choose a passphrase of one's own."""
    operator.answer("[yes/no]", "no")
    operator.answer("nothing shows while you type):", passphrase)
    operator.answer("Once more:", passphrase)


def write_down(operator: Operator) -> dict[str, dict[int, str]]:
    """Be the next holder: write the sheet down, and type what is asked."""
    operator.answer(CONTINUE, "")
    shown = operator.answer("All on paper?", "")
    middle = shown.rindex("RECOVERY")
    beginning = shown.rindex("ROOT", 0, middle)
    sheet = {
        "ROOT": words_on(shown[beginning:middle]),
        "RECOVERY": words_on(shown[middle:]),
    }
    for _ in range(6):
        question = operator.expect(", word")
        number = operator.expect(":")
        name = "RECOVERY" if "RECOVERY" in question else "ROOT"
        operator.type(sheet[name][int(re.findall(r"\d+", number)[-1])])
    return sheet


def finish(operator: Operator) -> int:
    """Read the last pages."""
    operator.answer("see the root's public key.", "")
    operator.answer("see what to do next.", "")
    return operator.leave()


@pytest.fixture(scope="session")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceremony]:
    """Hold one ceremony with three holders, of whom two are needed."""
    place = tmp_path_factory.mktemp("ceremony")
    words = ("init", "--language", "en", "--shares", "2-of-3", ONLINE, SWAPPED)
    with Operator.at(*words, place=place) as operator:
        begin(operator)
        sheets = tuple(write_down(operator) for _ in range(3))
        process = Path("/proc") / str(operator.process.pid)
        command_line = (process / "cmdline").read_bytes()
        environment = (process / "environ").read_bytes()
        status = finish(operator)
        yield Ceremony(
            place=place,
            sheets=sheets,
            shown=operator.shown,
            left_on_screen=operator.left_on_screen,
            status=status,
            command_line=command_line,
            environment=environment,
        )
