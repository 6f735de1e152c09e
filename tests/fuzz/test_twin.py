"""The page and Python make the same of hostile bytes: both accept, or both refuse.

Two readers that see one document differently are an attack: what one of them checked,
the other does not do. So both read the corpora and near misses of them.
"""

import base64
import io
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crypto import sshsig
from crypto.errors import CryptoError
from protocol.archive import ArchiveReader
from protocol.codename import Codename
from protocol.day import format_moment
from protocol.directory import IdentityList, KeyDirectory, report_recipients
from protocol.errors import ProtocolError
from tests.fuzz.corpus_files import LEARNT, corpus
from tests.fuzz.near_misses import near_misses
from tests.fuzz.targets import identities
from tests.fuzz.targets import sshsig as signatures

pytestmark = pytest.mark.needs("node")

_ROOT = Path(__file__).parents[2]
_TWIN = _ROOT / "browser" / "test" / "twin.mjs"
_STATIC = _ROOT / "intake" / "static"
_NEAR_MISSES: Mapping[str, int] = {
    "archive": 200,
    "codename": 200,
    "directory": 50,
    "identities": 20,
    "sshsig": 150,
}
"""Of each input; signatures take the page's arithmetic some milliseconds."""


def _archive(data: bytes) -> str:
    reader = ArchiveReader(io.BytesIO(data), len(data))
    return ",".join(
        f"{each.name}:{reader.read(each.name, limit_bytes=len(data)).hex()}"
        for each in reader.entries
    )


def _codename(data: bytes) -> str:
    return Codename.parse(data.decode("utf-8", "replace")).characters()


def _directory(data: bytes) -> str:
    read = KeyDirectory.parse(data)
    parts = (read.recipients, read.reviewers, read.team)
    return ",".join(map(str, (read.version, *map(len, parts))))


def _identities(data: bytes) -> str:
    recipients = report_recipients(
        identities._DIRECTORY, IdentityList.parse(data), identities._NOW
    )
    return ",".join(map(str, recipients))


def _sshsig(data: bytes) -> str:
    sshsig.verify(
        data.decode("utf-8", "replace"),
        signatures._MESSAGE,
        [signatures._KEY.verification_key],
        namespace=signatures._NAMESPACE,
    )
    return "signed"


_READERS: Mapping[str, Callable[[bytes], str]] = {
    "archive": _archive,
    "codename": _codename,
    "directory": _directory,
    "identities": _identities,
    "sshsig": _sshsig,
}


def _inputs(name: str) -> list[bytes]:
    seeds = corpus(name)
    others = list(seeds.values())
    found = list(others)
    for label, data in seeds.items():
        if label.startswith(LEARNT):
            continue
        found += near_misses(label, data, others, _NEAR_MISSES[name])
    return found


def _verdict(read: Callable[[bytes], str], data: bytes) -> str | None:
    try:
        return read(data)
    except (ProtocolError, CryptoError):
        return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _ask_the_page(inputs: Mapping[str, list[bytes]]) -> dict[str, list[str | None]]:
    given = {
        "directory": _text(identities._DIRECTORY.to_json()),
        "now": format_moment(identities._NOW),
        "key": str(signatures._KEY.verification_key),
        "message": _text(signatures._MESSAGE),
        "namespace": signatures._NAMESPACE,
        "english": _text((_STATIC / "words-en.txt").read_bytes()),
        "russian": _text((_STATIC / "words-ru.txt").read_bytes()),
    }
    asked: dict[str, Any] = {
        "given": given,
        "inputs": {name: list(map(_text, each)) for name, each in inputs.items()},
    }
    done = subprocess.run(
        ["node", str(_TWIN), "verdicts.ts"],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    answered: dict[str, list[str | None]] = json.loads(done.stdout)
    return answered


def test_the_page_and_python_accept_the_same() -> None:
    """Of thousands of near misses: the same ones, and what was read is the same."""
    inputs = {name: _inputs(name) for name in _READERS}

    answered = _ask_the_page(inputs)

    for name, read in _READERS.items():
        ours = [_verdict(read, data) for data in inputs[name]]
        differing = [
            (data[:200], our, their)
            for data, our, their in zip(inputs[name], ours, answered[name], strict=True)
            if our != their
        ]
        assert not differing, f"{name}: {len(differing)} of {len(ours)} differ"
        assert any(ours), f"{name}: nothing was accepted"
