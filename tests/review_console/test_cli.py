"""The operator's commands, as typed."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from crypto.age import HybridIdentity
from crypto.age.command import main as age
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import INSECURE_TESTING
from protocol.directory import KeyDirectory, sign_directory
from protocol.languages import Language
from protocol.mailbox import OrganisationId
from protocol.offline_keys import OrganisationFile, open_recovery
from review_console import cli
from review_console.clock import SystemClock
from review_console.commands import asking
from review_console.config import PREFIX, Config, ConfigError
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, REVIEWERS, House

ROOT = Path(__file__).parents[2]

ROOT_KEY = SigningKey.generate(system_entropy)

Run = Callable[..., str]

NAMES = ["--name-kk", "Адал", "--name-ru", "Честные", "--name-en", "Honest"]


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command over one database; give its output."""
    monkeypatch.setenv(f"{PREFIX}DATABASE", f"sqlite:///{tmp_path / 'c.sqlite'}")
    monkeypatch.setenv(f"{PREFIX}DATA", str(tmp_path / "data"))
    monkeypatch.setenv(f"{PREFIX}ROOT_KEY", str(ROOT_KEY.verification_key))
    monkeypatch.setattr(cli, "RFC_9106_LOW_MEMORY", INSECURE_TESTING)
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\nsecond line\n", encoding="utf-8")
    secret.chmod(0o600)

    def command(*words: str, status: int = 0) -> str:
        assert cli.main(words) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return command


def value(output: str, name: str) -> str:
    """Find a named line of a command's output."""
    found = re.search(rf"^{name} (\S+)", output, re.MULTILINE)
    assert found, output
    return found[1]


def organisation_file(recovery: HybridIdentity) -> bytes:
    """Describe the ceremony's keys, as `debunker keys init` does."""
    return OrganisationFile(
        organisation_id=OrganisationId(system_entropy(32)),
        root=ROOT_KEY.verification_key,
        recovery=recovery.recipient,
    ).to_json()


def sign(draft: Path, root: SigningKey = ROOT_KEY) -> None:
    """Sign a draft beside it, as the root's holder does on a machine apart."""
    signed = sign_directory(KeyDirectory.parse(draft.read_bytes()), root)
    (draft.parent / "directory.json").write_bytes(signed.directory)
    (draft.parent / "directory.json.sig").write_text(signed.signature)


def test_an_organisation_is_founded_at_the_command_line(
    run: Run, tmp_path: Path
) -> None:
    """People, keys, draft, signature from elsewhere, destination: by commands."""
    secret = ("--passphrase-file", "passphrase")
    recovery = HybridIdentity.generate(system_entropy)
    (tmp_path / "organisation.json").write_bytes(organisation_file(recovery))
    run("migrate")
    for name, role in (("A", "reviewer"), ("B", "coordinator")):
        made = run("add-user", "--name", name, "--role", role, *secret)
        assert isinstance(pyotp.parse_uri(value(made, "totp")), pyotp.TOTP)
        assert value(made, "recipient").startswith("age1pq1")
        assert "█" in made
    run("make-keys")
    draft = ("draft-directory", "--organisation", "organisation.json")
    drafted = run(*draft, *NAMES, "--out", "draft.json")
    sign(tmp_path / "draft.json")
    added = run("add-directory", "directory.json")
    body = ("add-destination", "--institution", "knb_acs", *NAMES, "--kind", "agency")
    run(*body, "--recipient", str(recovery.recipient))
    run("add-user", "--name", "C", "--role", "reviewer", *secret)
    admitted = run("admit", "--name", "C", "--by", "A", "--yes", *secret)
    run(*draft, "--out", "draft-2.json")

    assert "debunker keys sign-directory draft.json" in drafted
    assert (value(drafted, "version"), value(drafted, "reviewers")) == ("1", "1")
    assert value(added, "version") == "1"
    second = KeyDirectory.parse((tmp_path / "draft-2.json").read_bytes())
    assert (second.version, len(second.reviewers)) == (2, 2)
    assert second.organisation[Language.EN] == "Honest"
    assert value(admitted, "cases") == "0"
    assert run("check-audit") == "audit intact\n"
    for path in ("draft.json", "c.sqlite"):
        assert (tmp_path / path).stat().st_mode & 0o077 == 0


def test_a_directory_is_taken_only_as_the_root_signed_it(
    run: Run, tmp_path: Path
) -> None:
    """Unsigned, signed by another, of another organisation: each told with its mend."""
    secret = ("--passphrase-file", "passphrase")
    recovery = HybridIdentity.generate(system_entropy)
    (tmp_path / "organisation.json").write_bytes(organisation_file(recovery))
    (tmp_path / "not.json").write_text("{}")
    run("migrate")
    draft = ("draft-directory", "--organisation", "organisation.json")
    assert "make-keys" in run(*draft, *NAMES, "--out", "draft.json", status=1)
    run("add-user", "--name", "A", "--role", "reviewer", *secret)
    run("make-keys")

    for wrong, mend in (
        ((*draft, *NAMES[:2], "--out", "x"), "all three languages"),
        ((*draft, "--out", "x"), "--name-kk"),
        ((*draft, *NAMES, "--recovery", "age1x", "--out", "x"), "age1pq1"),
        ((*draft[:2], "not.json", *NAMES, "--out", "x"), "debunker keys init"),
    ):
        assert mend in run(*wrong, status=1)
        assert not (tmp_path / "x").exists()
    run(*draft, *NAMES, "--out", "draft.json")
    assert "exists" in run(*draft, *NAMES, "--out", "draft.json", status=1)
    assert "signature is missing" in run("add-directory", "draft.json", status=1)
    sign(tmp_path / "draft.json", SigningKey.generate(system_entropy))
    assert "pinned root" in run("add-directory", "directory.json", status=1)
    (tmp_path / "directory.json.sig").write_bytes("подпись".encode())
    assert "no signature" in run("add-directory", "directory.json", status=1)
    sign(tmp_path / "draft.json")
    run("add-directory", "directory.json")
    assert "not newer" in run("add-directory", "directory.json", status=1)


def test_mistakes_are_told_in_a_line(run: Run, tmp_path: Path) -> None:
    """No traceback, no secret, a status."""
    adding = ("add-user", "--name", "A", "--role", "reviewer", "--passphrase-file")
    run("migrate")
    wrong = tmp_path / "wrong"
    wrong.write_text(PASSPHRASE)
    wrong.chmod(0o644)

    told = run(*adding, "wrong", status=1)

    assert told.startswith("debunker console: ")
    assert "open to others" in told
    assert PASSPHRASE not in told
    wrong.chmod(0o600)
    wrong.write_text("short")
    assert "characters" in run(*adding, "wrong", status=1)


def test_a_database_without_its_tables_is_told_in_a_line(run: Run) -> None:
    """With the mend, and without what was typed."""
    secret = ("--passphrase-file", "passphrase")

    told = run("add-user", "--name", "СЕКРЕТ", "--role", "reviewer", *secret, status=1)

    assert told == "debunker console: run `debunker console migrate` first\n"


def test_what_the_console_keeps_opens_with_the_recovery_identity(
    house: House,
    fake_intake: FakeIntake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both parts joined are an age file, for whoever has nothing but that key."""
    monkeypatch.chdir(tmp_path)
    reporter = house.reporter()
    deposit = fake_intake.deposit(reporter.report("Пара."), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    opened = open_recovery(house.sealed_recovery, PASSPHRASE)
    (tmp_path / "identity.txt").write_text(opened.encode() + "\n")

    stem = house.config.data / "sealed" / str(deposit)
    parts = [stem.with_suffix(end).read_bytes() for end in (".header", ".payload")]
    (tmp_path / "report.age").write_bytes(b"".join(parts))
    status = age(["-d", "-i", "identity.txt", "-o", "report.zip", "report.age"])

    assert status == 0
    with zipfile.ZipFile("report.zip") as archive:
        assert json.loads(archive.read("report.json"))["text"] == "Пара."


def test_recovery_opens_what_waits_at_the_command_line(
    run: Run,
    house: House,
    fake_intake: FakeIntake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sealed file and two passphrases; each mistake is told, nothing is lost."""
    reporter = house.reporter()
    house.clock.advance(days=50)
    for name in REVIEWERS:
        house.services.sync(by=house.unlocked(name))
    fake_intake.deposit(reporter.report("Поздно."), reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    for name, text in {
        "DATABASE": house.config.database,
        "DATA": str(house.config.data),
        "ROOT_KEY": str(house.config.root_key),
    }.items():
        monkeypatch.setenv(PREFIX + name, text)
    (tmp_path / "recovery.json").write_bytes(house.sealed_recovery)
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase, as long")
    wrong.chmod(0o600)
    opening = (
        *("open-waiting", "--recovery", "recovery.json", "--by", "Дана"),
        *("--passphrase-file", "passphrase", "--recovery-passphrase-file"),
    )

    assert "wrong passphrase" in run(*opening, "wrong", status=1)
    told = run(*opening, "passphrase")

    assert (value(told, "case"), value(told, "others")) == ("1", "0")
    rows = house.services.list_cases(by=house.unlocked("Борис")).rows
    assert [row.title for row in rows] == ["Поздно."]


def test_a_typed_passphrase_is_asked_for_twice(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of the finger must not seal a key for ever."""
    answers = iter([PASSPHRASE, PASSPHRASE + "x", PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr(asking, "getpass", lambda _prompt: next(answers))
    adding = ("add-user", "--name", "A", "--role", "reviewer")
    run("migrate")

    assert "differ" in run(*adding, status=1)
    assert value(run(*adding), "recipient").startswith("age1pq1")


def settings(**changes: str) -> dict[str, str]:
    """Give every setting, with some changed."""
    right = {
        "DATABASE": "sqlite:///x",
        "DATA": "/data",
        "ROOT_KEY": "ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "INTAKE": "http://127.0.0.1:8000/",
        "ORIGIN": "https://console.example",
    }
    return {PREFIX + name: text for name, text in (right | changes).items()}


def test_settings_are_read_once() -> None:
    """An origin has no slash at its end."""
    config = Config.from_env(settings())

    assert config.intake == "http://127.0.0.1:8000"
    assert str(config.root_key).startswith("ssh-ed25519 ")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("DATABASE", " "),
        ("DATA", ""),
        ("ROOT_KEY", "ssh-rsa SECRET"),
        ("INTAKE", "ftp://SECRET"),
        ("INTAKE", "http://host/SECRET"),
        ("ORIGIN", "http://[SECRET"),
        ("INTAKE", "http://SECRET.example"),
    ],
)
def test_a_bad_setting_is_named_not_quoted(name: str, bad: str) -> None:
    """It stops the start with its name, never its value."""
    with pytest.raises(ConfigError, match=PREFIX + name) as error:
        Config.from_env(settings(**{name: bad}))

    assert "SECRET" not in str(error.value)


def test_a_server_that_cannot_serve_says_why(tmp_path: Path) -> None:
    """A setting that is missing, or a database of another shape."""
    serve = [sys.executable, "-m", "review_console.cli", "serve"]
    given = settings(DATABASE=f"sqlite:///{tmp_path / 'c.sqlite'}", DATA=str(tmp_path))
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}

    def told(names: dict[str, str]) -> str:
        done = subprocess.run(
            serve,
            env=environment | names,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1
        return done.stderr

    assert f"{PREFIX}INTAKE is not set" in told(
        {name: text for name, text in given.items() if not name.endswith("INTAKE")}
    )
    assert "run `debunker console migrate` first" in told(given)


def test_the_clock_is_the_machines() -> None:
    """With its time zone, and it goes forward."""
    clock = SystemClock()
    before = clock.now()

    assert before.utcoffset() == timedelta(0)
    assert clock.now() >= before
