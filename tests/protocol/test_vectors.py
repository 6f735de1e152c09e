"""Every known-answer vector comes out as it says."""

import io
from datetime import date
from typing import Any

import pytest

from crypto import sshsig
from crypto.age import HybridIdentity, seal
from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, CryptoError
from crypto.errors import MalformedError as CryptoMalformedError
from crypto.sealed_secret import open_secret
from protocol.archive import PADDING_NAME, ArchiveReader
from protocol.codename import Codename
from protocol.day import format_day, format_moment, parse_moment
from protocol.directory import (
    IdentityList,
    KeyDirectory,
    SignedDirectory,
    offline_keys,
    report_recipients,
    verify_directory,
)
from protocol.errors import (
    CodenameError,
    ProtocolError,
    UnknownWordError,
    UnreadableError,
)
from protocol.ladder import ladder
from protocol.languages import Language
from protocol.mailbox import (
    MailboxId,
    OrganisationId,
    ReporterKeys,
    read_mailbox_answer,
)
from protocol.offline_keys import OrganisationFile
from protocol.release import SignedRelease, verify_release
from protocol.reply import open_replies, open_reply
from protocol.report import (
    ReportReader,
    check_sealed_upload,
    is_verified_message,
)
from protocol.sync import AcknowledgementBatch, DepositListing, verify_request
from tests.vectors.case import Case, load_cases
from tests.vectors.encoding import from_segments, to_segments


def _named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", load_cases("ladder"), ids=_named)
def test_ladder(case: Case) -> None:
    """A length has the rung that the vector names."""
    assert case.expected is not None

    rung = ladder(case.given["length"], floor_bytes=case.given["floor"])

    assert rung == case.expected["rung"]


@pytest.mark.parametrize("case", load_cases("codename"), ids=_named)
def test_codename(case: Case) -> None:
    """A text is the codename that the vector names, or is refused as it says."""
    text = case.given["text"]
    if case.reason is not None:
        with pytest.raises(CodenameError) as refused:
            Codename.parse(text)
        assert refused.value.reason == case.reason
        if isinstance(refused.value, UnknownWordError):
            assert {"word": refused.value.word} == case.expected
        return

    codename = Codename.parse(text)

    assert case.expected == {
        "secret": codename.secret.hex(),
        "words_en": codename.words(Language.EN),
        "words_ru": codename.words(Language.RU),
        "characters": codename.characters(),
    }


@pytest.mark.parametrize("case", load_cases("codename_end"), ids=_named)
def test_codename_end(case: Case) -> None:
    """What was typed from a paper is the codename's end, or not."""
    codename = Codename(bytes.fromhex(case.given["secret"]))

    assert case.expected == {"is_its_end": codename.ends_so(case.given["typed"])}


@pytest.mark.parametrize("case", load_cases("mailbox"), ids=_named)
def test_mailbox(case: Case) -> None:
    """Keys derive, and answers read, as the vector says."""
    if "answer" in case.given:
        _check_answer(case)
        return
    assert case.expected is not None

    keys = ReporterKeys.derive(
        Codename(bytes.fromhex(case.given["secret"])),
        OrganisationId.parse(case.given["organisation_id"]),
    )

    assert keys.token.raw.hex() == case.expected["token"]
    assert keys.token.token_hash == case.expected["token_hash"]
    assert keys.token.bearer() == case.expected["authorization"]
    assert str(keys.mailbox) == case.expected["mailbox"]
    assert keys.identity.encode() == case.expected["identity"]
    assert str(keys.identity.recipient) == case.expected["reply_to"]
    assert str(keys.signing_key.verification_key) == case.expected["message_key"]


def _check_answer(case: Case) -> None:
    answer = from_segments(case.given["answer"])
    if case.reason is None:
        assert case.expected is not None
        read = read_mailbox_answer(answer)
        assert case.expected == {
            "sent": [format_day(day) for day in read.sent_on],
            "replies": [reply.hex() for reply in read.replies],
        }
    else:
        with pytest.raises(ProtocolError) as refused:
            read_mailbox_answer(answer)
        assert refused.value.reason == case.reason


@pytest.mark.parametrize("case", load_cases("archive"), ids=_named)
def test_archive(case: Case) -> None:
    """An archive has the entries that the vector names, or is refused."""
    archive = from_segments(case.given["archive"])

    if case.reason is None:
        assert {"entries": _read_archive(archive)} == case.expected
    else:
        with pytest.raises(UnreadableError) as refused:
            _read_archive(archive)
        assert refused.value.reason == case.reason


def _read_archive(archive: bytes) -> list[dict[str, Any]]:
    """Open, read every entry and verify the padding."""
    reader = ArchiveReader(io.BytesIO(archive), len(archive))
    entries = [
        {
            "name": entry.name,
            "offset": entry.offset,
            "crc": entry.crc,
            "data": to_segments(reader.read(entry.name, limit_bytes=len(archive))),
        }
        for entry in reader.entries
    ]
    if any(entry.name == PADDING_NAME for entry in reader.entries):
        reader.verify_padding()
    return entries


@pytest.mark.parametrize("case", load_cases("directory"), ids=_named)
def test_directory(case: Case) -> None:
    """A directory is accepted, or refused for the reason that the vector names."""
    signed = SignedDirectory(
        directory=_directory_bytes(case),
        signature=case.given["signature"],
        cross_signature=case.given["cross_signature"],
    )

    if case.reason is None:
        assert _read_directory(signed, case) == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            _read_directory(signed, case)
        assert refused.value.reason == case.reason


def _directory_bytes(case: Case) -> bytes:
    if "directory_hex" in case.given:
        return bytes.fromhex(case.given["directory_hex"])
    text: str = case.given["directory"]
    return text.encode()


def _read_directory(signed: SignedDirectory, case: Case) -> dict[str, Any]:
    now = parse_moment(case.given["now"])
    directory = verify_directory(
        signed,
        root=VerificationKey.parse(case.given["root"]),
        newest_seen=case.given["newest_seen"],
        now=now,
    )
    return {
        "version": directory.version,
        "organisation_id": str(directory.organisation_id),
        "reviewers": [
            str(each.key) for each in directory.reviewers if now < each.not_after
        ],
        "recovery_recipients": list(map(str, directory.recovery_recipients(now))),
        "offline_recipients": list(map(str, directory.offline_recipients(now))),
        "team_keys_on_2026-06-30": _keys_on(directory, date(2026, 6, 30)),
        "team_keys_on_2026-07-01": _keys_on(directory, date(2026, 7, 1)),
    }


@pytest.mark.parametrize("case", load_cases("offline_keys"), ids=_named)
def test_offline_keys(case: Case) -> None:
    """An offline page seals to whom the vector says, or refuses."""
    if case.reason is None:
        assert _offline_keys(case.given) == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            _offline_keys(case.given)
        assert refused.value.reason == case.reason


def _offline_keys(given: dict[str, Any]) -> dict[str, Any]:
    before = given["before"]
    keys = offline_keys(
        SignedDirectory(
            directory=given["directory"].encode(),
            signature=given["signature"],
            cross_signature=given["cross_signature"],
        ),
        root=VerificationKey.parse(given["root"]),
        now=parse_moment(given["now"]),
        before=None if before is None else KeyDirectory.parse(before.encode()),
    )
    return {
        "version": keys.directory.version,
        "recipients": list(map(str, keys.recipients)),
        "until": format_moment(keys.until),
        "is_old": keys.is_old,
    }


def _keys_on(directory: KeyDirectory, day: date) -> list[str]:
    return list(map(str, directory.team_keys_on(day)))


@pytest.mark.parametrize("case", load_cases("identities"), ids=_named)
def test_identities(case: Case) -> None:
    """A list says whom to seal to, or is refused as the vector says."""
    directory = KeyDirectory.parse(case.given["directory"].encode())
    untrusted: str = case.given["identities"]

    if case.reason is None:
        found = _recipients(directory, untrusted, case)
        assert {"report_recipients": found} == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            _recipients(directory, untrusted, case)
        assert refused.value.reason == case.reason


def _recipients(directory: KeyDirectory, untrusted: str, case: Case) -> list[str]:
    identities = IdentityList.parse(untrusted.encode())
    now = parse_moment(case.given["now"])
    return list(map(str, report_recipients(directory, identities, now)))


@pytest.mark.parametrize("case", load_cases("reply"), ids=_named)
def test_reply(case: Case) -> None:
    """Replies open, or the one is refused for the reason that the vector names."""
    identity = HybridIdentity.from_seed(bytes.fromhex(case.given["identity_seed"]))
    mailbox = MailboxId(case.given["mailbox"])
    directory = KeyDirectory.parse(case.given["directory"].encode())
    sealed = _sealed_replies(case, identity)

    replies, unreadable = open_replies(
        sealed, identity, mailbox=mailbox, directory=directory
    )

    if case.reason is None:
        texts = [reply.to_json().decode() for reply in replies]
        assert {"replies": texts, "unreadable": unreadable} == case.expected
    else:
        assert (replies, unreadable) == ((), 1)
        with pytest.raises(ProtocolError) as refused:
            open_reply(sealed[0], identity, mailbox=mailbox, directory=directory)
        assert refused.value.reason == case.reason


def _sealed_replies(case: Case, identity: HybridIdentity) -> list[bytes]:
    if case.sealed is not None:
        return [case.sealed]
    archives = map(from_segments, case.given["archives"])
    recipients = [identity.recipient]
    return [seal(each, recipients, entropy=system_entropy) for each in archives]


@pytest.mark.parametrize("case", load_cases("report"), ids=_named)
def test_report(case: Case) -> None:
    """A report opens, or is refused for the reason that the vector names."""
    sealed = _sealed_report(case)

    if case.reason is None:
        assert _read_report(sealed, case) == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            _read_report(sealed, case)
        assert refused.value.reason == case.reason


def _sealed_report(case: Case) -> bytes:
    if case.sealed is not None:
        return case.sealed
    archive = from_segments(case.given["archive"])
    return seal(archive, [_identity(case).recipient], entropy=system_entropy)


def _identity(case: Case) -> HybridIdentity:
    return HybridIdentity.from_seed(bytes.fromhex(case.given["identity_seed"]))


def _read_report(sealed: bytes, case: Case) -> dict[str, Any]:
    reader = ReportReader(
        io.BytesIO(sealed),
        [_identity(case)],
        came_under=MailboxId(case.given["came_under"]),
    )
    reader.verify_all()
    first_key = VerificationKey.parse(case.given["first_message_key"])
    attachments = reader.report.attachments
    return {
        "report": reader.report.to_json().decode(),
        "attachments": [
            reader.open_attachment(each.entry).read().hex() for each in attachments
        ],
        "verified": is_verified_message(reader, first_key),
    }


_REFUSALS: dict[str, type[CryptoError]] = {
    "altered": AuthenticationError,
    "malformed": CryptoMalformedError,
}


@pytest.mark.parametrize("case", load_cases("sealed_secret"), ids=_named)
def test_sealed_secret(case: Case) -> None:
    """A secret opens, or is refused as the vector says."""
    sealed: str = case.given["sealed"]
    passphrase, purpose = case.given["passphrase"], case.given["purpose"]

    if case.reason is None:
        secret = open_secret(sealed.encode(), passphrase, purpose=purpose)
        assert {"secret": secret.hex()} == case.expected
    else:
        with pytest.raises(CryptoError) as refused:
            open_secret(sealed.encode(), passphrase, purpose=purpose)
        assert type(refused.value) is _REFUSALS[case.reason]


@pytest.mark.parametrize("case", load_cases("upload"), ids=_named)
def test_upload(case: Case) -> None:
    """A sealed file is taken, or refused unopened as the vector says."""
    head: str = case.given["head"]
    if case.reason is None:
        check_sealed_upload(head.encode("latin-1"), case.given["length"])
    else:
        with pytest.raises(ProtocolError) as refused:
            check_sealed_upload(head.encode("latin-1"), case.given["length"])
        assert refused.value.reason == case.reason


@pytest.mark.parametrize("case", load_cases("release"), ids=_named)
def test_release(case: Case) -> None:
    """A manifest is accepted, or refused for the reason that the vector names."""
    if case.reason is None:
        assert {"written": _read_release(case)} == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            _read_release(case)
        assert refused.value.reason == case.reason


def _read_release(case: Case) -> str:
    untrusted: str = case.given["release"]
    signed = SignedRelease(
        manifest=untrusted.encode(), signature=case.given["signature"]
    )
    root = VerificationKey.parse(case.given["root"])
    return verify_release(signed, root=root).to_json().decode()


@pytest.mark.parametrize("case", load_cases("signature"), ids=_named)
def test_signature(case: Case) -> None:
    """A signature is by the key that the vector names, or by nobody's."""
    if case.reason is None:
        assert {"signer": str(_signer(case))} == case.expected
    else:
        with pytest.raises(CryptoError):
            _signer(case)


def _signer(case: Case) -> VerificationKey:
    return sshsig.verify(
        case.given["signature"],
        bytes.fromhex(case.given["message"]),
        list(map(VerificationKey.parse, case.given["keys"])),
        namespace=case.given["namespace"],
    )


@pytest.mark.parametrize("case", load_cases("organisation"), ids=_named)
def test_organisation(case: Case) -> None:
    """The file says what the vector says, or is refused."""
    untrusted: str = case.given["organisation"]

    if case.reason is None:
        file = OrganisationFile.parse(untrusted.encode())
        assert case.expected == {
            "organisation_id": str(file.organisation_id),
            "root": str(file.root),
            "recovery": str(file.recovery),
        }
    else:
        with pytest.raises(ProtocolError) as refused:
            OrganisationFile.parse(untrusted.encode())
        assert refused.value.reason == case.reason


_BODIES: dict[
    str, type[DepositListing] | type[AcknowledgementBatch] | type[SignedDirectory]
] = {
    "listing": DepositListing,
    "acknowledgements": AcknowledgementBatch,
    "signed": SignedDirectory,
}


@pytest.mark.parametrize("case", load_cases("sync_body"), ids=_named)
def test_sync_body(case: Case) -> None:
    """A body is read and written back, or refused as the vector says."""
    kind, untrusted = _BODIES[case.given["kind"]], case.given["body"]

    if case.reason is None:
        written = kind.parse(untrusted.encode()).to_json().decode()
        assert {"written": written} == case.expected
    else:
        with pytest.raises(ProtocolError) as refused:
            kind.parse(untrusted.encode())
        assert refused.value.reason == case.reason


@pytest.mark.parametrize("case", load_cases("sync_request"), ids=_named)
def test_sync_request(case: Case) -> None:
    """A request is the console's, or refused as all others are."""
    if case.reason is None:
        _verify_request(case)
    else:
        with pytest.raises(ProtocolError) as refused:
            _verify_request(case)
        assert refused.value.reason == case.reason


def _verify_request(case: Case) -> None:
    verify_request(
        case.given["method"],
        case.given["url"],
        case.given["headers"],
        case.given["body"].encode(),
        key=VerificationKey.parse(case.given["key"]),
        now=parse_moment(case.given["now"]),
    )
