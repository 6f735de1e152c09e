"""Ways of reaching the intake that endanger a reporter: each gets a page, no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers

from intake.config import Config, SettingError
from intake.web.headers import FRAME_HEADERS, HEADERS
from intake.web.traps import Origins, Trap
from protocol.languages import Language
from tests.intake.conftest import House, open_house
from tests.intake.organisation import Organisation
from tests.intake.reporter import ORIGIN, TUS

ONION = "a" * 56 + ".onion"
WEB = "report.example"
ORIGINS = Origins((f"https://{WEB}", f"http://{ONION}"))
OVER_HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def house(tmp_path: Path, organisation: Organisation) -> Iterator[House]:
    """An intake that knows where reporters reach it."""
    with open_house(tmp_path / "intake", organisation, origins=ORIGINS.own) as house:
        yield house


@pytest.mark.parametrize(
    ("host", "headers", "trap"),
    [
        (WEB, OVER_HTTPS, None),
        (f"{WEB}:443", OVER_HTTPS, None),
        (WEB.upper(), OVER_HTTPS, None),
        (ONION, {}, None),
        (f"{ONION}:80", {}, None),
        (ONION, {"X-Tor2web": "encrypted"}, Trap.INTERMEDIARY),
        (ONION, {"x-tor2web": "1"}, Trap.INTERMEDIARY),
        (f"{ONION}.pet", OVER_HTTPS, Trap.INTERMEDIARY),
        (f"{ONION}.ws:443", OVER_HTTPS, Trap.INTERMEDIARY),
        ("b" * 56 + ".onion", {}, Trap.INTERMEDIARY),
        ("report.example.evil.example", OVER_HTTPS, Trap.INTERMEDIARY),
        ("127.0.0.1:8480", {}, Trap.INTERMEDIARY),
        ("", {}, Trap.INTERMEDIARY),
        (WEB, {"X-Forwarded-Proto": "http"}, Trap.READABLE),
        (WEB, {}, Trap.READABLE),
        (WEB, {"X-Forwarded-Proto": "https, http"}, Trap.READABLE),
        (WEB, {**OVER_HTTPS, "Sec-Fetch-Dest": "iframe"}, Trap.FRAMED),
        (ONION, {"Sec-Fetch-Dest": "object"}, Trap.FRAMED),
        (ONION, {"Sec-Fetch-Dest": "document"}, None),
        (ONION, {"Sec-Fetch-Dest": "worker"}, None),
    ],
)
def test_every_way_is_told_apart(
    host: str, headers: dict[str, str], trap: Trap | None
) -> None:
    """Only our own names pass; the web's over https alone, and nothing in a frame."""
    assert ORIGINS.trap_of(host, Headers(headers)) is trap


@pytest.mark.parametrize(
    ("host", "headers", "trap"),
    [
        ("127.0.0.1:8480", {}, None),
        ("anything.example", {}, None),
        ("anything.example", {"X-Forwarded-Proto": "http"}, Trap.READABLE),
        (ONION, {"X-Forwarded-Proto": "http"}, None),
        (f"{ONION}.ly", {}, Trap.INTERMEDIARY),
        ("127.0.0.1", {"Sec-Fetch-Dest": "frame"}, Trap.FRAMED),
    ],
)
def test_without_the_setting_what_tells_itself_is_still_refused(
    host: str, headers: dict[str, str], trap: Trap | None
) -> None:
    """A first try on loopback needs no setting, and is no excuse."""
    assert Origins().trap_of(host, Headers(headers)) is trap


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("host", "headers"),
    [
        (f"{ONION}.ws", OVER_HTTPS),
        (WEB, {"X-Forwarded-Proto": "http"}),
        (WEB, {**OVER_HTTPS, "Sec-Fetch-Dest": "iframe"}),
    ],
)
def test_a_person_gets_a_page_without_a_form(
    house: House, language: Language, host: str, headers: dict[str, str]
) -> None:
    """In the language of the address, with nothing to type into and no cookie."""
    answer = house.client().get(
        f"/{language.value}/plain/report",
        base_url=f"https://{host}",
        headers=headers,
    )

    assert answer.status_code == 403
    assert f'<html lang="{language.value}"' in answer.text
    assert not {"<form", "<input", "<textarea", "<script"} & set(
        answer.text.replace(">", " ").split()
    )
    assert "Set-Cookie" not in answer.headers


def test_the_page_names_where_to_go_and_nothing_that_the_visitor_chose(
    house: House,
) -> None:
    """Our own addresses, the onion first; never the path or the name that was sent."""
    answer = house.client().get(
        "/en/call-this-number", base_url=f"https://{ONION}.evil", headers=OVER_HTTPS
    )

    onion, web = f"http://{ONION}/en/", f"https://{WEB}/en/"
    assert answer.text.index(onion) < answer.text.index(web)
    assert "evil" not in answer.text
    assert "call-this-number" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ru/plain/report"),
        ("POST", "/ru/plain/mailbox"),
        ("GET", "/no/such/page"),
        ("POST", "/uploads"),
        ("GET", "/directory.json"),
        ("GET", "/mailbox"),
        ("GET", "/static/page.js"),
    ],
)
def test_nothing_works_through_an_intermediary(
    house: House, method: str, path: str
) -> None:
    """Pages, forms, uploads, mailboxes, keys and scripts; nothing is kept."""
    answer = house.client().open(
        path,
        method=method,
        base_url=f"https://{ONION}.ws",
        headers=TUS,
        data=b"text=secret",
    )

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert not house.rows("uploads")
    assert not house.rows("deposits")


def test_the_page_of_a_trap_has_its_style(house: House) -> None:
    """The sheet and the icon, and only these, come through."""
    client = house.client()
    for path in ("/static/intake.css", "/static/icon.svg"):
        assert client.get(path, base_url=f"https://{ONION}.ws").status_code == 200


def test_the_console_is_judged_by_its_signature(house: House) -> None:
    """It may call by another name than reporters do."""
    answer = house.client().get("/sync/deposits", base_url="http://10.0.0.1")

    assert answer.status_code == 401


def test_only_the_page_that_says_so_may_stand_in_a_frame(house: House) -> None:
    """It allows no script and no form, so there is nothing to lead astray."""
    client = house.client()
    framed = client.get(
        "/ru/", base_url=f"http://{ONION}", headers={"Sec-Fetch-Dest": "iframe"}
    )
    other = client.get(
        "/ru/", base_url=f"http://{ONION}.ws", headers={"Sec-Fetch-Dest": "iframe"}
    )

    assert "X-Frame-Options" not in framed.headers
    for name, value in FRAME_HEADERS.items():
        assert framed.headers.get_all(name) == [value]
    policy = FRAME_HEADERS["Content-Security-Policy"].split("; ")
    assert policy[:3] == ["default-src 'none'", "style-src 'self'", "img-src 'self'"]
    assert policy[3:] == ["form-action 'none'", "base-uri 'none'"]
    assert 'target="_blank"' in framed.text
    for name, value in HEADERS.items():
        assert other.headers.get_all(name) == [value]


def test_our_own_addresses_work_as_ever(house: House) -> None:
    """Over https by the web's name, and by the onion's."""
    client = house.client()

    assert client.get("/ru/report", base_url=f"http://{ONION}").status_code == 200
    assert (
        client.get(
            "/ru/report", base_url=f"https://{WEB}", headers=OVER_HTTPS
        ).status_code
        == 200
    )
    assert client.get("/ru/report", base_url=ORIGIN).status_code == 403


@pytest.mark.parametrize(
    "value",
    [
        "http://report.example",
        "https://report.example http://report.example",
        "ftp://report.example",
        "report.example",
    ],
)
def test_the_setting_takes_no_readable_origin(house: House, value: str) -> None:
    """https, or an onion; the message names the setting and not its value."""
    environment = {
        "DEBUNKER_INTAKE_DATABASE": house.config.database,
        "DEBUNKER_INTAKE_DATA": str(house.config.data),
        "DEBUNKER_INTAKE_DIRECTORY": str(house.config.directory),
        "DEBUNKER_INTAKE_ROOT_KEY": str(house.config.root_key),
        "DEBUNKER_INTAKE_SYNC_KEY": str(house.config.sync_key),
        "DEBUNKER_INTAKE_SYNC_ORIGIN": "https://intake.test",
    }

    good = Config.from_env(
        {**environment, "DEBUNKER_INTAKE_ORIGINS": " ".join(ORIGINS.own)}
    )
    with pytest.raises(SettingError, match="DEBUNKER_INTAKE_ORIGINS") as caught:
        Config.from_env({**environment, "DEBUNKER_INTAKE_ORIGINS": value})

    assert good.origins == ORIGINS.own
    assert "example" not in str(caught.value)
