"""The days that a mailbox tells: of what waits, and of nothing else."""

from datetime import timedelta

import pytest

from crypto.entropy import system_entropy
from intake.app import ENGINE
from protocol.codename import Codename
from protocol.day import day_of
from protocol.mailbox import MailboxAnswer, ReporterKeys, read_mailbox_answer
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.reporter import PlainReporter, begin, upload
from tests.intake.sealed import seal_in_page

WAITS = "What you sent is on the server, and no person has fetched it yet. Sent on:"
NOTHING = "There is no answer here, and nothing waits to be fetched."


@pytest.fixture
def keys(house: House) -> ReporterKeys:
    """What a reporter derives."""
    codename = Codename.generate(system_entropy)
    return ReporterKeys.derive(codename, house.organisation.id)


def send(house: House, keys: ReporterKeys) -> None:
    """Leave a sealed file in the mailbox; the intake cannot tell whose it is."""
    sealed, _ = seal_in_page(house.organisation)
    upload(house.client(), sealed, keys.mailbox)


def read(house: House, keys: ReporterKeys) -> MailboxAnswer:
    """Ask as the page does."""
    bearer = {"Authorization": keys.token.bearer()}
    answer = house.client().get("/mailbox", headers=bearer)
    assert answer.status_code == 200
    assert len(answer.data) == 131_072
    return read_mailbox_answer(answer.data)


def test_a_day_stands_until_the_console_has_what_came(
    house: House, keys: ReporterKeys
) -> None:
    """Fetching alone changes nothing; the acknowledgement takes the day away."""
    send(house, keys)
    console = Console(house=house)
    (entry,) = console.deposits()
    console.call("GET", f"/sync/deposits/{entry.id}")
    before = read(house, keys)

    console.acknowledge(entry)

    assert before.sent_on == (day_of(house.clock.now()),)
    assert read(house, keys) == MailboxAnswer(replies=())


def test_many_messages_of_a_day_are_one_day(house: House, keys: ReporterKeys) -> None:
    """No count: how busy somebody was is nobody's business."""
    first = day_of(house.clock.now())
    for step in (0, 0, 1, 3):
        house.clock.moment = house.clock.moment.replace(hour=8)
        house.clock.advance(timedelta(days=step))
        send(house, keys)
    other = ReporterKeys.derive(
        Codename.generate(system_entropy), house.organisation.id
    )

    answer = read(house, keys)

    assert first in answer.sent_on
    assert len(answer.sent_on) == 3
    assert read(house, other).sent_on == ()


def test_an_unfinished_upload_tells_no_day(house: House, keys: ReporterKeys) -> None:
    """What has not arrived was not sent."""
    sealed, _ = seal_in_page(house.organisation)
    begin(house.client(), keys.mailbox, len(sealed), sealed[:9000])

    assert read(house, keys).sent_on == ()


def test_a_deleted_mailbox_tells_no_day(house: House, keys: ReporterKeys) -> None:
    """The report still reaches the console; the codename tells nothing any more."""
    send(house, keys)
    bearer = {"Authorization": keys.token.bearer()}

    house.client().delete("/mailbox", headers=bearer)

    assert read(house, keys).sent_on == ()
    assert len(Console(house=house).deposits()) == 1


def test_the_page_without_a_script_tells_the_same(house: House) -> None:
    """One sentence with the days, or one with the three reasons for nothing."""
    codename = Codename.generate(system_entropy)
    keys = ReporterKeys.derive(codename, house.organisation.id)
    reporter = PlainReporter(house.client(), "en")
    reporter.get("plain/mailbox")
    reporter.post("plain/mailbox", {"codename": codename.characters()})
    empty = reporter.get("plain/mailbox/replies").text

    send(house, keys)
    waits = reporter.get("plain/mailbox/replies").text

    day = f"{day_of(house.clock.now()):%d.%m.%Y}"
    assert NOTHING in empty
    assert WAITS not in empty
    assert f"{WAITS} {day}" in waits
    assert NOTHING not in waits
    assert len(empty.encode()) == len(waits.encode())


def test_the_days_are_found_without_reading_what_waits_for_others(
    house: House,
) -> None:
    """Else the answer would take the longer the more people write."""
    with house.app.extensions[ENGINE].connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT DISTINCT received_on FROM deposits"
            " WHERE mailbox = 'a' AND NOT EXISTS"
            " (SELECT * FROM deleted_mailboxes WHERE deleted_mailboxes.mailbox = 'a')"
        )
        steps = [str(row[-1]) for row in plan]

    assert any("COVERING INDEX deposits_by_mailbox" in step for step in steps)
    assert not any(step.startswith("SCAN deposits") for step in steps)
