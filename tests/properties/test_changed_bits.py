"""One changed bit, anywhere, and nothing of it is believed."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import sshsig
from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from protocol.day import day_of, midnight
from protocol.directory import (
    MAX_IDENTITY_LIFETIME,
    CertifiedIdentity,
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    ReviewerKey,
    SignedDirectory,
    certify_identity,
    report_recipients,
    sign_directory,
    verify_directory,
)
from protocol.errors import ProtocolError, UnknownFormatError, UnreadableError
from protocol.reply import open_reply, seal_reply
from review_console.domain.package import (
    SIGNATURE_NAMESPACE,
    SUMS_NAME,
    SUMS_SIGNATURE_NAME,
    Manifest,
    fixed,
    write_package,
)
from tests.protocol.reports import DRAFT, MESSAGE, open_sealed, seal
from tests.vectors.directory_cases import DIRECTORY
from tests.vectors.fixed import KEYS, NOW, RECOVERY, ROOT, TEAM, seed
from tests.vectors.reply_cases import REPLY

_BIT = st.integers(0, 7)


def _flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    return bytes(changed)


# Reports and replies --------------------------------------------------------


@cache
def _sealed_report(*, message: bool) -> bytes:
    return seal(MESSAGE if message else DRAFT)


@pytest.mark.parametrize("message", [False, True], ids=["report", "message"])
@given(place=st.integers(0, 2**17), from_the_end=st.booleans(), bit=_BIT)
def test_a_sealed_report(
    *, message: bool, place: int, from_the_end: bool, bit: int
) -> None:
    """In header, payload or tag: it is unreadable once all of it was read."""
    sealed = _sealed_report(message=message)
    changed = _flipped(sealed, -1 - place if from_the_end else place, bit)

    with pytest.raises((UnreadableError, UnknownFormatError)):
        open_sealed(changed).verify_all()


@cache
def _sealed_reply() -> bytes:
    recipient = KEYS.identity.recipient
    return seal_reply(REPLY, recipient, team_key=TEAM, entropy=system_entropy)


@given(place=st.integers(0, 2**17), bit=_BIT)
def test_a_sealed_reply(place: int, bit: int) -> None:
    """The reporter is told nothing rather than something else."""
    changed = _flipped(_sealed_reply(), place, bit)

    with pytest.raises((UnreadableError, UnknownFormatError)):
        open_reply(changed, KEYS.identity, mailbox=KEYS.mailbox, directory=DIRECTORY)


# The key directory and its identities ---------------------------------------


_SIGNED = sign_directory(DIRECTORY, ROOT)
_IDENTITY = HybridIdentity.from_seed(seed("an intake identity"))
_REVIEWER_KEY = SigningKey.from_seed(seed("a certifying reviewer"))
_CERTIFICATE = IdentityCertificate(
    organisation_id=DIRECTORY.organisation_id,
    recipient=_IDENTITY.recipient,
    not_before=midnight(day_of(NOW)),
    not_after=midnight(day_of(NOW)) + MAX_IDENTITY_LIFETIME,
)
_CERTIFIED = certify_identity(_CERTIFICATE, _REVIEWER_KEY)


def _verify(offered: SignedDirectory) -> KeyDirectory:
    return verify_directory(offered, root=ROOT.verification_key, newest_seen=0, now=NOW)


def test_every_byte_of_a_directory() -> None:
    """Nobody but the root says to whom reports are sealed."""
    assert _verify(_SIGNED) == DIRECTORY

    for place in range(len(_SIGNED.directory)):
        content = _flipped(_SIGNED.directory, place, place % 8)
        with pytest.raises(ProtocolError):
            _verify(SignedDirectory(directory=content, signature=_SIGNED.signature))


def test_every_letter_of_a_directory_s_signature() -> None:
    """Nor is another signature the root's."""
    for place in range(len(_SIGNED.signature.rstrip())):
        letters = _flipped(_SIGNED.signature.encode(), place, place % 7)
        signature = letters.decode()
        with pytest.raises(ProtocolError):
            _verify(SignedDirectory(directory=_SIGNED.directory, signature=signature))


def _directory_of(reviewer: SigningKey) -> KeyDirectory:
    key = ReviewerKey(key=reviewer.verification_key, not_after=DIRECTORY.expires)
    return replace(DIRECTORY, reviewers=(key,))


def test_every_byte_of_an_identity() -> None:
    """No report is sealed to a recipient that its reviewer did not certify."""
    directory = _directory_of(_REVIEWER_KEY)
    true = IdentityList(identities=(_CERTIFIED,))
    expected = (_IDENTITY.recipient, RECOVERY.recipient)
    assert report_recipients(directory, true, NOW) == expected

    certificate, signature = _CERTIFIED.certificate, _CERTIFIED.signature
    forged = [
        CertifiedIdentity(
            certificate=_flipped(certificate, place, place % 7), signature=signature
        )
        for place in range(len(certificate))
    ]
    forged += [
        CertifiedIdentity(
            certificate=certificate,
            signature=_flipped(signature.encode(), place, place % 7).decode(),
        )
        for place in range(len(signature.rstrip()))
    ]
    for each in forged:
        with pytest.raises(ProtocolError) as refused:
            report_recipients(directory, IdentityList(identities=(each,)), NOW)
        assert refused.value.reason == "no_reviewer"
    # Beside a true one they change nothing: anybody may put junk in the list.
    beside = IdentityList(identities=(*forged[:100], _CERTIFIED, *forged[100:200]))
    assert report_recipients(directory, beside, NOW) == expected


# The referral package -------------------------------------------------------


@cache
def _package() -> Mapping[str, bytes]:
    """Write a package and unpack it."""
    sources = [
        fixed("dossier.json", b'{"format":"debunker-dossier/1"}'),
        fixed("evidence/annex-1.pdf", b"%PDF-1.4 annex"),
        fixed("READ-ME.txt", "Тексеру / Проверка\n".encode()),
    ]
    written = io.BytesIO()
    write_package(
        written,
        sources,
        manifest=Manifest.of(sources),
        sign=lambda content: sshsig.sign(content, TEAM, namespace=SIGNATURE_NAMESPACE),
    )
    with zipfile.ZipFile(written) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _is_accepted(files: Mapping[str, bytes]) -> bool:
    """Do what READ-ME.txt says: the signature of the sums, then the sums."""
    sums = files[SUMS_NAME]
    try:
        sshsig.verify(
            files[SUMS_SIGNATURE_NAME].decode("ascii"),
            sums,
            [TEAM.verification_key],
            namespace=SIGNATURE_NAMESPACE,
        )
    except (CryptoError, UnicodeDecodeError):
        return False
    named = dict(line.split("  ")[::-1] for line in sums.decode().splitlines())
    return all(sha256(files[name]).hexdigest() == named[name] for name in named)


@pytest.mark.parametrize("name", sorted(_package()))
def test_every_byte_of_a_referral(name: str) -> None:
    """A destination that checks sees any change to any file of the package."""
    files = _package()
    assert _is_accepted(files)

    for place in range(len(files[name].rstrip())):
        changed = _flipped(files[name], place, place % 7)
        assert not _is_accepted({**files, name: changed})
