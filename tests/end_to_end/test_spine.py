"""A report is sealed, read, answered and referred: the whole house, in a browser."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from deploy.organisation import Organisation
from tests.end_to_end.conftest import House
from tests.end_to_end.people import Colleague, Reporter

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.enable_socket,
    pytest.mark.needs("chromium", "age", "unzip", "ssh-keygen", "sha256sum"),
]

STORY = (
    "Аудандық құрылыс бөлімінің басшысы актіге қол қою үшін ақша сұрайды. "
    "Ғимарат әлі салынып біткен жоқ, бірақ құжатта «орындалды» деп тұр. Белгі: "
)
REPLY = "Хабарламаңыз оқылды. Қандай құжатта «орындалды» деп жазылған?"
AGENCY = "Антикоррупционная служба (демонстрация)"
"""As the console names it in Russian, its first language."""

SECOND = "Құжат 14 тамызда қол қойылған."


def open_with_stock_tools(
    package: bytes, organisation: Organisation, place: Path
) -> Path:
    """Open a referral as the agency would: age, unzip, ssh-keygen, sha256sum."""
    sealed, opened, folder = place / "p.age", place / "p.zip", place / "package"
    sealed.write_bytes(package)
    identity = organisation.destination_identity("agency")
    subprocess.run(["age", "-d", "-i", identity, "-o", opened, sealed], check=True)
    subprocess.run(["unzip", "-q", opened, "-d", folder], check=True)
    directory = json.loads((organisation.place / "intake/directory.json").read_text())
    signers = place / "signers"
    signers.write_text(f"team {directory['team'][0]['key']}\n")
    for signed in ("manifest.json", "SHA256SUMS"):
        with (folder / signed).open("rb") as message:
            subprocess.run(
                [
                    *("ssh-keygen", "-Y", "verify", "-n", "debunker-referral"),
                    *("-f", signers, "-I", "team", "-s", folder / f"{signed}.sig"),
                ],
                stdin=message,
                check=True,
                capture_output=True,
            )
    checking = ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"]
    subprocess.run(checking, cwd=folder, check=True)
    return folder


def test_a_report_travels_through_the_whole_house(
    reporter: Reporter,
    reviewer: Colleague,
    coordinator: Colleague,
    house: House,
    tmp_path: Path,
) -> None:
    """Reporter to reviewer, the answer back, the referral to its destination."""
    sign = "with script" if reporter.script else "without script"
    files = [tmp_path / "акт.txt", tmp_path / "сурет.bin"]
    files[0].write_text("Акт: орындалды\n")
    files[1].write_bytes(bytes(range(256)) * 1000)

    codename = reporter.report(STORY + sign, files)

    reviewer.sync()
    case = reviewer.open_case(sign)
    assert STORY + sign in reviewer.page.locator("main").inner_text()
    for number, file in enumerate(files):
        got = reviewer.download("a[data-dangerous]", tmp_path / "got", number)
        assert got == file.read_bytes()
    reviewer.reply(REPLY)

    assert REPLY in reporter.replies(codename)
    reporter.write_again(codename, SECOND)
    reviewer.sync()
    reviewer.page.goto(case)
    assert SECOND in reviewer.page.locator("main").inner_text()

    referral = reviewer.propose_referral(AGENCY, "An act was allegedly false.")
    coordinator.approve(referral)
    package = coordinator.export(referral, tmp_path / "package.age")

    folder = open_with_stock_tools(package, house.organisation, tmp_path)
    evidence = list((folder / "evidence").iterdir())
    assert [e.read_bytes() for e in evidence] == [files[0].read_bytes()]
    assert "An act was allegedly false." in (folder / "dossier.txt").read_text()
    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["entries"]:
        content = (folder / entry["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert STORY.encode() not in everything
