"""Directories and releases, read and signed at the offline machine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.keys.signing import load_signed
from protocol.directory import KeyDirectory, SignedDirectory, verify_directory
from protocol.errors import NotSignedByRootError
from protocol.fingerprint import Fingerprint
from protocol.mailbox import OrganisationId
from protocol.offline_keys import OrganisationFile
from protocol.release import (
    ReleaseFile,
    ReleaseManifest,
    SignedRelease,
    verify_release,
)
from tests.deploy.keys.conftest import (
    CONTINUE,
    RECOVERY_PASSPHRASE,
    ROOT_PASSPHRASE,
    Ceremony,
    choose,
    finish,
)
from tests.deploy.keys.drafts import draft, key, now, with_recovery
from tests.deploy.keys.operator import ONLINE, SWAPPED, Operator

FLAGS = ("--language", "en", ONLINE, SWAPPED)
AGREE = "[yes/no]"


def write(place: Path, directory: KeyDirectory) -> Path:
    """Bring a draft to the offline machine."""
    path = place / "draft.json"
    path.write_bytes(directory.to_json())
    return path


def sign(
    ceremony: Ceremony, place: Path, directory: KeyDirectory, *more: str
) -> tuple[int, str]:
    """Sign a draft as everybody agrees; return the status and what was shown."""
    words = _words(ceremony, write(place, directory), *more)
    with Operator.at(*words, place=place) as operator:
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        return operator.leave(), " ".join(operator.shown.split())


def refused(ceremony: Ceremony, place: Path, path: Path, *more: str) -> str:
    """Try to sign what must not be signed; return what is said."""
    before = set(place.iterdir())
    with Operator.at(*_words(ceremony, path, *more), place=place) as operator:
        assert operator.leave() == 1
        assert set(place.iterdir()) == before
        return " ".join(operator.shown.split())


def _words(ceremony: Ceremony, path: Path, *more: str) -> tuple[str, ...]:
    root = ceremony.place / "organisation" / "root.json"
    return ("sign-directory", str(path), "--root", str(root), *FLAGS, *more)


def first(ceremony: Ceremony) -> KeyDirectory:
    """Draft the first directory of the ceremony's organisation."""
    made = ceremony.organisation
    return draft(made.organisation_id, made.recovery)


def test_a_draft_is_shown_signed_and_good(ceremony: Ceremony, tmp_path: Path) -> None:
    """Every client accepts it, and `debunker keys verify-directory` says so."""
    status, shown = sign(ceremony, tmp_path, first(ceremony))

    made = tmp_path / "directory-1"
    directory = verify_directory(
        load_signed(made / "directory.json"),
        root=ceremony.organisation.root,
        newest_seen=0,
        now=now(),
    )
    assert status == 0
    assert directory == first(ceremony) or directory.version == 1
    assert "The first directory" in shown
    assert shown.count("+ JOINS") == 3
    assert "a reviewer’s key" in shown
    assert "A RECOVERY RECIPIENT joins" in shown
    assert "A NEW TEAM KEY is in it" in shown
    assert str(Fingerprint.of_recipient(ceremony.organisation.recovery)) in shown
    assert "Organisation" in shown
    judged = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "deploy.cli",
                "keys",
                "verify-directory",
                made / "directory.json",
            ),
            *("--root-key", str(ceremony.organisation.root)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert judged.stdout.startswith("GOOD: version 1 of Organisation")


def test_ssh_keygen_agrees(ceremony: Ceremony, tmp_path: Path) -> None:
    """The signature is a plain SSHSIG."""
    sign(ceremony, tmp_path, first(ceremony))
    made = tmp_path / "directory-1" / "directory.json"
    (tmp_path / "signers").write_text(f"root {ceremony.organisation.root}\n")

    with made.open("rb") as directory:
        subprocess.run(
            [
                *("ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers"),
                *("-I", "root", "-n", "debunker-directory"),
                *("-s", f"{made}.sig"),
            ],
            stdin=directory,
            capture_output=True,
            check=True,
        )


def test_what_changes_is_told(ceremony: Ceremony, tmp_path: Path) -> None:
    """Who joins and who leaves, with fingerprints; what stays is counted."""
    sign(ceremony, tmp_path, first(ceremony))
    previous = tmp_path / "directory-1" / "directory.json"
    made = ceremony.organisation
    second = draft(
        made.organisation_id,
        made.recovery,
        reviewers=("Timur",),
        previous=previous.read_bytes(),
    )
    second = replace(
        second,
        recipients=KeyDirectory.parse(previous.read_bytes()).recipients,
        organisation={**second.organisation, list(second.organisation)[2]: "Renamed"},
    )
    status, shown = sign(ceremony, tmp_path, second, "--previous", str(previous))

    assert status == 0
    assert "What changes against version 1" in shown
    joins, leaves = shown.index("+ JOINS"), shown.index("- LEAVES")
    assert joins < leaves
    assert "“Organisation” becomes “Renamed”" in shown
    assert "1 recovery" in shown
    assert "A RECOVERY RECIPIENT joins" not in shown
    assert "A NEW TEAM KEY" not in shown
    assert (tmp_path / "directory-2" / "directory.json.sig").exists()


def test_a_recovery_recipient_that_nobody_made_is_refused(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """A console in a thief's hands cannot slip its own key in."""
    path = write(tmp_path, with_recovery(first(ceremony), "thief"))

    assert "a recovery recipient that this organisation never made" in refused(
        ceremony, tmp_path, path
    )


def test_a_draft_without_our_recovery_is_refused(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Reports could be lost for ever."""
    stranger = with_recovery(first(ceremony), "other").recipients[1:]
    path = write(tmp_path, replace(first(ceremony), recipients=stranger))

    assert "leaves out the recovery recipient" in refused(ceremony, tmp_path, path)


def test_a_draft_of_another_organisation_is_refused(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Its mailboxes would be nobody's."""
    other = replace(first(ceremony), organisation_id=OrganisationId(bytes(32)))

    assert "for another organisation" in refused(
        ceremony, tmp_path, write(tmp_path, other)
    )


def _unsigned(place: Path) -> None:
    (place / "directory-1" / "directory.json.sig").write_text("nothing\n")


def _altered(place: Path) -> None:
    path = place / "directory-1" / "directory.json"
    path.write_bytes(path.read_bytes().replace(b"Organisation", b"Organization"))


@pytest.mark.parametrize("spoil", [_unsigned, _altered])
def test_a_previous_directory_that_the_root_did_not_sign_is_refused(
    spoil: Callable[[Path], None], ceremony: Ceremony, tmp_path: Path
) -> None:
    """Else a false one would show a harmless difference."""
    sign(ceremony, tmp_path, first(ceremony))
    previous = tmp_path / "directory-1" / "directory.json"
    made = ceremony.organisation
    second = draft(made.organisation_id, made.recovery, previous=previous.read_bytes())
    spoil(tmp_path)

    assert "was not signed by this organisation’s root" in refused(
        ceremony, tmp_path, write(tmp_path, second), "--previous", str(previous)
    )


def test_a_draft_must_follow_the_previous_one(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Between them nothing may have been left out."""
    sign(ceremony, tmp_path, first(ceremony))
    previous = tmp_path / "directory-1" / "directory.json"
    made = ceremony.organisation
    second = draft(made.organisation_id, made.recovery, previous=previous.read_bytes())
    strange = replace(second, previous="00" * 32)

    assert "is not the version that follows" in refused(
        ceremony, tmp_path, write(tmp_path, strange), "--previous", str(previous)
    )


def test_a_draft_that_no_client_would_take_is_not_written(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Signed, verified as every client does, refused, thrown away."""
    past = first(ceremony)
    past = replace(
        past,
        issued=past.issued - timedelta(days=60),
        expires=past.issued - timedelta(days=1),
    )
    status, shown = sign(ceremony, tmp_path, past)

    assert status == 1
    assert "REFUSED: it is past its end" in shown
    assert not (tmp_path / "directory-1").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{}", "is not a directory that can be signed (format_missing)"),
        (b"\xff", "is not a directory that can be signed (not_json)"),
    ],
)
def test_a_file_that_is_no_draft_is_refused(
    content: bytes, sentence: str, ceremony: Ceremony, tmp_path: Path
) -> None:
    """With the reason."""
    path = tmp_path / "draft.json"
    path.write_bytes(content)

    assert sentence in refused(ceremony, tmp_path, path)


def test_nobody_signs_against_their_will(ceremony: Ceremony, tmp_path: Path) -> None:
    """Whoever says no ends it; no passphrase is asked for."""
    words = _words(ceremony, write(tmp_path, first(ceremony)))
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer(AGREE, "no")
        operator.expect("Nothing was written, nothing was signed")
        assert operator.leave() == 130
        assert "Passphrase" not in operator.shown

    assert [path.name for path in tmp_path.iterdir()] == ["draft.json"]


def test_control_characters_of_a_draft_do_not_reach_the_terminal(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """A name could redraw what the operator reads."""
    names = first(ceremony).organisation
    evil = dict.fromkeys(names, "\x1b[2JHarmless\u202e")
    path = write(tmp_path, replace(first(ceremony), organisation=evil))
    with Operator.at(*_words(ceremony, path), place=tmp_path) as operator:
        operator.answer(AGREE, "no")
        operator.leave()

        assert "\x1b[2JHarmless" not in operator.shown
        assert "\u202e" not in operator.shown
        assert "?[2JHarmless?" in operator.shown


def test_two_roots_sign_while_one_follows_the_other(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """Pages with either root accept the directory, and nobody else's does."""
    sign(ceremony, tmp_path, first(ceremony))
    previous = tmp_path / "directory-1" / "directory.json"
    old = ceremony.place / "organisation"
    with Operator.at(
        "rotate-root",
        *FLAGS,
        *("--organisation", str(old / "organisation.json")),
        place=tmp_path,
    ) as operator:
        operator.answer(CONTINUE, "")
        choose(operator, RECOVERY_PASSPHRASE)
        operator.answer("2 to 16]", "0")
        finish(operator)
    new = tmp_path / "rotated-root"
    made = ceremony.organisation
    second = draft(made.organisation_id, made.recovery, previous=previous.read_bytes())
    with Operator.at(
        *("sign-directory", str(write(tmp_path, second)), *FLAGS),
        *("--root", str(new / "root.json"), "--cross", str(old / "root.json")),
        *("--previous", str(previous)),
        place=tmp_path,
    ) as operator:
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", RECOVERY_PASSPHRASE)
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        assert operator.leave() == 0

    signed = load_signed(tmp_path / "directory-2" / "directory.json")
    roots = [
        ceremony.organisation.root,
        key("stranger").verification_key,
    ]
    assert signed.cross_signature is not None
    verify_directory(signed, root=roots[0], newest_seen=0, now=now())
    with pytest.raises(NotSignedByRootError):
        verify_directory(signed, root=roots[1], newest_seen=0, now=now())
    alone = SignedDirectory(directory=signed.directory, signature=signed.signature)
    with pytest.raises(NotSignedByRootError):
        verify_directory(alone, root=roots[0], newest_seen=0, now=now())


def test_a_new_recovery_recipient_is_compared_letter_by_letter(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """After `rotate-recovery`: refused with the old file, shown with the new one."""
    sign(ceremony, tmp_path, first(ceremony))
    previous = tmp_path / "directory-1" / "directory.json"
    old = ceremony.place / "organisation" / "organisation.json"
    words = ("rotate-recovery", *FLAGS, "--organisation", str(old))
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer(CONTINUE, "")
        choose(operator, RECOVERY_PASSPHRASE)
        operator.answer("2 to 16]", "0")
        finish(operator)
    renewed = tmp_path / "rotated-recovery" / "organisation.json"
    recovery = OrganisationFile.parse(renewed.read_bytes()).recovery
    made = ceremony.organisation
    second = draft(made.organisation_id, recovery, previous=previous.read_bytes())
    both = replace(second, recipients=(*second.recipients, *first(ceremony).recipients))
    path = write(tmp_path, both)

    assert "After `rotate-recovery`, name its new file" in refused(
        ceremony, tmp_path, path, "--previous", str(previous)
    )
    status, shown = sign(
        ceremony,
        tmp_path,
        both,
        *("--previous", str(previous), "--organisation", str(renewed)),
    )
    assert status == 0
    assert "A RECOVERY RECIPIENT joins" in shown
    assert str(Fingerprint.of_recipient(recovery)) in shown


def test_a_rehearsed_signature_is_no_signature(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """A real draft can be practised with; nobody accepts what comes of it."""
    with Operator.at(
        "init", *FLAGS, "--rehearsal", "--out", "practice", place=tmp_path
    ) as operator:
        operator.answer(CONTINUE, "")
        choose(operator, ROOT_PASSPHRASE)
        choose(operator, RECOVERY_PASSPHRASE)
        operator.answer("2 to 16]", "0")
        finish(operator)
    root = tmp_path / "practice" / "REHEARSAL-root.json"
    path = write(tmp_path, first(ceremony))
    words = ("sign-directory", str(path), "--root", str(root), *FLAGS, "--rehearsal")
    with Operator.at(*words, place=tmp_path) as operator:
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        operator.expect("No program accepts this signature")
        assert operator.leave() == 0

    organisation = json.loads(
        (tmp_path / "practice" / "REHEARSAL-organisation.json").read_bytes()
    )
    made = tmp_path / "REHEARSAL-directory-1" / "REHEARSAL-directory.json"
    judged = subprocess.run(
        [
            *(sys.executable, "-m", "deploy.cli", "keys", "verify-directory", made),
            *("--root-key", organisation["root"]),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 1
    assert "the root did not sign this" in judged.stdout


# --- Releases ---------------------------------------------------------------------


def manifest(digit: str = "0") -> ReleaseManifest:
    """A small release."""
    return ReleaseManifest(
        version="1.0",
        organisation_id=OrganisationId(bytes(32)),
        headers=(),
        files=(
            ReleaseFile(
                path="/ru/", media_type="text/html", size_bytes=7, sha256=digit * 64
            ),
        ),
        not_covered=("/ru/plain/report",),
    )


def test_a_release_is_shown_and_signed(ceremony: Ceremony, tmp_path: Path) -> None:
    """The exact bytes of the file, so that everyone's build has the same signature."""
    path = tmp_path / "release.json"
    path.write_bytes(manifest().to_json())
    root = ceremony.place / "organisation" / "root.json"
    words = ("sign-release", str(path), "--root", str(root), *FLAGS)
    with Operator.at(*words, place=tmp_path) as operator:
        operator.expect("Release 1.0: 1 addresses, 7 bytes in all; 1 not covered")
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        assert operator.leave() == 0

    signed = SignedRelease(
        manifest=path.read_bytes(),
        signature=(tmp_path / "release.json.sig").read_text(),
    )
    assert verify_release(signed, root=ceremony.organisation.root) == manifest()

    later = tmp_path / "later.json"
    later.write_bytes(manifest("1").to_json())
    words = ("sign-release", str(later), "--root", str(root), *FLAGS)
    with Operator.at(*words, "--previous", str(path), place=tmp_path) as operator:
        operator.expect("~ CHANGES /ru/")
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        assert operator.leave() == 0


def test_a_previous_release_must_be_signed(ceremony: Ceremony, tmp_path: Path) -> None:
    """A false one would hide what changes."""
    path, before = tmp_path / "release.json", tmp_path / "before.json"
    path.write_bytes(manifest().to_json())
    shutil.copy(path, before)
    (tmp_path / "before.json.sig").write_text("nothing")
    root = ceremony.place / "organisation" / "root.json"
    words = ("sign-release", str(path), "--root", str(root), *FLAGS)
    with Operator.at(*words, "--previous", str(before), place=tmp_path) as operator:
        operator.answer(AGREE, "yes")
        operator.answer("nothing shows):", ROOT_PASSPHRASE)
        operator.expect("was not signed by this root")
        assert operator.leave() == 1

    assert not (tmp_path / "release.json.sig").exists()


def test_a_file_that_is_no_release_is_refused(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    """A directory cannot be signed as a release by mistake."""
    path = write(tmp_path, first(ceremony))
    root = ceremony.place / "organisation" / "root.json"
    words = ("sign-release", str(path), "--root", str(root), *FLAGS)
    with Operator.at(*words, place=tmp_path) as operator:
        operator.expect("is not a release manifest")
        assert operator.leave() == 1
