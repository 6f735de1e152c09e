"""Narrowing: an opened file's header names the recovery recipients only.

From then on a reviewer opens the report through the case key, and one who is
excluded from the case cannot open the file from their own stanza any more.

The case and its file key are committed before; a kill in between leaves the old
header, and the next sync of anyone who has the case replaces it
(docs/adr/0009-sealed-files-in-two-parts.md).
"""

from dataclasses import dataclass

from crypto.age import FileKey, wrap_header
from crypto.entropy import Entropy
from protocol.directory import KeyDirectory
from review_console.domain.account import Unlocked
from review_console.domain.deposit import Deposit
from review_console.domain.errors import DamagedError, NotFoundError
from review_console.services.case_keys import CaseKeys
from review_console.services.files import SealedFiles
from review_console.services.key_holders import recovery_of
from review_console.services.store import Store
from review_console.services.stored_reports import file_key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowHeaders:
    """Replaces the headers of opened files."""

    store: Store
    files: SealedFiles
    entropy: Entropy
    case_keys: CaseKeys

    def __call__(self, *, by: Unlocked, directory: KeyDirectory) -> None:
        """Replace the headers that a kill left as they came.

        Args:
            by: Whose cases are looked through.
            directory: Verified; names the recovery recipients.
        """
        with self.store.begin() as unit:
            left = unit.deposits.unnarrowed()
        for deposit in left:
            try:
                self.narrow(deposit, self._kept_file_key(deposit, by), directory)
            except (NotFoundError, DamagedError):
                continue  # of a case that this account has not, or of no case

    def narrow(
        self,
        deposit: Deposit,
        file_key: FileKey,
        directory: KeyDirectory,
    ) -> None:
        """From now on only the case key and the recovery identity open it."""
        recovery = recovery_of(directory)
        header = wrap_header(file_key, recovery, entropy=self.entropy)
        self.files.replace_header(deposit.id, header)
        with self.store.begin() as unit:
            unit.deposits.mark_narrowed(deposit.id)

    def _kept_file_key(self, deposit: Deposit, by: Unlocked) -> FileKey:
        with self.store.begin() as unit:
            message = unit.messages.find_by_deposit(deposit.id)
            if message is None:
                raise NotFoundError("no such message")
            opened = self.case_keys.load(unit, message.case, by=by)
        return file_key_of(opened, message)
