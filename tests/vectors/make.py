"""Make the vectors again: `python -m tests.vectors.make`.

All are made from fixed seeds and come out the same each time, except sealed files:
age draws fresh keys for each. A sealed file that still opens to what it should
hold is kept.
"""

from collections.abc import Iterator

from tests.vectors import (
    archive_cases,
    codename_cases,
    codename_end_cases,
    directory_cases,
    dossier_cases,
    identity_cases,
    ladder_cases,
    mailbox_cases,
    offline_keys_cases,
    organisation_cases,
    referral_cases,
    release_cases,
    reply_cases,
    report_cases,
    sealed_secret_cases,
    signature_cases,
    sync_cases,
    upload_cases,
)
from tests.vectors.case import VECTORS, Case

_MODULES = (
    archive_cases,
    codename_cases,
    codename_end_cases,
    directory_cases,
    dossier_cases,
    identity_cases,
    ladder_cases,
    mailbox_cases,
    offline_keys_cases,
    organisation_cases,
    referral_cases,
    release_cases,
    reply_cases,
    report_cases,
    sealed_secret_cases,
    signature_cases,
    sync_cases,
    upload_cases,
)


def all_cases() -> Iterator[Case]:
    """Make every vector of every format."""
    for module in _MODULES:
        yield from module.cases()


def main() -> None:
    """Write all files, and remove what is no vector any more."""
    made = {case.path: case for case in all_cases()}
    for path in VECTORS.glob("*/*.json"):
        if path not in made:
            path.unlink()
            path.with_suffix(".age").unlink(missing_ok=True)
    for path, case in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(case.to_text(), encoding="utf-8")
        if case.sealed is not None:
            path.with_suffix(".age").write_bytes(case.sealed)


if __name__ == "__main__":
    main()
