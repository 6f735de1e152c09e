"""Promises of `protocol.passphrase`."""

import pytest

from protocol.passphrase import WeakPassphraseError, check_passphrase


@pytest.mark.parametrize(
    "passphrase",
    [20 * "ұ", 1_000 * "a", f"  {20 * 'x'} ", "алты сөзден тұратын тіркес"],
)
def test_long_passphrases_pass(passphrase: str) -> None:
    """Of any alphabet; the white space at the ends counts for nothing."""
    check_passphrase(passphrase)


@pytest.mark.parametrize(
    "passphrase", ["", 19 * "a", f"{19 * 'a'} ", 40 * " ", 1_001 * "a"]
)
def test_others_are_refused_without_being_quoted(passphrase: str) -> None:
    """The error goes to a terminal or a page, and says what is wanted."""
    with pytest.raises(WeakPassphraseError, match="20 characters") as refused:
        check_passphrase(passphrase)

    assert refused.value.reason == "weak_passphrase"
    assert not passphrase.strip() or passphrase.strip() not in str(refused.value)
