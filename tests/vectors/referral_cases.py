"""Vectors of what signs a referral package, made without the console's code.

The manifest's spelling is one of many: whoever writes a package may order and space
its members in another way. What is checked is that a reader takes this one.
"""

import hashlib
import json
from collections.abc import Iterator

from crypto import sshsig
from tests.vectors.case import Case
from tests.vectors.fixed import TEAM, seed

_NAMESPACE = "debunker-referral"


def cases() -> Iterator[Case]:
    """Make all of them."""
    dossier = {"dossier.json": b'{"format":"debunker-dossier/1"}\n'}
    texts = {"dossier.txt": "Құжат\n".encode()}
    last = {"READ-ME.txt": "Оқыңыз\n".encode()}
    yield _case("no_evidence", dossier | texts | last, "a dossier alone")
    evidence = {"evidence/annex-1.pdf": seed("annex", 300), "evidence/2.txt": b""}
    yield _case("evidence", dossier | texts | evidence | last, "and two annexes")


def _case(name: str, entries: dict[str, bytes], description: str) -> Case:
    named = [
        {"name": each, "sha256": _sha256(content), "size": len(content)}
        for each, content in entries.items()
    ]
    members = {"entries": named, "format": "debunker-referral/1"}
    manifest = json.dumps(members, ensure_ascii=False, separators=(",", ":")) + "\n"
    signature = sshsig.sign(manifest.encode(), TEAM, namespace=_NAMESPACE)
    signed = entries | {
        "manifest.json": manifest.encode(),
        "manifest.json.sig": signature.encode(),
    }
    sums = "".join(f"{_sha256(content)}  {each}\n" for each, content in signed.items())
    return Case(
        folder="referral",
        name=name,
        description=description,
        given={
            "entries": {each: content.hex() for each, content in entries.items()},
            "team_seed": TEAM.seed.hex(),
        },
        expected={
            "manifest": manifest,
            "manifest_signature": signature,
            "sums": sums,
            "sums_signature": sshsig.sign(sums.encode(), TEAM, namespace=_NAMESPACE),
        },
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
