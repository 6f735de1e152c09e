"""Private halves of intake identities in a folder of their own.

    intake-identities/ID.key    a record under the owner's vault key

Leave this folder out of every backup: a copy that outlives the destruction opens
what was to stay closed.
"""

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final

from crypto.entropy import Entropy
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

    def keep(self, identity_id: IntakeIdentityId, record: bytes) -> None:
        """Write one; on disk when the method returns."""

        def write(out: BinaryIO) -> None:
            out.write(record)

        write_durably(self._path(identity_id), write, entropy=self._entropy)

    def find(self, identity_id: IntakeIdentityId) -> bytes | None:
        """Read one; `None` if it is gone."""
        try:
            return self._path(identity_id).read_bytes()
        except FileNotFoundError:
            return None

    def destroy(self, identity_id: IntakeIdentityId) -> None:
        """Overwrite and remove one; one that is gone already is no error."""
        overwrite_and_remove(self._path(identity_id))

    def held(self) -> Collection[IntakeIdentityId]:
        """List what is there."""
        return {IntakeIdentityId(path.stem) for path in self._folder.glob(f"*{SUFFIX}")}

    def _path(self, identity_id: IntakeIdentityId) -> Path:
        return self._folder / f"{identity_id}{SUFFIX}"
