"""Vectors of the release manifest."""

import hashlib
from collections.abc import Iterator

from crypto import sshsig
from crypto.ed25519 import SigningKey
from tests.vectors.case import Case
from tests.vectors.changes import changed, changed_in, repeated, to_json, without
from tests.vectors.fixed import ORGANISATION_ID, OTHER_ROOT, ROOT

_NAMESPACE = "debunker-release"


def _file(path: str, content: bytes = b"") -> dict[str, object]:
    return {
        "path": path,
        "media_type": "text/html",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


_GOOD = to_json(
    {
        "format": "debunker-release/1",
        "version": "1.2.0-rc1+kk",
        "organisation_id": str(ORGANISATION_ID),
        "headers": [
            {"name": "Content-Security-Policy", "value": "default-src 'none'"},
            {"name": "x-content-type-options", "value": "nosniff"},
        ],
        "files": [_file("/"), _file("/kk/", "Үлгі".encode()), _file("/static/a.js")],
        "not_covered": [{"path": "/kk/plain/report"}, {"path": "/uploads"}],
    }
)


def cases() -> Iterator[Case]:
    """Make all of them."""
    yield _case("good", _GOOD, "three files, two headers, two that differ")
    bare = changed(_GOOD, headers=[], not_covered=[], files=[_file("/")])
    yield _case("one_file", bare, "the least that there can be")
    for name, (content, reason, description) in (_documents() | _members()).items():
        yield _case(name, content, description, reason=reason)
    refused = "not_signed_by_root"
    yield _case("other_root", _GOOD, "another key", reason=refused, key=OTHER_ROOT)
    yield _case(
        "other_namespace",
        _GOOD,
        "signed as a directory",
        reason=refused,
        namespace="debunker-directory",
    )
    altered = _GOOD.replace(b"1.2.0", b"1.2.1")
    yield _case("altered", altered, "a byte was changed", reason=refused, signed=_GOOD)
    rubbish = b"no release"
    yield _case("rubbish", rubbish, "nobody signed it", reason=refused, signed=_GOOD)


def _documents() -> dict[str, tuple[bytes, str, str]]:
    return {
        "next_format": (
            changed(_GOOD, format="debunker-release/2"),
            "unknown_format",
            "a version that is not known",
        ),
        "not_json": (_GOOD[:-1], "not_json", "a brace too few"),
        "duplicate_member": (
            repeated(_GOOD, "version"),
            "duplicate_member",
            "the version comes twice",
        ),
        "unknown_member": (changed(_GOOD, note=""), "unknown_member", "no such member"),
        "too_long": (_GOOD + 2**20 * b" ", "release_too_long", "over 1 MiB"),
        "headers_missing": (without(_GOOD, "headers"), "headers_missing", "none"),
        "no_file": (changed(_GOOD, files=[]), "files_missing", "it lists nothing"),
    }


def _members() -> dict[str, tuple[bytes, str, str]]:
    twice = [_file("/"), _file("/")]
    falling = [_file("/b"), _file("/a")]
    header = {"name": "a", "value": "b"}
    return {
        "files_twice": (changed(_GOOD, files=twice), "files_not_sorted", "one twice"),
        "files_falling": (
            changed(_GOOD, files=falling),
            "files_not_sorted",
            "out of order",
        ),
        "headers_twice": (
            changed(_GOOD, headers=[header, header | {"name": "A"}]),
            "headers_not_sorted",
            "names have no case",
        ),
        "not_covered_falling": (
            changed(_GOOD, not_covered=[{"path": "/b"}, {"path": "/a"}]),
            "not_covered_not_sorted",
            "out of order",
        ),
        "covered_and_not": (
            changed(_GOOD, not_covered=[{"path": "/kk/"}]),
            "covered_and_not",
            "in both lists",
        ),
        "path_with_query": (
            changed_in(_GOOD, "files", path="/?a"),
            "path_wrong",
            "a query",
        ),
        "path_relative": (changed_in(_GOOD, "files", path=""), "path_wrong", "empty"),
        "not_covered_elsewhere": (
            changed(_GOOD, not_covered=[{"path": "https://example.org/"}]),
            "path_wrong",
            "another site",
        ),
        "media_type_parameters": (
            changed_in(_GOOD, "files", media_type="text/html; charset=utf-8"),
            "media_type_wrong",
            "with parameters",
        ),
        "sha256_upper_case": (
            changed_in(_GOOD, "files", sha256=64 * "A"),
            "sha256_wrong",
            "capitals",
        ),
        "size_negative": (
            changed_in(_GOOD, "files", size_bytes=-1),
            "size_bytes_out_of_range",
            "less than nothing",
        ),
        "header_line_feed": (
            changed_in(_GOOD, "headers", value="a\nb"),
            "value_wrong",
            "a line feed",
        ),
        "header_name_space": (
            changed_in(_GOOD, "headers", name="a b"),
            "name_wrong",
            "a space",
        ),
        "version_space": (changed(_GOOD, version="1 2"), "version_wrong", "a space"),
        "organisation_id_short": (
            changed(_GOOD, organisation_id="AAAA"),
            "organisation_id_wrong",
            "three bytes",
        ),
    }


def _case(  # noqa: PLR0913 - a manifest and its circumstances
    name: str,
    content: bytes,
    description: str,
    *,
    reason: str | None = None,
    key: SigningKey = ROOT,
    namespace: str = _NAMESPACE,
    signed: bytes | None = None,
) -> Case:
    signature = sshsig.sign(
        content if signed is None else signed, key, namespace=namespace
    )
    return Case(
        folder="release",
        name=name,
        description=description,
        given={
            "release": content.decode(),
            "signature": signature,
            "root": str(ROOT.verification_key),
        },
        reason=reason,
        expected={"written": content.decode()} if reason is None else None,
    )
