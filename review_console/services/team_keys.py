"""The team key in the directory: the present one, the next one, the older ones.

When somebody leaves, the team key that they could open is replaced. The new one
cannot count before the root has named it in a directory, so it waits as the
*next* team key: the present one signs on until the directory that names the next
one is added, and from that moment on only memberships by the new key hold.

Rules:
* The last team key of a directory is the present one; the older ones only let old
  replies verify.
* Whoever had the old key can date a reply back, whatever the directory says. So it
  costs nothing to let it hold for two more weeks, while the new directory is on
  its way to the root and back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from crypto.ed25519 import VerificationKey
from protocol.day import day_of
from protocol.directory import KeyDirectory, TeamKey
from review_console.domain.errors import OrganisationError
from review_console.services.store import OrganisationKeyKind, Unit

TEAM_VALIDITY: Final = timedelta(days=730)
TEAM_KEY_GRACE: Final = timedelta(days=14)
"""From the draft of the directory on: so long may root and console take."""


def present_team_key(directory: KeyDirectory) -> VerificationKey:
    """Give the key that says who is a member."""
    return directory.team[-1].key


def drafted_team(
    unit: Unit,
    previous: Sequence[TeamKey],
    now: datetime,
) -> tuple[TeamKey, ...]:
    """List the team keys of the next directory, the present one last.

    Args:
        unit: The transaction.
        previous: Of the newest directory; empty if there is none.
        now: With its time zone.

    Returns:
        The older keys, ended where one has been replaced, and the newest.

    Raises:
        OrganisationError: There is no team key yet.
    """
    keys = unit.organisation_keys
    key = keys.find(OrganisationKeyKind.NEXT_TEAM) or keys.find(
        OrganisationKeyKind.TEAM
    )
    if key is None:
        raise OrganisationError("there is no team key yet: run make-keys first")
    if previous and previous[-1].key == key:
        return tuple(previous)
    today = day_of(now)
    ended = tuple(
        TeamKey(
            key=each.key,
            not_before=each.not_before,
            not_after=min(each.not_after, today + TEAM_KEY_GRACE),
        )
        for each in previous
        if each.key != key
    )
    new = TeamKey(key=key, not_before=today, not_after=today + TEAM_VALIDITY)
    return (*ended, new)


def promote_team_key(unit: Unit, directory: KeyDirectory) -> bool:
    """Let the next team key be the present one, if a new directory names it.

    Args:
        unit: The transaction that adds the directory.
        directory: Verified.

    Returns:
        Whether there was a next key that it names.
    """
    waiting = unit.organisation_keys.find(OrganisationKeyKind.NEXT_TEAM)
    if waiting is None or waiting != present_team_key(directory):
        return False
    unit.organisation_keys.take_next_team_key()
    unit.accounts.take_next_memberships()
    unit.recovery_grants.rename(
        OrganisationKeyKind.NEXT_TEAM.value,
        OrganisationKeyKind.TEAM.value,
    )
    return True
