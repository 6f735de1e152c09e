"""Promises of `protocol.offline_keys`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, CryptoError
from crypto.sealed_secret import INSECURE_TESTING
from protocol.errors import MalformedError, ProtocolError, UnknownFormatError
from protocol.mailbox import OrganisationId
from protocol.offline_keys import (
    OrganisationFile,
    open_recovery,
    open_root,
    seal_recovery,
    seal_root,
)
from protocol.passphrase import WeakPassphraseError
from tests.vectors.changes import changed
from tests.vectors.fixed import ORGANISATION_ID, RECOVERY, ROOT

_PASSPHRASE = "алты сөзден тұратын ұзын құпия тіркес"  # noqa: S105  # for tests
_FILE = OrganisationFile(
    organisation_id=ORGANISATION_ID,
    root=ROOT.verification_key,
    recovery=RECOVERY.recipient,
)


def _root(passphrase: str = _PASSPHRASE) -> bytes:
    return seal_root(ROOT, passphrase, profile=INSECURE_TESTING, entropy=system_entropy)


def _recovery(passphrase: str = _PASSPHRASE) -> bytes:
    return seal_recovery(
        RECOVERY, passphrase, profile=INSECURE_TESTING, entropy=system_entropy
    )


def test_each_opens_with_its_passphrase() -> None:
    """And is the very key that was sealed."""
    root, recovery = (
        open_root(_root(), _PASSPHRASE),
        open_recovery(_recovery(), _PASSPHRASE),
    )

    assert root.verification_key == ROOT.verification_key
    assert recovery.recipient == RECOVERY.recipient


def test_neither_opens_with_another_passphrase() -> None:
    """A wrong passphrase and an altered file are the same error."""
    with pytest.raises(AuthenticationError):
        open_root(_root(), _PASSPHRASE + ".")
    with pytest.raises(AuthenticationError):
        open_recovery(_recovery(), _PASSPHRASE + ".")


def test_one_does_not_open_as_the_other() -> None:
    """A swapped file must not sign, and must not decrypt."""
    with pytest.raises(AuthenticationError):
        open_root(_recovery(), _PASSPHRASE)
    with pytest.raises(AuthenticationError):
        open_recovery(_root(), _PASSPHRASE)


def test_a_weak_passphrase_seals_nothing() -> None:
    """These two keys lie on paper and sticks for years."""
    with pytest.raises(WeakPassphraseError):
        _root("құпия")
    with pytest.raises(WeakPassphraseError):
        _recovery("құпия")


@given(sealed=st.binary(max_size=200))
def test_random_bytes_open_as_nothing(sealed: bytes) -> None:
    """Nothing but the errors of the seal."""
    with pytest.raises(CryptoError):
        open_root(sealed, _PASSPHRASE)
    with pytest.raises(CryptoError):
        open_recovery(sealed, _PASSPHRASE)


@settings(max_examples=20)
@given(
    raw=st.binary(min_size=32, max_size=32), seed=st.binary(min_size=32, max_size=32)
)
def test_an_organisations_file_reads_back(raw: bytes, seed: bytes) -> None:
    """Serialise and parse are inverse."""
    file = OrganisationFile(
        organisation_id=OrganisationId(raw),
        root=SigningKey.from_seed(seed).verification_key,
        recovery=HybridIdentity.from_seed(seed).recipient,
    )

    assert OrganisationFile.parse(file.to_json()) == file


@given(untrusted=st.binary(max_size=200))
def test_random_bytes_are_no_organisation(untrusted: bytes) -> None:
    """Nothing but this package's errors."""
    with pytest.raises(ProtocolError):
        OrganisationFile.parse(untrusted)


def test_an_organisations_file_is_strict() -> None:
    """No comment behind a key, no classical recipient, no member too many."""
    for wrong in (
        {"root": f"{ROOT.verification_key} root"},
        {"recovery": "age1" + 58 * "q"},
        {"organisation_id": "AAAA"},
        {"name": "Үлгі ұйымы"},
    ):
        with pytest.raises(MalformedError):
            OrganisationFile.parse(changed(_FILE.to_json(), **wrong))
    with pytest.raises(UnknownFormatError):
        OrganisationFile.parse(
            changed(_FILE.to_json(), format="debunker-organisation/2")
        )
    with pytest.raises(MalformedError, match="organisation too long"):
        OrganisationFile.parse(b" " * (2**14 + 1))
