"""`debunker audit-site` against a real intake, honest and altered."""

import gzip
import hashlib
import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path

import brotli
import pytest

from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from deploy.audit_site.fetching import PATIENCE_SECONDS
from protocol.directory import SignedDirectory
from protocol.release import ReleaseManifest
from tests.deploy.audit_site.alterations import (
    Alter,
    Passed,
    altering,
    socks_proxy,
)
from tests.deploy.audit_site.conftest import Says, Site, sign
from tests.intake.organisation import Organisation

pytestmark = pytest.mark.enable_socket


def unaltered(_passed: Passed) -> None:
    """Pass everything on."""


# --- An honest site ------------------------------------------------------------


def test_an_honest_site_is_as_signed(site: Site, said: Says) -> None:
    """Every address in every language, and what no release can hold is named."""
    assert site.audit(site.url) == 0

    told = said()
    assert "ALL AS SIGNED" in told
    assert "/static/page.js (en kk ru)" in told
    assert "/directory.json (en kk ru) version 1, signed by the root" in told
    assert "/identities.json (en kk ru) reports are sealed to 1 reviewers" in told
    assert "/ru/plain/report" in told
    assert "DIFFERS" not in told


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("kk", "БӘРІ ҚОЛ ҚОЙЫЛҒАНДАЙ"), ("ru", "ВСЁ КАК ПОДПИСАНО")],
)
def test_the_verdict_is_told_in_other_languages(
    language: str, sentence: str, site: Site, said: Says
) -> None:
    """Whoever audits need not read English."""
    assert site.audit(site.url, "--language", language) == 0
    assert sentence in said()


def test_it_asks_as_a_browser_does(site: Site) -> None:
    """Pages first and what they name behind them; no cookie, no trace of a program."""
    with altering(site.url, unaltered) as server:
        assert site.audit(server.url) == 0

    paths = [path for path, _ in server.asked]
    headers = [headers for _, headers in server.asked]
    assert paths[0] == "/"
    manifest = ReleaseManifest.parse(site.manifest.read_bytes())
    for file in manifest.files:
        times = 1 if file.path[:4] in PAGES else 3
        assert paths.count(file.path) == times
    assert not any("Cookie" in each for each in headers)
    assert not any("python" in str(each).lower() for each in headers)
    assert {each["Accept-Language"][:2] for each in headers} == {"kk", "ru", "en"}
    script = next(each for path, each in server.asked if path.endswith("/page.js"))
    assert script["Sec-Fetch-Dest"] == "script"
    assert script["Referer"].startswith(server.url)
    assert paths[1].startswith("/static/")


PAGES = ("/kk/", "/ru/", "/en/")


def test_the_order_is_another_each_time(site: Site) -> None:
    """A server cannot know the auditor by its order."""
    orders = []
    for _ in range(2):
        with altering(site.url, unaltered) as server:
            site.audit(server.url)
        orders.append([path for path, _ in server.asked])

    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


# --- Altered answers -----------------------------------------------------------


def only(path: str, change: Callable[[Passed], None]) -> Alter:
    """Alter one address."""

    def alter(passed: Passed) -> None:
        if passed.path == path:
            change(passed)

    return alter


def body(change: Callable[[bytes], bytes]) -> Callable[[Passed], None]:
    """Alter a body."""

    def alter(passed: Passed) -> None:
        passed.body = change(passed.body)

    return alter


def header(name: str, value: str | None) -> Callable[[Passed], None]:
    """Set or remove a header."""
    return lambda passed: passed.set(name, value)


def twice(name: str, value: str) -> Callable[[Passed], None]:
    """Send a header a second time: browsers may heed either."""
    return lambda passed: passed.headers.append((name, value))


def status(number: int) -> Callable[[Passed], None]:
    """Answer with another status."""

    def alter(passed: Passed) -> None:
        passed.status = number

    return alter


def redirect(target: str) -> Callable[[Passed], None]:
    """Send the visitor elsewhere."""

    def alter(passed: Passed) -> None:
        passed.status = 302
        passed.set("Location", target)
        passed.body = b""

    return alter


EVIL_SCRIPT = b'<script src="https://evil.example/x.js"></script></head>'
NO_IDENTITIES = b'{"format":"debunker-identities/1","identities":[]}'
WEAK_POLICY = ("Content-Security-Policy", "default-src *")

ALTERATIONS: dict[str, tuple[str, Callable[[Passed], None], str]] = {
    "a changed script": (
        "/static/page.js",
        body(lambda old: old[:-1] + b" "),
        "(en kk ru) the content is another",
    ),
    "a longer script": (
        "/static/worker.js",
        body(lambda old: old + b"\n//"),
        "(en kk ru) the content is longer than the",
    ),
    "a shorter answer": (
        "/static/intake.css",
        body(lambda old: old[:-1]),
        "(en kk ru) the content is another",
    ),
    "one word of a word list": (
        "/static/words-ru.txt",
        body(lambda old: b"\xd1" + old[1:]),
        "(en kk ru) the content is another",
    ),
    "another media type": (
        "/static/icon.svg",
        header("Content-Type", "text/html"),
        "(en kk ru) it is served as text/html instead of image/svg+xml",
    ),
    "a much longer answer": (
        "/",
        body(lambda old: old + b" " * 1_000_000),
        "(en kk ru) the content is longer than the",
    ),
    "a changed page": (
        "/ru/report",
        body(lambda old: old.replace(b"data-root", b"data-r00t")),
        "(ru) the content is another",
    ),
    "an extra script of another site": (
        "/kk/",
        body(lambda old: old.replace(b"</head>", EVIL_SCRIPT)[: len(old)]),
        "(kk) the content is another",
    ),
    "a redirect to another host": (
        "/ru/",
        redirect("https://evil.example/ru/"),
        "(ru) the server sends visitors elsewhere: https://evil.example/ru/",
    ),
    "a page that is gone": (
        "/en/help",
        status(404),
        "(en) the server answers with status 404 instead of 200",
    ),
    "a weaker policy": (
        "/ru/help",
        header(*WEAK_POLICY),
        "(ru) the header Content-Security-Policy says something else: default-src *",
    ),
    "a policy twice": (
        "/kk/help",
        twice(*WEAK_POLICY),
        "(kk) the header Content-Security-Policy says something else",
    ),
    "no policy": (
        "/kk/report",
        header("Content-Security-Policy", None),
        "(kk) the header Content-Security-Policy is missing",
    ),
    "a cookie": (
        "/en/",
        header("Set-Cookie", "id=1; Secure"),
        "(en) there is a header that should not be there, Set-Cookie: id=1; Secure",
    ),
    "a refresh": (
        "/en/report",
        header("Refresh", "0; url=https://evil.example"),
        "(en) there is a header that should not be there, Refresh: 0; url=https",
    ),
    "a page with control characters": (
        "/ru/mailbox",
        redirect("https://x/\x1b]0;fine\x07"),
        "(ru) the server sends visitors elsewhere: https://x/?]0;fine?",
    ),
    "identities of nobody": (
        "/identities.json",
        body(lambda _: NO_IDENTITIES),
        "(en kk ru) no reviewer is in force",
    ),
}


@pytest.fixture(scope="session")
def all_altered(site: Site) -> tuple[int, str, str]:
    """Audit a site where everything is altered at once; what was printed."""
    alterations = {path: change for path, change, _ in ALTERATIONS.values()}

    def alter(passed: Passed) -> None:
        alterations.get(passed.path, unaltered)(passed)

    printed = io.StringIO()
    with (
        redirect_stdout(printed),
        altering(site.url, alter) as server,
    ):
        result = site.audit(server.url)
    raw = printed.getvalue()
    return result, " ".join(raw.split()), raw


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_site_is_found_out(
    name: str, all_altered: tuple[int, str, str]
) -> None:
    """Whatever is altered, wherever: its address differs, and the sentence says how."""
    path, _, sentence = ALTERATIONS[name]
    result, told, raw = all_altered

    assert result == 1
    assert f"DIFFERS {path} {sentence}" in told
    assert "NOT AS SIGNED" in told
    assert "https://evil.example/x.js" in told
    assert "\x1b" not in raw


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            body(lambda old: old.replace(b"society", b"Society")),
            "the root did not sign this",
        ),
        (status(404), "the server answers with status 404"),
        (body(lambda _: b" " * 300_000), "the content is longer than"),
        (header("Cache-Control", "max-age=9"), "the header Cache-Control says"),
    ],
    ids=["altered", "gone", "endless", "cached"],
)
def test_an_altered_directory_is_found_out(
    change: Callable[[Passed], None], sentence: str, site: Site, said: Says
) -> None:
    """It is verified as every client does, and its headers with it."""
    with altering(site.url, only("/directory.json", change)) as server:
        assert site.audit(server.url) == 1

    assert f"DIFFERS /directory.json (en kk ru) {sentence}" in said()


def test_identities_of_another_shape_are_found_out(site: Site, said: Says) -> None:
    """The form would be closed for everyone."""
    alter = only("/identities.json", body(lambda _: b"[]"))
    with altering(site.url, alter) as server:
        assert site.audit(server.url) == 1

    assert "/identities.json (en kk ru) it does not follow the format" in said()


def test_what_is_altered_for_one_language_is_found_out(site: Site, said: Says) -> None:
    """Only visitors with a Kazakh browser get another script."""

    def alter(passed: Passed) -> None:
        is_kazakh = passed.asked["Accept-Language"].startswith("kk")
        if passed.path == "/static/page.js" and is_kazakh:
            passed.body += b"//"

    with altering(site.url, alter) as server:
        assert site.audit(server.url) == 1

    told = said()
    assert "DIFFERS /static/page.js (kk)" in told
    assert "as signed /static/page.js (en ru)" in told


# --- The directory over time ---------------------------------------------------


def serving(signed: SignedDirectory) -> Alter:
    """Serve another signed directory."""

    def alter(passed: Passed) -> None:
        if passed.path == "/directory.json":
            passed.body = signed.directory
        elif passed.path == "/directory.json.sig":
            passed.body = signed.signature.encode()
        elif passed.path == "/directory.json.cross.sig" and signed.cross_signature:
            passed.status = 200
            passed.body = signed.cross_signature.encode()

    return alter


def test_a_rollback_is_seen_by_who_remembers(
    site: Site, said: Says, tmp_path: Path
) -> None:
    """Version 2 yesterday, version 1 today: a removed key would come back."""
    state = str(tmp_path / "state.json")
    newer = site.organisation.directory(version=2)
    with altering(site.url, serving(newer)) as server:
        assert site.audit(server.url, "--state", state) == 0
    remembered = Path(state).read_bytes()

    assert site.audit(site.url, "--state", state) == 1

    assert "version 1 is served, but version 2 was seen before" in said()
    assert Path(state).read_bytes() == remembered
    assert site.audit(site.url) == 0  # nobody remembers, nobody sees


def test_two_directories_of_one_version_are_seen(
    site: Site, said: Says, tmp_path: Path
) -> None:
    """The root signed both: one of them is for somebody in particular."""
    state = str(tmp_path / "state.json")
    assert site.audit(site.url, "--state", state) == 0
    other = site.organisation.directory(lives=timedelta(days=29))
    with altering(site.url, serving(other)) as server:
        assert site.audit(server.url, "--state", state) == 1

    assert "two different directories of version 1" in said()


def test_a_broken_chain_is_seen(site: Site, said: Says, tmp_path: Path) -> None:
    """The next version names another one before it than was seen."""
    state = str(tmp_path / "state.json")
    assert site.audit(site.url, "--state", state) == 0
    stranger = site.organisation.directory(version=2)  # names a previous of zeros
    with altering(site.url, serving(stranger)) as server:
        assert site.audit(server.url, "--state", state) == 1

    assert "version 2 does not follow the version 1" in said()


def test_a_directory_that_is_published_in_between_is_no_alarm(
    site: Site, said: Says
) -> None:
    """The new signature came with the old directory: asked again, they fit."""
    newer = site.organisation.directory(version=2)
    asked: list[str] = []

    def alter(passed: Passed) -> None:
        asked.append(passed.path)
        is_published = asked.count("/directory.json") != 1
        if is_published or passed.path != "/directory.json":
            serving(newer)(passed)

    with altering(site.url, alter) as server:
        assert site.audit(server.url) == 0

    assert "/directory.json (en kk ru) version 2, signed by the root" in said()


def directories(organisation: Organisation) -> dict[str, tuple[SignedDirectory, str]]:
    """Directories that no client may use, and what is said of them."""
    stranger = SigningKey.generate(system_entropy)
    return {
        "expired": (
            organisation.directory(lives=timedelta(hours=1)),
            "it is past its end",
        ),
        "another root": (
            organisation.directory(root=stranger),
            "the root did not sign this",
        ),
        "another organisation": (
            Organisation(
                root=organisation.root,
                reviewer_key=organisation.reviewer_key,
                recovery=organisation.recovery,
            ).directory(),
            "another organisation’s",
        ),
    }


@pytest.mark.parametrize("name", ["expired", "another root", "another organisation"])
def test_a_directory_that_no_client_uses_is_reported(
    name: str, site: Site, said: Says
) -> None:
    """With its reason."""
    signed, sentence = directories(site.organisation)[name]
    with altering(site.url, serving(signed)) as server:
        assert site.audit(server.url) == 1

    assert sentence in said()


def test_the_other_roots_signature_counts(site: Site, said: Says) -> None:
    """While one root follows another, the pinned one may stand in the cross file."""
    new_root = SigningKey.generate(system_entropy)
    signed = site.organisation.directory(
        root=new_root, cross_root=site.organisation.root
    )
    with altering(site.url, serving(signed)) as server:
        assert site.audit(server.url) == 0

    assert "ALL AS SIGNED" in said()


# --- Trouble on the way --------------------------------------------------------


def test_a_site_that_is_not_there_is_not_checked(site: Site, said: Says) -> None:
    """Status 2: neither good nor evil."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert site.audit(f"http://127.0.0.1:{port}") == 2

    told = said()
    assert "COULD NOT BE CHECKED" in told
    assert told.count("three in a row did not answer") == 3  # once a language
    assert told.count("no whole answer came") <= 9


def hang(_connection: socket.socket) -> None:
    """Send headers, and then nothing for ever."""
    threading.Event().wait(3)


def trickle(connection: socket.socket) -> None:
    """Send a byte now and then."""
    for _ in range(15):
        connection.sendall(b"x")
        threading.Event().wait(0.2)


def cut(connection: socket.socket) -> None:
    """Send half a body and hang up."""
    connection.sendall(b"x" * 100)


@pytest.mark.parametrize(
    ("tail", "sentence"),
    [
        (hang, "no whole answer came within 2.0 seconds"),
        (trickle, "no whole answer came within 2.0 seconds"),
        (cut, "no whole answer came (IncompleteRead)"),
    ],
)
def test_an_answer_that_does_not_end_is_not_checked(
    tail: Callable[[socket.socket], None], sentence: str, site: Site, said: Says
) -> None:
    """Hanging, trickling or cut off: it ends in time, and says so."""

    def alter(passed: Passed) -> None:
        if passed.path == "/ru/help":
            passed.set("Content-Length", "10000")
            passed.tail = tail

    with altering(site.url, alter) as server:
        assert site.audit(server.url) == 2

    assert f"/ru/help (ru) {sentence}" in said()


@pytest.mark.parametrize("number", [429, 500, 503])
def test_a_busy_site_is_not_checked(number: int, site: Site, said: Says) -> None:
    """A site that says that it cannot is no altered site."""
    with altering(site.url, only("/en/mailbox", status(number))) as server:
        assert site.audit(server.url) == 2

    assert f"busy or closed (status {number})" in said()


def test_a_false_certificate_is_an_alarm(
    site: Site, said: Says, tmp_path: Path
) -> None:
    """Somebody reads along with a certificate of their own, and passes all on."""
    with altering(site.url, unaltered, certificate=self_signed(tmp_path)) as server:
        assert site.audit(server.url) == 1

    told = said()
    assert "no valid certificate for this site (self-signed certificate)" in told
    assert "NOT AS SIGNED" in told


def self_signed(place: Path) -> Path:
    """Make a certificate for loopback that nobody vouches for."""
    path = place / "false.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", place / "certificate.pem"),
        ],
        capture_output=True,
        check=True,
    )
    path.write_bytes(path.read_bytes() + (place / "certificate.pem").read_bytes())
    return path


def test_a_difference_outweighs_trouble(site: Site) -> None:
    """One altered script is enough, whatever else did not answer."""

    def alter(passed: Passed) -> None:
        if passed.path == "/en/mailbox":
            passed.status = 503
        if passed.path == "/static/page.js":
            passed.body += b"//"

    with altering(site.url, alter) as server:
        assert site.audit(server.url) == 1


def packed(encoding: str, pack: Callable[[bytes], bytes]) -> Callable[[Passed], None]:
    """Compress an answer."""

    def alter(passed: Passed) -> None:
        passed.set("Content-Encoding", encoding)
        passed.body = pack(passed.body)

    return alter


@pytest.mark.parametrize(
    ("encoding", "pack", "expected"),
    [
        ("gzip", gzip.compress, 0),
        ("gzip", lambda old: gzip.compress(old)[:-8], 2),
        ("gzip", lambda _: b"no gzip", 2),
        ("gzip", lambda _: gzip.compress(bytes(100_000_000)), 1),
        ("br", brotli.compress, 0),
        ("br", lambda old: brotli.compress(old)[:-8], 2),
        ("br", lambda old: old, 2),
        ("br", lambda _: brotli.compress(bytes(100_000_000), quality=1), 1),
        ("zstd", lambda old: old, 2),
    ],
    ids=[
        *("gzip", "gzip cut", "gzip broken", "gzip bomb"),
        *("br", "br cut", "br broken", "br bomb"),
        "unknown",
    ],
)
def test_packed_answers_are_unpacked_within_bounds(
    encoding: str, pack: Callable[[bytes], bytes], expected: int, site: Site
) -> None:
    """A few bytes that unpack into gigabytes are cut at the signed size."""
    with altering(site.url, only("/en/help", packed(encoding, pack))) as server:
        assert site.audit(server.url) == expected


# --- Through Tor ---------------------------------------------------------------


def test_it_goes_through_a_socks_proxy(site: Site, said: Says) -> None:
    """Names are looked up by the proxy alone: this machine asks nobody."""
    with socks_proxy(site.url) as proxy:
        onion = f"http://{'debunker' * 7}.onion"
        assert site.audit(onion, "--proxy", proxy.address) == 0

    assert "ALL AS SIGNED" in said()
    assert set(proxy.names) == {onion.removeprefix("http://")}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["http://site.example"], "give the site as https://host"),
        (["https://site.example/ru/"], "give the site as https://host"),
        (["https://user@site.example"], "give the site as https://host"),
        (["http://x.onion"], "give the site as https://host"),
        (["ftp://site.example"], "give the site as https://host"),
        (["https://x.example", "--proxy", "socks5://127.0.0.1:1"], "give the proxy as"),
        (["https://x.example", "--proxy", "http://127.0.0.1:1"], "give the proxy as"),
    ],
)
def test_an_unsafe_way_is_refused(
    words: list[str], sentence: str, site: Site, said: Says
) -> None:
    """Before anything is asked of anybody."""
    assert site.audit(*words) == 2
    assert sentence in said()


# --- The manifest and the state ------------------------------------------------


def test_a_manifest_of_somebody_else_is_refused(site: Site, said: Says) -> None:
    """Else whoever alters the site would sign what suits them."""
    other = SigningKey.generate(system_entropy).verification_key

    assert site.audit(site.url, root_key=str(other)) == 2
    assert "the root did not sign this" in said()


def test_an_altered_manifest_is_refused(site: Site, said: Says, tmp_path: Path) -> None:
    """One digit of one hash."""
    altered = tmp_path / "release.json"
    content = site.manifest.read_bytes()
    digest = hashlib.sha256(b"").hexdigest().encode()
    old = json.loads(content)["files"][0]["sha256"].encode()
    altered.write_bytes(content.replace(old, digest))
    signature = site.manifest.with_name("release.json.sig")
    altered.with_name("release.json.sig").write_bytes(signature.read_bytes())

    moved = Site(organisation=site.organisation, url=site.url, manifest=altered)
    assert moved.audit(site.url) == 2
    assert "the root did not sign this" in said()


def test_an_older_release_does_not_fit(site: Site, said: Says, tmp_path: Path) -> None:
    """A site that has moved on is found, as is one that has moved back."""
    content = json.loads(site.manifest.read_bytes())
    page = next(file for file in content["files"] if file["path"] == "/ru/")
    page["sha256"] = "0" * 64
    older = tmp_path / "release.json"
    older.write_bytes(ReleaseManifest.parse(json.dumps(content).encode()).to_json())
    sign(older, site.organisation.root)

    moved = Site(organisation=site.organisation, url=site.url, manifest=older)
    assert moved.audit(site.url) == 1
    assert "/ru/ (ru) the content is another" in said()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"format":"debunker-audit-state/1","root":"x","version":1,"sha256":""}',
        b" " * 5_000,
    ],
    ids=["empty", "nothing", "no key", "too long"],
)
def test_a_state_of_another_kind_is_refused(
    content: bytes, site: Site, said: Says, tmp_path: Path
) -> None:
    """Forgetting in silence would hide a rollback."""
    state = tmp_path / "state.json"
    state.write_bytes(content)

    assert site.audit(site.url, "--state", str(state)) == 2
    assert "was not written by this program" in said()
    assert state.read_bytes() == content


def test_the_command_runs_as_a_program(site: Site) -> None:
    """As a timer runs it."""
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "deploy.cli",
                "audit-site",
                site.url,
                "--manifest",
                site.manifest,
            ),
            *("--root-key", site.root_key),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "ALL AS SIGNED" in done.stdout
    assert PATIENCE_SECONDS == 90
