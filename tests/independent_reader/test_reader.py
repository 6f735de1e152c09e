"""What docs/protocol.md promises: whoever has it alone reads what we make."""

import ast
import base64
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from crypto.age import HybridIdentity, seal
from crypto.entropy import system_entropy
from tests.independent_reader import directories, messages, releases, requests
from tests.independent_reader.archives import Archive, is_rung
from tests.independent_reader.documents import ed25519_key, organisation_id
from tests.independent_reader.keys import Reporter, read_codename
from tests.independent_reader.refusal import RefusedError
from tests.independent_reader.sealed_secrets import open_secret
from tests.independent_reader.signatures import signer
from tests.vectors.case import Case, load_cases
from tests.vectors.encoding import from_segments

_HERE = Path(__file__).parent
_SEALED_WRONGLY = {"altered", "not_an_age_file", "not_sealed_to_us"}


def _named(case: Case) -> str:
    return case.name


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _seal(archive: bytes, seed: bytes) -> bytes:
    recipient = HybridIdentity.from_seed(seed).recipient
    return seal(archive, [recipient], entropy=system_entropy)


def test_the_reader_knows_nothing_of_our_code() -> None:
    """Stock libraries and itself: what it shares with ours, it cannot check."""
    allowed = {*sys.stdlib_module_names, "cryptography", "tests.independent_reader"}
    tests = {"conftest.py", "test_reader.py", "test_whole_way.py"}
    modules = [path for path in _HERE.glob("*.py") if path.name not in tests]

    imported = {
        name
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        for name in _names(node)
    }

    assert len(modules) > 5
    assert not {
        name
        for name in imported
        if not any(name == each or name.startswith(f"{each}.") for each in allowed)
    }


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "relative"]
    return []


@pytest.mark.parametrize("case", load_cases("ladder"), ids=_named)
def test_rungs(case: Case) -> None:
    """A rung is one, and nothing between the length and it is."""
    assert case.expected is not None
    length, floor = case.given["length"], case.given["floor"]
    rung = case.expected["rung"]

    assert rung > 2**31 or is_rung(rung, floor=floor)
    assert not any(
        is_rung(each, floor=floor) for each in range(length, min(rung, length + 50))
    )


@pytest.mark.parametrize("case", load_cases("codename"), ids=_named)
def test_codenames(case: Case) -> None:
    """As §2.1 says how to read them."""
    if case.reason is None:
        assert case.expected is not None
        assert read_codename(case.given["text"]).hex() == case.expected["secret"]
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            read_codename(case.given["text"])


@pytest.mark.parametrize(
    "case",
    [each for each in load_cases("mailbox") if "secret" in each.given],
    ids=_named,
)
def test_derivation(case: Case) -> None:
    """As §2.2 says how it goes."""
    assert case.expected is not None

    reporter = Reporter.derive(
        bytes.fromhex(case.given["secret"]),
        organisation_id("organisation_id", case.given["organisation_id"]),
    )

    assert reporter.token.hex() == case.expected["token"]
    assert reporter.token_hash.hex() == case.expected["token_hash"]
    assert reporter.authorization == case.expected["authorization"]
    assert reporter.mailbox == case.expected["mailbox"]
    assert reporter.reply_to == case.expected["reply_to"]
    key = ed25519_key("message_key", case.expected["message_key"])
    assert reporter.message_key == key


@pytest.mark.parametrize(
    "case",
    [each for each in load_cases("mailbox") if "answer" in each.given],
    ids=_named,
)
def test_answers(case: Case) -> None:
    """The mailbox's answer, or why it is none."""
    answer = from_segments(case.given["answer"])

    if case.reason is None:
        assert case.expected is not None
        days, replies = messages.read_answer(answer)
        found = {"sent": days, "replies": [each.hex() for each in replies]}
        assert found == case.expected
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            messages.read_answer(answer)


@pytest.mark.parametrize("case", load_cases("archive"), ids=_named)
def test_archives(case: Case) -> None:
    """The layout and every CRC; the standard's `zipfile` finds the same in it."""
    data = from_segments(case.given["archive"])

    if case.reason is None:
        assert case.expected is not None
        archive = _read_archive(data)
        expected = {
            each["name"]: from_segments(each["data"])
            for each in case.expected["entries"]
        }
        assert {name: archive.read(name) for name in archive.names} == expected
        assert archive.agrees_with_stock_zip()
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            _read_archive(data)


def _read_archive(data: bytes) -> Archive:
    archive = Archive(data)
    for name in archive.names:
        archive.read(name)
    if "padding" in archive.names:
        archive.require_zero_padding()
    return archive


@pytest.mark.parametrize("case", load_cases("directory"), ids=_named)
def test_directories(case: Case) -> None:
    """A directory says what the vector says, or is refused for its reason."""
    if case.reason is None:
        assert _read_directory(case) == case.expected
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            _read_directory(case)


def _read_directory(case: Case) -> dict[str, Any]:
    given = case.given
    now = _moment(given["now"])
    raw = given.get("directory_hex")
    directory = directories.verify_directory(
        bytes.fromhex(raw) if raw is not None else given["directory"].encode(),
        given["signature"],
        given["cross_signature"],
        root=ed25519_key("root", given["root"]),
        newest_seen=given["newest_seen"],
        now=now,
    )
    identifier = base64.urlsafe_b64encode(directory.organisation_id).decode()
    return {
        "version": directory.version,
        "organisation_id": identifier.rstrip("="),
        "reviewers": _spelt(directory.signers(now)),
        "recovery_recipients": directory.recipients_of("recovery", now),
        "offline_recipients": directory.recipients_of("offline", now),
        "team_keys_on_2026-06-30": _spelt(directory.team_on(date(2026, 6, 30))),
        "team_keys_on_2026-07-01": _spelt(directory.team_on(date(2026, 7, 1))),
    }


def _spelt(keys: list[bytes]) -> list[str]:
    prefix = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
    return [f"ssh-ed25519 {base64.b64encode(prefix + key).decode()}" for key in keys]


@pytest.mark.parametrize("case", load_cases("offline_keys"), ids=_named)
def test_keys_of_an_offline_page(case: Case) -> None:
    """As §4.2 says whom it seals to, until when, and when its keys are old."""
    if case.reason is None:
        assert _read_offline_keys(case.given) == case.expected
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            _read_offline_keys(case.given)


def _read_offline_keys(given: dict[str, Any]) -> dict[str, Any]:
    before = given["before"]
    now = _moment(given["now"])
    directory, recipients, until = directories.offline_keys(
        given["directory"].encode(),
        given["signature"],
        given["cross_signature"],
        root=ed25519_key("root", given["root"]),
        now=now,
        before=None if before is None else directories.parse_directory(before.encode()),
    )
    return {
        "version": directory.version,
        "recipients": recipients,
        "until": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "is_old": now >= directory.expires,
    }


@pytest.mark.parametrize("case", load_cases("identities"), ids=_named)
def test_identities(case: Case) -> None:
    """Whom to seal to, in order, or why nobody."""
    directory = directories.parse_directory(case.given["directory"].encode())
    untrusted: str = case.given["identities"]
    now = _moment(case.given["now"])

    if case.reason is None:
        found = directories.report_recipients(directory, untrusted.encode(), now)
        assert {"report_recipients": found} == case.expected
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            directories.report_recipients(directory, untrusted.encode(), now)


@pytest.mark.parametrize("case", load_cases("sealed_secret"), ids=_named)
def test_sealed_secrets(case: Case) -> None:
    """Whoever finds one, and knows the passphrase, needs no program of ours."""
    given = case.given
    sealed: str = given["sealed"]
    passphrase, purpose = given["passphrase"], given["purpose"]

    if case.reason is None:
        secret = open_secret(sealed.encode(), passphrase, purpose=purpose)
        assert {"secret": secret.hex()} == case.expected
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            open_secret(sealed.encode(), passphrase, purpose=purpose)


@pytest.mark.parametrize("case", load_cases("signature"), ids=_named)
def test_signatures(case: Case) -> None:
    """Which of the keys that one believes signed, if any."""
    keys = [ed25519_key("key", key) for key in case.given["keys"]]

    found = signer(
        case.given["signature"],
        bytes.fromhex(case.given["message"]),
        keys,
        namespace=case.given["namespace"],
    )

    expected = None if case.expected is None else case.expected["signer"]
    assert (found and _spelt([found])[0]) == expected


@pytest.mark.parametrize("case", load_cases("release"), ids=_named)
def test_releases(case: Case) -> None:
    """What a site serves, as its auditor reads it, or why that is not believed."""
    untrusted: str = case.given["release"]
    root = ed25519_key("root", case.given["root"])
    signature: str = case.given["signature"]

    if case.reason is None:
        release = releases.verify_release(untrusted.encode(), signature, root=root)
        assert release["files"] == json.loads(untrusted)["files"]
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            releases.verify_release(untrusted.encode(), signature, root=root)


@pytest.mark.parametrize("case", load_cases("organisation"), ids=_named)
def test_organisations(case: Case) -> None:
    """The ceremony's public file."""
    untrusted: str = case.given["organisation"]

    if case.reason is None:
        assert case.expected is not None
        found = releases.read_organisation(untrusted.encode())
        assert found["recovery"] == case.expected["recovery"]
        assert _spelt([found["root"]]) == [case.expected["root"]]
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            releases.read_organisation(untrusted.encode())


@pytest.mark.parametrize("case", load_cases("sync_request"), ids=_named)
def test_sync_requests(case: Case) -> None:
    """As an intake of another language would verify them."""
    if case.reason is None:
        _verify_request(case)
    else:
        with pytest.raises(RefusedError, match=f"^{case.reason}$"):
            _verify_request(case)


def _verify_request(case: Case) -> None:
    requests.verify_request(
        case.given["method"],
        case.given["url"],
        case.given["headers"],
        case.given["body"].encode(),
        key=ed25519_key("key", case.given["key"]),
        now=_moment(case.given["now"]),
    )


@pytest.mark.parametrize("case", load_cases("reply"), ids=_named)
def test_replies(case: Case) -> None:
    """What a mailbox's replies say, or why one says nothing."""
    seed = bytes.fromhex(case.given["identity_seed"])
    directory = directories.parse_directory(case.given["directory"].encode())
    sealed = (
        [case.sealed]
        if case.sealed is not None
        else [_seal(from_segments(each), seed) for each in case.given["archives"]]
    )
    came_under: str = case.given["mailbox"]

    if case.reason is None:
        replies, unreadable = messages.open_replies(
            sealed, seed, came_under=came_under, directory=directory
        )
        texts = [reply.decode() for reply in replies]
        assert {"replies": texts, "unreadable": unreadable} == case.expected
    else:
        with pytest.raises(RefusedError) as refused:
            messages.open_reply(
                sealed[0], seed, came_under=came_under, directory=directory
            )
        assert _is_reason(refused.value.reason, case)


@pytest.mark.parametrize("case", load_cases("report"), ids=_named)
def test_reports(case: Case) -> None:
    """What a report holds and who signed it, or why it is unreadable."""
    seed = bytes.fromhex(case.given["identity_seed"])
    sealed = case.sealed
    if sealed is None:
        sealed = _seal(from_segments(case.given["archive"]), seed)

    if case.reason is None:
        report = messages.open_report(sealed, seed, came_under=case.given["came_under"])
        first_key = ed25519_key("first", case.given["first_message_key"])
        assert case.expected == {
            "report": report.json.decode(),
            "attachments": [each.hex() for each in report.attachments],
            "verified": report.signed_by == first_key,
        }
    else:
        with pytest.raises(RefusedError) as refused:
            messages.open_report(sealed, seed, came_under=case.given["came_under"])
        assert _is_reason(refused.value.reason, case)


def _is_reason(found: str, case: Case) -> bool:
    """Age libraries need not tell apart why a seal does not open."""
    if case.sealed is not None:
        return {found, case.reason} <= _SEALED_WRONGLY
    return found == case.reason
