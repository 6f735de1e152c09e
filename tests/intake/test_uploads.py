"""Sealed files arrive piece by piece, or not at all."""

import errno
from datetime import timedelta

import pytest

from crypto.age import X25519Identity, seal
from crypto.entropy import system_entropy
from intake.storage.running_digests import RunningDigests
from intake.storage.sealed_files import GrowingFile
from protocol.codename import Codename
from protocol.mailbox import MailboxId, ReporterKeys
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.organisation import write_directory
from tests.intake.reporter import (
    PIECE,
    TUS,
    append,
    begin,
    look,
    metadata,
    upload,
)
from tests.intake.sealed import open_deposit, seal_in_page


@pytest.fixture(scope="module")
def mailbox() -> MailboxId:
    """A mailbox of a test that cares for no codename."""
    return MailboxId("a" * 32)


def test_an_upload_becomes_a_deposit_with_its_last_byte(house: House) -> None:
    """Not one byte before, and with the very same bytes."""
    sealed, mailbox = seal_in_page(house.organisation, text="үш мың теңге")
    client = house.client()

    where = begin(client, mailbox, len(sealed)).headers["Location"]
    almost = append(client, where, 0, sealed[:-1])
    before = list(house.deposits)
    last = append(client, where, len(sealed) - 1, sealed[-1:])

    (deposit,) = house.deposits
    report, _ = open_deposit(deposit.read_bytes(), house.organisation, mailbox)
    assert almost.headers["Upload-Offset"] == str(len(sealed) - 1)
    assert before == []
    assert last.status_code == 204
    assert report.text == "үш мың теңге"


def test_a_creation_with_all_bytes_is_a_deposit_at_once(house: House) -> None:
    """One request is enough for a small report."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = begin(house.client(), mailbox, len(sealed), sealed)

    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == str(len(sealed))
    assert [path.read_bytes() for path in house.deposits] == [sealed]


def test_the_server_says_what_it_can_do(house: House) -> None:
    """As tus 1.0.0 demands of OPTIONS."""
    answer = house.client().options("/uploads")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
    }
    assert int(answer.headers["Tus-Max-Size"]) > 64 * 2**20


def test_head_tells_how_far_an_upload_is(house: House) -> None:
    """So that a sender can go on after any break."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed)).headers["Location"]
    append(client, where, 0, sealed[:7000])

    answer = look(client, where)

    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == "7000"
    assert answer.headers["Upload-Length"] == str(len(sealed))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Upload-Expires" in answer.headers


def test_a_piece_at_the_wrong_place_is_refused(house: House) -> None:
    """Nothing is overwritten, nothing is skipped."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed)).headers["Location"]
    append(client, where, 0, sealed[:7000])

    behind = append(client, where, 0, sealed[:10])
    ahead = append(client, where, 7001, sealed[7001:])

    assert behind.status_code == ahead.status_code == 409
    assert look(client, where).headers["Upload-Offset"] == "7000"


def _hold(house: House, where: str) -> GrowingFile:
    path = house.config.data / where.removeprefix("/")
    return GrowingFile(path, lambda _count: None, RunningDigests())


def test_an_upload_that_another_holds_is_locked(house: House) -> None:
    """Two writers would mix their bytes; the lock holds across processes."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed)).headers["Location"]

    with _hold(house, where):
        statuses = [
            append(client, where, 0, sealed).status_code,
            look(client, where).status_code,
            client.delete(where, headers=TUS).status_code,
        ]

    assert statuses == [423] * 3
    assert append(client, where, 0, sealed).status_code == 204


def test_a_finished_upload_cannot_be_taken_back(house: House) -> None:
    """It is the organisation's: HEAD tells its length, the rest is gone."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()

    where = upload(client, sealed, mailbox)

    assert look(client, where).headers["Upload-Offset"] == str(len(sealed))
    assert client.delete(where, headers=TUS).status_code == 410
    assert append(client, where, len(sealed), b"").status_code == 410
    assert len(house.deposits) == 1


def test_an_upload_that_is_cancelled_leaves_nothing(house: House) -> None:
    """The reporter thought better of it."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed), sealed[:9000]).headers["Location"]

    cancelled = client.delete(where, headers=TUS)

    assert cancelled.status_code == 204
    assert look(client, where).status_code == 404
    assert list((house.config.data / "uploads").iterdir()) == []


def test_an_unfinished_upload_expires_with_the_next_day(house: House) -> None:
    """Then it is unknown, and its bytes go with the next upload."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed), sealed[:9000]).headers["Location"]
    house.clock.advance(timedelta(days=2))

    expired = look(client, where)
    begin(client, mailbox, len(sealed))

    names = [path.name for path in (house.config.data / "uploads").iterdir()]
    assert expired.status_code == 404
    assert where.rpartition("/")[2] not in names


def test_an_expired_upload_goes_when_the_console_looks(house: House) -> None:
    """Also on a quiet intake, where nobody begins another."""
    sealed, mailbox = seal_in_page(house.organisation)
    begin(house.client(), mailbox, len(sealed), sealed[:9000])
    house.clock.advance(timedelta(days=2))

    assert Console(house=house).deposits() == ()

    assert house.rows("uploads") == []
    assert list((house.config.data / "uploads").iterdir()) == []


def test_an_unknown_upload_is_not_found(house: House) -> None:
    """Also one that is no id at all, or a path."""
    client = house.client()

    for name in ("a" * 32, "A" * 32, "short", "..%2Fdeposits"):
        assert look(client, f"/uploads/{name}").status_code == 404
        assert append(client, f"/uploads/{name}", 0, b"x").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "70000"}, 412),
        (TUS, 400),
        (TUS | {"Upload-Length": "-1"}, 400),
        (TUS | {"Upload-Length": "70000"}, 400),
        (TUS | {"Upload-Length": "70000", "Upload-Metadata": "mailbox AAAA"}, 400),
        (TUS | {"Upload-Length": "70000", "Upload-Metadata": "mailbox é"}, 400),
        (TUS | {"Upload-Length": "70000", "Upload-Metadata": "name YQ=="}, 400),
        (TUS | {"Upload-Length": str(2**33)} | metadata(MailboxId("a" * 32)), 413),
        (
            TUS
            | {"Upload-Length": "70000"}
            | {
                "Upload-Metadata": metadata(MailboxId("a" * 32))["Upload-Metadata"]
                + ",filename YQ=="
            },
            400,
        ),
    ],
    ids=[
        "no_version",
        "no_length",
        "negative_length",
        "no_metadata",
        "no_mailbox",
        "not_ascii",
        "another_key",
        "too_large",
        "a_file_name",
    ],
)
def test_a_bad_creation_is_refused(
    house: House, headers: dict[str, str], status: int
) -> None:
    """Nothing is made for it, above all no file name is taken."""
    answer = house.client().post("/uploads", headers=headers)

    assert answer.status_code == status
    assert list((house.config.data / "uploads").iterdir()) == []


def test_a_piece_of_another_type_is_refused(house: House, mailbox: MailboxId) -> None:
    """A form's body is not a piece."""
    client = house.client()
    where = begin(client, mailbox, 70000).headers["Location"]

    answer = client.patch(where, headers=TUS | {"Upload-Offset": "0"}, data=b"x")

    assert answer.status_code == 415


def test_more_bytes_than_declared_drop_the_upload(
    house: House, mailbox: MailboxId
) -> None:
    """The length is a promise."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed)).headers["Location"]

    answer = append(client, where, 0, sealed + b"more")

    assert answer.status_code == 422
    assert look(client, where).status_code == 404
    assert house.deposits == []


def test_a_file_that_is_not_sealed_is_dropped(house: House, mailbox: MailboxId) -> None:
    """A plain document must not lie at the intake for a day."""
    client = house.client()
    where = begin(client, mailbox, 70000).headers["Location"]

    answer = append(client, where, 0, b"%PDF-1.7 plain")

    assert answer.status_code == 422
    assert look(client, where).status_code == 404
    assert list((house.config.data / "uploads").iterdir()) == []


def test_a_file_sealed_to_a_classical_key_is_dropped(
    house: House, mailbox: MailboxId
) -> None:
    """Recorded today, it could be opened by a machine of tomorrow."""
    recipient = X25519Identity.generate(system_entropy).recipient
    sealed = seal(bytes(65536), [recipient], entropy=system_entropy)

    answer = begin(house.client(), mailbox, len(sealed), sealed)

    assert answer.status_code == 422
    assert house.deposits == []


def test_a_length_that_is_no_rung_is_dropped(house: House) -> None:
    """A size of its own would single the report out."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = begin(house.client(), mailbox, len(sealed) + 1, sealed)

    assert answer.status_code == 422
    assert house.deposits == []


def test_a_header_may_come_in_several_pieces(house: House) -> None:
    """A slow line is no reason to refuse."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed), sealed[:10]).headers["Location"]

    assert append(client, where, 10, sealed[10:100]).status_code == 204
    assert append(client, where, 100, sealed[100:]).status_code == 204
    assert len(house.deposits) == 1


def test_nothing_begins_while_the_form_is_closed(house: House) -> None:
    """An expired directory closes the form; what has begun may end."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed), sealed[:9000]).headers["Location"]
    late = house.clock.now() + timedelta(hours=1)
    house.clock.advance(timedelta(hours=2))
    directory = house.organisation.directory(
        now=late, lives=timedelta(days=1, minutes=1), version=2
    )
    write_directory(directory, house.config.directory)

    begun = begin(client, mailbox, len(sealed))
    ended = append(client, where, 9000, sealed[9000:])

    assert begun.status_code == 503
    assert ended.status_code == 204
    assert len(house.deposits) == 1


def test_a_complete_upload_that_a_kill_left_is_finished_by_its_next_sight(
    house: House,
) -> None:
    """All bytes are on disk and no row says so: HEAD must not lie about it."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed), sealed[:-5]).headers["Location"]
    with _hold(house, where) as file:
        file.append(sealed[-5:])

    answer = look(client, where)

    assert answer.headers["Upload-Offset"] == str(len(sealed))
    assert [path.read_bytes() for path in house.deposits] == [sealed]
    assert len(Console(house=house).deposits()) == 1


def test_an_upload_whose_sync_failed_is_not_counted_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel tells of a lost page once; the next sync would seem to succeed."""
    sealed, mailbox = seal_in_page(house.organisation)
    client = house.client()
    where = begin(client, mailbox, len(sealed)).headers["Location"]

    def lose(_descriptor: int) -> None:
        raise OSError(errno.EIO, "lost")

    with monkeypatch.context() as patch:
        patch.setattr("intake.storage.sealed_files.os.fsync", lose)
        failed = append(client, where, 0, sealed[:9000])

    assert failed.status_code == 500
    assert look(client, where).status_code == 404


def test_a_mailbox_answers_one_and_the_same_to_everyone(house: House) -> None:
    """Unknown, empty, deleted: one status, one size, the same headers."""
    answers = []
    for deletes in (False, True):
        token = ReporterKeys.derive(
            Codename.generate(system_entropy), house.organisation.id
        ).token
        bearer = {"Authorization": token.bearer()}
        if deletes:
            house.client().delete("/mailbox", headers=bearer)
        answers.append(house.client().get("/mailbox", headers=bearer))

    first, second = answers
    assert first.status_code == second.status_code == 200
    assert len(first.data) == len(second.data) == 131_072
    assert dict(first.headers) == dict(second.headers)
    assert first.mimetype == "application/zip"


def test_a_mailbox_without_a_token_is_closed(house: House) -> None:
    """No token and a malformed one are refused alike."""
    client = house.client()

    answers = [
        client.get("/mailbox"),
        client.get("/mailbox", headers={"Authorization": "Bearer short"}),
        client.delete("/mailbox"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert PIECE
