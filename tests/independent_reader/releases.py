"""The release manifest and the organisation's file: docs/protocol.md §9, §10."""

from itertools import pairwise

from tests.independent_reader.documents import (
    Document,
    array,
    ed25519_key,
    hybrid_or,
    integer,
    matching,
    organisation_id,
    read,
    sha256,
    take,
)
from tests.independent_reader.refusal import RefusedError
from tests.independent_reader.signatures import signer

_PATH = matching(r"/[0-9A-Za-z._~/-]{0,199}")


def verify_release(untrusted: bytes, signature: str, *, root: bytes) -> Document:
    """Verify what the root says that a site serves."""
    if signer(signature, untrusted, [root], namespace="debunker-release") is None:
        raise RefusedError("not_signed_by_root")
    document = read(
        untrusted,
        format_name="debunker-release/1",
        limit_bytes=2**20,
        too_long="release_too_long",
    )
    release = take(
        document,
        {
            "version": matching(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}"),
            "organisation_id": organisation_id,
            "headers": array(100),
            "files": array(1_000),
            "not_covered": array(1_000),
        },
    )
    for each in release["headers"]:
        value = matching(r"[\x20-\x7e]{1,2000}")
        take(each, {"name": matching(r"[0-9A-Za-z-]{1,60}"), "value": value})
    for each in release["files"]:
        media_type = matching(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
        kinds = {"media_type": media_type, "size_bytes": integer(0), "sha256": sha256}
        take(each, {"path": _PATH, **kinds})
    for each in release["not_covered"]:
        take(each, {"path": _PATH})
    if not release["files"]:
        raise RefusedError("files_missing")
    files = [each["path"] for each in release["files"]]
    not_covered = [each["path"] for each in release["not_covered"]]
    _require_order("files", files)
    _require_order("headers", [each["name"].lower() for each in release["headers"]])
    _require_order("not_covered", not_covered)
    if set(files) & set(not_covered):
        raise RefusedError("covered_and_not")
    return release


def _require_order(name: str, texts: list[str]) -> None:
    if any(first >= second for first, second in pairwise(texts)):
        raise RefusedError(f"{name}_not_sorted")


def read_organisation(untrusted: bytes) -> Document:
    """Read the organisation's file."""
    document = read(
        untrusted,
        format_name="debunker-organisation/1",
        limit_bytes=16 * 1024,
        too_long="organisation_too_long",
    )
    return take(
        document,
        {
            "organisation_id": organisation_id,
            "root": ed25519_key,
            "recovery": hybrid_or("recovery_wrong"),
        },
    )
