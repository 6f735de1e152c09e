"""Sessions: sealed, dated, of this server, of this hour."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from crypto.entropy import system_entropy
from intake.web.headers import COOKIE_NAME
from intake.web.session_keys import SessionKeys
from tests.intake.conftest import House
from tests.intake.reporter import ORIGIN, PlainReporter, codename_in

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_workers_that_step_alone_stay_equal() -> None:
    """All have the first key; nobody needs to tell anybody the next."""
    first = system_entropy(32)
    steady, late = SessionKeys(first, now=START), SessionKeys(first, now=START)
    for hour in range(5):
        steady.sealing(START + timedelta(hours=hour))
    now = START + timedelta(hours=5, minutes=10)

    assert steady.sealing(now).raw == late.sealing(now).raw
    assert [key.raw for key in steady.opening(now)] == [
        key.raw for key in late.opening(now)
    ]


def test_the_last_hours_key_is_kept_for_half_an_hour() -> None:
    """As long as its sessions may run, and not longer."""
    keys = SessionKeys(system_entropy(32), now=START)
    before = keys.sealing(START + timedelta(minutes=59))

    soon = keys.opening(START + timedelta(minutes=89))
    later = keys.opening(START + timedelta(minutes=91))

    assert before.raw in [key.raw for key in soon]
    assert before.raw not in [key.raw for key in later]
    assert len(later) == 1


def test_a_clock_that_goes_back_does_not_bring_a_key_back() -> None:
    """What was forgotten stays forgotten."""
    keys = SessionKeys(system_entropy(32), now=START)
    newer = keys.sealing(START + timedelta(hours=2))

    assert keys.sealing(START).raw == newer.raw


def test_the_cookie_is_host_only_secure_unreadable_and_strict(house: House) -> None:
    """And tells nothing: it is sealed."""
    answer = house.client().get("/ru/plain/report", base_url=ORIGIN)

    cookie = answer.headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    value, *attributes = rest.split("; ")
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    assert name == COOKIE_NAME == "__Host-session"
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    assert b"csrf" not in raw
    assert codename_in(answer.text).encode() not in raw


@pytest.mark.parametrize("change", ["bit", "cut", "garbage", "long"])
def test_a_cookie_that_is_not_ours_is_no_session(house: House, change: str) -> None:
    """No error, no hint: simply a new codename."""
    reporter = PlainReporter(house.client())
    before = codename_in(reporter.get("plain/report").text)
    cookie = reporter.client.get_cookie(COOKIE_NAME, domain="intake.test")
    assert cookie is not None
    changed = {
        "bit": ("B" if cookie.value[0] == "A" else "A") + cookie.value[1:],
        "cut": cookie.value[:-4],
        "garbage": "%%%",
        "long": "A" * 4000,
    }[change]
    reporter.client.set_cookie(COOKIE_NAME, changed, domain="intake.test", secure=True)

    answer = reporter.get("plain/report")

    assert answer.status_code == 200
    assert codename_in(answer.text) != before


def test_pages_for_everyone_set_no_cookie(house: House) -> None:
    """Whoever only reads is not marked."""
    client = house.client()
    for path in ("/", "/ru/", "/kk/report", "/en/help", "/directory.json"):
        assert "Set-Cookie" not in client.get(path, base_url=ORIGIN).headers


def test_a_session_shows_nothing_of_itself(house: House) -> None:
    """Not in a traceback, not in a log."""
    with house.app.test_request_context("/ru/plain/report"):
        session = house.app.session_interface.open_session(
            house.app, house.app.request_class({})
        )
        assert session is not None
        session["report"] = "secret"

        assert "secret" not in repr(session)
