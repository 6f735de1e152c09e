"""Write the corpus anew: `python -m tests.fuzz.seeds`.

Seeds come from the vectors and from fixed keys, so they follow the formats. Inputs
that once broke a promise (`found-…`), or reach further (`learnt-…`), are kept.
"""

from tests.fuzz.corpus_files import CORPUS, FINDING, LEARNT, corpus
from tests.fuzz.targets import load_target, target_names


def main() -> None:
    """Replace every target's seeds."""
    for name in target_names():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in corpus(name):
            if not old.startswith((FINDING, LEARNT)):
                (folder / old).unlink()
        for seed, data in load_target(name).seeds().items():
            (folder / seed).write_bytes(data)


if __name__ == "__main__":
    main()
