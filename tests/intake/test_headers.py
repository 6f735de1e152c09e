"""Every answer of every route carries the one table of headers."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from flask import Flask
from werkzeug.routing import Rule

from intake.web.headers import HEADERS
from intake.web.routing import (
    Access,
    declaration_of,
    declare,
    install_guard,
)
from tests.intake.conftest import House
from tests.intake.reporter import ORIGIN, TUS

EXAMPLES = {
    "code": "ru",
    "page": "report",
    "name": "intake.css",
    "upload_id": "a" * 32,
    "deposit_id": "a" * 32,
    "mailbox": "a" * 32,
    "reply_id": "a" * 32,
}


def _requests(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        _, path = rule.build(EXAMPLES) or ("", "")
        assert path, rule
        found += [(method, path) for method in sorted(rule.methods or ())]
    return found


def test_every_answer_carries_the_table(house: House) -> None:
    """Answers, refusals and errors of every route and method."""
    client = house.client()
    requests = _requests(house.app)
    requests += [
        ("GET", "/no/such/page"),
        ("POST", "/"),
        ("TRACE", "/ru/"),
        ("GET", "/sync/deposits"),
    ]

    for method, path in requests:
        for extra in ({}, TUS):
            answer = client.open(path, method=method, headers=extra, base_url=ORIGIN)
            for name, value in HEADERS.items():
                assert answer.headers.get_all(name) == [value], (method, path, name)
    assert len(requests) > 40


def test_the_policy_allows_nothing_that_is_not_named() -> None:
    """No inline script, no style in a tag, no other host, no frame, no plain string."""
    policy = dict(
        part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; ")
    )

    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "debunker"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Referrer-Policy"] == "same-origin"


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    """Whoever adds a route must say who may call it, and with how much."""
    app = Flask("test", static_folder=None)
    app.add_url_rule("/open", view_func=lambda: "hello", endpoint="open")

    with pytest.raises(RuntimeError, match="open declares nothing"):
        install_guard(app)


def test_a_route_that_declares_is_let_through() -> None:
    """The same route, with its declaration."""
    app = Flask("test", static_folder=None)
    view = declare(access=Access.PUBLIC, limit_bytes=0)(lambda: "hello")
    app.add_url_rule("/open", view_func=view, endpoint="open")

    install_guard(app)

    assert app.test_client().get("/open").text == "hello"


def _changes(app: Flask, access: Access) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (declaration := declaration_of(app, rule.endpoint)) is not None
        and declaration.access is access
    ]


def test_every_change_of_a_session_needs_its_token(house: House) -> None:
    """Each POST without one is refused, and nothing happens."""
    rules = _changes(house.app, Access.SESSION)

    for rule in rules:
        _, path = rule.build(EXAMPLES) or ("", "")
        client = house.client()
        client.get("/ru/plain/mailbox", base_url=ORIGIN)
        answer = client.post(path, base_url=ORIGIN, data={"csrf_token": "forged"})
        assert answer.status_code in {400, 403}, path
    assert len(rules) == 8


def test_no_public_route_takes_a_change(house: House) -> None:
    """A change needs a session, a token or a signature."""
    assert _changes(house.app, Access.PUBLIC) == []


def test_a_body_without_a_length_is_refused(house: House) -> None:
    """A limit must be held before a byte is read."""
    answer = house.client().post(
        "/ru/plain/report", base_url=ORIGIN, headers={"Transfer-Encoding": "chunked"}
    )

    assert answer.status_code == 411


def test_a_body_past_its_routes_limit_is_refused(house: House) -> None:
    """Before it is read."""
    answer = house.client().post(
        "/ru/plain/mailbox",
        base_url=ORIGIN,
        data=bytes(100_000),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("understood", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ],
)
def test_files_of_the_page_are_compressed_for_who_understands(
    house: House, understood: str, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    """Slow lines are what Tor has; pages with a secret are never compressed."""
    client = house.client()
    understands = {"Accept-Encoding": understood}

    packed = client.get("/ru/report", base_url=ORIGIN, headers=understands)
    plain = client.get("/ru/report", base_url=ORIGIN)
    form = client.get("/ru/plain/report", base_url=ORIGIN, headers=understands)

    assert packed.headers["Content-Encoding"] == encoding
    assert unpack(packed.data) == plain.data
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in form.headers


def test_an_address_without_its_slash_is_not_redirected(house: House) -> None:
    """A redirect would repeat whatever Host was sent."""
    answer = house.client().get("/kk", base_url="http://evil.test")

    assert answer.status_code == 200
    assert b"evil.test" not in answer.data


def test_pages_are_the_same_bytes_for_everyone(house: House) -> None:
    """Whoever checks the site from outside must see what reporters see."""
    for path in ("/", "/ru/", "/kk/report", "/en/mailbox", "/ru/help"):
        plain = house.client().get(path, base_url=ORIGIN)
        other = house.client().get(
            path,
            base_url="https://other.test",
            headers={"User-Agent": "other", "Accept-Language": "kk"},
        )
        assert plain.data == other.data
        assert dict(plain.headers) == dict(other.headers)
