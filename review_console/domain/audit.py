"""What was done, by whom, when: past tense, typed, without free text.

An entry is one of the `AuditKind`s below with a few typed fields. There is no
field that could hold a title, a text, an address or a user agent. Entries are
chained: each holds the SHA-256 of the one before, so that a removed line shows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Final

from protocol.day import format_moment
from protocol.reply import CaseState
from review_console.domain.content import to_json
from review_console.domain.ids import AccountId, CaseId

AUDIT_START: Final = "0" * 64
"""Stands for the entry before the first."""


class AuditKind(Enum):
    """Everything that leaves an entry."""

    ACCOUNT_ADDED = "account_added"
    ACCOUNT_ADMITTED = "account_admitted"
    ACCOUNT_CLOSED = "account_closed"
    ACCESS_RESTORED = "access_restored"
    VAULT_SEALED_ANEW = "vault_sealed_anew"
    ORGANISATION_KEYS_MADE = "organisation_keys_made"
    TEAM_KEY_REPLACED = "team_key_replaced"
    SYNC_KEY_REPLACED = "sync_key_replaced"
    RECOVERY_RENEWED = "recovery_renewed"
    RESTORED_FROM_BACKUP = "restored_from_backup"
    DIRECTORY_ADDED = "directory_added"
    DESTINATION_ADDED = "destination_added"
    INTAKE_IDENTITY_MADE = "intake_identity_made"
    INTAKE_IDENTITY_DESTROYED = "intake_identity_destroyed"
    LOGGED_IN = "logged_in"
    CODE_USED = "code_used"
    CASE_OPENED = "case_opened"
    CASE_GRANTED = "case_granted"
    CASE_KEY_REPLACED = "case_key_replaced"
    MESSAGE_ADDED = "message_added"
    TITLE_CHANGED = "title_changed"
    STATE_CHANGED = "state_changed"
    REPLY_WRITTEN = "reply_written"
    ATTACHMENT_DOWNLOADED = "attachment_downloaded"
    REFERRAL_PROPOSED = "referral_proposed"
    REFERRAL_APPROVED = "referral_approved"
    REFERRAL_WITHDRAWN = "referral_withdrawn"
    REFERRAL_EXPORTED = "referral_exported"
    PACKAGE_DOWNLOADED = "package_downloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done."""

    kind: AuditKind
    at: datetime
    by: AccountId | None
    """`None` for the operator at the command line, or the console itself."""

    subject: AccountId | None = None
    """Whose account it was done to: who came, left, or was given a case."""

    case: CaseId | None = None
    state: CaseState | None = None
    """The new one, of `STATE_CHANGED` and `REPLY_WRITTEN`."""

    sha256: str | None = None
    """Of the manifest, of the four steps of a referral."""

    def chained(self, previous: str) -> str:
        """Hash this entry together with the one before it.

        Args:
            previous: Hash of the last entry, or `AUDIT_START`.

        Returns:
            64 hexadecimal digits.
        """
        members: dict[str, str | None] = {
            "kind": self.kind.value,
            "at": format_moment(self.at),
            "by": self.by,
            "case": self.case,
            "state": None if self.state is None else self.state.value,
            "sha256": self.sha256,
            "previous": previous,
        }
        if self.subject is not None:
            # Entries from before there was a subject keep their hashes.
            members["subject"] = self.subject
        return sha256(to_json(members)).hexdigest()
