"""What a new directory changes against the one before it.

Spec: docs/protocol.md §4.

Pure: two directories in, a list of changes out, in the order in which they matter to
whoever signs: who may open reports first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from crypto.age import HybridRecipient
from protocol.day import format_day
from protocol.directory import KeyDirectory, Role
from protocol.fingerprint import Fingerprint
from protocol.languages import Language


class Kind(Enum):
    """Of a key in a directory."""

    RECOVERY = "recovery"
    REVIEWER = "reviewer key"
    OFFLINE = "offline"
    TEAM = "team"


class Step(Enum):
    """What happens to it."""

    JOINS = "joins"
    LEAVES = "leaves"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key and for how long it counts."""

    kind: Kind
    fingerprint: Fingerprint
    start: str
    """A day, or nothing where the format has no beginning."""

    end: str
    """A day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """A key that joins, leaves, or counts for another time."""

    step: Step
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """Another name of the organisation."""

    language: Language
    old: str
    new: str


def entries(directory: KeyDirectory | None) -> tuple[Entry, ...]:
    """List every key of a directory; none of none."""
    if directory is None:
        return ()
    roles = {Role.RECOVERY: Kind.RECOVERY, Role.OFFLINE: Kind.OFFLINE}
    found = [
        Entry(
            kind=roles[each.role],
            fingerprint=Fingerprint.of_recipient(each.recipient),
            start="",
            end=f"{each.not_after:%Y-%m-%d}",
        )
        for each in directory.recipients
    ]
    found += [
        Entry(
            kind=Kind.REVIEWER,
            fingerprint=Fingerprint.of_key(each.key),
            start="",
            end=f"{each.not_after:%Y-%m-%d}",
        )
        for each in directory.reviewers
    ]
    found += [
        Entry(
            kind=Kind.TEAM,
            fingerprint=Fingerprint.of_key(each.key),
            start=format_day(each.not_before),
            end=format_day(each.not_after),
        )
        for each in directory.team
    ]
    order = list(Kind)
    return tuple(sorted(found, key=lambda entry: order.index(entry.kind)))


def key_changes(
    previous: KeyDirectory | None, draft: KeyDirectory
) -> tuple[KeyChange, ...]:
    """Tell who joins, who leaves, and whose time changes.

    Args:
        previous: The directory before it; everything joins if there is none.
        draft: The new one.

    Returns:
        The changes, by kind of key.
    """
    old, new = _by_key(entries(previous)), _by_key(entries(draft))
    changes = [
        KeyChange(step=Step.JOINS, entry=new[key]) for key in new if key not in old
    ]
    changes += [
        KeyChange(step=Step.LEAVES, entry=old[key]) for key in old if key not in new
    ]
    changes += [
        KeyChange(step=Step.CHANGES, entry=new[key])
        for key in new
        if key in old and new[key] != old[key]
    ]
    order = list(Kind)
    return tuple(sorted(changes, key=lambda change: order.index(change.entry.kind)))


def name_changes(
    previous: KeyDirectory | None, draft: KeyDirectory
) -> tuple[NameChange, ...]:
    """Tell which names of the organisation change."""
    if previous is None:
        return ()
    return tuple(
        NameChange(
            language=language,
            old=previous.organisation[language],
            new=draft.organisation[language],
        )
        for language in Language
        if previous.organisation[language] != draft.organisation[language]
    )


def unchanged(previous: KeyDirectory, draft: KeyDirectory) -> Mapping[Kind, int]:
    """Count the keys that stay as they are."""
    both = set(entries(previous)) & set(entries(draft))
    return {kind: sum(entry.kind is kind for entry in both) for kind in Kind}


def recovery_of(directory: KeyDirectory | None) -> frozenset[HybridRecipient]:
    """Name all recovery recipients, also those past their end."""
    if directory is None:
        return frozenset()
    return frozenset(
        each.recipient for each in directory.recipients if each.role is Role.RECOVERY
    )


def _by_key(listed: Iterable[Entry]) -> dict[tuple[Kind, Fingerprint], Entry]:
    return {(entry.kind, entry.fingerprint): entry for entry in listed}
