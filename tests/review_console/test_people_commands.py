"""The runbooks about people, as typed: what is done, and what is said."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.sealed_secret import INSECURE_TESTING
from protocol.directory import KeyDirectory, TeamKey, sign_directory
from protocol.offline_keys import seal_recovery
from review_console import cli
from review_console.commands import asking
from review_console.config import PREFIX
from review_console.domain.account import Role
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House
from tests.review_console.test_leaving import report, titles

ROOT = Path(__file__).parents[2]
ANOTHER = "another six words for the same person"  # opens test keys alone
RECOVERY = "the passphrase of the recovery file"

Run = Callable[..., str]


@pytest.fixture
def run(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command over a house's database; give its output."""
    for name, text in settings(house).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(cli, "RFC_9106_LOW_MEMORY", INSECURE_TESTING)
    monkeypatch.chdir(tmp_path)
    for name, passphrase in (
        ("passphrase", PASSPHRASE),
        ("another", ANOTHER),
        ("offline", RECOVERY),
    ):
        path = tmp_path / name
        path.write_text(f"{passphrase}\n")
        path.chmod(0o600)
    write_recovery(house.recovery, tmp_path / "recovery.json")
    house.services.care_later(by=house.unlocked("Ержан"))

    def command(*words: str, status: int = 0) -> str:
        done = cli.main(words)
        captured = capsys.readouterr()
        assert done == status, captured.err
        return captured.err if status else captured.out

    return command


def settings(house: House) -> dict[str, str]:
    """Give the settings that the operator's commands read."""
    return {
        f"{PREFIX}DATABASE": house.config.database,
        f"{PREFIX}DATA": str(house.config.data),
        f"{PREFIX}ROOT_KEY": str(house.config.root_key),
    }


def write_recovery(identity: HybridIdentity, path: Path) -> None:
    """Seal a recovery identity as `debunker keys` does."""
    path.write_bytes(
        seal_recovery(
            identity, RECOVERY, profile=INSECURE_TESTING, entropy=system_entropy
        )
    )


SECRET = ("--passphrase-file", "passphrase")
BODY = (
    *("add-destination", "--kind", "agency", "--name-kk", "Орган"),
    *("--name-ru", "Орган", "--name-en", "Body"),
)
WRONG = ("--recovery-passphrase-file", "passphrase")
BY_RECOVERY = (
    *("--recovery", "recovery.json"),
    *("--recovery-passphrase-file", "offline"),
)


def value(output: str, name: str) -> str:
    """Find a named line of a command's output."""
    found = re.search(rf"^{name} (.+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


def test_join(run: Run, house: House, fake_intake: FakeIntake) -> None:
    """The key that add-user printed is shown again before anything is signed."""
    report(house, fake_intake, "Пара", "Айгүл")
    added = run("add-user", "--name", "Новичок", "--role", "reviewer", *SECRET)

    shown = run("admit", "--name", "новичок", "--by", "Айгүл", "--yes", *SECRET)

    assert value(shown, "account") == value(added, "account")
    assert value(added, "key") in run("list-users")
    assert len(value(added, "words").split()) == 12
    assert value(shown, "cases") == "1"
    assert "draft-directory" in shown
    assert "Новичок\treviewer\tmember\tcases 1\tlacks 0" in run("list-users")


def test_join_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not say yes has admitted nobody."""
    run("add-user", "--name", "Новичок", "--role", "reviewer", *SECRET)
    monkeypatch.setattr("builtins.input", lambda _question: "no")

    told = run("admit", "--name", "Новичок", "--by", "Айгүл", *SECRET, status=1)

    assert "not confirmed: nothing was changed" in told
    assert "Новичок\treviewer\tnot admitted" in run("list-users")


def test_leave(run: Run, house: House, fake_intake: FakeIntake) -> None:
    """It ends with who is a member and what is left to do, as commands."""
    report(house, fake_intake, "Пара", "Айгүл")

    shown = run("remove-user", "--name", "Борис", "--by", "Дана", "--yes", *SECRET)

    assert value(shown, "removed") == "Борис"
    assert (value(shown, "rekeyed"), value(shown, "waiting")) == ("1", "0")
    assert f'DEBUNKER_INTAKE_SYNC_KEY="{value(shown, "sync")}"' in shown
    assert value(shown, "next-team").startswith("ssh-ed25519 ")
    assert "debunker keys sign-directory" in shown
    members = re.findall(r"^(\S+)\t\S+\tmember", shown, re.MULTILINE)
    assert members == ["Айгүл", "Дана", "Ержан"]
    again = run("remove-user", "--name", "Борис", "--by", "Дана", "--yes", *SECRET)
    assert value(again, "sync") == value(shown, "sync")


def test_forgotten_passphrase(run: Run, house: House, fake_intake: FakeIntake) -> None:
    """A new second factor is shown once; the cases are there again."""
    report(house, fake_intake, "Пара", "Айгүл")

    shown = run(
        *("restore-access", "--name", "Айгүл", *BY_RECOVERY, "--yes"),
        *("--passphrase-file", "another"),
    )

    totp = pyotp.parse_uri(value(shown, "totp"))
    assert isinstance(totp, pyotp.TOTP)
    assert (value(shown, "cases"), value(shown, "missing")) == ("1", "0")
    assert "draft-directory" in shown
    house.services.log_in(
        name="Айгүл",
        passphrase=ANOTHER,
        code=totp.at(int(house.clock.now().timestamp())),
    )
    by = house.operations.unlock(name="Айгүл", passphrase=ANOTHER)
    assert titles(house, by) == ["Пара"]


def test_new_passphrase_and_second_factor(run: Run, house: House) -> None:
    """By the old passphrase alone."""
    changing = ("change-passphrase", "--name", "Айгүл", *SECRET)

    run(*changing, "--new-passphrase-file", "another")
    shown = run("new-totp", "--name", "Айгүл", "--passphrase-file", "another")

    assert isinstance(pyotp.parse_uri(value(shown, "totp")), pyotp.TOTP)
    house.operations.unlock(name="Айгүл", passphrase=ANOTHER)
    told = run(*changing, "--new-passphrase-file", "another", status=1)
    assert "not its passphrase" in told


def test_compromised_keys(run: Run) -> None:
    """The sync key at once, the team key with the next directory."""
    sync = run("replace-key", "sync", "--by", "Дана", *SECRET)
    team = run("replace-key", "team", "--by", "Дана", *SECRET)

    assert value(sync, "sync") in sync.partition("DEBUNKER_INTAKE_SYNC_KEY=")[2]
    assert value(team, "next-team") != value(sync, "sync")
    assert "add-directory" in team
    assert run("check-audit") == "audit intact\n"


def test_rotated_recovery(
    run: Run, house: House, fake_intake: FakeIntake, tmp_path: Path
) -> None:
    """After it, the new file restores and the old one does not."""
    report(house, fake_intake, "Пара", "Айгүл")
    new = HybridIdentity.generate(system_entropy)
    draft = house.operations.draft_directory(
        organisation=house.organisation, recovery=new.recipient
    )
    house.operations.add_directory(sign_directory(draft, house.root))

    shown = run("renew-recovery", "--by", "Дана", *SECRET)

    assert value(shown, "headers") == "1"
    assert {value(shown, f"{each}-left") for each in ("headers", "copies")} == {"0"}
    restoring = ("restore-access", "--name", "Айгүл", "--yes")
    told = run(*restoring, *BY_RECOVERY, "--passphrase-file", "another", status=1)
    assert "recovery file of the last ceremony" in told
    write_recovery(new, tmp_path / "recovery.json")
    assert "cases 1" in run(*restoring, *BY_RECOVERY, "--passphrase-file", "another")


def test_cases_are_shared(run: Run, house: House, fake_intake: FakeIntake) -> None:
    """What no member can open comes back by the recovery file."""
    report(house, fake_intake, "Пара", "Айгүл")
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
        for made in house.accounts.values():
            unit.cases.revoke(case_id, made.account.id)
    assert run("list-users").count("lacks 1") == 4

    assert value(run("share-cases", *BY_RECOVERY), "granted") == "4"

    assert titles(house, house.unlocked("Ержан")) == ["Пара"]


def test_put_back_from_a_backup(
    run: Run, house: House, fake_intake: FakeIntake
) -> None:
    """No reply's number is given again; what the backup lacks is named."""
    report(house, fake_intake, "Пара", "Айгүл")
    (header,) = (house.config.data / "sealed").glob("*.header")
    header.unlink()

    shown = run("after-restore")
    assert run("after-restore") == shown  # once more does no harm

    assert value(shown, "missing") == "1"
    assert f"sealed/{header.name}" in shown
    with house.adapters.store.begin() as unit:
        (case_id,) = unit.cases.all()
        assert unit.replies.next_number(case_id) == 1 + 1_000 + 1
    notices = house.services.notices(by=house.unlocked("Дана"))
    assert {each.kind.value for each in notices} == {"restored_from_backup"}


def test_a_console_from_a_backup_does_not_fall_behind(
    run: Run, house: House, tmp_path: Path
) -> None:
    """The intake has a newer directory: the next one is newer than that."""
    (tmp_path / "organisation.json").write_bytes(house.organisation.to_json())
    present = KeyDirectory.parse(house.signed_directory.directory).team[-1].key
    lost = replace(
        house.operations.draft_directory(organisation=house.organisation),
        version=7,
        team=(
            *house.directory.team,
            TeamKey(
                key=house.sync_key,  # some key that burnt with the console
                not_before=house.directory.team[-1].not_before,
                not_after=house.directory.team[-1].not_after,
            ),
        ),
    )
    served = sign_directory(lost, house.root)
    (tmp_path / "served.json").write_bytes(served.directory)
    drafting = ("draft-directory", "--organisation", "organisation.json")
    after = ("--after", "served.json", "--out", "draft.json")
    assert "signature is missing" in run(*drafting, *after, status=1)
    other = SigningKey.generate(system_entropy)
    signature = tmp_path / "served.json.sig"
    signature.write_text(sign_directory(lost, other).signature)
    assert "did not sign" in run(*drafting, *after, status=1)
    signature.write_text(served.signature)

    assert value(run(*drafting, *after), "version") == "8"

    draft = KeyDirectory.parse((tmp_path / "draft.json").read_bytes())
    assert draft.previous == served.sha256
    assert [each.key for each in draft.team] == [house.sync_key, present]
    assert draft.team[0].not_after < lost.team[-1].not_after
    house.operations.add_directory(sign_directory(draft, house.root))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("admit", "--name", "Никто", "--by", "Айгүл", *SECRET), "add-user first"),
        (("admit", "--name", "Айгүл", "--by", "Никто", *SECRET), "list-users"),
        (
            ("remove-user", "--name", "Дана", "--by", "Дана", "--yes", *SECRET),
            "a colleague",
        ),
        (
            (*("share-cases", "--recovery", "recovery.json"), *WRONG),
            "no recovery file, or this is not its passphrase",
        ),
        (("share-cases", "--recovery", "passphrase"), "nothing was typed"),
        (("add-user", "--name", " ", "--role", "reviewer", *SECRET), "--name"),
        ((*BODY, "--recipient", "age1nonsense"), "age-keygen -y"),
        (("add-user", "--name", "айгүл", "--role", "reviewer", *SECRET), "taken"),
    ],
)
def test_a_mistake_is_told_with_its_mend(
    run: Run, words: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, no traceback, nothing done."""

    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(asking, "getpass", nobody)

    told = run(*words, status=1)

    assert sentence in told
    assert told.startswith("debunker console: ")
    assert told.count("\n") == 1


def every_command() -> list[str]:
    """List the console's commands."""
    (commands,) = cli._parser()._subparsers._group_actions  # type: ignore[union-attr]  # argparse
    return sorted(commands.choices or ())


@pytest.mark.parametrize("name", every_command())
def test_each_command_says_which_settings_it_reads(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what it is for, before anybody types it in earnest."""
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])

    shown = " ".join(capsys.readouterr().out.split())
    assert f"{PREFIX}DATABASE" in shown
    assert shown.partition("options:")[0].count(" ") > 8


AT_ITS_TERMINAL = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))  # becomes the controlling terminal
from review_console.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def at_a_terminal(house: House, pressed: bytes, *words: str) -> tuple[int, str]:
    """Type at a real terminal; give the exit status and the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ITS_TERMINAL, *words],
        env={"PYTHONPATH": str(ROOT), **settings(house)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, until = b"", time.monotonic() + 120
    while select.select([ours], [], [], max(0, until - time.monotonic()))[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        shown += piece
        if shown.rstrip().endswith(b":"):
            os.write(ours, pressed)
    os.close(ours)
    return process.wait(120), shown.decode()


@pytest.mark.parametrize(
    ("pressed", "status", "sentence"),
    [(b"\x04", 1, "nothing was typed"), (b"\x03", 130, "interrupted")],
)
def test_whoever_gives_up_at_the_prompt_gets_a_sentence(
    house: House, pressed: bytes, status: int, sentence: str
) -> None:
    """Ctrl-D and Ctrl-C: no traceback, which would look like damage."""
    words = ("remove-user", "--name", "Борис", "--by", "Дана")

    ended, shown = at_a_terminal(house, pressed, *words)

    assert ended == status
    assert sentence in shown
    assert "Traceback" not in shown
    assert house.unlocked("Борис").account.role is Role.REVIEWER
