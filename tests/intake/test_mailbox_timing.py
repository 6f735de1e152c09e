"""An answer's time does not tell what a mailbox holds, nor whether there is one.

What is measured is the processor time of the thread that answers: another busy program
does not change it, and whatever makes one kind of mailbox slower does. Two kinds are
read by turns. The confidence interval of the median of their differences, by order
statistics, assumes nothing of how times are spread; it must lie within the bound.
While it is too wide to say either, more is measured.
"""

import math
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest
from sqlalchemy import insert

from crypto.entropy import system_entropy
from intake.app import ENGINE
from intake.storage import tables
from protocol.codename import Codename
from protocol.mailbox import MailboxToken, ReporterKeys
from protocol.sync import DepositId, ReplyId
from tests.intake.conftest import House

BOUND_SECONDS: Final = 0.0003
"""Far below what two answers over one line, let alone over Tor, differ by."""

DEVIATIONS: Final = 4.0
"""Of the interval: a fair coin leaves it once in sixteen thousand times."""

ROUND: Final = 150
MOST_PAIRS: Final = 3_000
REPLY_BYTES: Final = 18_500
OTHERS: Final = 2_000

Fill = Callable[[House, MailboxToken], None]


def nothing(_house: House, _token: MailboxToken) -> None:
    """Another codename that nobody used."""


def waiting(house: House, token: MailboxToken, *, days: int = 1) -> None:
    """Reports that nobody has fetched."""
    rows = [
        {
            "id": str(DepositId.generate(system_entropy)),
            "mailbox": str(token.mailbox),
            "size_bytes": 70_000,
            "received_on": date(2026, 1, 1) + timedelta(days=day),
            "sha256": bytes(32),
        }
        for day in range(days)
    ]
    with house.app.extensions[ENGINE].begin() as connection:
        connection.execute(insert(tables.deposits), rows)


def waiting_for_days(house: House, token: MailboxToken) -> None:
    """A message on each of five days."""
    waiting(house, token, days=5)


def answered(house: House, token: MailboxToken, *, count: int = 1) -> None:
    """A reply of usual length."""
    rows = [
        {
            "mailbox": str(token.mailbox),
            "position": position,
            "id": str(ReplyId.generate(system_entropy)),
            "sealed": system_entropy(REPLY_BYTES),
        }
        for position in range(1, count + 1)
    ]
    with house.app.extensions[ENGINE].begin() as connection:
        connection.execute(insert(tables.replies), rows)


def answered_five_times(house: House, token: MailboxToken) -> None:
    """Five replies, which still fit the lowest rung."""
    answered(house, token, count=5)


def deleted(house: House, token: MailboxToken) -> None:
    """A mailbox that was used, and is no more."""
    answered(house, token)
    house.client().delete("/mailbox", headers={"Authorization": token.bearer()})


@pytest.mark.parametrize(
    "fill",
    [nothing, waiting, waiting_for_days, answered, answered_five_times, deleted],
)
def test_the_time_of_an_answer_tells_no_mailbox_from_another(
    house: House, fill: Fill
) -> None:
    """Beside an unknown one, among the reports and replies of many others."""
    for _ in range(OTHERS // 100):
        waiting(house, _token(house), days=100)
    unknown, known = _token(house), _token(house)
    fill(house, known)

    low, high = _interval_of_the_median(house, unknown, known)

    assert low > -BOUND_SECONDS
    assert high < BOUND_SECONDS


def test_the_measure_finds_a_mailbox_that_takes_longer(house: House) -> None:
    """The test above is only worth something if it can fail.

    A hundred replies do not fit the lowest rung: their answer is longer for all to see.
    """
    unknown, known = _token(house), _token(house)
    answered(house, known, count=100)

    low, _ = _interval_of_the_median(house, unknown, known)

    assert low > BOUND_SECONDS


def _token(house: House) -> MailboxToken:
    codename = Codename.generate(system_entropy)
    return ReporterKeys.derive(codename, house.organisation.id).token


def _interval_of_the_median(
    house: House, unknown: MailboxToken, known: MailboxToken
) -> tuple[float, float]:
    """Measure how much longer the known one takes, in seconds."""
    _seconds(house, unknown), _seconds(house, known)  # what comes first is slower
    differences: list[float] = []
    while True:
        for turn in range(ROUND):
            order = (unknown, known) if turn % 2 else (known, unknown)
            took = {token: _seconds(house, token) for token in order}
            differences.append(took[known] - took[unknown])
        low, high = _interval(sorted(differences))
        is_decided = (low > -BOUND_SECONDS and high < BOUND_SECONDS) or (
            low > BOUND_SECONDS or high < -BOUND_SECONDS
        )
        if is_decided or len(differences) >= MOST_PAIRS:
            return low, high


def _interval(rising: list[float]) -> tuple[float, float]:
    count = len(rising)
    reach = DEVIATIONS * math.sqrt(count) / 2
    return rising[int(count / 2 - reach)], rising[math.ceil(count / 2 + reach)]


def _seconds(house: House, token: MailboxToken) -> float:
    bearer = {"Authorization": token.bearer()}
    client = house.client()
    began = time.thread_time()
    answer = client.get("/mailbox", headers=bearer)
    seconds = time.thread_time() - began
    assert answer.status_code == 200
    return seconds
