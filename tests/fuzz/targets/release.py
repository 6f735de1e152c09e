"""The release manifest: one order, one entry for each path, and only by the root."""

import json

from protocol.errors import MalformedError, NotSignedByRootError, UnknownFormatError
from protocol.release import (
    ReleaseFile,
    ReleaseHeader,
    ReleaseManifest,
    SignedRelease,
    sign_release,
    verify_release,
)
from tests.fuzz.vector_seeds import pretty
from tests.vectors.fixed import ORGANISATION_ID, ROOT

_MANIFEST = ReleaseManifest(
    version="1.0.0",
    organisation_id=ORGANISATION_ID,
    headers=(ReleaseHeader(name="Referrer-Policy", value="no-referrer"),),
    files=tuple(
        ReleaseFile(path=path, media_type="text/html", size_bytes=9, sha256="ab" * 32)
        for path in ("/", "/kk/", "/ru/")
    ),
    not_covered=("/ru/plain/report",),
)
_SIGNED = sign_release(_MANIFEST, ROOT)


def target(data: bytes) -> bool:
    """Parse it, and offer it under a true signature over another."""
    offered = SignedRelease(manifest=data, signature=_SIGNED.signature)
    try:
        verify_release(offered, root=ROOT.verification_key)
    except (NotSignedByRootError, MalformedError, UnknownFormatError):
        pass
    else:
        assert data == _SIGNED.manifest, "a manifest that nobody signed"
    try:
        manifest = ReleaseManifest.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    written = manifest.to_json()
    assert ReleaseManifest.parse(written) == manifest
    assert json.loads(written) == json.loads(data), "a reader saw something else"
    paths = [file.path for file in manifest.files]
    assert paths == sorted(set(paths)), "a path twice"
    return True


def seeds() -> dict[str, bytes]:
    """A manifest, spaced, out of order, with a query and with no file."""
    good = _SIGNED.manifest
    return {
        "good": good,
        "pretty": pretty(good),
        "out_of_order": good.replace(b'"/kk/"', b'"/zz/"'),
        "with_query": good.replace(b'"/ru/"', b'"/ru/?a"'),
        "negative": good.replace(b":9,", b":-9,"),
        "header_line": good.replace(b"no-referrer", b"no\\r\\nreferrer"),
    }
