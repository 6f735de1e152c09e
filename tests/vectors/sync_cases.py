"""Vectors of the sync channel: its bodies, and signed requests.

Requests are signed here by the letter of RFC 9421, without the library that
`protocol.sync` uses.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta

from crypto import sshsig
from crypto.ed25519 import SigningKey
from protocol.day import format_moment
from tests.vectors.case import Case
from tests.vectors.changes import changed, changed_in, repeated, to_json, without
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import KEYS, NOW, OTHER_ROOT, ROOT, seed

_SYNC = SigningKey.from_seed(seed("sync"))
_OTHER_SYNC = SigningKey.from_seed(seed("another sync key"))
_LISTING = "debunker-deposits/1"
_ACKNOWLEDGEMENTS = "debunker-acknowledgements/1"
_LARGEST_BYTES = 2**31 + 131_072 + 16 + 32_768 * 16

_URL = "https://intake.example/sync/deposits?after=" + 32 * "a"
_ACKNOWLEDGE_URL = "https://intake.example/sync/acknowledgements"
_ALL = ("@method", "@target-uri", "content-digest")
_CREATED = int(NOW.timestamp())
_PARAMETERS = f';created={_CREATED};keyid="sync";alg="ed25519"'


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield from _listings()
    yield from _acknowledgements()
    yield from _signed_directories()
    yield from _requests()
    yield from _refused_requests()


def _id(name: str) -> str:
    return base64.b32encode(seed(name, 20)).decode().lower()


def _deposit(name: str) -> dict[str, object]:
    return {
        "id": _id(name),
        "mailbox": str(KEYS.mailbox),
        "size": 65_536 + 2_000,
        "day": "2026-11-24",
        "sha256": seed(name).hex(),
    }


def _bodies(format_name: str, entries: list[dict[str, object]]) -> bytes:
    return to_json({"format": format_name, "deposits": entries})


def _listings() -> Iterator[Case]:
    both = sorted(map(_deposit, ("one", "two")), key=lambda each: str(each["id"]))
    good = _bodies(_LISTING, both)
    yield _body("listing", good, "two deposits")
    yield _body("listing_empty", _bodies(_LISTING, []), "nothing has come")
    many = [
        _deposit("one") | {"id": f"{_base32(number):a>32}"} for number in range(501)
    ]
    yield _body("listing_500", _bodies(_LISTING, many[:500]), "a full page")
    largest = changed_in(good, "deposits", size=_LARGEST_BYTES)
    yield _body("listing_largest", largest, "the largest that a report can be")
    table = {
        "listing_501": (_bodies(_LISTING, many), "deposits_too_long", "one too many"),
        "listing_out_of_order": (
            _bodies(_LISTING, both[::-1]),
            "deposits_out_of_order",
            "ids fall",
        ),
        "listing_twice": (
            _bodies(_LISTING, both[:1] * 2),
            "deposits_out_of_order",
            "one deposit twice",
        ),
        "listing_too_large": (
            changed_in(good, "deposits", size=_LARGEST_BYTES + 1),
            "size_out_of_range",
            "a byte more than a report can have",
        ),
        "listing_size_zero": (
            changed_in(good, "deposits", size=0),
            "size_out_of_range",
            "an empty file",
        ),
        "listing_id_upper_case": (
            changed_in(good, "deposits", id=32 * "A"),
            "id_wrong",
            "the other spelling of base32",
        ),
        "listing_mailbox_short": (
            changed_in(good, "deposits", mailbox=31 * "a"),
            "mailbox_wrong",
            "31 characters",
        ),
        "listing_day_a_moment": (
            changed_in(good, "deposits", day="2026-11-24T00:00:00Z"),
            "day_wrong",
            "a moment: it would tell the hour",
        ),
        "listing_sha256_short": (
            changed_in(good, "deposits", sha256=63 * "a"),
            "sha256_wrong",
            "63 digits",
        ),
        "listing_unknown_member": (
            changed_in(good, "deposits", hour=7),
            "unknown_member",
            "a member of no format",
        ),
        "listing_without_size": (
            _bodies(_LISTING, [{**_deposit("one"), "size": None}]),
            "size_wrong",
            "null is no size",
        ),
        "listing_next_format": (
            changed(good, format="debunker-deposits/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "listing_too_long": (good + 2**18 * b" ", "body_too_long", "over 256 KiB"),
    }
    for name, (content, reason, description) in table.items():
        yield _body(name, content, description, reason=reason)


def _base32(number: int) -> str:
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    # Sorted as text: the digits come after the letters in base32, not in ASCII.
    first, second = divmod(number, 26)
    return digits[first % 26] + digits[second]


def _acknowledgements() -> Iterator[Case]:
    both = [
        {"id": each, "sha256": seed("one").hex()}
        for each in sorted((_id("one"), _id("two")))
    ]
    good = to_json({"format": _ACKNOWLEDGEMENTS, "deposits": both})
    yield _body("acknowledgements", good, "two deposits")
    table = {
        "acknowledgements_listing": (
            _bodies(_LISTING, []),
            "unknown_format",
            "a listing",
        ),
        "acknowledgements_out_of_order": (
            to_json({"format": _ACKNOWLEDGEMENTS, "deposits": both[::-1]}),
            "deposits_out_of_order",
            "ids fall",
        ),
        "acknowledgements_sha256_upper_case": (
            changed_in(good, "deposits", sha256=64 * "A"),
            "sha256_wrong",
            "capitals",
        ),
        "acknowledgements_duplicate_member": (
            repeated(good, "deposits"),
            "duplicate_member",
            "the deposits come twice",
        ),
        "acknowledgements_missing": (
            without(good, "deposits"),
            "deposits_missing",
            "no deposits",
        ),
    }
    for name, (content, reason, description) in table.items():
        yield _body(name, content, description, reason=reason)


def _signed_directories() -> Iterator[Case]:
    directory = DIRECTORY.to_json()
    ours, other = (
        sshsig.sign(directory, key, namespace="debunker-directory")
        for key in (ROOT, OTHER_ROOT)
    )
    good = to_json(
        {
            "format": "debunker-signed-directory/2",
            "directory": directory.decode(),
            "signature": ours,
            "cross_signature": None,
        }
    )
    yield _body("signed_directory", good, "signed by one root")
    both = changed(good, cross_signature=other)
    yield _body("signed_directory_cross", both, "signed by two roots")
    table = {
        "signed_directory_version_1": (
            changed(good, format="debunker-signed-directory/1"),
            "unknown_format",
            "an older version",
        ),
        "signed_directory_without_cross": (
            without(good, "cross_signature"),
            "cross_signature_missing",
            "null must stand there",
        ),
        "signed_directory_object": (
            changed(good, directory={}),
            "directory_wrong",
            "an object where its exact text belongs",
        ),
        "signed_directory_too_long": (
            good + 2**19 * b" ",
            "directory_too_long",
            "over 512 KiB",
        ),
    }
    for name, (content, reason, description) in table.items():
        yield _body(name, content, description, reason=reason)


def _body(
    name: str, content: bytes, description: str, *, reason: str | None = None
) -> Case:
    """Make the vector of a body; a good one is written back as it was read."""
    kind = name.split("_", maxsplit=1)[0]
    return Case(
        folder="sync_body",
        name=name,
        description=description,
        given={"kind": kind, "body": content.decode()},
        reason=reason,
        expected={"written": content.decode()} if reason is None else None,
    )


def _requests() -> Iterator[Case]:
    body = _bodies(_ACKNOWLEDGEMENTS, [])
    yield _request("get", "GET", _URL, b"", "with a query, without a body")
    yield _request("post", "POST", _ACKNOWLEDGE_URL, body, "with a body")
    without_alg = _PARAMETERS.removesuffix(';alg="ed25519"')
    yield _request(
        "without_alg", "GET", _URL, b"", "alg is left out", parameters=without_alg
    )
    turned = (_ALL[2], _ALL[0], _ALL[1])
    yield _request(
        "other_order", "GET", _URL, b"", "components in another order", covered=turned
    )
    for seconds in (-60, 60):
        side = "ahead" if seconds < 0 else "old"
        yield _request(
            f"60_seconds_{side}", "GET", _URL, b"", "just in time", later=seconds
        )


def _refused_requests() -> Iterator[Case]:
    body = _bodies(_ACKNOWLEDGEMENTS, [])
    for seconds in (-61, 61):
        side = "ahead" if seconds < 0 else "old"
        yield _request(
            f"61_seconds_{side}", "GET", _URL, b"", "too far", later=seconds, bad=True
        )
    for missing in _ALL:
        covered = tuple(name for name in _ALL if name != missing)
        name = "without_" + missing.strip("@").replace("-", "_")
        yield _request(
            name,
            "POST",
            _ACKNOWLEDGE_URL,
            body,
            "not covered",
            covered=covered,
            bad=True,
        )
    table = {
        "with_nonce": (_PARAMETERS + ';nonce="x"', "another parameter"),
        "with_expires": (f"{_PARAMETERS};expires={_CREATED + 9}", "another parameter"),
        "other_keyid": (_PARAMETERS.replace('"sync"', '"other"'), "another keyid"),
        "other_alg": (_PARAMETERS.replace("ed25519", "hmac-sha256"), "another alg"),
        "created_missing": (';keyid="sync"', "no time"),
        "created_text": (f';created="{_CREATED}";keyid="sync"', "a string"),
    }
    for name, (parameters, description) in table.items():
        yield _request(
            name, "GET", _URL, b"", description, parameters=parameters, bad=True
        )
    yield _request(
        "other_key", "GET", _URL, b"", "a stranger", key=_OTHER_SYNC, bad=True
    )
    good = _signed("POST", _ACKNOWLEDGE_URL, body)
    for name, (method, url, sent, description) in {
        "altered_body": ("POST", _ACKNOWLEDGE_URL, body + b" ", "a space too many"),
        "altered_method": ("PUT", _ACKNOWLEDGE_URL, body, "another method"),
        "altered_host": (
            "POST",
            _ACKNOWLEDGE_URL.replace("intake.", "other."),
            body,
            "aimed at another host",
        ),
        "altered_query": ("POST", _ACKNOWLEDGE_URL + "?a", body, "another query"),
    }.items():
        yield _with_headers(name, method, url, sent, good, description=description)
    longer = base64.b64encode(hashlib.sha512(body).digest()).decode()
    changes: dict[str, tuple[dict[str, str], str]] = {
        "unsigned": ({"Signature": "", "Signature-Input": ""}, "nothing is signed"),
        "other_label": (
            {
                name: good[name].replace("sync=", "other=", 1)
                for name in ("Signature", "Signature-Input")
            },
            "another label",
        ),
        "two_signatures": (
            {
                name: f"{good[name]}, {good[name].replace('sync=', 'other=', 1)}"
                for name in ("Signature", "Signature-Input")
            },
            "a second signature",
        ),
        "digest_sha_512": ({"Content-Digest": f"sha-512=:{longer}:"}, "another hash"),
    }
    for name, (headers, description) in changes.items():
        kept = {key: value for key, value in (good | headers).items() if value}
        yield _with_headers(
            name, "POST", _ACKNOWLEDGE_URL, body, kept, description=description
        )


def _request(  # noqa: PLR0913 - a request has these parts
    name: str,
    method: str,
    url: str,
    body: bytes,
    description: str,
    *,
    covered: tuple[str, ...] = _ALL,
    parameters: str = _PARAMETERS,
    key: SigningKey = _SYNC,
    later: int = 0,
    bad: bool = False,
) -> Case:
    headers = _signed(
        method, url, body, covered=covered, parameters=parameters, key=key
    )
    case = _with_headers(
        name, method, url, body, headers, description=description, later=later
    )
    if bad:
        return case
    return Case(
        folder=case.folder,
        name=name,
        description=description,
        given=case.given,
        expected={},
    )


def _with_headers(  # noqa: PLR0913 - a request has these parts
    name: str,
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    description: str,
    later: int = 0,
) -> Case:
    return Case(
        folder="sync_request",
        name=name,
        description=description,
        given={
            "method": method,
            "url": url,
            "headers": dict(headers),
            "body": body.decode(),
            "key": str(_SYNC.verification_key),
            "now": format_moment(NOW + timedelta(seconds=later)),
        },
        reason="unverified_request",
    )


def _signed(  # noqa: PLR0913 - a request has these parts
    method: str,
    url: str,
    body: bytes,
    *,
    covered: tuple[str, ...] = _ALL,
    parameters: str = _PARAMETERS,
    key: SigningKey = _SYNC,
) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    values = {
        "@method": method,
        "@target-uri": url,
        "content-digest": f"sha-256=:{digest}:",
    }
    names = " ".join(f'"{name}"' for name in covered)
    signature_input = f"({names}){parameters}"
    lines = [f'"{name}": {values[name]}' for name in covered]
    base = "\n".join([*lines, f'"@signature-params": {signature_input}'])
    signature = base64.b64encode(key.sign(base.encode())).decode()
    return {
        "Content-Digest": values["content-digest"],
        "Signature-Input": f"sync={signature_input}",
        "Signature": f"sync=:{signature}:",
    }
