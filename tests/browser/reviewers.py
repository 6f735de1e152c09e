"""The organisation's side of a reporter's journey: what arrived, and an answer."""

from datetime import UTC, datetime

import requests

from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.day import day_of
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.reply import CaseState, Reply, seal_reply
from protocol.report import SealedBy
from protocol.sync import ReplyId, sign_request
from tests.intake.organisation import Organisation
from tests.intake.sealed import open_deposit
from tests.intake.server_process import ServerProcess

REPLY = "Рақмет. Бұл қашан болды?"
PATIENCE_SECONDS = 10


def arrived(
    intake: ServerProcess, organisation: Organisation, codename: Codename
) -> tuple[str, list[bytes], SealedBy]:
    """Open the one deposit of a codename as the reviewer does.

    Args:
        intake: Where it waits.
        organisation: Whose keys open it.
        codename: Its reporter's.

    Returns:
        Its text, its files, and what sealed it.
    """
    mailbox = ReporterKeys.derive(codename, organisation.id).mailbox
    listing = requests.get(
        f"{intake.url}/sync/deposits",
        headers=_signed(intake, organisation, "GET", "/sync/deposits"),
        timeout=PATIENCE_SECONDS,
    ).json()
    ids = [e["id"] for e in listing["deposits"] if e["mailbox"] == str(mailbox)]
    assert len(ids) == 1
    path = f"/sync/deposits/{ids[0]}"
    sealed = requests.get(
        intake.url + path,
        headers=_signed(intake, organisation, "GET", path),
        timeout=PATIENCE_SECONDS,
    ).content
    report, files = open_deposit(sealed, organisation, mailbox)
    return report.text, files, report.sealed_by


def answer(
    intake: ServerProcess, organisation: Organisation, codename: Codename
) -> None:
    """Put `REPLY`, signed, where the console puts it."""
    keys = ReporterKeys.derive(codename, organisation.id)
    reply = Reply(
        mailbox=keys.mailbox,
        number=1,
        day=day_of(datetime.now(UTC)),  # noqa: TID251  # the browser asks its own clock
        language=Language.KK,
        state=CaseState.RECEIVED,
        text=REPLY,
    )
    sealed = seal_reply(
        reply,
        keys.identity.recipient,
        team_key=organisation.team,
        entropy=system_entropy,
    )
    path = f"/sync/mailboxes/{keys.mailbox}/replies/{ReplyId.generate(system_entropy)}"
    answer = requests.put(
        intake.url + path,
        data=sealed,
        headers=_signed(intake, organisation, "PUT", path, sealed),
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 201


def _signed(
    intake: ServerProcess,
    organisation: Organisation,
    method: str,
    path: str,
    body: bytes = b"",
) -> dict[str, str]:
    now = datetime.now(UTC)  # noqa: TID251  # the server asks its own clock
    return sign_request(method, intake.url + path, body, key=organisation.sync, now=now)
