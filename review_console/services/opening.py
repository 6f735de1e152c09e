"""Opening what arrived: a sealed file becomes a case or joins one.

Spec: docs/protocol.md §1.5; the house's way of a report, step 5.

For each waiting file: check all of it; make the case (key, grants, facts, first
message, acknowledgement) or append the message, in one transaction; then
replace the header on disk by one for the recovery recipients only. A kill
between the two leaves an opened file with its old header, and the next sync
narrows it.

Rules:
* The key of a case goes to members alone, as the team signed for them.
* A file is opened once: its id is the message's, and unique.
* What breaks the format is kept sealed, with the reason; what is sealed to
  others waits for them; one bad file never stops the rest.
* A message whose case is not here yet waits for it.
* What was opened before is not opened again: a hostile intake can deposit a
  recorded file under a new id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from crypto.age import FileKey, HybridIdentity
from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from crypto.records import RecordKey
from protocol.directory import KeyDirectory
from protocol.errors import ProtocolError
from protocol.reply import CaseState
from protocol.report import Kind, Report, ReportReader
from protocol.sync import DepositId
from review_console.domain.account import Unlocked
from review_console.domain.acknowledgement import ACKNOWLEDGEMENTS
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import (
    Case,
    CaseFacts,
    Message,
    OpenCase,
    title_from_text,
)
from review_console.domain.content import Place, encrypt_field
from review_console.domain.deposit import Deposit, DepositState
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
)
from review_console.domain.ids import CaseId, MessageId
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.key_holders import RecoveryCopies, recovery_of
from review_console.services.narrowing import NarrowHeaders
from review_console.services.organisation import members_of
from review_console.services.reply_writing import ReplyDraft, ReplyWriter
from review_console.services.store import Store, Unit
from review_console.services.stored_reports import UNVERIFIED, VERIFIED, open_report

SEALED_TO_OTHERS: Final = "not_sealed_to_us"
"""The strict reader's reason for a file that another account may open."""

REPEATED: Final = "repeated"
"""A recorded file that came again under a new id: kept sealed, shown as such."""


class Opened(Enum):
    """What became of a waiting file."""

    CASE = "case"
    MESSAGE = "message"
    WAITING = "waiting"
    """A message before its report, or of a case that this account has not."""

    OTHERS = "others"
    """Sealed to other keys than these."""

    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What the strict reader let through."""

    deposit: Deposit
    report: Report
    file_key: FileKey
    signature_by: VerificationKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeposits:
    """Opens every waiting file that the logged-in account can open."""

    store: Store
    files: SealedFiles
    clock: Clock
    entropy: Entropy
    case_keys: CaseKeys
    reply_writer: ReplyWriter
    narrow_headers: NarrowHeaders

    def __call__(
        self,
        *,
        by: Unlocked,
        directory: KeyDirectory,
        identities: Sequence[HybridIdentity],
        are_own: bool = True,
    ) -> Sequence[Opened]:
        """Open what can be opened.

        Args:
            by: In whose name cases are made and granted.
            directory: Verified; names the recovery recipients.
            identities: What opens: the account's intake identities and its
                long-term one (offline pages seal to that), or the recovery
                identity.
            are_own: Whether these are all that the account has: what they do not
                open, it never will, and is not tried in vain at each fetch. (Nothing
                is sealed to an identity that is made later.)

        Returns:
            One outcome for each file that was waiting.
        """
        with self.store.begin() as unit:
            waiting = (
                unit.deposits.untried_by(by.id)
                if are_own
                else unit.deposits.in_state(DepositState.WAITING)
            )
        outcomes = {
            each.id: self._open(each, by, directory, identities) for each in waiting
        }
        if are_own:
            self._remember_tried(outcomes, by)
        # A message may lie before its report in the list: ids are random.
        begun = {each.mailbox for each in waiting if outcomes[each.id] is Opened.CASE}
        for each in waiting:
            if outcomes[each.id] is Opened.WAITING and each.mailbox in begun:
                outcomes[each.id] = self._open(each, by, directory, identities)
        self.narrow_headers(by=by, directory=directory)
        return tuple(outcomes.values())

    def _remember_tried(
        self,
        outcomes: Mapping[DepositId, Opened],
        by: Unlocked,
    ) -> None:
        """Note what is sealed to others; what waits for its case is not among it."""
        with self.store.begin() as unit:
            for deposit_id, outcome in outcomes.items():
                if outcome is Opened.OTHERS:
                    unit.deposits.mark_tried(deposit_id, by.id)

    def _open(
        self,
        deposit: Deposit,
        by: Unlocked,
        directory: KeyDirectory,
        identities: Sequence[HybridIdentity],
    ) -> Opened:
        try:
            checked = self._check(deposit, identities)
        except (ProtocolError, DamagedError) as error:
            return self._keep_sealed(deposit, error)
        try:
            with self.store.begin() as unit:
                outcome = self._file(unit, checked, by, directory)
        except (NotFoundError, DamagedError, OrganisationError):
            return Opened.WAITING  # not granted to this account, or not admitted
        if outcome in {Opened.CASE, Opened.MESSAGE}:
            self.narrow_headers.narrow(deposit, checked.file_key, directory)
        return outcome

    def _check(
        self,
        deposit: Deposit,
        identities: Sequence[HybridIdentity],
    ) -> _Checked:
        with self.files.open_sealed(deposit.id) as sealed:
            reader = ReportReader(
                sealed,
                identities,
                came_under=deposit.mailbox,
            )
            if self._has_place(deposit, reader.report):
                # A stranger's message to no case is not read whole at each sync.
                reader.verify_all()
            return _Checked(
                deposit=deposit,
                report=reader.report,
                file_key=reader.file_key,
                signature_by=reader.signature_by,
            )

    def _has_place(self, deposit: Deposit, report: Report) -> bool:
        """Tell whether it makes a case, or has one to join."""
        if report.kind is Kind.REPORT:
            return True
        with self.store.begin() as unit:
            return unit.cases.find_by_mailbox(deposit.mailbox) is not None

    def _keep_sealed(
        self,
        deposit: Deposit,
        error: ProtocolError | DamagedError,
    ) -> Opened:
        reason = error.reason if isinstance(error, ProtocolError) else "damaged"
        others = reason == SEALED_TO_OTHERS
        state = DepositState.WAITING if others else DepositState.UNREADABLE
        with self.store.begin() as unit:
            unit.deposits.mark(deposit.id, state, reason)
        return Opened.OTHERS if others else Opened.UNREADABLE

    def _file(
        self,
        unit: Unit,
        checked: _Checked,
        by: Unlocked,
        directory: KeyDirectory,
    ) -> Opened:
        """Put a checked report where it belongs, in one transaction."""
        deposit = checked.deposit
        if unit.messages.find_by_deposit(deposit.id) is not None:
            unit.deposits.mark(deposit.id, DepositState.OPENED)
            return Opened.MESSAGE
        case_id = unit.cases.find_by_mailbox(deposit.mailbox)
        if case_id is not None:
            opened = self.case_keys.load(unit, case_id, by=by)
            if _is_replay(unit, opened, checked):
                unit.deposits.mark(deposit.id, DepositState.UNREADABLE, REPEATED)
                return Opened.UNREADABLE
            self._append(unit, opened, checked, by)
            return Opened.MESSAGE
        if checked.report.kind is Kind.MESSAGE:
            unit.deposits.mark(deposit.id, DepositState.WAITING, "no_report_yet")
            return Opened.WAITING
        self._make_case(unit, checked, by, directory)
        return Opened.CASE

    def _make_case(
        self,
        unit: Unit,
        checked: _Checked,
        by: Unlocked,
        directory: KeyDirectory,
    ) -> None:
        key = RecordKey.generate(self.entropy)
        case = self._new_case(unit, checked, key)
        unit.cases.add(case)
        self.case_keys.grant(unit, case.id, key, members_of(unit, directory))
        copies = RecoveryCopies(entropy=self.entropy)
        copies.make(unit, case.id, key.raw, recovery_of(directory))
        opened = OpenCase(case=case, key=key)
        self._add_message(unit, opened, checked, position=1, is_verified=True)
        self._record(unit, AuditKind.CASE_OPENED, case.id, by)
        language = checked.report.language
        draft = ReplyDraft(
            state=CaseState.RECEIVED,
            text=ACKNOWLEDGEMENTS[language],
            author=None,
        )
        self.reply_writer.add(unit, opened, draft, by=by)

    def _new_case(self, unit: Unit, checked: _Checked, key: RecordKey) -> Case:
        case_id = CaseId.generate(self.entropy)

        def sealed(column: str, plaintext: bytes) -> bytes:
            place = Place("cases", case_id, column)
            return encrypt_field(key, place, plaintext, entropy=self.entropy)

        report = checked.report
        return Case(
            id=case_id,
            number=unit.cases.next_number(),
            mailbox=checked.deposit.mailbox,
            received_on=checked.deposit.received_on,
            state=CaseState.RECEIVED,
            newest_position=1,
            sealed_title=sealed("title", title_from_text(report.text).encode()),
            sealed_facts=sealed("facts", CaseFacts.of_report(report).to_json()),
        )

    def _append(
        self,
        unit: Unit,
        opened: OpenCase,
        checked: _Checked,
        by: Unlocked,
    ) -> None:
        """Add a later message; a second first report proves nothing either."""
        self._add_message(
            unit,
            opened,
            checked,
            position=unit.cases.next_position(opened.case.id),
            is_verified=_is_verified(opened, checked),
        )
        self._record(unit, AuditKind.MESSAGE_ADDED, opened.case.id, by)

    def _add_message(
        self,
        unit: Unit,
        opened: OpenCase,
        checked: _Checked,
        *,
        position: int,
        is_verified: bool,
    ) -> None:
        message_id = MessageId.generate(self.entropy)

        def sealed(column: str, plaintext: bytes) -> bytes:
            return opened.encrypt(
                "messages",
                message_id,
                column,
                plaintext,
                entropy=self.entropy,
            )

        unit.messages.add(
            Message(
                id=message_id,
                case=opened.case.id,
                deposit=checked.deposit.id,
                position=position,
                received_on=checked.deposit.received_on,
                sealed_report=sealed("report", checked.report.to_json()),
                sealed_verified=sealed(
                    "verified",
                    VERIFIED if is_verified else UNVERIFIED,
                ),
                sealed_file_key=sealed("file_key", checked.file_key.raw),
            ),
        )
        unit.deposits.mark(checked.deposit.id, DepositState.OPENED)

    def _record(
        self,
        unit: Unit,
        kind: AuditKind,
        case_id: CaseId,
        by: Unlocked,
    ) -> None:
        entry = AuditEntry(kind=kind, at=self.clock.now(), by=by.id, case=case_id)
        unit.audit.append(entry)


def _is_verified(opened: OpenCase, checked: _Checked) -> bool:
    """Tell whether the first report's writer signed; attachments are checked."""
    expected = VerificationKey.parse(opened.facts.message_key)
    return checked.signature_by == expected


def _is_replay(unit: Unit, opened: OpenCase, checked: _Checked) -> bool:
    """Tell whether the case has exactly this already (§1.4)."""
    # Whoever sends again with more in it is no replay, whatever the number.
    content = checked.report.to_json()
    messages = unit.messages.of_case(opened.case.id)
    return any(open_report(opened, each).to_json() == content for each in messages)
