"""Signed requests: only the request that was signed passes, whatever the headers."""

from datetime import UTC, datetime

from crypto.ed25519 import SigningKey
from protocol.errors import UnverifiedRequestError
from protocol.sync import sign_request, verify_request

_KEY = SigningKey.from_seed(b"s" * 32)
_OTHER = SigningKey.from_seed(b"o" * 32)
_NOW = datetime(2026, 11, 24, tzinfo=UTC)
_URL = "https://intake.example/sync/acknowledgements?a=%20b"
_BODY = b'{"deposits":[]}'
_NAMES = ("Content-Digest", "Signature-Input", "Signature")
_SIGNED = sign_request("POST", _URL, _BODY, key=_KEY, now=_NOW)


def target(data: bytes) -> bool:
    """Take the input as header lines, and verify three requests with them."""
    lines = data.decode("latin-1").split("\n")
    headers = dict(zip(_NAMES, lines, strict=False))
    for method, url, body in (
        ("POST", _URL, b""),
        ("GET", _URL, _BODY),
        ("POST", _URL + "c", _BODY),
    ):
        assert not _passes(method, url, headers, body), "another request passes"
    if not _passes("POST", _URL, headers, _BODY):
        return False
    # Optional white space may stand around a field's value; nothing else differs.
    stripped = {name: value.strip(" \t") for name, value in headers.items()}
    assert stripped["Content-Digest"] == _SIGNED["Content-Digest"]
    assert "keyid" in stripped["Signature-Input"]
    return True


def _passes(method: str, url: str, headers: dict[str, str], body: bytes) -> bool:
    key = _KEY.verification_key
    try:
        verify_request(method, url, headers, body, key=key, now=_NOW)
    except UnverifiedRequestError:
        return False
    return True


def seeds() -> dict[str, bytes]:
    """The true headers, another's, twice the same, and odd structured fields."""
    strange = sign_request("POST", _URL, _BODY, key=_OTHER, now=_NOW)
    old = sign_request(
        "POST", _URL, _BODY, key=_KEY, now=datetime(2025, 1, 1, tzinfo=UTC)
    )
    twice = {name: f"{value}, {value}" for name, value in _SIGNED.items()}
    empty = dict.fromkeys(_NAMES, "sync=();created=1.5;keyid=?1;x=:AA==:")
    headers = {
        "true": _SIGNED,
        "by_another": strange,
        "old": old,
        "twice": twice,
        "odd": empty,
    }
    return {
        name: "\n".join(fields[each] for each in _NAMES).encode("latin-1")
        for name, fields in headers.items()
    }
