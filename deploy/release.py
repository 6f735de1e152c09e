"""`debunker release`: the list of all bytes that every visitor of a site gets.

Spec: docs/protocol.md §10.

Runs the real intake over an organisation's public files in a temporary place, visits
every address as somebody without cookies, twice, and writes `release.json`, unsigned:
the root signs it on the offline machine (`debunker keys sign-release`). Two people who
build it from the same source get the same bytes, and compare before anyone signs.

Rules:
* A page that everyone must get alike, and does not, ends it: no manifest.
* Whatever else differs from visit to visit is listed as not covered.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version as version_of
from itertools import product
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

from crypto.entropy import system_entropy
from deploy.clock import system_now
from deploy.keys.desk import read_file, told_in_words
from deploy.keys.files import PUBLIC, write_new
from deploy.keys.signing import load_signed
from deploy.keys.texts import KeysError
from intake.app import create_app
from intake.config import DEFAULT_LIMIT_BYTES, Config
from intake.storage.database import connect
from intake.storage.migrate import migrate
from intake.web.headers import HEADERS
from intake.web.routing import Access, declaration_of
from intake.web.static import FILES, read_files
from protocol.directory import SignedDirectory, verify_directory
from protocol.errors import ExpiredDirectoryError, ProtocolError
from protocol.fingerprint import Fingerprint
from protocol.languages import Language
from protocol.offline_keys import OrganisationFile
from protocol.release import ReleaseFile, ReleaseHeader, ReleaseManifest

OF_THE_DIRECTORY: Final = frozenset({
    "/directory.json", "/directory.json.sig", "/directory.json.cross.sig",
    "/identities.json",
})  # fmt: skip
"""Change without a release, and have rules of their own (§4)."""

_VISITED: Final = frozenset({Access.PUBLIC, Access.SESSION})
_PROGRAM: Final = "debunker"
_FILES: Final = "/static/"
_NAME_OF_A_FILE: Final = "name"


class ReleaseError(Exception):
    """No manifest can be made; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visitor got at one address."""

    path: str
    status: int
    media_type: str
    sets_cookie: bool
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, path: str, response: TestResponse) -> "Visit":
        """Keep what matters of an answer."""
        return cls(
            path=path,
            status=response.status_code,
            media_type=response.mimetype or "",
            sets_cookie="Set-Cookie" in response.headers,
            content=response.get_data(),
        )


def main(arguments: Sequence[str]) -> int:
    """Write the manifest of an organisation's site.

    Args:
        arguments: Without `debunker release`.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        organisation = _organisation(options.organisation)
        with TemporaryDirectory() as place:
            app = _app(options, organisation, Path(place))
            manifest = build(app, organisation, version=options.version)
        with told_in_words(options.out):
            write_new(options.out, manifest.to_json(), mode=PUBLIC)
    except ReleaseError as error:
        print(f"debunker release: {error}", file=sys.stderr)
        return 1
    except KeysError as error:
        sentence = error.text.into(Language.EN, **error.values)
        print(f"debunker release: {sentence}", file=sys.stderr)
        return 1
    _tell(options.out, manifest)
    return 0


def build(
    app: Flask, organisation: OrganisationFile, *, version: str
) -> ReleaseManifest:
    """Visit every address of an intake twice, and list what is alike.

    Args:
        app: The intake, with the organisation's directory.
        organisation: Whose site it is.
        version: Of the program.

    Returns:
        The manifest; nobody has signed it.

    Raises:
        ReleaseError: A page that must be alike is not, or misses a header.
    """
    files, not_covered = [], []
    for path, access in sorted(addresses(app), key=itemgetter(0)):
        first, second = (_visit(app, path) for _ in range(2))
        is_alike = first == second and not first.sets_cookie
        if is_alike and first.status == HTTPStatus.NOT_FOUND:
            continue  # this installation does not serve it
        if access is Access.PUBLIC and not (is_alike and first.status == HTTPStatus.OK):
            raise ReleaseError(f"{path} is not alike for everybody, and must be")
        if first.status not in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
            continue  # a redirect or a refusal: leads nowhere without a session
        # A form that is closed here will be open, with a token in it, on the site.
        if not is_alike or first.status != HTTPStatus.OK:
            not_covered.append(path)
            continue
        files.append(
            ReleaseFile(
                path=path,
                media_type=first.media_type,
                size_bytes=len(first.content),
                sha256=hashlib.sha256(first.content).hexdigest(),
            )
        )
    return ReleaseManifest(
        version=version,
        organisation_id=organisation.organisation_id,
        headers=tuple(
            ReleaseHeader(name=name, value=HEADERS[name])
            for name in sorted(HEADERS, key=str.lower)
        ),
        files=tuple(files),
        not_covered=tuple(not_covered),
    )


def addresses(app: Flask) -> Iterator[tuple[str, Access]]:
    """Name every address that a visitor can get without knowing a secret.

    Args:
        app: The intake.

    Yields:
        Path and what its route demands. The directory's own files are left out.
    """
    names = sorted(read_files(FILES))
    for rule in app.url_map.iter_rules():
        declaration = declaration_of(app, rule.endpoint)
        if declaration is None or declaration.access not in _VISITED:
            continue
        if "GET" not in (rule.methods or ()) or rule.rule in OF_THE_DIRECTORY:
            continue
        for path in _paths(app.url_map, rule, names):
            yield path, declaration.access


def _paths(url_map: Map, rule: Rule, names: Sequence[str]) -> Iterator[str]:
    """Fill in a rule's variables.

    Args:
        url_map: Of the app.
        rule: One of its rules.
        names: Of the files that are served.

    Yields:
        Every path that the rule can have: of languages, pages, files.

    Raises:
        ReleaseError: A variable has no list of values.
    """
    fixed = dict(rule.defaults or {})
    files = {_NAME_OF_A_FILE} if rule.rule.startswith(_FILES) else set()
    choices: dict[str, list[str]] = {}
    for name in sorted(rule.arguments - fixed.keys()):
        listed = getattr(rule._converters[name], "items", None)  # noqa: SLF001  # the rule knows its choices
        if listed is None and name not in files:
            raise ReleaseError(f"{rule.rule} may be anything: it cannot be listed")
        choices[name] = sorted(names if listed is None else listed)
    adapter = url_map.bind("site.example")
    for values in product(*choices.values()):
        arguments = dict(zip(choices, values, strict=True)) | fixed
        yield adapter.build(rule.endpoint, arguments)


def _visit(app: Flask, path: str) -> Visit:
    response = app.test_client().get(path)
    wrong = [
        name for name, value in HEADERS.items()
        if response.headers.getlist(name) != [value]
    ]  # fmt: skip
    if wrong:
        raise ReleaseError(f"{path} lacks the header {wrong[0]}")
    return Visit.of(path, response)


def _app(
    options: argparse.Namespace, organisation: OrganisationFile, place: Path
) -> Flask:
    """Set up an intake that serves pages and takes nothing."""
    signed = load_signed(options.directory)
    _verify(signed, organisation, options.directory)
    (place / "directory.json").write_bytes(signed.directory)
    (place / "directory.json.sig").write_text(signed.signature)
    if signed.cross_signature is not None:
        (place / "directory.json.cross.sig").write_text(signed.cross_signature)
    config = Config(
        database=f"sqlite:///{place / 'intake.sqlite'}",
        data=place / "data",
        directory=place / "directory.json",
        root_key=organisation.root,
        sync_key=organisation.root,  # nobody syncs with it
        sync_origin="http://site.example",
        limit_bytes=options.limit_bytes,
        offline_pages=options.offline_pages,
    )
    engine = connect(config.database)
    migrate(engine)
    engine.dispose()
    return create_app(config, clock=_Clock(), entropy=system_entropy)


def _verify(
    signed: SignedDirectory, organisation: OrganisationFile, path: Path
) -> None:
    """Hold the directory against the root; its end changes no byte of a page."""
    try:
        verify_directory(
            signed, root=organisation.root, newest_seen=0, now=system_now()
        )
    except ExpiredDirectoryError:
        pass
    except ProtocolError as error:
        raise ReleaseError(f"{path}: {error}") from None


class _Clock:
    def now(self) -> datetime:
        return system_now()


def _organisation(path: Path) -> OrganisationFile:
    try:
        return OrganisationFile.parse(read_file(path))
    except ProtocolError as error:
        raise ReleaseError(f"{path}: {error}") from None


def _tell(out: Path, manifest: ReleaseManifest) -> None:
    for file in manifest.files:
        print(f"{file.sha256[:16]}…  {file.size_bytes:>8}  {file.path}")
    for path in manifest.not_covered:
        print(f"{'differs for each visitor':>27}  {path}")
    fingerprint = Fingerprint.of_bytes(manifest.to_json())
    print(f"\n{out}: {len(manifest.files)} addresses, version {manifest.version}")
    print(f"fingerprint {fingerprint}\n            {fingerprint.words(Language.EN)}")
    print("Another person builds it from the same source and compares; then the root")
    print(f"signs it on the offline machine: debunker keys sign-release {out} --root …")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="debunker release", description=__doc__)
    parser.add_argument(
        "--organisation", type=Path, required=True, help="organisation.json"
    )
    parser.add_argument(
        "--directory", type=Path, required=True,
        help="directory.json, its signatures beside it",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("release.json"))
    parser.add_argument("--version", default=version_of(_PROGRAM))
    parser.add_argument(
        "--limit-bytes", type=int, default=DEFAULT_LIMIT_BYTES, metavar="BYTES",
        help="as the intake's setting, if it has one",
    )  # fmt: skip
    parser.add_argument(
        "--offline-pages", type=Path, metavar="DIR",
        help="as the intake's setting: what debunker offline-pages wrote",
    )  # fmt: skip
    return parser
