"""What crypto.entropy promises."""

from crypto.entropy import system_entropy


def test_it_gives_as_much_as_asked_and_never_the_same() -> None:
    """Keys are as long as they say, and their own."""
    drawn = [system_entropy(32) for _ in range(100)]

    assert {len(one) for one in drawn} == {32}
    assert len(set(drawn)) == 100
