"""Intake identities: made, opened, listed, destroyed.

Spec: docs/protocol.md §4.

The private half is a record under the owner's vault key, bound to its id and its
owner, in a file of its own; the database has only what is public. A half whose
file is gone (a backup restored without it, a kill in between) counts as destroyed:
its certificate is not published any more, and a new identity is made.

    make      file, then row: a file without a row was never published, and goes
    destroy   file, then row: a row without a file is found and marked

Rules:
* A private half that was destroyed never comes back: files are not in backups.
* Nobody's private half is opened but with their own vault key.
* Whoever can only write the database cannot keep one from being destroyed.
* Published is what can still be sealed to, of present members, and whose private
  half is here: a report to any other could not be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from crypto.age import HybridIdentity
from crypto.entropy import Entropy
from protocol.day import day_of, midnight
from protocol.directory import (
    IdentityCertificate,
    IdentityList,
    KeyDirectory,
    certify_identity,
)
from review_console.domain.account import Role, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.content import Place, decrypt_field, encrypt_field
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId, IntakeIdentityId
from review_console.domain.intake_identity import (
    ABSENT_GRACE,
    OWN_GRACE,
    IntakeIdentity,
    life_from,
)
from review_console.services.effects import Clock
from review_console.services.identity_files import IdentityFiles
from review_console.services.organisation import members_of
from review_console.services.store import Store, Unit

PRIVATE_HALVES: Final = "intake-identities"
PUBLISHED_EACH: Final = 3
"""62 reviewers fit into a list of 256, also if somebody renews every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeIdentities:
    """Everything that is done with them."""

    store: Store
    files: IdentityFiles
    clock: Clock
    entropy: Entropy

    def renew(
        self,
        *,
        by: Unlocked,
        directory: KeyDirectory,
        at_once: bool = False,
    ) -> bool:
        """Make a new identity if the newest runs out, or is lost.

        Args:
            by: Whose; only a reviewer has identities.
            directory: Verified; names the organisation.
            at_once: Make one even if the newest will last; still one a day.

        Returns:
            Whether one was made.
        """
        if by.account.role is not Role.REVIEWER:
            return False
        now = self.clock.now()
        with self.store.begin() as unit:
            newest = self._newest_that_opens(unit, by, now)
            if newest is not None:
                is_due = newest.needs_successor(now)
                is_of_today = newest.not_before == life_from(now)[0]
                if not is_due and (not at_once or is_of_today):
                    return False
            self._make(unit, by, directory, now)
        return True

    def open_all(self, *, by: Unlocked) -> tuple[HybridIdentity, ...]:
        """Open every identity of an account that is not destroyed, the newest first.

        Args:
            by: Whose vault key opens.

        Returns:
            What opens; a record that somebody changed is left out, as one that
            is gone is.
        """
        with self.store.begin() as unit:
            kept = [
                each for each in unit.intake_identities.kept() if each.account == by.id
            ]
        opened = (self._open(each, by) for each in reversed(kept))
        return tuple(each for each in opened if each is not None)

    def published(self, unit: Unit, directory: KeyDirectory) -> IdentityList:
        """List the certificates that reporters may still need.

        Args:
            unit: The transaction.
            directory: Verified; names the team, and so the members.

        Returns:
            The list for the intake: of each member the newest three, the oldest
            first. (Whose clock is late may need one before the last.)
        """
        now = self.clock.now()
        live = [each for each in self._kept(unit, now) if each.is_live(now)]
        published: list[IntakeIdentity] = []
        for account in members_of(unit, directory):
            own = [each for each in live if each.account == account.id]
            published += own[-PUBLISHED_EACH:]
        return IdentityList(identities=tuple(each.certified for each in published))

    def destroy_over(self, *, by: Unlocked, is_whole: bool) -> int:
        """Destroy what is past its grace, after what had come was opened.

        Args:
            by: Whose fetch has ended.
            is_whole: Whether everything that waited at the intake is here; if not,
                only the longer grace counts.

        Returns:
            How many private halves are no more.
        """
        now = self.clock.now()
        with self.store.begin() as unit:
            over = [
                each
                for each in self._kept(unit, now)
                if each.is_over(now, grace=_grace(each, by.id, is_whole=is_whole))
            ]
            for each in over:
                self._destroy(unit, each, now, by=by.id)
            self._clear_orphans(unit)
        return len(over)

    def destroy_of(
        self,
        unit: Unit,
        account: AccountId,
        *,
        by: AccountId | None,
    ) -> int:
        """Destroy all that somebody has: they leave, or their vault is lost.

        Args:
            unit: The transaction.
            account: Whose identities.
            by: Who does it; `None` for the operator.

        Returns:
            How many private halves are no more.
        """
        now = self.clock.now()
        theirs = [
            each for each in unit.intake_identities.kept() if each.account == account
        ]
        for each in theirs:
            self._destroy(unit, each, now, by=by)
        return len(theirs)

    def _kept(self, unit: Unit, now: datetime) -> Sequence[IntakeIdentity]:
        """List what is really there; mark what has lost its private half."""
        # The file says when it ends at the latest: a changed row puts off nothing.
        held = self.files.held()
        kept = unit.intake_identities.kept()
        for each in kept:
            if each.id not in held:
                self._destroy(unit, each, now, by=None)
        return [
            replace(each, not_after=min(each.not_after, midnight(held[each.id])))
            for each in kept
            if each.id in held
        ]

    def _newest_that_opens(
        self,
        unit: Unit,
        by: Unlocked,
        now: datetime,
    ) -> IntakeIdentity | None:
        """Find one that serves; what does not open is of no use to anybody."""
        own = [each for each in self._kept(unit, now) if each.account == by.id]
        for each in reversed(own):
            if not each.has_begun(now):
                continue
            if self._open(each, by) is not None:
                return each
            self._destroy(unit, each, now, by=by.id)
        return None

    def _make(
        self,
        unit: Unit,
        by: Unlocked,
        directory: KeyDirectory,
        now: datetime,
    ) -> None:
        private = HybridIdentity.generate(self.entropy)
        identity_id = IntakeIdentityId.generate(self.entropy)
        not_before, not_after = life_from(now)
        certificate = IdentityCertificate(
            organisation_id=directory.organisation_id,
            recipient=private.recipient,
            not_before=not_before,
            not_after=not_after,
        )
        record = encrypt_field(
            by.vault.vault_key,
            _place(identity_id, by.id),
            private.seed,
            entropy=self.entropy,
        )
        self.files.keep(identity_id, record, ends_on=day_of(not_after))
        unit.intake_identities.add(
            IntakeIdentity(
                id=identity_id,
                account=by.id,
                recipient=private.recipient,
                not_before=not_before,
                not_after=not_after,
                certified=certify_identity(certificate, by.vault.signing_key),
                destroyed_on=None,
            ),
        )
        _record(unit, AuditKind.INTAKE_IDENTITY_MADE, now, by.id)

    def _open(self, identity: IntakeIdentity, by: Unlocked) -> HybridIdentity | None:
        record = self.files.find(identity.id)
        if record is None:
            return None
        try:
            place = _place(identity.id, by.id)
            seed = decrypt_field(by.vault.vault_key, place, record)
        except DamagedError:
            return None
        return HybridIdentity.from_seed(seed)

    def _destroy(
        self,
        unit: Unit,
        identity: IntakeIdentity,
        now: datetime,
        *,
        by: AccountId | None,
    ) -> None:
        self.files.destroy(identity.id)
        unit.intake_identities.mark_destroyed(identity.id, day_of(now))
        _record(unit, AuditKind.INTAKE_IDENTITY_DESTROYED, now, by)

    def _clear_orphans(self, unit: Unit) -> None:
        """Remove private halves without a row: a kill came before the commit."""
        known = {each.id for each in unit.intake_identities.kept()}
        for orphan in set(self.files.held()) - known:
            self.files.destroy(orphan)


def _grace(
    identity: IntakeIdentity,
    fetched_by: AccountId,
    *,
    is_whole: bool,
) -> timedelta:
    is_done = is_whole and identity.account == fetched_by
    return OWN_GRACE if is_done else ABSENT_GRACE


def _place(identity_id: IntakeIdentityId, account: AccountId) -> Place:
    return Place(PRIVATE_HALVES, f"{identity_id}:{account}", "seed")


def _record(unit: Unit, kind: AuditKind, now: datetime, by: AccountId | None) -> None:
    unit.audit.append(AuditEntry(kind=kind, at=now, by=by))
