"""The drill: both machines burn, nobody knows a passphrase, and no report is lost.

As docs/operating.md says under *Restore from backups*, by its commands: what is left
is a backup of each machine and two of three paper sheets of the ceremony.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest

from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import INSECURE_TESTING
from deploy.house import free_port, serve
from intake import cli as intake_cli
from protocol.reply import CaseState
from review_console import cli
from review_console.app import make_adapters, make_services
from review_console.clock import SystemClock
from review_console.config import Config
from review_console.domain.account import Unlocked
from review_console.domain.errors import LoginRefusedError
from review_console.domain.ids import CaseId
from review_console.services.use_cases import Services
from tests.deploy.keys.conftest import (
    CONTINUE,
    ROOT_PASSPHRASE,
    Ceremony,
    choose,
)
from tests.deploy.keys.conftest import ceremony as ceremony  # noqa: PLC0414  # a fixture
from tests.deploy.keys.operator import ONLINE, SWAPPED, Operator
from tests.end_to_end.visitor import Visitor

pytestmark = [pytest.mark.end_to_end, pytest.mark.enable_socket]

FLAGS = ("--language", "en", ONLINE, SWAPPED)
PEOPLE = (("Aigerim", "reviewer"), ("Timur", "reviewer"), ("Saule", "coordinator"))
NAMES = ("--name-kk", "Адал", "--name-ru", "Честные", "--name-en", "Honest")
BEFORE = "six words that everybody knew before the fire"
AFTER = "six other words that were chosen afterwards"
OFFLINE = "a passphrase that was chosen when the sheets were typed"
PAPERS = "протокол.pdf"

Run = Callable[..., str]


@dataclass
class Machines:
    """The intake's and the console's, in a place that can burn."""

    place: Path
    root_key: str
    sync_key: str
    intake: str

    @property
    def console_settings(self) -> dict[str, str]:
        """The console's settings."""
        return {
            "DEBUNKER_CONSOLE_DATABASE": f"sqlite:///{self.place}/console.sqlite",
            "DEBUNKER_CONSOLE_DATA": f"{self.place}/console-data",
            "DEBUNKER_CONSOLE_ROOT_KEY": self.root_key,
            "DEBUNKER_CONSOLE_INTAKE": self.intake,
            "DEBUNKER_CONSOLE_ORIGIN": "http://127.0.0.1",
        }

    @property
    def intake_settings(self) -> dict[str, str]:
        """The intake's settings."""
        folder = self.place / "intake"
        return {
            "DEBUNKER_INTAKE_DATABASE": f"sqlite:///{folder}/intake.sqlite",
            "DEBUNKER_INTAKE_DATA": f"{folder}/data",
            "DEBUNKER_INTAKE_DIRECTORY": f"{folder}/directory.json",
            "DEBUNKER_INTAKE_ROOT_KEY": self.root_key,
            "DEBUNKER_INTAKE_SYNC_KEY": self.sync_key,
            "DEBUNKER_INTAKE_SYNC_ORIGIN": self.intake,
        }

    @contextmanager
    def running_intake(self) -> Iterator[None]:
        """Run the real intake for the length of the block."""
        port = int(self.intake.rpartition(":")[2])
        app = serve("intake", port, self.intake_settings)
        try:
            yield
        finally:
            app.stop()

    def console(self) -> Services:
        """Make the console's use cases, as its server does at its start."""
        config = Config.from_env(self.console_settings)
        adapters = make_adapters(config, clock=SystemClock(), entropy=system_entropy)
        return make_services(config, adapters)


@dataclass(frozen=True)
class LogIn:
    """What a person types."""

    name: str
    passphrase: str
    totp: pyotp.TOTP

    def into(self, console: Services) -> Unlocked:
        """Log in with the present code, and open the session as a page does."""
        ticket = console.log_in(
            name=self.name, passphrase=self.passphrase, code=self.totp.now()
        )
        return console.resume_session(ticket)


def log_in_from(shown: str, name: str, passphrase: str) -> LogIn:
    """Take the second factor from what the command printed."""
    uri = re.search(r"^totp (\S+)", shown, re.MULTILINE)
    assert uri, shown
    totp = pyotp.parse_uri(uri[1])
    assert isinstance(totp, pyotp.TOTP)
    return LogIn(name=name, passphrase=passphrase, totp=totp)


def secret_file(place: Path, name: str, passphrase: str) -> str:
    """Write a passphrase as `--passphrase-file` takes it."""
    path = place / name
    path.write_text(f"{passphrase}\n")
    path.chmod(0o600)
    return str(path)


def sign(draft: Path, root: Path, passphrase: str, place: Path) -> Path:
    """Have a draft signed at the machine apart; give the signed directory."""
    words = ("sign-directory", str(draft), "--root", str(root), *FLAGS)
    with Operator.at(*words, place=place) as operator:
        operator.answer("[yes/no]", "yes")
        operator.answer("nothing shows):", passphrase)
        assert operator.leave() == 0
    (made,) = place.glob("directory-*/directory.json")
    return made


def recovered(ceremony: Ceremony, key: str, organisation: Path, place: Path) -> Path:
    """Type the sheets of two holders; give the new sealed file."""
    out = place / f"{key}.json"
    words = ("recover", key, "--organisation", str(organisation), "--out", str(out))
    with Operator.at(*words, *FLAGS, place=place) as operator:
        for holder in (0, 2):
            operator.answer(CONTINUE, "")
            operator.answer("an empty line ends):", ceremony.words(holder, key.upper()))
        operator.expect("The key is complete")
        choose(operator, OFFLINE)
        assert operator.leave() == 0
    return out


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as `sqlite3 FILE .backup` does, also while it is used."""
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def back_up_console(place: Path, backup: Path) -> None:
    """Back the console up, without the private halves of intake identities."""
    backup.mkdir()
    copy_database(place / "console.sqlite", backup / "console.sqlite")
    shutil.copytree(
        place / "console-data",
        backup / "console-data",
        ignore=shutil.ignore_patterns("intake-identities"),
    )


def back_up_intake(place: Path, backup: Path) -> None:
    """Back the intake up, some hours later."""
    (backup / "intake").mkdir()
    copy_database(place / "intake/intake.sqlite", backup / "intake/intake.sqlite")
    shutil.copytree(place / "intake/data", backup / "intake/data")
    for name in ("directory.json", "directory.json.sig"):
        shutil.copy(place / "intake" / name, backup / "intake" / name)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command of the console's operator; give what it printed."""
    monkeypatch.setattr(cli, "RFC_9106_LOW_MEMORY", INSECURE_TESTING)

    def command(machines: Machines, *words: str) -> str:
        for name, text in machines.console_settings.items():
            monkeypatch.setenv(name, text)
        for name, text in machines.intake_settings.items():
            monkeypatch.setenv(name, text)
        is_intake = words[0] == "intake"
        status = intake_cli.main(words[1:]) if is_intake else cli.main(words)
        captured = capsys.readouterr()
        assert status == 0, captured.err
        return captured.out

    return command


def found(
    ceremony: Ceremony, place: Path, run: Run
) -> tuple[Machines, tuple[LogIn, ...]]:
    """Found the organisation as docs/operating.md says under *The order*."""
    machines = Machines(
        place=place,
        root_key=str(ceremony.organisation.root),
        sync_key="",
        intake=f"http://127.0.0.1:{free_port(0)}",
    )
    offline = ceremony.place / "organisation"
    (place / "intake").mkdir(parents=True)
    secret = ("--passphrase-file", secret_file(place, "before", BEFORE))
    run(machines, "migrate")
    run(machines, "intake", "migrate")
    log_ins = tuple(
        log_in_from(
            run(machines, "add-user", "--name", name, "--role", role, *secret),
            name,
            BEFORE,
        )
        for name, role in PEOPLE
    )
    keys = run(machines, "make-keys")
    machines.sync_key = keys.partition("sync ")[2].strip()
    draft, made = place / "draft.json", place / "signed"
    made.mkdir()
    organisation = ("--organisation", str(offline / "organisation.json"))
    run(machines, "draft-directory", *organisation, *NAMES, "--out", str(draft))
    signed = sign(draft, offline / "root.json", ROOT_PASSPHRASE, made)
    run(machines, "add-directory", str(signed))
    for name in ("directory.json", "directory.json.sig"):
        shutil.copy(signed.with_name(name), place / "intake" / name)
    return machines, log_ins


@dataclass(frozen=True)
class Before:
    """What is remembered of the day before the fire."""

    case: CaseId
    first: Visitor
    """Has a case, an answer, and has written again."""

    waiting: Visitor
    """Has sent a report that nobody had fetched."""

    papers: bytes


def a_day_before(
    machines: Machines,
    log_ins: Sequence[LogIn],
    root: VerificationKey,
    backup: Path,
) -> Before:
    """Let reports come, be read and answered; the last one is not fetched."""
    clock = SystemClock()
    first, waiting = Visitor(root), Visitor(root)
    papers = b"%PDF " + bytes(range(256)) * 500
    console = machines.console()
    aigerim, timur, saule = (each.into(console) for each in log_ins)
    for reviewer in (aigerim, timur):
        console.sync(by=reviewer)  # each publishes an intake identity
    first.report(machines.intake, "Пара в акимате", clock.now(), [(PAPERS, papers)])
    assert console.sync(by=aigerim).cases == 1
    (row,) = console.list_cases(by=timur).rows
    answer(console, row.id, "Пришлите номер договора", by=timur)
    first.message(machines.intake, "Номер 4711", clock.now())
    assert console.sync(by=timur).messages == 1
    back_up_console(machines.place, backup)
    answer(console, row.id, "Ответ после копии", by=saule)
    waiting.report(machines.intake, "Этого ещё не читали", clock.now())
    back_up_intake(machines.place, backup)
    return Before(case=row.id, first=first, waiting=waiting, papers=papers)


def answer(console: Services, case: CaseId, text: str, *, by: Unlocked) -> None:
    """Answer a reporter as one who has just read all of the case."""
    page = console.show_case(case, by=by)
    console.write_reply(
        case,
        text=text,
        state=CaseState.UNDER_REVIEW,
        seen_position=page.case.case.newest_position,
        by=by,
    )


def the_way_back(
    ceremony: Ceremony, machines: Machines, desk: Path, run: Run
) -> tuple[tuple[LogIn, ...], tuple[str, ...]]:
    """Type the sheets, restore everybody, and have a new directory signed.

    Returns:
        How everybody logs in now, and how commands name the recovery file.
    """
    organisation = desk / "organisation.json"
    root = recovered(ceremony, "root", organisation, desk)
    recovery = recovered(ceremony, "recovery", organisation, desk)
    offline = secret_file(desk, "offline", OFFLINE)
    by_recovery = ("--recovery", str(recovery), "--recovery-passphrase-file", offline)
    new = ("--passphrase-file", secret_file(desk, "after", AFTER))
    restored = []
    for name, _ in PEOPLE:
        words = ("restore-access", "--name", name, "--yes", *by_recovery, *new)
        shown = run(machines, *words)
        assert "cases 1\nmissing 0\n" in shown
        restored.append(log_in_from(shown, name, AFTER))
    draft = desk / "draft.json"
    drafting = ("draft-directory", "--organisation", str(organisation))
    run(machines, *drafting, "--out", str(draft))
    run(machines, "add-directory", str(sign(draft, root, OFFLINE, desk)))
    return tuple(restored), (*by_recovery, *new)


def check_cases(console: Services, before: Before, people: Sequence[Unlocked]) -> None:
    """Hold that everybody reads everything, the old attachment included."""
    for member in people:
        rows = console.list_cases(by=member)
        assert rows.damaged == ()
        assert {each.title for each in rows.rows} == {
            "Пара в акимате",
            "Этого ещё не читали",
            "После пожара",
        }
        page = console.show_case(before.case, by=member)
        assert [each.text for each in page.thread if each.author or each.report] == [
            "Пара в акимате",
            "Пришлите номер договора",
            "Номер 4711",
        ]
        message = page.thread[0].message
        assert message is not None
        found = console.open_attachment.find(before.case, message, 0, by=member)
        with console.open_attachment.stream(found) as stream:
            assert stream.read() == before.papers


def check_mailboxes(machines: Machines, before: Before, later: Visitor) -> None:
    """Hold that each codename opens its mailbox, old answers and new ones."""
    now = SystemClock().now()
    texts = [each.text for each in before.first.replies(machines.intake, now)]
    assert texts[1:] == [
        "Пришлите номер договора",
        "Ответ после копии",  # which the console knows nothing of
        "Мы снова здесь",
    ]
    for visitor in (before.waiting, later):
        (acknowledgement,) = visitor.replies(machines.intake, now)
        assert acknowledgement.state is CaseState.RECEIVED


def test_after_a_fire_nothing_is_lost(
    ceremony: Ceremony, tmp_path: Path, run: Run
) -> None:
    """Old cases, waiting reports, mailboxes and the team's answers: all are there."""
    machines, log_ins = found(ceremony, tmp_path / "house", run)
    with machines.running_intake():
        backup, root = tmp_path / "backup", ceremony.organisation.root
        before = a_day_before(machines, log_ins, root, backup)
    assert list(machines.place.rglob("intake-identities/*"))
    assert not list((tmp_path / "backup").rglob("intake-identities"))

    # The fire. What is left: the backups, sheets of paper, and what is public.
    desk = tmp_path / "desk"
    desk.mkdir()
    shutil.copy(ceremony.place / "organisation/organisation.json", desk)
    shutil.rmtree(machines.place)

    shutil.copytree(tmp_path / "backup", machines.place)
    run(machines, "migrate")
    assert run(machines, "after-restore") == "cases 1\nmissing 0\n"
    restored, by_recovery = the_way_back(ceremony, machines, desk, run)
    with machines.running_intake():
        console = machines.console()
        for old in log_ins:
            with pytest.raises(LoginRefusedError):
                old.into(console)
        aigerim, timur, saule = people = [each.into(console) for each in restored]
        # What waited was sealed to identities that burnt with the console.
        outcome = console.sync(by=aigerim)
        assert (outcome.arrived, outcome.cases, outcome.waiting) == (1, 0, 1)
        opened = run(machines, "open-waiting", "--by", "Aigerim", *by_recovery)
        assert "case 1" in opened
        # A new report is sealed under the new directory, and opened by who is back.
        console.sync(by=timur)
        later = Visitor(ceremony.organisation.root)
        later.report(machines.intake, "После пожара", SystemClock().now())
        assert console.sync(by=timur).cases == 1
        check_cases(console, before, people)
        answer(console, before.case, "Мы снова здесь", by=saule)
        check_mailboxes(machines, before, later)
        told = [each.name for each in console.notices(by=saule)]
        assert told == ["", "Aigerim", "Timur"]  # restored, then both reviewers
    assert run(machines, "check-audit") == "audit intact\n"
