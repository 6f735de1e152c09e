"""The auditor's state file: read without loss, or refused."""

import json

from deploy.audit_site.directory_watch import Seen
from protocol.errors import MalformedError, UnknownFormatError
from tests.fuzz.vector_seeds import pretty
from tests.vectors.fixed import ROOT


def target(data: bytes) -> bool:
    """Parse it; serialise ∘ parse is identity."""
    try:
        seen = Seen.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    assert Seen.parse(seen.to_json()) == seen
    assert json.loads(seen.to_json()) == json.loads(data)
    return True


def seeds() -> dict[str, bytes]:
    """A good one, spaced, with a wrong version and hash."""
    good = Seen(root=ROOT.verification_key, version=7, sha256="ab" * 32).to_json()
    return {
        "good": good,
        "pretty": pretty(good),
        "version_zero": good.replace(b":7,", b":0,"),
        "sha256_short": good.replace(b'abab"', b'"'),
    }
