"""A new key for a case: every field encrypted anew, the old key opens nothing more.

Whoever left could read the case until then, and may have kept its key and what it
opened; a copy of the old database still opens with it. From now on it does not.

Rules:
* All fields of a case change in one transaction, with the grants: a kill leaves
  the old key or the new one, never half of each.
* The new key goes to those who had the old one and are members as the team signed,
  and to the recovery recipients.

Not done here: the stored files. Their payload keeps its file key; the header names
the recovery identity alone, so only who kept a file key opens the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crypto.age import HybridRecipient, seal
from crypto.entropy import Entropy
from crypto.records import RecordKey
from review_console.domain.account import Account
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import OpenCase
from review_console.domain.ids import AccountId
from review_console.services.effects import Clock
from review_console.services.key_holders import RecoveryCopies
from review_console.services.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyCase:
    """Replaces a case's key, inside the caller's transaction."""

    clock: Clock
    entropy: Entropy

    def __call__(
        self,
        unit: Unit,
        opened: OpenCase,
        *,
        members: Sequence[Account],
        recovery: Sequence[HybridRecipient],
        by: AccountId | None,
    ) -> OpenCase:
        """Encrypt everything anew and hand the new key out.

        Args:
            unit: The transaction.
            opened: The case under its old key.
            members: Whom the team signed for; who had the old key gets the new.
            recovery: Of the newest directory.
            by: Who does it.

        Returns:
            The case under its new key.
        """
        key = RecordKey.generate(self.entropy)
        case_id = opened.case.id

        def again(table: str, row: str, column: str, record: bytes) -> bytes:
            plaintext = opened.decrypt(table, row, column, record)
            anew = OpenCase(case=opened.case, key=key)
            return anew.encrypt(table, row, column, plaintext, entropy=self.entropy)

        case = replace(
            opened.case,
            sealed_title=again("cases", case_id, "title", opened.case.sealed_title),
            sealed_facts=again("cases", case_id, "facts", opened.case.sealed_facts),
        )
        unit.cases.save_rekeyed(case)
        for message in unit.messages.of_case(case_id):
            unit.messages.save_rekeyed(
                replace(
                    message,
                    sealed_report=again(
                        "messages", message.id, "report", message.sealed_report
                    ),
                    sealed_verified=again(
                        "messages", message.id, "verified", message.sealed_verified
                    ),
                    sealed_file_key=again(
                        "messages", message.id, "file_key", message.sealed_file_key
                    ),
                ),
            )
        for reply in unit.replies.of_case(case_id):
            row = str(reply.id)
            unit.replies.save_rekeyed(
                replace(
                    reply,
                    sealed_text=again("replies", row, "text", reply.sealed_text),
                    sealed_state=again("replies", row, "state", reply.sealed_state),
                ),
            )
        for referral in unit.referrals.of_case(case_id):
            unit.referrals.save_rekeyed(
                replace(
                    referral,
                    sealed_content=again(
                        "referrals", referral.id, "content", referral.sealed_content
                    ),
                    sealed_manifest=again(
                        "referrals", referral.id, "manifest", referral.sealed_manifest
                    ),
                ),
            )
        self._hand_out(unit, case_id_key=(opened, key), members=members)
        copies = RecoveryCopies(entropy=self.entropy)
        copies.make(unit, case_id, key.raw, recovery)
        unit.audit.append(
            AuditEntry(
                kind=AuditKind.CASE_KEY_REPLACED,
                at=self.clock.now(),
                by=by,
                case=case_id,
            ),
        )
        return OpenCase(case=case, key=key)

    def _hand_out(
        self,
        unit: Unit,
        *,
        case_id_key: tuple[OpenCase, RecordKey],
        members: Sequence[Account],
    ) -> None:
        opened, key = case_id_key
        by_id = {account.id: account for account in members}
        for holder in unit.cases.holders(opened.case.id):
            account = by_id.get(holder)
            if account is None:
                unit.cases.revoke(opened.case.id, holder)  # no member any more
                continue
            sealed = seal(key.raw, [account.recipient], entropy=self.entropy)
            unit.cases.replace_grant(opened.case.id, holder, sealed)
