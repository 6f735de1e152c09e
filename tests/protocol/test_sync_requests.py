"""Promises of `protocol.sync`: signed requests."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ed25519 import SigningKey
from protocol.errors import UnverifiedRequestError
from protocol.sync import sign_request, verify_request

_KEY = SigningKey.from_seed(b"k" * 32)
_NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
_URL = "http://127.0.0.1:8000/sync/acknowledgements?after=b"
_BODY = b'{"format":"debunker-acknowledgements/1","deposits":[]}'
_HEADERS = sign_request("POST", _URL, _BODY, key=_KEY, now=_NOW)


def _verify(  # noqa: PLR0913 - a request has these parts
    method: str = "POST",
    *,
    url: str = _URL,
    headers: Mapping[str, str] = _HEADERS,
    body: bytes = _BODY,
    key: SigningKey = _KEY,
    now: datetime = _NOW,
) -> None:
    verify_request(method, url, headers, body, key=key.verification_key, now=now)


def _sign_by_hand(
    components: list[str], parameters: str, digest: str
) -> dict[str, str]:
    """Sign as RFC 9421 says, without the library, whatever is covered."""
    values = {"@method": "POST", "@target-uri": _URL, "content-digest": digest}
    covered = " ".join(f'"{name}"' for name in components)
    signature_input = f"({covered}){parameters}"
    lines = [f'"{name}": {values[name]}' for name in components]
    base = "\n".join([*lines, f'"@signature-params": {signature_input}'])
    signature = base64.b64encode(_KEY.sign(base.encode())).decode()
    return {
        "Content-Digest": digest,
        "Signature-Input": f"sync={signature_input}",
        "Signature": f"sync=:{signature}:",
    }


_ALL = ["@method", "@target-uri", "content-digest"]
_CREATED = f';created={int(_NOW.timestamp())};keyid="sync";alg="ed25519"'
_DIGEST = f"sha-256=:{base64.b64encode(hashlib.sha256(_BODY).digest()).decode()}:"


@given(body=st.binary(max_size=100), path=st.text("az09/-.?=&", max_size=20))
def test_what_is_signed_is_verified(body: bytes, path: str) -> None:
    """Verify ∘ sign passes for any body and path."""
    url = "http://127.0.0.1:8000/" + path
    headers = sign_request("PUT", url, body, key=_KEY, now=_NOW)

    _verify("PUT", url=url, headers=headers, body=body)


def test_another_implementation_of_rfc_9421_is_verified() -> None:
    """A console in another language needs the standard alone."""
    _verify(headers=_sign_by_hand(_ALL, _CREATED, _DIGEST))


def test_the_signature_is_deterministic() -> None:
    """Ed25519 leaves no room; the same request has the same signature."""
    assert _sign_by_hand(_ALL, _CREATED, _DIGEST) == _HEADERS


def test_a_url_that_cannot_be_requested_is_a_bug() -> None:
    """The console builds its URLs from its own settings."""
    with pytest.raises(ValueError, match="absolute"):
        sign_request("GET", "/sync/deposits", b"", key=_KEY, now=_NOW)


def test_a_changed_body_is_refused() -> None:
    """Otherwise a stolen acknowledgement could delete other reports."""
    for body in (_BODY + b" ", b"", _BODY.replace(b"[]", b"{}")):
        with pytest.raises(UnverifiedRequestError):
            _verify(body=body)


def test_a_changed_digest_is_refused() -> None:
    """The signature covers it."""
    other = b"other"
    digest = base64.b64encode(hashlib.sha256(other).digest()).decode()
    headers = _HEADERS | {"Content-Digest": f"sha-256=:{digest}:"}

    with pytest.raises(UnverifiedRequestError):
        _verify(headers=headers, body=other)


def test_an_empty_body_is_covered_too() -> None:
    """A signed GET cannot become a signed POST of something."""
    headers = sign_request("GET", _URL, b"", key=_KEY, now=_NOW)

    _verify("GET", headers=headers, body=b"")
    with pytest.raises(UnverifiedRequestError):
        _verify("GET", headers=headers, body=b"x")


@pytest.mark.parametrize("missing", _ALL)
def test_an_uncovered_component_is_refused(missing: str) -> None:
    """A right signature over too little is worth nothing."""
    components = [name for name in _ALL if name != missing]

    with pytest.raises(UnverifiedRequestError):
        _verify(headers=_sign_by_hand(components, _CREATED, _DIGEST))


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        ';keyid="sync"',
        f";created={int(_NOW.timestamp())}",
        f';created={int(_NOW.timestamp())};keyid="other"',
        f';created="{int(_NOW.timestamp())}";keyid="sync"',
        f';created={int(_NOW.timestamp())}.5;keyid="sync"',
        _CREATED.replace("ed25519", "hmac-sha256"),
        _CREATED + f";expires={int(_NOW.timestamp()) + 9}",
        _CREATED + ';nonce="x"',
        _CREATED + ';tag="x"',
    ],
)
def test_other_parameters_are_refused(parameters: str) -> None:
    """One profile: `created` and `keyid`, perhaps `alg`, and no more."""
    with pytest.raises(UnverifiedRequestError):
        _verify(headers=_sign_by_hand(_ALL, parameters, _DIGEST))


def test_another_digest_is_refused() -> None:
    """SHA-256, once."""
    longer = base64.b64encode(hashlib.sha512(_BODY).digest()).decode()
    for digest in (f"sha-512=:{longer}:", f"{_DIGEST}, sha-512=:{longer}:"):
        with pytest.raises(UnverifiedRequestError):
            _verify(headers=_sign_by_hand(_ALL, _CREATED, digest))


@pytest.mark.parametrize(
    ("seconds", "is_accepted"), [(-61, False), (-60, True), (60, True), (61, False)]
)
def test_an_old_request_is_refused(seconds: int, *, is_accepted: bool) -> None:
    """A minute behind or ahead; a recorded request is worth nothing later."""
    now = _NOW + timedelta(seconds=seconds)

    if is_accepted:
        _verify(now=now)
    else:
        with pytest.raises(UnverifiedRequestError):
            _verify(now=now)


def test_another_key_is_refused() -> None:
    """Only the pinned console may delete."""
    with pytest.raises(UnverifiedRequestError):
        _verify(key=SigningKey.from_seed(b"x" * 32))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "post"])
def test_another_method_is_refused(method: str) -> None:
    """A request to read does not write."""
    with pytest.raises(UnverifiedRequestError):
        _verify(method)


@pytest.mark.parametrize(
    "url",
    [
        _URL + "a",
        _URL.replace("?after=b", ""),
        _URL.replace("8000", "8001"),
        _URL.replace("http:", "https:"),
        _URL.replace("127.0.0.1", "intake.example"),
        _URL.replace("acknowledgements", "deposits"),
        "not a url",
        "",
    ],
)
def test_another_target_is_refused(url: str) -> None:
    """A proxy cannot send a request elsewhere."""
    with pytest.raises(UnverifiedRequestError):
        _verify(url=url)


@pytest.mark.parametrize("name", ["Content-Digest", "Signature-Input", "Signature"])
def test_a_missing_header_is_refused(name: str) -> None:
    """An unsigned request is one that nobody made."""
    headers = {key: value for key, value in _HEADERS.items() if key != name}

    with pytest.raises(UnverifiedRequestError):
        _verify(headers=headers)


def test_names_of_headers_have_no_case() -> None:
    """HTTP/2 and WSGI write them in their own ways."""
    _verify(headers={name.lower(): value for name, value in _HEADERS.items()})


def test_another_label_is_refused() -> None:
    """There is one signature, and it is called `sync`."""
    renamed = _HEADERS | {
        name: _HEADERS[name].replace("sync=", "other=", 1)
        for name in ("Signature-Input", "Signature")
    }
    doubled = _HEADERS | {
        name: f"{_HEADERS[name]}, {renamed[name]}"
        for name in ("Signature-Input", "Signature")
    }

    for headers in (renamed, doubled):
        with pytest.raises(UnverifiedRequestError):
            _verify(headers=headers)


@given(
    name=st.sampled_from(["Content-Digest", "Signature-Input", "Signature"]),
    value=st.text(max_size=100),
)
def test_random_headers_are_refused_by_type(name: str, value: str) -> None:
    """Whatever stands there, one error and no other."""
    with pytest.raises(UnverifiedRequestError):
        _verify(headers=_HEADERS | {name: value})


def test_every_refusal_is_the_same() -> None:
    """Whoever probes learns nothing from the answer."""
    messages = set()
    for refuse in (
        partial(_verify, body=b""),
        partial(_verify, url=""),
        partial(_verify, headers={}),
        partial(_verify, "GET"),
        partial(_verify, now=_NOW + timedelta(days=1)),
    ):
        with pytest.raises(UnverifiedRequestError) as refused:
            refuse()
        messages.add(str(refused.value))

    assert len(messages) == 1
