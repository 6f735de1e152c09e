"""`debunker offline-pages`: a file for each language, to report without a network.

Spec: docs/protocol.md §4.2.

A page carries style, scripts, a word list and the signed directory; its policy lets
nothing else run and nothing out. It is made from the committed template and bundles
and from what the root has signed, and from nothing else: two people who build it get
the same bytes, the release lists them, and a stick can be held against the list.

Not done here: serving the pages (the intake does) and sealing (browser/src/offline).

Rules:
* Only a directory that the root has signed, that holds today, and that names
  recipients for offline pages gets into a page.
* The policy names the only script and the only style by their hashes.
"""

import argparse
import base64
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from markupsafe import Markup

from deploy.clock import system_now
from deploy.keys.desk import read_file, told_in_words
from deploy.keys.files import PUBLIC, write_set
from deploy.keys.signing import load_signed
from deploy.keys.texts import KeysError
from intake.config import DEFAULT_LIMIT_BYTES
from intake.web.offline import file_name
from intake.web.pages import Pages
from intake.web.static import FILES
from protocol.directory import (
    KeyDirectory,
    SignedDirectory,
    offline_keys,
    verify_directory,
)
from protocol.errors import DirectoryError, ProtocolError
from protocol.languages import Language
from protocol.offline_keys import OrganisationFile

TEMPLATE: Final = "offline.html"
_LISTS: Final = {Language.RU: "words-ru.txt", Language.EN: "words-en.txt"}
_ENDS_A_SCRIPT: Final = ("</script", "<!--", "\r")
"""What would end or alter a script element, wherever it stood in it."""


class OfflinePagesError(Exception):
    """No page can be made; the message says why."""


def main(arguments: Sequence[str]) -> int:
    """Write the offline pages of an organisation.

    Args:
        arguments: Without `debunker offline-pages`.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    try:
        pages = _build(options)
        with told_in_words(options.out):
            write_set(options.out, pages, mode=PUBLIC)
    except OfflinePagesError as error:
        print(f"debunker offline-pages: {error}", file=sys.stderr)
        return 1
    except KeysError as error:
        sentence = error.text.into(Language.EN, **error.values)
        print(f"debunker offline-pages: {sentence}", file=sys.stderr)
        return 1
    for name, content in pages.items():
        digest = hashlib.sha256(content).hexdigest()
        print(f"{digest}  {options.out / name}")
    return 0


def build(
    signed: SignedDirectory, directory: KeyDirectory, pages: Pages
) -> dict[str, bytes]:
    """Make the page of each language.

    Args:
        signed: As the root has signed it.
        directory: The same, verified.
        pages: Renders; knows the root's key and the limit.

    Returns:
        The pages' bytes by the names of their files.
    """
    return {
        file_name(language): _page(signed, directory, pages, language)
        for language in Language
    }


def _page(
    signed: SignedDirectory, directory: KeyDirectory, pages: Pages, language: Language
) -> bytes:
    style = _static("intake.css")
    script = _in_a_script(_static("offline.js"))
    words = _static(_LISTS[language]) if language in _LISTS else ""
    carried = {
        "worker": _static("offline-worker.js"),
        "cleaner": _static("cleaner.js"),
        "words": words,
        "directory": base64.b64encode(signed.directory).decode(),
        "signature": signed.signature,
        "cross-signature": signed.cross_signature or "",
    }
    page = pages.render(
        language,
        TEMPLATE,
        organisation=directory.organisation[language],
        policy=_policy(script, style),
        # Ours, from this very package, and named by hash in the policy.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        carried=[
            (name, Markup(_in_a_script(content)))  # noqa: S704  # checked right here
            for name, content in carried.items()
        ],
    )
    return page.encode()


def _policy(script: str, style: str) -> str:
    """Let this script and this style run, its workers, and nothing else at all."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "worker-src blob:",
            "form-action 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types debunker",
        )
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _static(name: str) -> str:
    return (FILES / name).read_bytes().decode().strip()


def _in_a_script(content: str) -> str:
    """Return what may stand in a script element as it is.

    Raises:
        OfflinePagesError: It would end the element, or be read otherwise.
    """
    if any(mark in content.lower() for mark in _ENDS_A_SCRIPT):
        raise OfflinePagesError("a script holds what ends a script")
    return content


def _build(options: argparse.Namespace) -> dict[str, bytes]:
    try:
        organisation = OrganisationFile.parse(read_file(options.organisation))
    except ProtocolError as error:
        raise OfflinePagesError(f"{options.organisation}: {error}") from None
    signed = load_signed(options.directory)
    now = system_now()
    try:
        directory = verify_directory(
            signed, root=organisation.root, newest_seen=0, now=now
        )
    except ProtocolError as error:
        raise OfflinePagesError(f"{options.directory}: {error}") from None
    try:
        offline_keys(signed, root=organisation.root, now=now)
    except DirectoryError:
        raise OfflinePagesError(
            f"{options.directory}: nobody to seal to offline"
        ) from None
    pages = Pages(root_key=str(organisation.root), limit_bytes=options.limit_bytes)
    return build(signed, directory, pages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="debunker offline-pages",
        description="Write offline-kk.html, offline-ru.html and offline-en.html.",
    )
    parser.add_argument(
        "--directory", type=Path, required=True,
        help="directory.json, its signatures beside it",
    )  # fmt: skip
    parser.add_argument(
        "--organisation", type=Path, required=True, help="organisation.json"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--limit-bytes", type=int, default=DEFAULT_LIMIT_BYTES, metavar="BYTES",
        help="as the intake's setting, if it has one",
    )  # fmt: skip
    return parser
