"""Private halves of intake identities in a folder of their own.

    intake-identities/ID.YYYY-MM-DD.key    a record under the owner's vault key; the
                                           day is the one at whose beginning it ends

Leave this folder out of every backup: a copy that outlives the destruction opens
what was to stay closed.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

from crypto.entropy import Entropy
from protocol.day import format_day, parse_day
from protocol.errors import MalformedError
from review_console.domain.ids import IntakeIdentityId
from review_console.storage.durable import (
    PRIVATE_FOLDER,
    overwrite_and_remove,
    write_durably,
)

FOLDER: Final = "intake-identities"
SUFFIX: Final = ".key"


class IdentityFolder:
    """Implements `services.identity_files.IdentityFiles`."""

    def __init__(self, root: Path, *, entropy: Entropy) -> None:
        """Make the folder.

        Args:
            root: The console's data directory.
            entropy: For names of unfinished files.
        """
        self._entropy = entropy
        self._folder = root / FOLDER
        for folder in (root, self._folder):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def clear_unfinished(self) -> None:
        """Destroy what a kill left unfinished; the server alone does, as it starts."""
        for left in self._folder.glob("*.partial"):
            overwrite_and_remove(left)

    def keep(
        self,
        identity_id: IntakeIdentityId,
        record: bytes,
        *,
        ends_on: date,
    ) -> None:
        """Write one; on disk when the method returns."""

        def write(out: BinaryIO) -> None:
            out.write(record)

        path = self._folder / f"{identity_id}.{format_day(ends_on)}{SUFFIX}"
        write_durably(path, write, entropy=self._entropy)

    def find(self, identity_id: IntakeIdentityId) -> bytes | None:
        """Read one; `None` if it is gone."""
        for path in self._paths(identity_id):
            with suppress(FileNotFoundError):
                return path.read_bytes()
        return None

    def destroy(self, identity_id: IntakeIdentityId) -> None:
        """Overwrite and remove one; one that is gone already is no error."""
        for path in self._paths(identity_id):
            overwrite_and_remove(path)

    def held(self) -> Mapping[IntakeIdentityId, date]:
        """List what is there, and the day at whose beginning each ends."""
        found: dict[IntakeIdentityId, date] = {}
        for path in self._folder.glob(f"*{SUFFIX}"):
            identity_id, _, day = path.stem.partition(".")
            with suppress(MalformedError):
                found[IntakeIdentityId(identity_id)] = parse_day(day)
        return found

    def _paths(self, identity_id: IntakeIdentityId) -> list[Path]:
        """Find its file: compared, not matched, since a row's id may be any text."""
        return [
            path
            for path in self._folder.glob(f"*{SUFFIX}")
            if path.name.partition(".")[0] == identity_id
        ]
