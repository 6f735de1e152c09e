"""Every reader of untrusted bytes keeps its promises on the corpus and near it."""

import pytest

from tests.fuzz.corpus_files import corpus
from tests.fuzz.near_misses import near_misses
from tests.fuzz.targets import load_target, target_names


@pytest.mark.parametrize("name", target_names())
def test_the_corpus_breaks_no_promise(name: str) -> None:
    """Not the seeds, not what was once found, and not 200 near misses of each."""
    target, inputs = load_target(name), corpus(name)
    others = list(inputs.values())
    for label, data in inputs.items():
        target.run(data)
        for variant in near_misses(label, data, others, target.near_misses):
            target.run(variant)


@pytest.mark.parametrize("name", target_names())
def test_the_corpus_says_yes_and_no(name: str) -> None:
    """A corpus that a reader always refuses, or never does, tries nothing behind it."""
    run = load_target(name).run

    assert {run(data) for data in corpus(name).values()} == {True, False}
