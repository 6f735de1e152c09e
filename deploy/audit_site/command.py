"""`debunker audit-site URL --manifest release.json --root-key "ssh-ed25519 …"`.

Exit status: 0 all as signed, 1 something differs, 2 it could not be checked.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from crypto.ed25519 import VerificationKey
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from deploy.audit_site import texts
from deploy.audit_site.directory_watch import DirectoryWatch, Seen
from deploy.audit_site.fetching import PATIENCE_SECONDS
from deploy.audit_site.visiting import Audit, Finding, Verdict
from deploy.clock import system_now
from deploy.keys.desk import read_file
from deploy.keys.terminal import wrapped
from deploy.keys.texts import KeysError, Reason
from protocol.errors import ProtocolError
from protocol.languages import Language
from protocol.release import ReleaseManifest, SignedRelease, verify_release

AS_SIGNED: Final = 0
DIFFERENT: Final = 1
UNCHECKED: Final = 2

_WORDS: Final = {
    Verdict.SAME: texts.SAME,
    Verdict.DIFFERS: texts.DIFFERS,
    Verdict.UNCHECKED: texts.UNCHECKED,
}
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def main(arguments: Sequence[str]) -> int:
    """Audit a site once.

    Args:
        arguments: Without `debunker audit-site`.

    Returns:
        0 all as signed, 1 something differs, 2 it could not be checked.
    """
    options = _parser().parse_args(arguments)
    language = Language(options.language)
    try:
        site = _site(options.url, options.proxy)
        manifest = _manifest(options.manifest, options.root_key, language)
        seen = _seen(options.state, options.root_key)
    except KeysError as error:
        sentence = error.text.into(language, **error.values)
        print(wrapped(f"debunker audit-site: {sentence}"), file=sys.stderr)
        return UNCHECKED
    watch = DirectoryWatch(options.root_key, manifest.organisation_id, seen)
    audit = Audit(
        site=site,
        manifest=manifest,
        watch=watch,
        proxy=options.proxy,
        patience_seconds=options.patience,
        entropy=system_entropy,
        now=system_now,
    )
    findings = audit()
    if options.state is not None and watch.seen is not None and watch.seen != seen:
        watch.seen.save(options.state)
    _report(findings, language)
    return _conclude(findings, site, manifest, language)


def _site(url: str, proxy: str | None) -> str:
    """Take the origin out of an address that may safely be asked."""
    if proxy is not None and not proxy.startswith("socks5h://"):
        raise KeysError(texts.BAD_PROXY)
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_onion = host.endswith(".onion")
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and (is_onion or host in _LOCAL)
    )
    is_origin = parts.path in {"", "/"} and not parts.query and "@" not in parts.netloc
    if not (is_safe and is_origin and host) or (is_onion and proxy is None):
        raise KeysError(texts.BAD_ADDRESS)
    return f"{parts.scheme}://{parts.netloc}"


def _manifest(path: Path, root: VerificationKey, language: Language) -> ReleaseManifest:
    signature = read_file(path.with_name(path.name + ".sig"))
    signed = SignedRelease(
        manifest=read_file(path), signature=signature.decode(errors="replace")
    )
    try:
        return verify_release(signed, root=root)
    except ProtocolError as error:
        sentence = Reason.of(error.reason).value.into(language)
        raise KeysError(texts.BAD_MANIFEST, path=path, sentence=sentence) from None


def _seen(path: Path | None, root: VerificationKey) -> Seen | None:
    if path is None:
        return None
    try:
        seen = Seen.load(path)
    except (ProtocolError, OSError):
        raise KeysError(texts.BAD_STATE, path=path) from None
    if seen is not None and seen.root != root:
        raise KeysError(texts.BAD_STATE, path=path)
    return seen


def _report(findings: Sequence[Finding], language: Language) -> None:
    """Print a line for each address, with the languages in which it was seen so."""
    together: dict[tuple[str, Verdict, tuple[str, ...]], list[str]] = {}
    for finding in findings:
        sentences = tuple(
            each.text.into(language, **each.values) for each in finding.sentences
        )
        key = (finding.path, finding.verdict, sentences)
        together.setdefault(key, []).append(finding.language.value)
    width = max(len(text.into(language)) for text in _WORDS.values())
    for path, verdict, sentences in sorted(together, key=lambda key: key[0]):
        seen_in = " ".join(sorted(together[path, verdict, sentences]))
        word = _WORDS[verdict].into(language)
        print(f"{word:<{width}}  {path}  ({seen_in})")
        for sentence in sentences:
            print(f"{'':<{width}}    {sentence}")


def _conclude(
    findings: Sequence[Finding],
    site: str,
    manifest: ReleaseManifest,
    language: Language,
) -> int:
    print()
    if manifest.not_covered:
        paths = " ".join(manifest.not_covered)
        print(wrapped(texts.NOT_COVERED.into(language, paths=paths)) + "\n")
    unchecked = sum(each.verdict is Verdict.UNCHECKED for each in findings)
    if any(each.verdict is Verdict.DIFFERS for each in findings):
        print(wrapped(texts.NOT_AS_SIGNED.into(language, site=site)))
        return DIFFERENT
    if unchecked:
        print(wrapped(texts.NOT_CHECKED.into(language, count=unchecked)))
        return UNCHECKED
    sentence = texts.ALL_AS_SIGNED.into(
        language, site=site, version=manifest.version, files=len(manifest.files)
    )
    print(wrapped(sentence))
    return AS_SIGNED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="debunker audit-site",
        description="Hold a site against the release that the root signed.",
        epilog="Exit status: 0 all as signed, 1 something differs, "
        "2 it could not be checked.",
    )
    parser.add_argument("url", help="https://host, or http://….onion with --proxy")
    parser.add_argument(
        "--manifest", type=Path, required=True,
        help="release.json, its signature beside it; not from the site itself",
    )  # fmt: skip
    parser.add_argument("--root-key", type=_key, required=True)
    parser.add_argument("--proxy", metavar="socks5h://127.0.0.1:9050")
    parser.add_argument(
        "--state", type=Path, help="remembers the newest directory, to see a rollback"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="for each whole answer (default: %(default)s)",
    )
    parser.add_argument(
        "--language", choices=[each.value for each in Language], default="en"
    )
    return parser


def _key(text: str) -> VerificationKey:
    try:
        return VerificationKey.parse(text)
    except CryptoError:
        raise argparse.ArgumentTypeError("not an ssh-ed25519 key") from None
