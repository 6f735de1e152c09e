"""Founding an organisation in one directory."""

from pathlib import Path

from crypto.sealed_secret import INSECURE_TESTING
from deploy.organisation import PEOPLE, found, load


def test_a_founding_that_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves no log-ins; the next try must not trip over it."""
    found(tmp_path, profile=INSECURE_TESTING)
    (tmp_path / "log-ins.json").unlink()
    assert load(tmp_path) is None

    again = found(tmp_path, profile=INSECURE_TESTING)

    assert [each.name for each in again.log_ins] == [name for name, _ in PEOPLE]


def test_what_was_founded_is_found(tmp_path: Path) -> None:
    """The second run knows the same people and keys, and shows none in a repr."""
    organisation = found(tmp_path, profile=INSECURE_TESTING)

    assert load(tmp_path) == organisation
    assert organisation.log_ins[0].passphrase not in repr(organisation)
