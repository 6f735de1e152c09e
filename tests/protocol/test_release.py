"""The release manifest."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import sshsig
from crypto.ed25519 import SigningKey
from protocol.errors import (
    MalformedError,
    NotSignedByRootError,
    ProtocolError,
)
from protocol.mailbox import OrganisationId
from protocol.release import (
    MAX_RELEASE_BYTES,
    RELEASE_NAMESPACE,
    ReleaseFile,
    ReleaseHeader,
    ReleaseManifest,
    SignedRelease,
    sign_release,
    verify_release,
)

ROOT = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(32))
MANIFEST = ReleaseManifest(
    version="0.1.0+3f2a",
    organisation_id=OrganisationId(bytes(32)),
    headers=(
        ReleaseHeader(name="Cache-Control", value="no-store"),
        ReleaseHeader(name="X-Frame-Options", value="DENY"),
    ),
    files=(
        ReleaseFile(path="/", media_type="text/html", size_bytes=3, sha256="ab" * 32),
        ReleaseFile(
            path="/static/page.js",
            media_type="text/javascript",
            size_bytes=0,
            sha256="cd" * 32,
        ),
    ),
    not_covered=("/kk/plain/report", "/ru/plain/report"),
)


def test_what_was_signed_is_read_again() -> None:
    """Serialise, sign, verify: the same manifest."""
    assert verify_release(sign_release(MANIFEST, ROOT), root=ROOT.verification_key) == (
        MANIFEST
    )


def test_another_key_is_not_the_root() -> None:
    """A good signature by anybody else is worth nothing."""
    with pytest.raises(NotSignedByRootError):
        verify_release(sign_release(MANIFEST, OTHER), root=ROOT.verification_key)


def test_a_signature_for_something_else_does_not_count() -> None:
    """What the root signed as a directory is no release."""
    content = MANIFEST.to_json()
    signature = sshsig.sign(content, ROOT, namespace="debunker-directory")

    with pytest.raises(NotSignedByRootError):
        verify_release(
            SignedRelease(manifest=content, signature=signature),
            root=ROOT.verification_key,
        )


@given(data=st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    """The signature covers the exact bytes."""
    signed = sign_release(MANIFEST, ROOT)
    place = data.draw(st.integers(0, len(signed.manifest) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(signed.manifest)
    changed[place] ^= flip

    with pytest.raises(NotSignedByRootError):
        verify_release(
            SignedRelease(manifest=bytes(changed), signature=signed.signature),
            root=ROOT.verification_key,
        )


@given(untrusted=st.binary(max_size=200))
def test_random_bytes_raise_only_our_errors(untrusted: bytes) -> None:
    """No input reaches anything but the format's own refusals."""
    with pytest.raises(ProtocolError):
        ReleaseManifest.parse(untrusted)


def _set(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(changes)


def _set_file(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["files"][0].update(changes)


def _set_header(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["headers"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_set(format="debunker-release/2"), "unknown_format"),
        (_set(version="a b"), "version_wrong"),
        (_set(files=[]), "files_missing"),
        (lambda document: document["files"].reverse(), "files_not_sorted"),
        (lambda document: document["headers"].reverse(), "headers_not_sorted"),
        (lambda document: document["not_covered"].reverse(), "not_covered_not_sorted"),
        (_set(not_covered=[{"path": "/"}]), "covered_and_not"),
        (_set(not_covered=[{"path": "x"}]), "path_wrong"),
        (_set(more=1), "unknown_member"),
        (_set_file(path="ru/"), "path_wrong"),
        (_set_file(path="/?a=b"), "path_wrong"),
        (_set_file(path="//elsewhere.example/\n"), "path_wrong"),
        (_set_file(media_type="text/html; charset=utf-8"), "media_type_wrong"),
        (_set_file(size_bytes=-1), "size_bytes_out_of_range"),
        (_set_file(sha256="AB" * 32), "sha256_wrong"),
        (_set_file(more=1), "unknown_member"),
        (_set_header(name="X Y"), "name_wrong"),
        (_set_header(value="a\r\nb"), "value_wrong"),
    ],
    ids=itertools.count(),
)
def test_what_does_not_follow_the_format_is_refused(
    change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    """Each with its own reason."""
    document = json.loads(MANIFEST.to_json())
    change(document)

    with pytest.raises(ProtocolError) as refused:
        ReleaseManifest.parse(json.dumps(document).encode())

    assert refused.value.reason == reason


def test_a_size_beyond_what_javascript_reads_is_refused() -> None:
    """Every reader must find the same number."""
    with pytest.raises(MalformedError):
        ReleaseFile(
            path="/", media_type="text/html", size_bytes=2**53, sha256="00" * 32
        )


def test_a_manifest_that_is_too_long_is_refused_unread() -> None:
    """A hostile server cannot fill the memory."""
    with pytest.raises(MalformedError) as refused:
        ReleaseManifest.parse(b" " * (MAX_RELEASE_BYTES + 1))

    assert refused.value.reason == "release_too_long"


def test_the_namespace_is_the_specifications() -> None:
    """`ssh-keygen -Y verify -n debunker-release` checks it."""
    assert RELEASE_NAMESPACE == "debunker-release"
