"""Logging in: one answer for every failure, each code once, a session that ends."""

from collections.abc import Callable

import pytest

from review_console.domain.account import check_passphrase
from review_console.domain.errors import (
    LoginRefusedError,
    SessionEndedError,
    WeakPassphraseError,
)
from review_console.services.throttle import (
    FREE_FAILURES,
    LONGEST_DELAY_SECONDS,
    MAX_NAMES,
    Throttle,
)
from tests.review_console.browser import Browser
from tests.review_console.people import PASSPHRASE, FakeClock, House

NAME = "Айгүл"


def log_in(house: House, **changes: str) -> str:
    """Log in with everything right but what is changed."""
    right = {"name": NAME, "passphrase": PASSPHRASE, "code": house.code(NAME)}
    return house.services.log_in(**(right | changes))


def test_who_has_all_three_gets_a_session(house: House) -> None:
    """Name in any case of its letters, passphrase, code with a space in it."""
    code = house.code(NAME)

    ticket = log_in(house, name=" айгүЛ ", code=f"{code[:3]} {code[3:]}")

    unlocked = house.services.resume_session(ticket)
    assert unlocked.account.name == NAME
    assert unlocked.vault.identity.recipient == unlocked.account.recipient


@pytest.mark.parametrize(
    "changes",
    [{"name": "Никто"}, {"passphrase": PASSPHRASE + "!"}, {"code": "000000"}],
    ids=["name", "passphrase", "code"],
)
def test_what_was_wrong_is_not_told(house: House, changes: dict[str, str]) -> None:
    """One error, one text, whichever it was."""
    with pytest.raises(LoginRefusedError, match=r"^log-in refused$"):
        log_in(house, **changes)


@pytest.mark.parametrize("step", [-30, 0, 30])
def test_a_clock_may_be_half_a_minute_off(house: House, step: int) -> None:
    """One step to either side is taken."""
    code = house.code(NAME)
    house.clock.advance(seconds=step)

    assert log_in(house, code=code)


@pytest.mark.parametrize("step", [-60, 60])
def test_an_old_code_is_refused(house: House, step: int) -> None:
    """Two steps away is not."""
    code = house.code(NAME)
    house.clock.advance(seconds=step)

    with pytest.raises(LoginRefusedError):
        log_in(house, code=code)


def test_each_code_works_once(house: House) -> None:
    """Read over a shoulder and typed again, it opens nothing."""
    log_in(house)

    with pytest.raises(LoginRefusedError):
        log_in(house)
    house.clock.advance(seconds=30)
    assert log_in(house)


def test_failures_slow_down_and_never_lock_out(house: House) -> None:
    """The owner comes in however often somebody else has failed."""
    for _ in range(12):
        with pytest.raises(LoginRefusedError):
            log_in(house, passphrase="wrong" * 5)

    ticket = log_in(house)

    assert house.services.resume_session(ticket).account.name == NAME
    slept = house.clock.slept_seconds
    assert len(slept) == 12 + 1 - FREE_FAILURES
    assert slept == sorted(slept)
    assert max(slept) == LONGEST_DELAY_SECONDS


def test_success_and_time_forget_failures() -> None:
    """After a right log-in, or a quarter of an hour, nothing waits."""
    clock = FakeClock()
    throttle = Throttle(clock)

    def fail() -> None:
        with pytest.raises(LoginRefusedError), throttle.attempt("a"):
            raise LoginRefusedError("no")

    for _ in range(FREE_FAILURES):
        fail()
    clock.advance(minutes=15)
    fail()
    with throttle.attempt("a"):
        pass
    for _ in range(FREE_FAILURES):
        fail()

    assert clock.slept_seconds == []


def test_the_throttle_remembers_a_bounded_number_of_names() -> None:
    """Nobody fills the memory with names."""
    throttle = Throttle(FakeClock())

    for number in range(MAX_NAMES + 10):
        with throttle.attempt(str(number)):
            pass

    assert len(throttle._names) == MAX_NAMES


def test_a_session_ends_when_idle(house: House) -> None:
    """A quarter of an hour without a request, and the keys are gone."""
    ticket = log_in(house)
    house.clock.advance(minutes=14)
    house.services.resume_session(ticket)
    house.clock.advance(minutes=14)
    house.services.resume_session(ticket)
    house.clock.advance(minutes=15)

    with pytest.raises(SessionEndedError):
        house.services.resume_session(ticket)
    assert not house.services.sessions._open


def test_a_session_ends_at_its_age(house: House) -> None:
    """Eight hours of work, however busy, and it is over."""
    ticket = log_in(house)
    for _ in range(48):
        house.services.resume_session(ticket)
        house.clock.advance(minutes=10)

    with pytest.raises(SessionEndedError):
        house.services.resume_session(ticket)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "ы",
        lambda ticket: ticket[:-4],
        lambda ticket: ("B" if ticket[0] == "A" else "A") + ticket[1:],
        lambda ticket: ticket[:40] + ("B" if ticket[40] == "A" else "A") + ticket[41:],
    ],
    ids=["empty", "not_ascii", "short", "other_name", "other_key"],
)
def test_a_changed_ticket_opens_nothing(
    house: House, change: Callable[[str], str]
) -> None:
    """Half of it, or another half, is as good as none."""
    ticket = log_in(house)

    with pytest.raises(SessionEndedError):
        house.services.resume_session(change(ticket))


def test_what_the_process_keeps_is_not_the_key(house: House) -> None:
    """Memory alone, without the cookie, holds no secret of the vault."""
    ticket = log_in(house)
    vault = house.services.resume_session(ticket).vault

    (held,) = house.services.sessions._open.values()

    for secret in (vault.identity.seed, vault.signing_key.seed, vault.vault_key.raw):
        assert secret not in held.wrapped_vault
        assert repr(secret) not in repr(held)


def test_no_secret_stands_in_a_repr(house: House) -> None:
    """Logs and tracebacks show names at most."""
    unlocked = house.unlocked(NAME)
    made = house.accounts[NAME]

    shown = repr(unlocked) + repr(unlocked.vault) + repr(made)

    vault = unlocked.vault
    for secret in (vault.identity.seed, vault.totp_secret, vault.vault_key.raw):
        assert repr(secret) not in shown
        assert secret.hex() not in shown


def test_logging_out_ends_it_on_both_sides(house: House) -> None:
    """The old cookie opens nothing afterwards."""
    app = house.app()
    browser = Browser(app)
    browser.follow(browser.log_in(house, NAME))
    cookie = browser.client.get_cookie("__Host-session", domain="console.test")
    assert cookie is not None

    browser.follow(browser.post("/logout"))
    thief = app.test_client()
    thief.set_cookie("__Host-session", cookie.value, domain="console.test", secure=True)
    answer = thief.get("/", base_url=house.config.origin)

    assert answer.headers["Location"] == "/login"


def test_a_restart_ends_every_session(house: House) -> None:
    """A cookie of the process before is no cookie."""
    browser = Browser(house.app())
    browser.follow(browser.log_in(house, NAME))
    cookie = browser.client.get_cookie("__Host-session", domain="console.test")
    assert cookie is not None

    after = house.app().test_client()
    after.set_cookie("__Host-session", cookie.value, domain="console.test", secure=True)

    answer = after.get("/", base_url=house.config.origin)
    assert answer.headers["Location"] == "/login"


def test_a_wrong_log_in_keeps_the_name_alone(house: House) -> None:
    """The page comes back with an error, without passphrase and code."""
    browser = Browser(house.app())
    browser.get("/login")

    answer = browser.post(
        "/login",
        name=NAME,
        passphrase="сезам сезам сезам сезам",  # noqa: S106  # opens nothing
        code="123456",
    )

    assert answer.status_code == 422
    assert NAME in answer.text
    assert "сезам" not in answer.text
    assert "123456" not in answer.text


def test_another_host_name_is_refused(house: House) -> None:
    """A page elsewhere that points its name at this machine gets nothing."""
    client = house.app().test_client()

    answer = client.get("/login", base_url="https://evil.example")

    assert answer.status_code == 400


@pytest.mark.parametrize("passphrase", ["", "short", " " * 40, "x" * 1_001])
def test_a_weak_passphrase_is_refused(passphrase: str) -> None:
    """It guards a key at rest: length is what counts."""
    with pytest.raises(WeakPassphraseError):
        check_passphrase(passphrase)
