"""Intake identities: whatever is in the list, only a reviewer's word is sealed to."""

import json
from collections.abc import Iterator

from crypto import sshsig
from crypto.errors import CryptoError
from protocol.day import parse_moment
from protocol.directory import IdentityList, KeyDirectory, report_recipients
from protocol.errors import MalformedError, UnknownFormatError, UnusableDirectoryError
from tests.fuzz.vector_seeds import documents, pretty
from tests.vectors.case import load_cases

_SEEDS = (
    "one_of_two", "two_reviewers", "newest", "expired", "not_hybrid", "no_certificate",
    "rubbish_by_a_reviewer", "half_signature", "other_organisation",
)  # fmt: skip
_NAMESPACE = "debunker-identity"
_CASES = {case.name: case for case in load_cases("identities")}
_GIVEN = _CASES["two_reviewers"].given
_DIRECTORY = KeyDirectory.parse(_GIVEN["directory"].encode())
_NOW = parse_moment(_GIVEN["now"])


def _certified() -> Iterator[str]:
    """Every recipient that a reviewer of the vectors signed, and recovery."""
    yield from map(str, _DIRECTORY.recovery_recipients(_NOW))
    keys = [reviewer.key for reviewer in _DIRECTORY.reviewers]
    for name in _SEEDS:
        listed = IdentityList.parse(_CASES[name].given["identities"].encode())
        for each in listed.identities:
            try:
                sshsig.verify(
                    each.signature, each.certificate, keys, namespace=_NAMESPACE
                )
                yield json.loads(each.certificate)["recipient"]
            except (CryptoError, ValueError, KeyError):
                continue


_CERTIFIED = frozenset(_certified())


def target(data: bytes) -> bool:
    """Parse the list, and ask to whom a report is sealed."""
    try:
        identities = IdentityList.parse(data)
    except (MalformedError, UnknownFormatError):
        return False
    again = IdentityList.parse(identities.to_json())
    assert again == identities, "something was lost on the way"
    try:
        recipients = report_recipients(_DIRECTORY, identities, _NOW)
    except (MalformedError, UnknownFormatError, UnusableDirectoryError):
        return False
    sealed_to = {str(recipient) for recipient in recipients}
    assert sealed_to <= _CERTIFIED, "sealed to somebody whom no reviewer certified"
    assert len(recipients) <= len(_DIRECTORY.reviewers) + 1, "one reviewer twice"
    recovery = _DIRECTORY.recovery_recipients(_NOW)
    assert set(recovery) <= set(recipients), "sealed without recovery"
    return True


def seeds() -> dict[str, bytes]:
    """Lists out of the vectors, and one as nobody writes it."""
    found = documents("identities", "identities", _SEEDS)
    return found | {"pretty": pretty(found["one_of_two"])}
