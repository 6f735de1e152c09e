"""Where the private halves of intake identities lie: in files, never in the database.

A backup of the database must not contain them, and a file can be overwritten and
removed by itself. What is kept is a record under the owner's vault key; the file
says on which day it ends, so that nobody who only changes the database keeps it
from being destroyed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from review_console.domain.ids import IntakeIdentityId


class IdentityFiles(Protocol):
    """Encrypted private halves by id."""

    def clear_unfinished(self) -> None:
        """Destroy what a kill left unfinished; for the one server, as it starts."""
        ...

    def keep(
        self,
        identity_id: IntakeIdentityId,
        record: bytes,
        *,
        ends_on: date,
    ) -> None:
        """Write one; on disk when the method returns."""
        ...

    def find(self, identity_id: IntakeIdentityId) -> bytes | None:
        """Read one; `None` if it is gone."""
        ...

    def destroy(self, identity_id: IntakeIdentityId) -> None:
        """Overwrite and remove one; one that is gone already is no error."""
        ...

    def held(self) -> Mapping[IntakeIdentityId, date]:
        """List what is there, and the day at whose beginning each ends."""
        ...
