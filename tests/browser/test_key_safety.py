"""Keys that must not be sealed to: a real intake serves each, and the page refuses.

Spec: docs/protocol.md §4, §4.1. Rollback is missing here on purpose: a page remembers
nothing, so the console and the site's auditor watch for it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext

from crypto import sshsig
from crypto.age import X25519Identity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.directory import (
    CertifiedIdentity,
    IdentityList,
    Role,
    SignedDirectory,
    sign_directory,
)
from tests.browser.clock import set_clock
from tests.browser.conftest import Visit
from tests.intake.organisation import Organisation, write_directory
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

NOW = datetime.now(UTC)  # noqa: TID251  # the browser asks its own clock
STRANGER = SigningKey.generate(system_entropy)
CLASSICAL = str(X25519Identity.generate(system_entropy).recipient)

WORDS = {
    "clock": ("сағаты артта", "часы", "clock of your device is behind"),
    "expired": ("мерзімі өткен", "истёк", "out of date"),
    "not_signed": ("қол қоймаған", "не подписаны", "not signed by this organisation"),
    "unusable": ("бүлінген", "повреждены", "damaged"),
    "no_identity": ("екі апта", "две недели", "every two weeks"),
}
"""What each refusal says in Kazakh, Russian and English."""

MENDS = {
    "clock": ("күні мен уақытын", "дату и время", "date and time"),
    "expired": ("бір-екі күннен", "через день или два", "in a day or two"),
    "not_signed": ("onion", "onion", "onion"),
    "unusable": ("бір-екі күннен", "через день или два", "in a day or two"),
    "no_identity": ("бір-екі күннен", "через день или два", "in a day or two"),
}
"""And what it tells to do."""

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, kw_only=True)
class Served:
    """What lies in the intake's folder."""

    directory: SignedDirectory
    identities: bytes | None


Making = Callable[[Organisation], Served]


def _good(organisation: Organisation) -> Served:
    return Served(
        directory=organisation.directory(),
        identities=organisation.identities().to_json(),
    )


def _directory(make: Callable[[Organisation], SignedDirectory]) -> Making:
    return lambda organisation: replace(
        _good(organisation), directory=make(organisation)
    )


def _signed(change: Callable[[bytes], bytes]) -> Making:
    """Have the root sign what no program of ours writes."""

    def make(organisation: Organisation) -> SignedDirectory:
        content = change(organisation.content().to_json())
        root = organisation.root
        signature = sshsig.sign(content, root, namespace="debunker-directory")
        return SignedDirectory(directory=content, signature=signature)

    return _directory(make)


def _altered(organisation: Organisation) -> SignedDirectory:
    right = organisation.directory()
    changed = right.directory.replace(b'"version":1', b'"version":2')
    return replace(right, directory=changed)


def _with_classical(content: bytes) -> bytes:
    members = json.loads(content)
    recovery = members["recipients"][0]
    members["recipients"].append(recovery | {"recipient": CLASSICAL})
    return json.dumps(members).encode()


def _without(role: Role) -> Callable[[Organisation], SignedDirectory]:
    def make(organisation: Organisation) -> SignedDirectory:
        content = organisation.content()
        kept = tuple(each for each in content.recipients if each.role is not role)
        return sign_directory(replace(content, recipients=kept), organisation.root)

    return make


def _without_reviewers(organisation: Organisation) -> SignedDirectory:
    content = organisation.content()
    past = NOW.replace(microsecond=0) - timedelta(seconds=1)
    left = tuple(replace(each, not_after=past) for each in content.reviewers)
    return sign_directory(replace(content, reviewers=left), organisation.root)


def _living(days: int) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        members = json.loads(content)
        issued = datetime.fromisoformat(members["issued"])
        end = issued + timedelta(days=days)
        return json.dumps(
            members | {"expires": end.isoformat().replace("+00:00", "Z")}
        ).encode()

    return change


def _identities(make: Callable[[Organisation], bytes | None]) -> Making:
    return lambda organisation: replace(
        _good(organisation), identities=make(organisation)
    )


def _certified(change: Callable[[bytes], bytes]) -> Making:
    """Have the reviewer sign a certificate that was changed before."""

    def make(organisation: Organisation) -> bytes:
        (right,) = organisation.identities().identities
        content = change(right.certificate)
        key = organisation.reviewer_key
        signature = sshsig.sign(content, key, namespace="debunker-identity")
        certified = CertifiedIdentity(certificate=content, signature=signature)
        return IdentityList(identities=(certified,)).to_json()

    return _identities(make)


def _classical(content: bytes) -> bytes:
    return json.dumps(json.loads(content) | {"recipient": CLASSICAL}).encode()


CASES: dict[str, tuple[str, Making]] = {
    "expired": (
        "expired",
        _directory(lambda o: o.directory(now=NOW - timedelta(days=60))),
    ),
    "as_if_the_clock_were_years_ahead": (
        "expired",
        _directory(lambda o: o.directory(now=NOW - timedelta(days=800))),
    ),
    "as_if_the_clock_were_behind": (
        "clock",
        _directory(lambda o: o.directory(now=NOW + timedelta(days=3))),
    ),
    "of_another_root": ("not_signed", _directory(lambda o: o.directory(root=STRANGER))),
    "cross_signed_by_strangers": (
        "not_signed",
        _directory(lambda o: o.directory(root=STRANGER, cross_root=o.team)),
    ),
    "altered": ("not_signed", _directory(_altered)),
    "without_signature": (
        "not_signed",
        _directory(lambda o: replace(o.directory(), signature="")),
    ),
    "with_a_classical_recipient": ("unusable", _signed(_with_classical)),
    "without_recovery": ("unusable", _directory(_without(Role.RECOVERY))),
    "without_reviewers": ("unusable", _directory(_without_reviewers)),
    "too_long_lived": ("unusable", _signed(_living(93))),
    "oversized": ("unusable", _signed(lambda content: content + b" " * 2**18)),
    "malformed": ("unusable", _signed(lambda content: content[:-1])),
    "of_a_later_format": ("unusable", _signed(lambda c: c.replace(b"y/2", b"y/9"))),
    "no_identities": ("no_identity", _identities(lambda _: None)),
    "identities_of_nobody": (
        "no_identity",
        _identities(lambda _: IdentityList(identities=()).to_json()),
    ),
    "identities_by_a_stranger": (
        "no_identity",
        _identities(lambda o: o.identities(key=STRANGER).to_json()),
    ),
    "identities_expired": (
        "no_identity",
        _identities(lambda o: o.identities(now=NOW - timedelta(days=15)).to_json()),
    ),
    "identities_malformed": (
        "unusable",
        _identities(lambda o: o.identities().to_json()[:-1]),
    ),
    "identities_oversized": (
        "unusable",
        _identities(lambda o: o.identities().to_json() + b" " * 2**20),
    ),
    "identity_not_hybrid": ("unusable", _certified(_classical)),
    "identity_too_long_lived": (
        "unusable",
        _certified(lambda c: c.replace(b'T19:00:00Z"}', b'T19:00:01Z"}')),
    ),
}


@pytest.fixture(scope="module")
def other_intake(
    tmp_path_factory: pytest.TempPathFactory, organisation: Organisation
) -> Iterator[ServerProcess]:
    """Serve a real intake whose keys these tests exchange."""
    root = tmp_path_factory.mktemp("keys") / "intake"
    with ServerProcess(root, organisation) as server:
        yield server


@pytest.fixture
def elsewhere(
    context: BrowserContext, other_intake: ServerProcess, organisation: Organisation
) -> Visit:
    """Open a page of that intake."""
    visit = Visit(
        page=context.new_page(), origin=other_intake.url, organisation=organisation
    )
    visit.page.on("request", lambda r: visit.requests.append(f"{r.method} {r.url}"))
    return visit


def serve(intake: ServerProcess, served: Served) -> None:
    """Put keys into the intake's folder, as an operator or an intruder does."""
    path = intake.root / "directory.json"
    path.with_name("directory.json.cross.sig").unlink(missing_ok=True)
    write_directory(served.directory, path)
    identities = path.with_name("identities.json")
    identities.unlink(missing_ok=True)
    if served.identities is not None:
        identities.write_bytes(served.identities)


@pytest.mark.parametrize("case", CASES)
def test_keys_that_must_not_be_used_close_the_form(
    elsewhere: Visit, other_intake: ServerProcess, case: str
) -> None:
    """Said in three languages, with what to do, and nothing can be typed or sent."""
    kind, make = CASES[case]
    serve(other_intake, make(elsewhere.organisation))
    page = elsewhere.page

    for at, language in enumerate(LANGUAGES):
        elsewhere.open(f"/{language}/report")

        assert WORDS[kind][at] in elsewhere.shown("#trouble-words").lower()
        assert MENDS[kind][at] in elsewhere.shown("#trouble-mend").lower()
        assert page.evaluate("document.activeElement.id") == "trouble"
        assert page.is_hidden("#report")
        # Never led on to a way that would seal to these keys, or to none.
        assert page.is_hidden("#trouble-plain")
    assert not [request for request in elsewhere.requests if "POST" in request]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.startswith("identit")] + ["no_identities"],
)
def test_answers_can_be_read_whatever_is_wrong_with_the_identities(
    elsewhere: Visit, other_intake: ServerProcess, case: str
) -> None:
    """Only writing needs them; the directory says who may answer."""
    serve(other_intake, CASES[case][1](elsewhere.organisation))

    elsewhere.open("/ru/mailbox")
    codename = Codename.generate(system_entropy)
    elsewhere.page.fill("#codename", codename.characters())
    elsewhere.page.press("#codename", "Enter")

    elsewhere.shown("#no-replies")
    assert "две недели" in elsewhere.shown("#message-closed")
    assert elsewhere.page.is_hidden("#message")


@pytest.mark.parametrize("case", ["expired", "of_another_root", "oversized"])
def test_a_wrong_directory_closes_the_mailbox_too(
    elsewhere: Visit, other_intake: ServerProcess, case: str
) -> None:
    """Replies could be anybody's: no codename is typed into such a page."""
    kind, make = CASES[case]
    serve(other_intake, make(elsewhere.organisation))

    elsewhere.open("/ru/mailbox")

    assert WORDS[kind][1] in elsewhere.shown("#trouble-words").lower()
    assert elsewhere.page.is_hidden("#open-mailbox")


def test_a_directory_that_the_old_root_cross_signed_opens_the_form(
    elsewhere: Visit, other_intake: ServerProcess
) -> None:
    """A page that pins the old root goes on while the new one takes over."""
    organisation = elsewhere.organisation
    signed = organisation.directory(root=STRANGER, cross_root=organisation.root)
    serve(other_intake, replace(_good(organisation), directory=signed))

    elsewhere.open("/ru/report")

    elsewhere.shown("#report")
    assert any("cross.sig" in request for request in elsewhere.requests)


def test_keys_that_hold_only_by_a_late_clock_are_not_used(
    elsewhere: Visit, other_intake: ServerProcess
) -> None:
    """All was signed, all has ended, and this device still lives in that time."""
    then = NOW - timedelta(days=60)
    organisation = elsewhere.organisation
    served = Served(
        directory=organisation.directory(now=then),
        identities=organisation.identities(now=then).to_json(),
    )
    serve(other_intake, served)
    set_clock(elsewhere.page, then - NOW)

    for at, language in enumerate(LANGUAGES):
        elsewhere.open(f"/{language}/report")

        assert WORDS["clock"][at] in elsewhere.shown("#trouble-words").lower()
        assert elsewhere.page.is_hidden("#report")
    assert not [request for request in elsewhere.requests if "POST" in request]
