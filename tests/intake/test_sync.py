"""The console fetches, acknowledges and answers; nobody else does."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.mailbox import MailboxId, ReporterKeys, read_mailbox_answer
from protocol.sync import (
    Acknowledgement,
    AcknowledgementBatch,
    DepositId,
    ReplyId,
    sign_request,
)
from tests.intake.conftest import SYNC_ORIGIN, House
from tests.intake.console import Console
from tests.intake.organisation import Organisation
from tests.intake.reporter import upload
from tests.intake.sealed import open_deposit, seal_in_page


@pytest.fixture
def console(house: House) -> Console:
    """The console of the house."""
    return Console(house=house)


@pytest.fixture
def sealed(house: House) -> bytes:
    """A report that waits."""
    sealed, mailbox = seal_in_page(house.organisation)
    upload(house.client(), sealed, mailbox)
    return sealed


def test_a_deposit_is_listed_fetched_and_deleted_after_its_acknowledgement(
    house: House, console: Console, sealed: bytes
) -> None:
    """The console gets exactly the bytes that came; then they go."""
    (entry,) = console.deposits()

    fetched = console.call("GET", f"/sync/deposits/{entry.id}")
    report, _ = open_deposit(fetched.data, house.organisation, entry.mailbox)
    acknowledged = console.acknowledge(entry)

    assert fetched.data == sealed
    assert report.text == "Взятка в акимате"
    assert acknowledged.status_code == 204
    assert console.deposits() == ()
    assert house.deposits == []


def test_an_acknowledgement_may_come_twice(console: Console, sealed: bytes) -> None:
    """A lost answer must not stop the console."""
    (entry,) = console.deposits()

    assert console.acknowledge(entry).status_code == 204
    assert console.acknowledge(entry).status_code == 204
    assert sealed


def test_an_acknowledgement_of_other_bytes_deletes_nothing(
    house: House, console: Console, sealed: bytes
) -> None:
    """Only a console that has the very bytes may have ours deleted."""
    (entry,) = console.deposits()
    wrong = AcknowledgementBatch(
        deposits=(Acknowledgement(id=entry.id, sha256="0" * 64),)
    )

    answer = console.call("POST", "/sync/acknowledgements", wrong.to_json())

    assert answer.status_code == 409
    assert [path.read_bytes() for path in house.deposits] == [sealed]


def test_a_range_of_a_deposit_can_be_fetched(console: Console, sealed: bytes) -> None:
    """A broken transfer goes on where it ended."""
    (entry,) = console.deposits()

    answer = console.call(
        "GET", f"/sync/deposits/{entry.id}", headers={"Range": "bytes=1000-"}
    )

    assert answer.status_code == 206
    assert answer.data == sealed[1000:]


def test_a_range_behind_the_end_is_refused(console: Console, sealed: bytes) -> None:
    """The console asks for what there is."""
    (entry,) = console.deposits()
    path = f"/sync/deposits/{entry.id}"

    answer = console.call("GET", path, headers={"Range": f"bytes={len(sealed)}-"})

    assert answer.status_code == 416


def test_fetching_leaves_no_access_time(
    house: House, console: Console, sealed: bytes
) -> None:
    """When the console fetched is nobody's business either."""
    (entry,) = console.deposits()
    before = [path.stat().st_atime_ns for path in house.deposits]

    fetched = console.call("GET", f"/sync/deposits/{entry.id}")

    assert fetched.data == sealed
    assert [path.stat().st_atime_ns for path in house.deposits] == before


def test_the_listing_goes_on_after_an_id(house: House, console: Console) -> None:
    """Pages are cut by id, which tells nothing of time."""
    for _ in range(3):
        sealed, mailbox = seal_in_page(house.organisation)
        upload(house.client(), sealed, mailbox)
    first, second, third = console.deposits()

    answer = console.call("GET", f"/sync/deposits?after={first.id}")

    assert str(first.id) not in answer.text
    assert answer.text.index(str(second.id)) < answer.text.index(str(third.id))


def test_an_unknown_deposit_is_not_found(console: Console) -> None:
    """An id that never was, and one that cannot be, look the same."""
    unknown = console.call(
        "GET", f"/sync/deposits/{DepositId.generate(system_entropy)}"
    )
    impossible = console.call("GET", "/sync/deposits/none")

    assert unknown.status_code == impossible.status_code == 404


def _put_reply(console: Console, mailbox: MailboxId, reply_id: ReplyId) -> TestResponse:
    path = f"/sync/mailboxes/{mailbox}/replies/{reply_id}"
    return console.call("PUT", path, b"sealed reply")


def test_a_reply_waits_in_its_mailbox_once(house: House, console: Console) -> None:
    """Sending it twice leaves one."""
    codename = Codename.generate(system_entropy)
    keys = ReporterKeys.derive(codename, house.organisation.id)
    reply_id = ReplyId.generate(system_entropy)

    first = _put_reply(console, keys.mailbox, reply_id)
    second = _put_reply(console, keys.mailbox, reply_id)
    answer = house.client().get(
        "/mailbox", headers={"Authorization": keys.token.bearer()}
    )

    assert (first.status_code, second.status_code) == (201, 204)
    assert read_mailbox_answer(answer.data).replies == (b"sealed reply",)


def test_a_deleted_mailbox_takes_no_reply(house: House, console: Console) -> None:
    """The reporter wanted no more; the console is told."""
    keys = ReporterKeys.derive(Codename.generate(system_entropy), house.organisation.id)
    _put_reply(console, keys.mailbox, ReplyId.generate(system_entropy))
    bearer = {"Authorization": keys.token.bearer()}

    deleted = house.client().delete("/mailbox", headers=bearer)
    later = _put_reply(console, keys.mailbox, ReplyId.generate(system_entropy))
    answer = house.client().get("/mailbox", headers=bearer)

    assert deleted.status_code == 204
    assert later.status_code == 410
    assert read_mailbox_answer(answer.data).replies == ()


def test_a_newer_directory_is_put_in_force(house: House, console: Console) -> None:
    """Reports are sealed to it from then on, and everyone gets it."""
    newer = house.organisation.directory(now=house.clock.now(), version=2)

    answer = console.call("PUT", "/sync/directory", newer.to_json())
    again = console.call("PUT", "/sync/directory", newer.to_json())

    assert answer.status_code == again.status_code == 204
    assert house.client().get("/directory.json").data == newer.directory
    assert house.client().get("/directory.json.sig").text == newer.signature


def test_an_older_or_foreign_directory_is_refused(
    house: House, console: Console
) -> None:
    """A stolen sync key must not bring back a revoked reviewer."""
    before = house.client().get("/directory.json").data
    other = Organisation().root
    now = house.clock.now()

    older = house.organisation.directory(now=now - timedelta(hours=1), version=1)
    foreign = house.organisation.directory(now=now, version=9, root=other)
    answers = [
        console.call("PUT", "/sync/directory", signed.to_json()).status_code
        for signed in (older, foreign)
    ]

    assert answers == [422, 422]
    assert house.client().get("/directory.json").data == before


def test_an_older_directory_does_not_follow_one_that_has_ended(
    house: House, console: Console
) -> None:
    """An organisation that closed its form with a short one keeps it closed."""
    now = house.clock.now()
    short = house.organisation.directory(now=now, version=5, lives=timedelta(days=2))
    long = house.organisation.directory(now=now, version=4)
    assert console.call("PUT", "/sync/directory", short.to_json()).status_code == 204
    house.clock.advance(timedelta(days=3))

    answer = console.call("PUT", "/sync/directory", long.to_json())

    assert answer.status_code == 422
    assert house.client().get("/directory.json").data == short.directory


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sync/deposits?after=x", 400),
        ("POST", "/sync/acknowledgements", 422),
        ("PUT", "/sync/directory", 422),
        ("PUT", "/sync/mailboxes/x/replies/y", 404),
    ],
)
def test_a_signed_request_that_makes_no_sense_is_refused(
    console: Console, method: str, path: str, status: int
) -> None:
    """A bug of the console must not become one of the intake."""
    body = b"" if method == "GET" else b"{}"

    assert console.call(method, path, body).status_code == status


def test_another_key_is_refused(house: House) -> None:
    """Only the pinned key is the console."""
    stranger = Console(house=house, key=SigningKey.generate(system_entropy))

    assert stranger.call("GET", "/sync/deposits").status_code == 401


def _signed(house: House, method: str, path: str, body: bytes = b"") -> dict[str, str]:
    return sign_request(
        method,
        SYNC_ORIGIN + path,
        body,
        key=house.organisation.sync,
        now=house.clock.now(),
    )


def test_a_changed_body_is_refused(house: House, sealed: bytes) -> None:
    """The digest covers the body, whatever a proxy does to it."""
    (entry,) = Console(house=house).deposits()
    batch = AcknowledgementBatch(
        deposits=(Acknowledgement(id=entry.id, sha256=entry.sha256),)
    ).to_json()
    headers = _signed(house, "POST", "/sync/acknowledgements", b"{}")

    answer = house.client().post("/sync/acknowledgements", headers=headers, data=batch)

    assert answer.status_code == 401
    assert len(house.deposits) == 1
    assert sealed


def test_an_old_or_future_date_is_refused(house: House) -> None:
    """A recorded request is of no use a minute later."""
    headers = _signed(house, "GET", "/sync/deposits")
    house.clock.advance(timedelta(seconds=61))
    late = house.client().get("/sync/deposits", headers=headers)
    house.clock.advance(timedelta(seconds=-122))
    early = house.client().get("/sync/deposits", headers=headers)

    assert late.status_code == early.status_code == 401


def test_another_path_query_or_method_is_refused(house: House) -> None:
    """A signature is for one request."""
    headers = _signed(house, "GET", "/sync/deposits")
    other = DepositId.generate(system_entropy)

    statuses = [
        house.client()
        .get(f"/sync/deposits?after={other}", headers=headers)
        .status_code,
        house.client().get(f"/sync/deposits/{other}", headers=headers).status_code,
        house.client().head("/sync/deposits", headers=headers).status_code,
        house.client().get("/sync/deposits").status_code,
    ]

    assert statuses == [401] * 4


def test_a_component_that_is_not_covered_is_refused(house: House) -> None:
    """A signature over less than everything is none."""
    headers = _signed(house, "GET", "/sync/deposits")
    covered = headers["Signature-Input"]
    headers["Signature-Input"] = covered.replace(' "content-digest"', "")

    assert house.client().get("/sync/deposits", headers=headers).status_code == 401
    assert covered != headers["Signature-Input"]


def test_every_refusal_is_one_answer(house: House) -> None:
    """Whoever guesses learns nothing from the answer."""
    headers = _signed(house, "GET", "/sync/deposits")
    path = "/sync/deposits"
    client = house.client()

    answers = [
        client.get(path),
        client.get(path, headers=headers | {"Signature": "sync=:AAAA:"}),
        client.get(path, headers=headers | {"Content-Digest": "sha-256=:AA==:"}),
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {
        (401, answers[0].data)
    }
