"""Everything that a view may call, in one frozen place."""

from dataclasses import dataclass
from typing import Final

from flask import current_app

from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from intake.domain.clock import Clock
from intake.services.deposits import AcknowledgeDeposits, ListDeposits
from intake.services.directory import CurrentDirectory
from intake.services.mailbox import DeleteMailbox, KeepReply, ReadMailbox
from intake.services.replies import ReadReplies
from intake.services.sealed_file import TakeSealedFile
from intake.services.sealing import SealReport
from intake.services.upload import ReceiveUpload
from intake.web.body_watch import BodyWatch
from intake.web.pages import Pages
from intake.web.ports import DepositReader
from protocol.languages import Language

EXTENSION: Final = "debunker_intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What `app.py` wires and views use."""

    clock: Clock
    entropy: Entropy
    pages: Pages
    body_watch: BodyWatch
    directory: CurrentDirectory
    seal_report: SealReport
    receive_upload: ReceiveUpload
    take_sealed_file: TakeSealedFile
    read_mailbox: ReadMailbox
    read_replies: ReadReplies
    delete_mailbox: DeleteMailbox
    keep_reply: KeepReply
    list_deposits: ListDeposits
    acknowledge_deposits: AcknowledgeDeposits
    deposit_reader: DepositReader
    sync_key: VerificationKey
    sync_origin: str

    def organisation_name(self, language: Language) -> str:
        """Return the organisation's name, empty before its first directory.

        An expired directory still has the right one, so that a closed form
        changes no byte of the pages that everyone gets alike.
        """
        newest = self.directory.find_newest()
        return "" if newest is None else newest.organisation[language]


def services() -> Services:
    """Return the services of the running app."""
    found: Services = current_app.extensions[EXTENSION]
    return found
