"""Logging in: one answer for every failure, each code once, a session that ends."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from protocol.passphrase import WeakPassphraseError, check_passphrase
from review_console.domain.errors import (
    LoginRefusedError,
    SessionEndedError,
    TooSoonError,
)
from review_console.services import throttle as throttle_module
from review_console.services.throttle import (
    FREE_FAILURES,
    LONGEST_DELAY,
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


def fail(house: House, *, device: str = "") -> None:
    """Try with a wrong passphrase, when it may be tried again."""
    house.clock.advance(seconds=LONGEST_DELAY.total_seconds())
    with pytest.raises(LoginRefusedError):
        house.services.log_in(
            name=NAME,
            passphrase="wrong" * 5,
            code="000000",
            device=device,
        )


def test_failures_make_the_next_one_wait(house: House) -> None:
    """What comes too soon is not even tried; nobody sleeps for it."""
    for _ in range(FREE_FAILURES + 8):
        fail(house)

    with pytest.raises(TooSoonError):
        log_in(house)
    house.clock.advance(seconds=LONGEST_DELAY.total_seconds())

    assert house.services.resume_session(log_in(house)).account.name == NAME


def test_strangers_do_not_keep_the_owner_waiting(house: House) -> None:
    """A device on which the owner logged in has a count of its own."""
    device = house.services.devices.issue(NAME)
    for _ in range(FREE_FAILURES + 8):
        fail(house)
    with pytest.raises(TooSoonError):
        log_in(house)

    assert log_in(house, device=device)


@pytest.mark.parametrize("device", ["", "x", "ы", "A" * 2_000, "AAAA" * 20])
def test_a_device_that_was_made_up_counts_as_none(house: House, device: str) -> None:
    """So does somebody else's: it cannot be used to guess without waiting."""
    theirs = house.services.devices.issue("Борис")
    for number in range(FREE_FAILURES + 2):
        fail(house, device=theirs if number % 2 else device)

    with pytest.raises(TooSoonError):
        log_in(house, device=device)
    with pytest.raises(TooSoonError):
        log_in(house, device=theirs)


def test_two_attempts_at_once_on_a_name_are_one_too_many() -> None:
    """The second is told to wait; other names are not concerned."""
    throttle = Throttle(FakeClock())

    with throttle.attempt("a"):
        with pytest.raises(TooSoonError), throttle.attempt("a"):
            pass
        with throttle.attempt("b", is_known=True):
            pass
    with throttle.attempt("a"):
        pass


def test_a_crowd_fills_its_own_place_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try costs 64 MiB: one at a time for strangers, one for known devices."""
    monkeypatch.setattr(throttle_module, "CHECK_WAIT_SECONDS", 0.01)
    throttle = Throttle(FakeClock())

    with ExitStack() as running:
        running.enter_context(throttle.attempt("a"))
        with pytest.raises(TooSoonError), throttle.attempt("c"):
            pass
        running.enter_context(throttle.attempt("device", is_known=True))
    with throttle.attempt("c"):
        pass


def test_success_and_time_forget_failures() -> None:
    """After a right log-in, or a quarter of an hour, nothing waits."""
    clock = FakeClock()
    throttle = Throttle(clock)

    def fail_once() -> None:
        with pytest.raises(LoginRefusedError), throttle.attempt("a"):
            raise LoginRefusedError("no")

    for _ in range(FREE_FAILURES):
        fail_once()
    clock.advance(minutes=15)
    fail_once()
    with throttle.attempt("a"):
        pass
    for _ in range(FREE_FAILURES - 1):
        fail_once()
    with throttle.attempt("a"):
        pass


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


def test_too_soon_is_said_as_such(house: House) -> None:
    """The owner learns that waiting helps; whether the name exists is not told."""
    browser = Browser(house.app())
    for name in (NAME, "Никто"):
        for _ in range(FREE_FAILURES):
            browser.get("/login")
            wrong = browser.post("/login", name=name, code="0")
            assert wrong.status_code == 422
        answer = browser.post("/login", name=name, code="0")
        assert answer.status_code == 429
        assert 'id="error-summary"' in answer.text
