"""The name of a sealed file that is carried about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.mailbox import MailboxId
from protocol.sealed_file_name import find_mailbox, sealed_file_name

MAILBOX = MailboxId("5wxob3hvm5jztavilon4k323xdll3diw")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32))
def test_a_name_says_its_mailbox(value: str) -> None:
    """What was written is found."""
    assert find_mailbox(sealed_file_name(MailboxId(value))) == MailboxId(value)


@pytest.mark.parametrize(
    "name",
    [
        f"report-{MAILBOX} (1).age",
        f"REPORT-{str(MAILBOX).upper()}.AGE",
        f"мой файл {MAILBOX}_{MAILBOX}.age",
        str(MAILBOX),
    ],
)
def test_a_renamed_file_still_says_it(name: str) -> None:
    """Browsers append a number, people write capitals."""
    assert find_mailbox(name) == MAILBOX


@pytest.mark.parametrize(
    "name",
    [
        "",
        "report.age",
        f"report-{str(MAILBOX)[1:]}.age",
        f"report-{MAILBOX}a.age",
        f"report-{str(MAILBOX).replace('5', '1')}.age",
        f"{MAILBOX} {str(MAILBOX).replace('5', '6')}",
    ],
)
def test_a_name_that_says_none_or_two_says_nothing(name: str) -> None:
    """Nobody guesses where a report goes."""
    assert find_mailbox(name) is None


@given(st.text())
def test_any_name_can_be_read(name: str) -> None:
    """Nothing is raised, whatever somebody calls a file."""
    find_mailbox(name)
