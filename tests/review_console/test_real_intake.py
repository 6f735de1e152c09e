"""The console against the real intake, over loopback: nothing is played."""

import re
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from protocol.mailbox import read_mailbox_answer
from protocol.reply import CaseState, open_replies
from review_console.domain.case import Delivery
from review_console.domain.publication import PublicationTrouble
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind
from review_console.storage.intake_client import HttpIntake
from tests.intake.organisation import Organisation, write_directory
from tests.intake.server_process import ServerProcess
from tests.review_console.console_process import running_console
from tests.review_console.people import PASSPHRASE, House, Reporter, build_house

pytestmark = pytest.mark.enable_socket

TEXT = "Канарейка: әкімдікте пара алды, 4711 жол."


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[House, ServerProcess]]:
    """A house of today and the intake that pins its keys."""
    now = datetime.now(UTC)  # noqa: TID251  # the intake's clock is real
    house = build_house(tmp_path, now=now)
    by = house.unlocked("Айгүл")
    with house.adapters.store.begin() as unit:
        sync_key = open_organisation_key(unit, OrganisationKeyKind.SYNC, by)
    folder = tmp_path / "intake"
    folder.mkdir()
    write_directory(house.signed_directory, folder / "directory.json")
    organisation = Organisation(root=house.root, sync=sync_key)
    with ServerProcess(folder, organisation) as server:
        intake = HttpIntake(origin=server.url, clock=house.clock)
        yield house.with_intake(intake), server


def upload(server: ServerProcess, sealed: bytes, reporter: Reporter) -> None:
    """Send a sealed file to the server of this test."""
    send_upload(server.url, sealed, reporter)


def send_upload(origin: str, sealed: bytes, reporter: Reporter) -> None:
    """Send a sealed file as the page does: create, then one piece."""
    mailbox = b64encode(str(reporter.keys.mailbox).encode()).decode()
    created = requests.post(
        f"{origin}/uploads",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(sealed)),
            "Upload-Metadata": f"mailbox {mailbox}",
        },
        timeout=10,
    )
    assert created.status_code == 201, created.text
    where = urljoin(origin, created.headers["Location"])
    sent = requests.patch(
        where,
        data=sealed,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
        timeout=10,
    )
    assert sent.status_code == 204, sent.text


def read_mailbox(server: ServerProcess, reporter: Reporter) -> tuple[bytes, ...]:
    """Ask for the replies with the codename's token."""
    answer = requests.get(
        f"{server.url}/mailbox",
        headers={"Authorization": reporter.keys.token.bearer()},
        timeout=10,
    )
    return read_mailbox_answer(answer.content).replies


def test_a_report_comes_and_an_answer_goes(
    real: tuple[House, ServerProcess],
) -> None:
    """Uploaded, fetched, opened, answered, read: with real HTTP and real keys."""
    house, server = real
    reporter = house.reporter()
    upload(server, reporter.report(TEXT, files=[("a.pdf", b"x" * 300_000)]), reporter)
    by = house.unlocked("Айгүл")

    outcome = house.services.sync(by=by)
    row = house.services.list_cases(by=by).rows[0]
    delivery = house.answer(row.id, text="Рахмет", state=CaseState.UNDER_REVIEW, by=by)

    assert (outcome.arrived, outcome.cases, outcome.replies_sent) == (1, 1, 1)
    assert delivery is Delivery.SENT
    replies, unreadable = open_replies(
        read_mailbox(server, reporter),
        reporter.keys.identity,
        mailbox=reporter.keys.mailbox,
        directory=house.directory,
    )
    assert unreadable == 0
    assert [reply.state for reply in replies] == [
        CaseState.RECEIVED,
        CaseState.UNDER_REVIEW,
    ]
    assert house.services.sync(by=by).arrived == 0


def test_a_deleted_mailbox_is_told(real: tuple[House, ServerProcess]) -> None:
    """The reporter went away; the team learns that nobody will read it."""
    house, server = real
    reporter = house.reporter()
    upload(server, reporter.report(TEXT), reporter)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    gone = requests.delete(
        f"{server.url}/mailbox",
        headers={"Authorization": reporter.keys.token.bearer()},
        timeout=10,
    )
    assert gone.status_code == 204

    row = house.services.list_cases(by=by).rows[0]
    delivery = house.answer(row.id, text="Рахмет", state=CaseState.CLOSED, by=by)

    assert delivery is Delivery.GONE


def test_a_reply_waits_for_an_intake_that_is_away(
    real: tuple[House, ServerProcess],
) -> None:
    """Written while the intake is down, it leaves with the next sync."""
    house, server = real
    reporter = house.reporter()
    upload(server, reporter.report(TEXT), reporter)
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    row = house.services.list_cases(by=by).rows[0]
    server.kill()

    first = house.answer(row.id, text="Рахмет", state=CaseState.CLOSED, by=by)
    server.start()
    later = house.with_intake(HttpIntake(origin=server.url, clock=house.clock))
    outcome = later.services.sync(by=by)

    assert first is Delivery.WAITING
    assert outcome.replies_sent == 1
    assert len(read_mailbox(server, reporter)) == 2


def test_a_newer_directory_reaches_reporters(
    real: tuple[House, ServerProcess],
) -> None:
    """Signed by the root, carried by the console, served by the intake."""
    house, server = real
    newer = house.add_directory()

    house.services.sync(by=house.unlocked("Айгүл"))

    served = requests.get(f"{server.url}/directory.json", timeout=10)
    assert served.content == newer.directory


def test_an_intake_that_was_set_back_is_found_out_and_mended(
    real: tuple[House, ServerProcess],
) -> None:
    """Its disk restored from a backup: visitors got the old, the console sees it."""
    house, server = real
    by = house.unlocked("Айгүл")
    house.services.sync(by=by)
    assert trouble(house) is None
    house.add_directory()
    house.services.sync(by=by)
    assert trouble(house) is None
    (server.data / "signed-directory.json").unlink()  # the first one is served again

    house.services.sync(by=by)
    found = trouble(house)
    house.services.sync(by=by)

    assert found is PublicationTrouble.OTHER_DIRECTORY
    assert trouble(house) is None
    served = requests.get(f"{server.url}/directory.json", timeout=10)
    assert served.content == house.signed_directory.directory


def trouble(house: House) -> PublicationTrouble | None:
    """Tell what went wrong at the last publication."""
    with house.adapters.store.begin() as unit:
        publication = unit.publications.newest()
    assert publication is not None
    return publication.trouble


@pytest.mark.needs("strace")
def test_no_process_of_the_console_writes_what_it_reads(
    real: tuple[House, ServerProcess], tmp_path: Path
) -> None:
    """Text, file name and attachment pass through memory alone: strace sees all."""
    house, server = real
    reporter = house.reporter()
    bait = b"CANARY-4711-" * 20_000
    upload(
        server,
        reporter.report(TEXT, files=[("канарейка.pdf", bait)]),
        reporter,
    )
    trace = tmp_path / "trace.txt"
    wrapper = ["strace", "-f", "-y", "-s", "65536", "-o", str(trace)]
    wrapper += ["-e", "trace=write,pwrite64,writev"]
    with running_console(
        house, tmp_path, intake=server.url, wrapper=wrapper
    ) as console:
        _read_over_http(house, console.url, bait)

    canaries = ["CANARY-4711", *(_escaped(word) for word in ("Канарейка", "канарейка"))]
    writes = [
        each
        for each in trace.read_text(errors="replace").splitlines()
        if "<socket:" not in each and "<TCP:" not in each
    ]
    assert any(".sqlite-wal>" in each for each in writes)
    for canary in canaries:
        assert not [each for each in writes if canary in each]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != trace:
            content = path.read_bytes()
            assert b"CANARY-4711" not in content
            assert "анарейка".encode() not in content


def _escaped(word: str) -> str:
    """Spell a word as strace prints its bytes."""
    return "".join(f"\\{byte:o}" for byte in word.encode())


def _read_over_http(house: House, origin: str, bait: bytes) -> None:
    """Log in, fetch, open the case and take the attachment out."""
    with requests.Session() as session:
        session.trust_env = False
        cookies: dict[str, str] = {}

        def call(method: str, path: str, **fields: str) -> requests.Response:
            # This client drops Secure cookies over HTTP; a browser on loopback not.
            answer = session.request(
                method,
                origin + path,
                data=fields or None,
                headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())},
                allow_redirects=False,
                timeout=30,
            )
            for line in answer.raw.headers.getlist("Set-Cookie"):
                name, _, text = line.partition(";")[0].partition("=")
                cookies[name] = text
            return answer

        def token(answer: requests.Response) -> str:
            found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
            assert found
            return found[1]

        code = house.accounts["Айгүл"].totp_code(int(time.time()))  # noqa: TID251  # the console's clock is real
        answer = call(
            "POST",
            "/login",
            csrf_token=token(call("GET", "/login")),
            name="Айгүл",
            passphrase=PASSPHRASE,
            code=code,
        )
        assert answer.status_code == 303, answer.text
        call("POST", "/sync", csrf_token=token(call("GET", "/")))
        found = re.search(r"/cases/[a-z2-7]{32}", call("GET", "/").text)
        assert found
        page = call("GET", found[0])
        assert TEXT in page.text
        link = re.search(rf"{found[0]}/attachments/[a-z2-7]{{32}}/0", page.text)
        assert link
        assert call("GET", link[0]).content == bait
