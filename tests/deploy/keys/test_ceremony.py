"""The ceremony as its people live through it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crypto.age import open_sealed, parse_identities, seal
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError
from crypto.slip39 import Share, combine_shares
from deploy.keys.ceremony import Sharing
from deploy.keys.machine import examine
from deploy.keys.mode import REAL, REHEARSAL
from deploy.keys.texts import KeysError
from protocol.errors import UnknownFormatError
from protocol.offline_keys import OrganisationFile, open_recovery, open_root
from tests.conftest import leave_out
from tests.deploy.keys.conftest import (
    CONTINUE,
    RECOVERY_PASSPHRASE,
    ROOT_PASSPHRASE,
    Ceremony,
    begin,
    choose,
    finish,
    write_down,
)
from tests.deploy.keys.operator import CHEAP, ONLINE, SWAPPED, Operator

FLAGS = ("--language", "en", ONLINE, SWAPPED)


def test_the_files_hold_what_the_organisation_file_names(ceremony: Ceremony) -> None:
    """Root and recovery open with their passphrases, and are the ones named."""
    made = ceremony.place / "organisation"
    root = open_root((made / "root.json").read_bytes(), ROOT_PASSPHRASE)
    recovery = open_recovery((made / "recovery.json").read_bytes(), RECOVERY_PASSPHRASE)

    assert ceremony.status == 0
    assert root.verification_key == ceremony.organisation.root
    assert recovery.recipient == ceremony.organisation.recovery


def test_two_sheets_of_three_give_both_keys_back(ceremony: Ceremony) -> None:
    """Without file and passphrase."""
    root = open_root(
        (ceremony.place / "organisation" / "root.json").read_bytes(), ROOT_PASSPHRASE
    )
    for pair in ((0, 1), (0, 2), (1, 2)):
        shares = [Share.parse(ceremony.words(holder, "ROOT")) for holder in pair]
        assert combine_shares(shares) == root.seed


def test_only_the_owner_may_read_the_files(ceremony: Ceremony) -> None:
    """Nothing is open to others, and nothing lies beside the folder."""
    made = ceremony.place / "organisation"

    assert [path.name for path in ceremony.place.iterdir()] == ["organisation"]
    assert {path.name for path in made.iterdir()} == {
        "root.json",
        "recovery.json",
        "organisation.json",
        "organisation.txt",
    }
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700


def test_no_secret_stays_on_the_screen(ceremony: Ceremony) -> None:
    """Every sheet stood on a screen of its own, which was cleared."""
    for sheet in ceremony.sheets:
        for words in sheet.values():
            row = f"{words[7]} 8 {words[8]}"
            assert row in " ".join(ceremony.shown.split())
            assert row not in " ".join(ceremony.left_on_screen.split())
    for secret in (ROOT_PASSPHRASE, RECOVERY_PASSPHRASE):
        assert secret not in ceremony.shown


def test_no_secret_is_in_arguments_environment_or_files(ceremony: Ceremony) -> None:
    """Neither another user's `ps` nor the folder tells a word."""
    made = ceremony.place / "organisation"
    places = [ceremony.command_line, ceremony.environment]
    places += [path.read_bytes() for path in made.iterdir()]
    root = open_root((made / "root.json").read_bytes(), ROOT_PASSPHRASE)
    secrets = [ROOT_PASSPHRASE.encode(), RECOVERY_PASSPHRASE.encode(), root.seed]
    secrets += [root.seed.hex().encode()]
    secrets += [
        f"{sheet['ROOT'][8]} {sheet['ROOT'][9]}".encode() for sheet in ceremony.sheets
    ]

    assert not [secret for secret in secrets for text in places if secret in text]


def test_the_poster_tells_the_root_in_every_form(ceremony: Ceremony) -> None:
    """What hangs on a wall is what `ssh-keygen` says, too."""
    poster = (ceremony.place / "organisation" / "organisation.txt").read_text()
    told = subprocess.run(
        ["ssh-keygen", "-lf", "-"],
        input=str(ceremony.organisation.root),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert str(ceremony.organisation.root) in poster
    assert told.split()[1] in poster
    assert str(ceremony.organisation.organisation_id) in poster


@pytest.mark.needs("strace")
def test_nothing_is_written_but_the_folder(tmp_path: Path) -> None:
    """The kernel saw no other file opened for writing, and no secret in a write."""
    log = tmp_path / "strace.log"
    place = tmp_path / "place"
    place.mkdir()
    with Operator.at(
        "init", *FLAGS, "--shares", "2-of-2", place=place, program=_traced(log)
    ) as operator:
        begin(operator)
        sheets = [write_down(operator) for _ in range(2)]
        assert finish(operator) == 0

    lines = log.read_text(errors="replace").splitlines()
    opened = re.compile(r'openat\(.*?"([^"]+)", [^)]*O_(?:WRONLY|RDWR).* = [0-9]')
    paths = [found.group(1) for line in lines if (found := opened.search(line))]
    # The terminal is shown to, and every sheet stood on it.
    terminal = f"write({_descriptor_of_terminal(lines)}, "
    written = [line for line in lines if " write(" in line and terminal not in line]
    assert len(paths) >= 4
    assert all(path.startswith("/dev/") or ".organisation." in path for path in paths)
    assert len(written) >= 4
    secrets = [ROOT_PASSPHRASE, RECOVERY_PASSPHRASE]
    secrets += [f"{sheet['ROOT'][8]}   " for sheet in sheets]
    assert not [line for line in written for secret in secrets if secret in line]


def _traced(log: Path) -> tuple[str, ...]:
    calls = "trace=open,openat,creat,rename,renameat,renameat2,link,linkat,write"
    strace = ["strace", "-f", "-qq", "-s", "65536", "-o", str(log), "-e", calls]
    code = f"""
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))  # for the session, so for strace's child
os.execvp("strace", {strace!r} + [sys.executable, "-c", {CHEAP!r}, *sys.argv[1:]])
"""
    return ("-c", code)


def _descriptor_of_terminal(lines: list[str]) -> str:
    found = [line for line in lines if '"/dev/tty"' in line and " = -1 " not in line]
    return found[-1].rsplit(" = ", 1)[1].strip()


@pytest.mark.parametrize("key", ["c", "d"])
@pytest.mark.parametrize(
    "moment", ["first", "passphrase", "proposed", "sheet", "check"]
)
def test_stopping_leaves_nothing(moment: str, key: str, tmp_path: Path) -> None:
    """Ctrl-C and Ctrl-D at any prompt: a sentence, and an empty folder."""
    with Operator.at("init", *FLAGS, "--shares", "2-of-2", place=tmp_path) as operator:
        _go_on_to(operator, moment)
        operator.press(key)
        operator.expect("Stopped. Nothing was written")
        status = operator.leave()
        shown = operator.left_on_screen

    assert status == 130
    assert not list(tmp_path.iterdir())
    assert "Traceback" not in shown
    assert "academic" not in shown


def _go_on_to(operator: Operator, moment: str) -> None:
    match moment:
        case "first":
            operator.expect(CONTINUE)
        case "passphrase":
            operator.answer(CONTINUE, "")
            operator.answer("[yes/no]", "no")
            operator.expect("nothing shows while you type):")
        case "proposed":
            operator.answer(CONTINUE, "")
            operator.answer("[yes/no]", "yes")
            operator.expect(CONTINUE)
        case "sheet":
            begin(operator)
            operator.answer(CONTINUE, "")
            operator.expect("All on paper?")
        case _:
            begin(operator)
            operator.answer(CONTINUE, "")
            operator.answer("All on paper?", "")
            operator.expect("word")


@pytest.mark.parametrize("moment", ["passphrase", "sheet"])
def test_a_closed_window_leaves_nothing(moment: str, tmp_path: Path) -> None:
    """The terminal goes away: the program ends, quietly."""
    with Operator.at("init", *FLAGS, "--shares", "2-of-2", place=tmp_path) as operator:
        _go_on_to(operator, moment)
        operator.go_away()
        assert operator.process.wait(30) == 130

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_clears_the_screen(number: int, tmp_path: Path) -> None:
    """Whatever ends it, no sheet stays."""
    with Operator.at("init", *FLAGS, "--shares", "2-of-2", place=tmp_path) as operator:
        _go_on_to(operator, "sheet")
        operator.process.send_signal(number)
        operator.expect("Stopped.")
        assert operator.leave() == 130
        left = operator.left_on_screen

    assert "academic" not in left


def test_a_sheet_is_not_left_by_putting_it_aside(tmp_path: Path) -> None:
    """Ctrl-Z does nothing: the shell would show the sheet to whoever comes."""
    with Operator.at("init", *FLAGS, "--shares", "2-of-2", place=tmp_path) as operator:
        _go_on_to(operator, "sheet")
        operator.press("z")
        operator.type("")
        operator.expect("type some words from your paper")


def test_nothing_is_overwritten(ceremony: Ceremony) -> None:
    """A second ceremony in the same place is refused before a word is typed."""
    with Operator.at("init", *FLAGS, place=ceremony.place) as operator:
        operator.expect("organisation is there already, and nothing is overwritten")
        assert operator.leave() == 1


def test_a_place_that_cannot_be_written_to_is_told_first(tmp_path: Path) -> None:
    """Before anybody has chosen a passphrase."""
    with Operator.at(
        "init", *FLAGS, "--out", "missing/organisation", place=tmp_path
    ) as operator:
        operator.expect("cannot be written: No such file or directory")
        assert operator.leave() == 1
        assert "Passphrase" not in operator.shown


def test_a_stick_that_fails_at_the_end_undoes_nothing(tmp_path: Path) -> None:
    """Holders have copied their sheets: mend it, press Enter, go on."""
    stick = tmp_path / "stick"
    stick.mkdir()
    words = ("init", *FLAGS, "--shares", "2-of-2", "--out", "stick/organisation")
    with Operator.at(*words, place=tmp_path) as operator:
        begin(operator)
        write_down(operator)
        stick.rmdir()
        write_down(operator)
        operator.expect("cannot be written: No such file")
        operator.expect("Nothing is lost")
        stick.mkdir()
        operator.type("")
        assert finish(operator) == 0

    assert (stick / "organisation" / "root.json").exists()


def test_a_machine_on_a_network_is_refused(tmp_path: Path) -> None:
    """With the way out: unplug, or say that it is a demonstration."""
    if not examine().networks:
        leave_out("this machine has no network")
    with Operator.at("init", "--language", "en", SWAPPED, place=tmp_path) as operator:
        shown = operator.expect("memory")  # of the machine's examination
        status = operator.leave()
        shown += operator.shown

    assert "network in use" in shown
    assert status == 1
    assert "Unplug the cable" in " ".join(shown.split())


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    """A pipe cannot hold a ceremony."""
    refused = subprocess.run(
        [
            "setsid",
            "-w",
            sys.executable,
            "-m",
            "deploy.cli",
            "keys",
            "init",
            "--language",
            "en",
        ],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert "needs a terminal" in refused.stderr


def test_a_weak_or_mistyped_passphrase_is_asked_for_again(tmp_path: Path) -> None:
    """Too short, typed differently, or the same for both keys."""
    with Operator.at("init", *FLAGS, place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        operator.answer("[yes/no]", "perhaps")
        operator.expect("one of the answers in brackets")
        operator.answer("[yes/no]", "no")
        operator.answer("you type):", "short")
        operator.expect("That is too short")
        operator.answer("you type):", ROOT_PASSPHRASE)
        operator.answer("Once more:", RECOVERY_PASSPHRASE)
        operator.expect("The two differ")
        operator.answer("you type):", ROOT_PASSPHRASE)
        operator.answer("Once more:", ROOT_PASSPHRASE)
        operator.answer("[yes/no]", "no")
        operator.answer("you type):", ROOT_PASSPHRASE)
        operator.expect("This is the root's passphrase")


def test_numbers_of_sheets_are_asked_for_until_they_make_sense(tmp_path: Path) -> None:
    """One sheet alone is never offered; none at all is, with a warning."""
    with Operator.at("init", *FLAGS, place=tmp_path) as operator:
        begin(operator)
        for wrong in ("1", "17", "two"):
            operator.answer("[0 for none, or 2 to 16]", wrong)
            operator.expect("not one of the numbers")
        operator.answer("[0 for none, or 2 to 16]", "0")
        operator.expect("nothing brings the key back")
        assert finish(operator) == 0


def test_a_slip_of_the_pen_shows_the_sheet_again(tmp_path: Path) -> None:
    """A word that does not stand on the sheet is found before the envelope closes."""
    with Operator.at("init", *FLAGS, "--shares", "2-of-2", place=tmp_path) as operator:
        begin(operator)
        operator.answer(CONTINUE, "")
        operator.answer("All on paper?", "")
        operator.expect("ROOT, word")
        operator.answer(":", "zzzz")
        operator.expect("That is not what the sheet says")
        operator.expect("SHEET 1 OF 2")


def test_secret_sheets_are_printed_only_on_request(tmp_path: Path) -> None:
    """Named as a secret, for the owner alone."""
    words = ("init", *FLAGS, "--shares", "2-of-2", "--print-secret-sheets")
    with Operator.at(*words, place=tmp_path) as operator:
        begin(operator)
        sheet = write_down(operator)
        write_down(operator)
        operator.expect("SECRET, readable for everyone")
        assert finish(operator) == 0

    printed = tmp_path / "organisation" / "SECRET-sheet-1-of-2.txt"
    assert printed.stat().st_mode & 0o777 == 0o600
    assert sheet["ROOT"][33] in printed.read_text()


@pytest.mark.parametrize("wrong", ["2of3", "1-of-1", "3-of-2", "2-of-17", "-of-"])
def test_senseless_shares_are_refused(wrong: str) -> None:
    """With a sentence that shows how it is written."""
    with pytest.raises(KeysError, match="written like 2-of-3"):
        Sharing.parse(wrong)


@pytest.mark.parametrize(
    ("first", "sentence"),
    [("1", "екі құпиясы"), ("2", "два секрета"), ("3", "two secrets")],
)
def test_it_speaks_three_languages(first: str, sentence: str, tmp_path: Path) -> None:
    """Asked for at the beginning, unless the command names one."""
    with Operator.at("init", ONLINE, SWAPPED, place=tmp_path) as operator:
        operator.answer("English :", first)
        operator.expect(sentence)


def test_a_rehearsals_products_are_refused_by_everything_real(tmp_path: Path) -> None:
    """Its key files, its organisation's file and its sheets; and the reverse."""
    words = ("init", *FLAGS, "--shares", "2-of-2", "--rehearsal")
    with Operator.at(*words, place=tmp_path) as operator:
        operator.expect("REHEARSAL")
        begin(operator)
        sheet = write_down(operator)
        write_down(operator)
        assert finish(operator) == 0
    made = tmp_path / "organisation"
    root = (made / "REHEARSAL-root.json").read_bytes()
    organisation = (made / "REHEARSAL-organisation.json").read_bytes()

    assert {path.name[:9] for path in made.iterdir()} == {"REHEARSAL"}
    with pytest.raises(AuthenticationError):
        open_root(root, ROOT_PASSPHRASE)
    with pytest.raises(UnknownFormatError):
        OrganisationFile.parse(organisation)
    assert Share.parse(" ".join(sheet["ROOT"].values())).is_rehearsal
    key = REHEARSAL.open_root(root, ROOT_PASSPHRASE)
    parsed = REHEARSAL.read_organisation(organisation)
    assert key.verification_key == parsed.root
    with pytest.raises(UnknownFormatError):
        REHEARSAL.read_organisation(REAL.write_organisation(parsed))


def test_a_new_root_belongs_to_the_same_organisation(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Mailboxes depend on the organisation's id: it never changes."""
    source = ceremony.place / "organisation" / "organisation.json"
    words = ("rotate-root", *FLAGS, "--organisation", str(source))
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        choose(operator, ROOT_PASSPHRASE)
        operator.answer("2 to 16]", "0")
        assert finish(operator) == 0
        assert "--root rotated-root/root.json --cross" in " ".join(
            operator.shown.split()
        )

    made = tmp_path / "rotated-root"
    renewed = OrganisationFile.parse((made / "organisation.json").read_bytes())
    root = open_root((made / "root.json").read_bytes(), ROOT_PASSPHRASE)
    assert not (made / "recovery.json").exists()
    assert renewed.root == root.verification_key != ceremony.organisation.root
    assert renewed.recovery == ceremony.organisation.recovery
    assert renewed.organisation_id == ceremony.organisation.organisation_id


def test_a_new_recovery_identity_leaves_the_root(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Only the recipient changes."""
    source = ceremony.place / "organisation" / "organisation.json"
    words = ("rotate-recovery", *FLAGS, "--organisation", str(source))
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        choose(operator, RECOVERY_PASSPHRASE)
        operator.answer("2 to 16]", "0")
        assert finish(operator) == 0
        assert "--organisation rotated-recovery/organisation.json" in " ".join(
            operator.shown.split()
        )

    made = tmp_path / "rotated-recovery"
    renewed = OrganisationFile.parse((made / "organisation.json").read_bytes())
    assert not (made / "root.json").exists()
    assert renewed.root == ceremony.organisation.root
    assert renewed.recovery != ceremony.organisation.recovery


def test_the_recovery_identity_opens_a_file(ceremony: Ceremony, tmp_path: Path) -> None:
    """`debunker age -d -i` reads what `open-recovery` writes."""
    sealed = ceremony.place / "organisation" / "recovery.json"
    out = tmp_path / "identity.txt"
    words = ("open-recovery", str(sealed), *FLAGS, "--out", str(out))
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer("nothing shows):", "a wrong passphrase, by mistake")
        operator.expect("did not open it")
        operator.answer("nothing shows):", RECOVERY_PASSPHRASE)
        operator.expect("has NO passphrase")
        assert operator.leave() == 0
        shown = operator.shown

    report = seal(b"report", [ceremony.organisation.recovery], entropy=system_entropy)
    assert open_sealed(report, parse_identities(out.read_text())) == b"report"
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text().strip() not in shown


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("recovery.json", "Wrong passphrase, or"),
        ("organisation.json", "is not a sealed key file"),
        ("nothing.json", "cannot be read: No such file"),
    ],
)
def test_what_does_not_open_ends_with_a_sentence(
    file: str, sentence: str, ceremony: Ceremony, tmp_path: Path
) -> None:
    """Three tries; another kind of file and a missing one are told at once."""
    sealed = ceremony.place / "organisation" / file
    words = ("open-recovery", str(sealed), *FLAGS, "--out", "identity.txt")
    with Operator.at(*words, place=tmp_path) as operator:
        if file != "nothing.json":
            for _ in range(3 if file == "recovery.json" else 1):
                operator.answer("nothing shows):", ROOT_PASSPHRASE)
        operator.expect(sentence)
        assert operator.leave() == 1

    assert not list(tmp_path.iterdir())


def test_a_bug_is_told_without_what_was_typed(tmp_path: Path) -> None:
    """Kind and place, no message, no value, no traceback."""
    broken = f"""
import deploy.keys.desk
def fail(typed, unlike):
    raise KeyError(typed)
deploy.keys.desk.Desk._problem_of = staticmethod(fail)
{CHEAP}"""
    with Operator.at(
        "init", *FLAGS, place=tmp_path, program=("-c", broken)
    ) as operator:
        operator.answer(CONTINUE, "")
        operator.answer("[yes/no]", "no")
        operator.answer("nothing shows while you type):", ROOT_PASSPHRASE)
        operator.expect("went wrong inside this program (KeyError at")
        assert operator.leave() == 1

    assert ROOT_PASSPHRASE not in operator.shown
    assert not list(tmp_path.iterdir())
