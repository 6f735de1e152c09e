"""The team key in the directory: the present one, the next one, the older ones.

When somebody leaves, the team key that they could open is replaced. The new one
cannot count before the root has named it in a directory, so it waits as the
*next* team key: the present one signs on until the directory that names the next
one is added, and from that moment on only memberships by the new key hold.

Rules:
* The next key counts for nothing without the present one's signature over it
  (`debunker-next-team`): whoever can write the database, but open no vault, could
  otherwise plant a team of their own, and have the root sign it unawares.
* The last team key of a directory is the present one; the older ones only let old
  replies verify.
* Whoever had the old key can date a reply back, whatever the directory says. So it
  costs nothing to let it hold for two more weeks, while the new directory is on
  its way to the root and back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from crypto import sshsig
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.errors import CryptoError
from protocol.day import day_of
from protocol.directory import KeyDirectory, TeamKey
from review_console.domain.content import to_json
from review_console.domain.errors import OrganisationError
from review_console.services.store import OrganisationKeyKind, Unit

TEAM_VALIDITY: Final = timedelta(days=730)
TEAM_KEY_GRACE: Final = timedelta(days=14)
"""From the draft of the directory on: so long may root and console take."""


NEXT_TEAM_FORMAT: Final = "debunker-next-team/1"
NEXT_TEAM_NAMESPACE: Final = "debunker-next-team"


def endorse_next_team_key(key: VerificationKey, present: SigningKey) -> str:
    """Let the present team key vouch for the next one: an armored SSHSIG."""
    return sshsig.sign(_statement(key), present, namespace=NEXT_TEAM_NAMESPACE)


def next_team_key(
    unit: Unit,
    present: Iterable[VerificationKey],
) -> VerificationKey | None:
    """Find the next team key, if there is one that the team vouches for.

    Args:
        unit: The transaction.
        present: Team keys of a verified directory, one of which must have signed.

    Returns:
        The key; `None` if none waits.

    Raises:
        OrganisationError: There is one that nobody vouches for.
    """
    keys = unit.organisation_keys
    key = keys.find(OrganisationKeyKind.NEXT_TEAM)
    if key is None:
        return None
    endorsement = keys.endorsement(OrganisationKeyKind.NEXT_TEAM) or ""
    try:
        sshsig.verify(
            endorsement, _statement(key), present, namespace=NEXT_TEAM_NAMESPACE
        )
    except CryptoError:
        raise OrganisationError(
            "the next team key is not signed by the present one: somebody may have "
            "changed the database; make another by `replace-key team`",
        ) from None
    return key


def _statement(key: VerificationKey) -> bytes:
    return to_json({"format": NEXT_TEAM_FORMAT, "key": str(key)})


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
        previous: Of the newest directory, verified; empty if there is none.
        now: With its time zone.

    Returns:
        The older keys, ended where one has been replaced, and the newest.

    Raises:
        OrganisationError: There is no team key yet, or nobody vouches for the next.
    """
    key = next_team_key(unit, [each.key for each in previous[-1:]])
    if key is None:
        key = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
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

    Raises:
        OrganisationError: Nobody vouches for it.
    """
    waiting = unit.organisation_keys.find(OrganisationKeyKind.NEXT_TEAM)
    if waiting is None or waiting != present_team_key(directory):
        return False
    # The key that vouches stands before it in the directory that the root signed.
    next_team_key(unit, [each.key for each in directory.team[:-1]])
    unit.organisation_keys.take_next_team_key()
    unit.accounts.take_next_memberships()
    unit.recovery_grants.rename(
        OrganisationKeyKind.NEXT_TEAM.value,
        OrganisationKeyKind.TEAM.value,
    )
    return True
