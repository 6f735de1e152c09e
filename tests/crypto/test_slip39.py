"""A secret on several sheets of paper."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from crypto.errors import AuthenticationError
from crypto.slip39 import (
    ForeignShareError,
    RepeatedShareError,
    Share,
    ShareCollector,
    ShareError,
    UnlistedWordError,
    WrongShareCheckError,
    WrongWordCountError,
    combine_shares,
    split_secret,
)

SECRET = hashlib.sha256(b"a secret for tests").digest()

# From the project's own vectors (vectors.json of trezor/python-shamir-mnemonic at
# 06536e07c5810ffbd7337fe946558f5d11b16c6e, MIT), passphrase TREZOR.
ONE = (
    "theory painting academic academic armed sweater year military elder discuss acne "
    "wildlife boring employer fused large satoshi bundle carbon diagnose anatomy "
    "hamster leaves tracks paces beyond phantom capital marvel lips brave detect luck"
)
FIRST_OF_TWO = (
    "humidity disease academic always aluminum jewelry energy woman receiver strategy "
    "amuse duckling lying evidence network walnut tactics forget hairy rebound impulse "
    "brother survive clothes stadium mailman rival ocean reward venture always armed "
    "unwrap"
)
SECOND_OF_TWO = (
    "humidity disease academic agency actress jacket gross physics cylinder solution "
    "fake mortgage benefit public busy prepare sharp friar change work slow purchase "
    "ruler again tricycle involve viral wireless mixture anatomy desert cargo upgrade"
)
GROUP_OF_ONE = (
    "wildlife deal beard romp alcohol space mild usual clothes union nuclear testify "
    "course research heat listen task location thank hospital slice smell failure fawn "
    "helpful priest ambition average recover lecture process dough stadium"
)
VALID = [
    ([ONE], "989baf9dcaad5b10ca33dfd8cc75e42477025dce88ae83e75a230086a0e00e92"),
    (
        [FIRST_OF_TWO, SECOND_OF_TWO],
        "c938b319067687e990e05e0da0ecce1278f75ff58d9853f19dcaeed5de104aae",
    ),
    (
        [
            (
                "shadow pistol academic always adequate wildlife fancy gross oasis "
                "cylinder mustang wrist rescue view short owner flip making coding "
                "armed"
            ),
            (
                "shadow pistol academic acid actress prayer class unknown daughter "
                "sweater depict flip twice unkind craft early superior advocate guest "
                "smoking"
            ),
        ],
        "b43ceb7e57a0ea8766221624d01b0864",
    ),
]
INVALID = {
    "checksum": [ONE.removesuffix("luck") + "lunar"],
    "padding": [
        (
            "theory painting academic academic campus sweater year military elder "
            "discuss acne wildlife boring employer fused large satoshi bundle carbon "
            "diagnose anatomy hamster leaves tracks paces beyond phantom capital "
            "marvel lips facility obtain sister"
        )
    ],
    "too few": [FIRST_OF_TWO],
    "two sets": [
        (
            "smear husband academic acid deadline scene venture distance dive overall "
            "parking bracelet elevator justice echo burning oven chest duke nylon"
        ),
        (
            "smear isolate academic agency alpha mandate decorate burden recover guard "
            "exercise fatal force syndrome fumes thank guest drift dramatic mule"
        ),
    ],
    "one index twice": [
        (
            "device stay academic always dive coal antenna adult black exceed stadium "
            "herald advance soldier busy dryer daughter evaluate minister laser"
        ),
        (
            "device stay academic always dwarf afraid robin gravity crunch adjust soul "
            "branch walnut coastal dream costume scholar mortgage mountain pumps"
        ),
    ],
    "digest": [
        (
            "guilt walnut academic acid deliver remove equip listen vampire tactics "
            "nylon rhythm failure husband fatigue alive blind enemy teaspoon rebound"
        ),
        (
            "guilt walnut academic agency brave hamster hobo declare herd taste alpha "
            "slim criminal mild arcade formal romp branch pink ambition"
        ),
    ],
}


@pytest.mark.parametrize(("mnemonics", "secret"), VALID)
def test_the_library_opens_the_official_vectors(
    mnemonics: list[str], secret: str
) -> None:
    """A wallet of another maker reads our sheets, and we read its."""
    assert combine_mnemonics(mnemonics, b"TREZOR").hex() == secret


@pytest.mark.parametrize("mnemonics", INVALID.values(), ids=INVALID)
def test_the_library_refuses_the_official_bad_vectors(mnemonics: list[str]) -> None:
    """What the standard calls wrong is refused, whatever is wrong with it."""
    with pytest.raises(MnemonicError):
        combine_mnemonics(mnemonics, b"TREZOR")


@pytest.mark.parametrize(
    ("threshold", "count"), [(2, 2), (2, 3), (3, 5), (5, 5), (16, 16)]
)
def test_enough_shares_give_the_secret_back(threshold: int, count: int) -> None:
    """Any k of n, in any order."""
    shares = split_secret(SECRET, threshold=threshold, count=count)

    assert combine_shares(shares[count - threshold :][::-1]) == SECRET
    assert [share.number for share in shares] == list(range(1, count + 1))
    assert {share.threshold for share in shares} == {threshold}
    assert len({share.set_words for share in shares}) == 1


@given(secret=st.binary(min_size=32, max_size=32))
def test_splitting_and_combining_is_identity(secret: bytes) -> None:
    """For every secret, also one of zeros."""
    shares = split_secret(secret, threshold=2, count=2, is_rehearsal=True)

    assert combine_shares(shares) == secret


def test_too_few_shares_give_nothing() -> None:
    """One sheet of a set of two opens nothing."""
    shares = split_secret(SECRET, threshold=3, count=3)

    with pytest.raises(AuthenticationError):
        combine_shares(shares[:2])


def test_sheets_of_two_sets_give_nothing() -> None:
    """A combination is checked, not guessed."""
    first = split_secret(SECRET, threshold=2, count=2)
    second = split_secret(SECRET, threshold=2, count=2)

    with pytest.raises(AuthenticationError):
        combine_shares([first[0], second[1]])


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (1, 2), (3, 2), (2, 17)])
def test_senseless_numbers_are_a_bug(threshold: int, count: int) -> None:
    """One sheet alone must never hold the secret."""
    with pytest.raises(ValueError, match="2 to 16 shares"):
        split_secret(SECRET, threshold=threshold, count=count)


def test_a_secret_of_another_length_is_a_bug() -> None:
    """Ed25519 seeds and hybrid identities both have 32 bytes."""
    with pytest.raises(ValueError, match="32 bytes"):
        split_secret(SECRET[1:], threshold=2, count=2)


def test_a_share_shows_no_words() -> None:
    """Only the two that are alike on all sheets."""
    share = split_secret(SECRET, threshold=2, count=2)[0]

    told = repr(share)

    assert not any(f"'{word}'" in told for word in set(share.words[4:]))


def test_a_share_is_read_as_people_type_it() -> None:
    """Numbers, capitals, commas and four letters a word: all mean the same."""
    share = split_secret(SECRET, threshold=2, count=2)[0]
    typed = "\n".join(
        f"{place}. {word[:4].upper()}," for place, word in enumerate(share.words, 1)
    )

    assert Share.parse(typed) == share


def test_an_unlisted_word_is_named() -> None:
    """Position and spelling, so that the person finds it on the sheet."""
    share = split_secret(SECRET, threshold=2, count=2)[0]
    words = [*share.words]
    words[6] = "nonsens"

    with pytest.raises(UnlistedWordError) as refused:
        Share.parse(" ".join(words))

    assert (refused.value.position, refused.value.word) == (7, "nonsens")
    assert "nonsens" not in str(refused.value)


@pytest.mark.parametrize("count", [0, 20, 32, 34])
def test_a_missing_word_is_counted(count: int) -> None:
    """A skipped word is the commonest slip of all."""
    share = split_secret(SECRET, threshold=2, count=2)[0]
    words = (share.words * 2)[:count]

    with pytest.raises(WrongWordCountError) as refused:
        Share.parse(" ".join(words))

    assert refused.value.count == count


@pytest.mark.parametrize("place", range(1, 34))
def test_one_wrong_word_is_located(place: int) -> None:
    """A listed but wrong word: its place is told, the right one is not."""
    share = split_secret(SECRET, threshold=2, count=2)[0]
    words = [*share.words]
    words[place - 1] = "academic" if words[place - 1] != "academic" else "acid"

    with pytest.raises(WrongShareCheckError) as refused:
        Share.parse(" ".join(words))

    assert refused.value.positions == (place,)


def test_two_exchanged_words_are_located() -> None:
    """Neighbours that changed places."""
    share = split_secret(SECRET, threshold=2, count=2)[0]
    words = [*share.words]
    place = next(at for at in range(5, 30) if words[at] != words[at + 1])
    words[place], words[place + 1] = words[place + 1], words[place]

    with pytest.raises(WrongShareCheckError) as refused:
        Share.parse(" ".join(words))

    assert refused.value.exchanged == (place + 1, place + 2)


@pytest.mark.parametrize("mnemonic", [ONE, FIRST_OF_TWO, GROUP_OF_ONE])
def test_a_wallets_share_is_foreign(mnemonic: str) -> None:
    """Good shares of another shape are no part of any set of ours."""
    with pytest.raises(ForeignShareError):
        Share.parse(mnemonic)


def test_an_impossible_padding_is_foreign() -> None:
    """The check fits, the secret's length does not."""
    with pytest.raises(ForeignShareError):
        Share.parse(INVALID["padding"][0])


@given(text=st.text(max_size=80))
def test_any_text_is_a_share_or_refused(text: str) -> None:
    """Nothing that is typed raises anything else."""
    with pytest.raises(ShareError):
        Share.parse(text)


def test_a_collector_takes_what_fits_until_there_is_enough() -> None:
    """It counts down, and what it has gives the secret back."""
    shares = split_secret(SECRET, threshold=3, count=4)
    collector = ShareCollector(is_rehearsal=False)
    told = [collector.missing]
    for share in (shares[3], shares[0], shares[2]):
        collector.add(share)
        told.append(collector.missing)

    assert told == [None, 2, 1, 0]
    assert combine_shares(collector.shares) == SECRET


def test_a_collector_refuses_a_sheet_twice() -> None:
    """The same sheet again is told as such."""
    shares = split_secret(SECRET, threshold=2, count=2)
    collector = ShareCollector(is_rehearsal=False)
    collector.add(shares[0])

    with pytest.raises(RepeatedShareError):
        collector.add(shares[0])

    assert collector.shares == (shares[0],)


def test_a_collector_refuses_a_sheet_of_another_set() -> None:
    """Root and recovery lie on one paper: they are easily mixed up."""
    collector = ShareCollector(is_rehearsal=False)
    collector.add(split_secret(SECRET, threshold=2, count=2)[0])
    other = split_secret(SECRET, threshold=2, count=2)

    with pytest.raises(ForeignShareError):
        collector.add(other[1])


@pytest.mark.parametrize("is_rehearsal", [True, False])
def test_rehearsal_and_reality_do_not_mix(*, is_rehearsal: bool) -> None:
    """A sheet that was only practice must not look like the organisation's key."""
    share = split_secret(SECRET, threshold=2, count=2, is_rehearsal=is_rehearsal)[0]
    collector = ShareCollector(is_rehearsal=not is_rehearsal)

    with pytest.raises(ForeignShareError):
        collector.add(share)


def test_shares_that_do_not_give_the_secret_back_are_never_handed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A library that errs is noticed before anybody writes a word down."""
    made = generate_mnemonics(1, [(2, 3)], bytes(32), iteration_exponent=0)
    monkeypatch.setattr("crypto.slip39.generate_mnemonics", lambda *_, **__: made)

    with pytest.raises(RuntimeError, match="give the secret back"):
        split_secret(SECRET, threshold=2, count=3, is_rehearsal=True)
