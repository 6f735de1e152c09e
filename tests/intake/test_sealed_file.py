"""A sealed file handed in without JavaScript: taken whole as it is, or not at all."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from protocol.mailbox import MailboxId
from protocol.sealed_file_name import sealed_file_name
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.organisation import write_directory
from tests.intake.reporter import ORIGIN, PlainReporter, upload
from tests.intake.sealed import open_deposit, seal_in_page

PATH = "plain/sealed"
OTHER = MailboxId("a" * 32)


@pytest.fixture
def reporter(house: House) -> PlainReporter:
    """Someone who has opened the page."""
    reporter = PlainReporter(house.client(), file_field="sealed")
    reporter.get(PATH)
    return reporter


def hand_in(
    reporter: PlainReporter, name: str, content: bytes, **fields: str
) -> TestResponse:
    """Choose a file and send the form."""
    return reporter.post(
        PATH,
        {"mailbox": "", **fields},
        files=[(name, content)],
        multipart=True,
    )


def untaken(house: House) -> bool:
    """Whether nothing of a file was kept."""
    left = [*house.deposits, *(house.config.data / "uploads").iterdir()]
    return not left and house.rows("deposits") == house.rows("uploads") == []


def test_a_sealed_file_becomes_a_deposit_as_it_is(
    house: House, reporter: PlainReporter
) -> None:
    """The console gets the very bytes, under the mailbox that the name says."""
    sealed, mailbox = seal_in_page(
        house.organisation, text="Без сети", attachments=[("a.pdf", bytes(300_000))]
    )

    answer = hand_in(reporter, sealed_file_name(mailbox), sealed)

    assert answer.status_code == 303
    (entry,) = Console(house=house).deposits()
    (path,) = house.deposits
    assert path.read_bytes() == sealed
    assert entry.mailbox == mailbox
    report, _ = open_deposit(sealed, house.organisation, entry.mailbox)
    assert report.text == "Без сети"


def test_both_ways_of_handing_in_leave_the_same_rows(
    house: House, reporter: PlainReporter
) -> None:
    """A seized disk does not tell who had JavaScript."""
    sealed, mailbox = seal_in_page(house.organisation)
    hand_in(reporter, sealed_file_name(mailbox), sealed)
    upload(house.client(), sealed, mailbox)

    first, second = (path.stat() for path in house.deposits)
    assert (first.st_size, first.st_mtime_ns, first.st_mode) == (
        second.st_size,
        second.st_mtime_ns,
        second.st_mode,
    )
    assert len({row[1:] for row in house.rows("deposits")}) == 1
    assert len({row[1:] for row in house.rows("uploads")}) == 1


def test_a_renamed_file_goes_where_it_is_typed(
    house: House, reporter: PlainReporter
) -> None:
    """What was typed counts more than a name that somebody changed."""
    sealed, mailbox = seal_in_page(house.organisation)

    name = sealed_file_name(mailbox).upper()
    answer = hand_in(reporter, f"{OTHER}.age", sealed, mailbox=f"  {name} ")

    assert answer.status_code == 303
    assert [entry.mailbox for entry in Console(house=house).deposits()] == [mailbox]


@pytest.mark.parametrize("typed", ["", "report.age"])
def test_a_file_that_goes_nowhere_is_not_taken(
    house: House, reporter: PlainReporter, typed: str
) -> None:
    """The page says which field is wrong."""
    sealed, _ = seal_in_page(house.organisation)

    answer = hand_in(reporter, "report.age", sealed, mailbox=typed)

    assert answer.status_code == 422
    assert 'id="error-mailbox"' in answer.text
    assert untaken(house)


def cut(sealed: bytes) -> bytes:
    """Leave out the last byte, as a stick that was pulled out."""
    return sealed[:-1]


def only_header(sealed: bytes) -> bytes:
    """Leave nothing but the beginning."""
    return sealed[:100]


def classical(sealed: bytes) -> bytes:
    """Name a kind of recipient that no report is sealed to."""
    return sealed.replace(b"-> mlkem768x25519 ", b"-> otherkem768x255 ")


def another_file(_sealed: bytes) -> bytes:
    """Choose a photo by mistake, larger than any header."""
    return b"\xff\xd8\xff" + bytes(200_000)


def nothing(_sealed: bytes) -> bytes:
    """Choose an empty file."""
    return b""


@pytest.mark.parametrize("change", [cut, only_header, classical, another_file, nothing])
def test_what_is_no_sealed_report_is_not_kept(
    house: House, reporter: PlainReporter, change: Callable[[bytes], bytes]
) -> None:
    """Header and length are held against the format, and the page can say so."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = hand_in(reporter, sealed_file_name(mailbox), change(sealed))

    assert answer.status_code == 422
    assert 'id="error-sealed"' in answer.text
    assert untaken(house)


def test_a_form_without_a_file_is_told(house: House, reporter: PlainReporter) -> None:
    """Somebody pressed the button too early."""
    answer = reporter.post(PATH, {"mailbox": ""}, multipart=True)

    assert answer.status_code == 422
    assert 'id="error-sealed"' in answer.text
    assert untaken(house)


def test_a_page_that_was_open_for_too_long_takes_nothing(
    house: House, reporter: PlainReporter
) -> None:
    """And gives a fresh one, which works."""
    sealed, mailbox = seal_in_page(house.organisation)
    house.clock.advance(timedelta(minutes=31))

    late = hand_in(reporter, sealed_file_name(mailbox), sealed)

    assert late.status_code == 422
    assert untaken(house)
    again = hand_in(reporter, sealed_file_name(mailbox), sealed)
    assert again.status_code == 303


def test_a_foreign_token_is_no_token(house: House, reporter: PlainReporter) -> None:
    """No other site can have a browser hand something in."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = reporter.post(
        PATH,
        {"mailbox": ""},
        files=[(sealed_file_name(mailbox), sealed)],
        multipart=True,
        token="of another session",  # noqa: S106  # a wrong token
    )

    assert answer.status_code == 422
    assert untaken(house)


def test_received_is_said_only_after_something_was(
    house: House, reporter: PlainReporter
) -> None:
    """Whoever opens the address by themselves is led to the form."""
    assert reporter.get(f"{PATH}/received").status_code == 303

    sealed, mailbox = seal_in_page(house.organisation)
    where = hand_in(reporter, sealed_file_name(mailbox), sealed).headers["Location"]

    answer = reporter.client.get(where, base_url=ORIGIN)
    assert answer.status_code == 200
    assert str(mailbox) not in answer.text


def test_two_files_are_none(house: House, reporter: PlainReporter) -> None:
    """No page of ours sends them."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = reporter.post(
        PATH,
        {"mailbox": ""},
        files=[(sealed_file_name(mailbox), sealed)] * 2,
        multipart=True,
    )

    assert answer.status_code == 400
    assert untaken(house)


def test_an_unknown_field_is_refused(house: House, reporter: PlainReporter) -> None:
    """No page of ours sends it."""
    sealed, mailbox = seal_in_page(house.organisation)

    answer = hand_in(reporter, sealed_file_name(mailbox), sealed, extra="x")

    assert answer.status_code == 400
    assert untaken(house)


def test_a_closed_form_takes_no_sealed_file(
    house: House, reporter: PlainReporter
) -> None:
    """Without a valid directory nothing is taken, and the page says so at once."""
    sealed, mailbox = seal_in_page(house.organisation)
    expired = house.organisation.directory(lives=timedelta(hours=1))
    write_directory(expired, house.config.directory)

    assert reporter.get(PATH).status_code == 503
    answer = hand_in(reporter, sealed_file_name(mailbox), sealed)

    assert answer.status_code == 503
    assert untaken(house)
