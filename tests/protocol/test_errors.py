"""Promises of `protocol.errors`."""

import re
from collections.abc import Iterator

import pytest

from protocol import errors
from protocol.errors import (
    MalformedError,
    ProtocolError,
    UnknownWordError,
    UnusableDirectoryError,
)


def all_below(base: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    """List all errors of a tree but its root."""
    for error in base.__subclasses__():
        yield error
        yield from all_below(error)


@pytest.mark.parametrize("error", list(all_below(ProtocolError)))
def test_every_error_has_a_stable_reason(error: type[ProtocolError]) -> None:
    """A reason is an id that vectors, counters and texts can rely on."""
    assert re.fullmatch(r"[a-z_]+", error.reason)


@pytest.mark.parametrize("error", list(all_below(ProtocolError)))
def test_the_drawn_tree_is_the_real_one(error: type[ProtocolError]) -> None:
    """Whoever reads the module's docstring sees every error."""
    drawn = re.findall(r"── (\w+)", str(errors.__doc__))

    assert drawn.count(error.__name__) == 1


def test_a_reason_given_is_the_message_too() -> None:
    """Logs and people read the reason without its underscores."""
    error = MalformedError("padding_not_zero")

    assert (error.reason, str(error)) == ("padding_not_zero", "padding not zero")


def test_an_unlisted_word_is_kept_but_not_told() -> None:
    """A log line with the error must not hold what somebody typed."""
    error = UnknownWordError("sekret")

    assert error.word == "sekret"
    assert "sekret" not in f"{error} {error!r}"


@pytest.mark.parametrize(
    "reason",
    sorted(UnusableDirectoryError.reasons | UnusableDirectoryError.offline_reasons),
)
def test_an_unusable_directory_says_why(reason: str) -> None:
    """The operator must know what to add."""
    assert UnusableDirectoryError(reason).reason == reason
