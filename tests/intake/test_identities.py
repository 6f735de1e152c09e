"""The reviewers' identities: whose word counts, how long, and what if none holds."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from crypto import sshsig
from crypto.age import HybridIdentity, X25519Identity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.day import day_of, midnight
from protocol.directory import CertifiedIdentity, IdentityList
from protocol.errors import UnreadableError
from protocol.report import ReportReader
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.organisation import (
    Organisation,
    write_directory,
    write_identities,
)
from tests.intake.reporter import ORIGIN, PlainReporter, upload
from tests.intake.sealed import seal_in_page

NEWER = HybridIdentity.generate(system_entropy)
STRANGER = SigningKey.generate(system_entropy)
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def console(house: House) -> Console:
    """The console of this intake."""
    return Console(house=house)


def _form(house: House, language: str = "ru") -> int:
    """Ask for the form without script."""
    path = f"/{language}/plain/report"
    return house.client().get(path, base_url=ORIGIN).status_code


def _opened_by(house: House, identity: HybridIdentity) -> bool:
    """Send a report; say whether this identity opens it."""
    reporter = PlainReporter(house.client())
    reporter.get("plain/report")
    assert reporter.report("Текст").status_code == 303
    entry = Console(house=house).deposits()[-1]
    (path,) = house.deposits
    try:
        ReportReader(
            io.BytesIO(path.read_bytes()), [identity], came_under=entry.mailbox
        )
    except UnreadableError as error:
        if error.reason != "not_sealed_to_us":
            raise
        return False
    return True


def test_everyone_gets_the_exact_list_that_the_console_sent(
    house: House, console: Console
) -> None:
    """The page judges the certificates itself, byte for byte."""
    sent = house.organisation.identities(reviewer=NEWER).to_json()

    answer = console.call("PUT", "/sync/identities", sent)

    got = house.client().get("/identities.json")
    assert answer.status_code == 204
    assert got.data == sent
    assert got.mimetype == "application/json"


def test_a_report_is_sealed_to_the_identity_that_was_sent_last(
    house: House, console: Console
) -> None:
    """The one before is about to be destroyed, so nothing more is sealed to it."""
    sent = house.organisation.identities(reviewer=NEWER).to_json()
    assert _form(house) == 200
    console.call("PUT", "/sync/identities", sent)

    assert _opened_by(house, NEWER)


def test_sent_identities_outlive_a_restart(house: House, console: Console) -> None:
    """204 means that they are on disk, whatever the operator's file says."""
    sent = house.organisation.identities(reviewer=NEWER).to_json()
    console.call("PUT", "/sync/identities", sent)
    write_identities(house.organisation.identities(), house.config.directory)

    assert house.client().get("/identities.json").data == sent
    assert _opened_by(house, NEWER)


def _by(key: SigningKey) -> Callable[[Organisation], IdentityList]:
    return lambda organisation: organisation.identities(key=key)


def _signed(
    change: Callable[[bytes], bytes], namespace: str = "debunker-identity"
) -> Callable[[Organisation], IdentityList]:
    """Have the reviewer sign a certificate that was changed before."""

    def make(organisation: Organisation) -> IdentityList:
        (right,) = organisation.identities().identities
        content = change(right.certificate)
        signature = sshsig.sign(content, organisation.reviewer_key, namespace=namespace)
        return IdentityList(
            identities=(CertifiedIdentity(certificate=content, signature=signature),)
        )

    return make


def _classical(content: bytes) -> bytes:
    recipient = str(X25519Identity.generate(system_entropy).recipient).encode()
    start = content.index(b"age1pq1")
    return content[:start] + recipient + content[content.index(b'"', start) :]


def _longer(content: bytes) -> bytes:
    return content.replace(b'T19:00:00Z"}', b'T19:00:01Z"}')


UNUSABLE: dict[str, Callable[[Organisation], IdentityList]] = {
    "by a stranger": _by(STRANGER),
    "for another use": _signed(lambda content: content, "debunker-reply"),
    "altered": lambda organisation: IdentityList(
        identities=tuple(
            CertifiedIdentity(
                certificate=each.certificate.replace(b"T19:00:00Z", b"T20:00:00Z"),
                signature=each.signature,
            )
            for each in organisation.identities().identities
        )
    ),
    "not hybrid": _signed(_classical),
    "a second too long": _signed(_longer),
    "of another format": _signed(lambda content: content.replace(b"y/1", b"y/9")),
    "of another organisation": lambda organisation: Organisation(
        reviewer_key=organisation.reviewer_key
    ).identities(),
    "nobody's": lambda _: IdentityList(identities=()),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_identities_that_must_not_be_used_close_the_form(
    house: House, case: str
) -> None:
    """Nothing falls back to keys that live longer, and nothing is taken."""
    reporter = PlainReporter(house.client())
    reporter.get("plain/report")
    bad = UNUSABLE[case](house.organisation)

    write_identities(bad, house.config.directory)

    assert [_form(house, code) for code in ("kk", "ru", "en")] == [503] * 3
    assert reporter.report("Текст").status_code == 503
    assert house.deposits == []


@pytest.mark.parametrize("case", UNUSABLE)
def test_identities_that_must_not_be_used_are_not_taken(
    house: House, console: Console, case: str
) -> None:
    """A bug of the console must not close the form."""
    bad = UNUSABLE[case](house.organisation).to_json()
    before = house.client().get("/identities.json").data

    assert console.call("PUT", "/sync/identities", bad).status_code == 422
    assert house.client().get("/identities.json").data == before
    assert _form(house) == 200


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"format":"debunker-identities/2","identities":[]}']
)
def test_what_is_no_list_is_not_taken(
    house: House, console: Console, body: bytes
) -> None:
    """Malformed bytes never reach the disk."""
    assert console.call("PUT", "/sync/identities", body).status_code == 422
    assert _form(house) == 200


def test_a_list_past_the_limit_is_not_read(console: Console) -> None:
    """1 MiB holds four times as many certificates as are allowed."""
    body = b" " * (2**20 + 1)

    assert console.call("PUT", "/sync/identities", body).status_code == 413


def test_no_list_is_taken_before_there_is_a_directory(
    house: House, console: Console
) -> None:
    """Only the directory says whose certificates count."""
    house.config.directory.unlink()
    sent = house.organisation.identities().to_json()

    assert console.call("PUT", "/sync/identities", sent).status_code == 503


def test_a_malformed_file_of_the_operator_closes_the_form(house: House) -> None:
    """Half a file is no list, and is served as it is: the page says what is wrong."""
    path = house.config.directory.with_name("identities.json")
    half = path.read_bytes()[:300]
    path.write_bytes(half)

    assert _form(house) == 503
    assert house.client().get("/identities.json").data == half


def test_without_a_list_the_form_waits(house: House) -> None:
    """A fresh installation has a directory before it has identities."""
    house.config.directory.with_name("identities.json").unlink()

    assert _form(house) == 503
    assert house.client().get("/identities.json").status_code == 503
    assert house.client().get("/directory.json").status_code == 200
    assert house.client().get("/ru/report", base_url=ORIGIN).status_code == 200


def test_identities_end_to_the_second(house: House) -> None:
    """What came later nobody could read: their secret halves are destroyed."""
    end = midnight(day_of(house.clock.now())) + TWO_WEEKS
    house.clock.moment = end - timedelta(seconds=1)
    assert _form(house) == 200

    house.clock.moment = end

    assert _form(house) == 503


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "two weeks"), ("ru", "две недели"), ("kk", "екі апта")],
)
def test_a_form_without_identities_says_why(
    house: House, language: str, words: str
) -> None:
    """It is not the reporter's fault, and will pass."""
    house.clock.advance(TWO_WEEKS)

    page = house.client().get(f"/{language}/plain/report", base_url=ORIGIN)

    assert page.status_code == 503
    assert f'<html lang="{language}"' in page.text
    assert words in page.text


def test_answers_can_be_read_while_nobody_can_be_written_to(house: House) -> None:
    """A reporter who waits for an answer is not locked out with the others."""
    house.clock.advance(TWO_WEEKS)
    reporter = PlainReporter(house.client())
    reporter.get("plain/mailbox")
    codename = Codename.generate(system_entropy)
    reporter.post("plain/mailbox", {"codename": codename.characters()})

    page = reporter.get("plain/mailbox/replies")
    sent = reporter.post("plain/mailbox/messages", {"text": "x"}, multipart=True)

    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert "две недели" in page.text
    assert sent.status_code == 503
    assert house.deposits == []


def test_what_was_sealed_elsewhere_is_still_taken(house: House) -> None:
    """A page that was open meanwhile has sealed already; its report is not lost."""
    house.clock.advance(TWO_WEEKS)
    sealed, mailbox = seal_in_page(house.organisation)

    upload(house.client(), sealed, mailbox)

    assert len(house.deposits) == 1


def test_a_reviewer_who_left_the_directory_certifies_nobody(
    house: House, console: Console
) -> None:
    """The list is not signed as a whole: the directory decides whose word counts."""
    successor = Organisation(
        root=house.organisation.root,
        id=house.organisation.id,
        sync=house.organisation.sync,
    )
    newer = successor.directory(now=house.clock.now(), version=2)

    assert console.call("PUT", "/sync/directory", newer.to_json()).status_code == 204
    assert _form(house) == 503
    sent = successor.identities(now=house.clock.now()).to_json()
    assert console.call("PUT", "/sync/identities", sent).status_code == 204
    assert _form(house) == 200


def test_a_cross_signature_is_served_while_there_is_one(house: House) -> None:
    """Pages that pin the old root go on; without one there is nothing to fetch."""
    client = house.client()
    assert client.get("/directory.json.cross.sig").status_code == 404
    newer = SigningKey.generate(system_entropy)
    signed = house.organisation.directory(
        version=2, root=newer, cross_root=house.organisation.root
    )

    write_directory(signed, house.config.directory)

    got = client.get("/directory.json.cross.sig")
    assert got.text == signed.cross_signature
    assert got.mimetype == "text/plain"
    assert client.get("/directory.json.sig").text == signed.signature
    assert _form(house) == 200


def test_a_cross_signed_directory_comes_over_sync(
    house: House, console: Console
) -> None:
    """Both signatures arrive, and the pinned root need only be one of the two."""
    newer = SigningKey.generate(system_entropy)
    signed = house.organisation.directory(
        version=2, root=newer, cross_root=house.organisation.root
    )

    answer = console.call("PUT", "/sync/directory", signed.to_json())

    client = house.client()
    assert answer.status_code == 204
    assert client.get("/directory.json").data == signed.directory
    assert client.get("/directory.json.cross.sig").text == signed.cross_signature
