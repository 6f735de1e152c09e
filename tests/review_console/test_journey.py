"""A member's day over HTTP: log in, fetch, read, answer, refer."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from crypto import sshsig
from crypto.age import open_sealed
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from protocol.reply import CaseState, open_replies
from review_console.app import create_app
from review_console.web import access
from review_console.web.headers import HEADERS
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House, Reporter

TEXT = "Төрага сатып алуда пара алды. Екі құжат тіркелді."
FILES = (("Акт от Иванова.pdf", b"%PDF-1.4 act".ljust(5000, b"x")), ("б.txt", b"\0\1"))

Opener = Callable[[], Browser]


@pytest.fixture
def open_browser(house: House) -> Opener:
    """Give a new browser at one running console, wired to the intake in memory."""
    app = house.app()
    app.extensions[access.SERVICES] = house.services

    def make() -> Browser:
        return Browser(app)

    return make


def case_path(page: str) -> str:
    """Find the first case in the list."""
    found = re.search(r'href="(/cases/[a-z2-7]{32})"', page)
    assert found, page
    return found[1]


def test_log_in_fetch_read_and_answer(
    house: House, fake_intake: FakeIntake, open_browser: Opener
) -> None:
    """The text and the bytes that were sent; the reply that was written."""
    reporter = house.reporter()
    fake_intake.deposit(reporter.report(TEXT, files=FILES), reporter.keys.mailbox)
    browser = open_browser()

    browser.follow(browser.log_in(house, "Айгүл"))
    browser.follow(browser.post("/sync"))
    path = case_path(browser.page)
    browser.get(path)

    assert TEXT in browser.page
    links = re.findall(rf'href="({path}/attachments/[^"]+)"', browser.page)
    got = [browser.get(link) for link in links]
    assert [response.data for response in got] == [content for _, content in FILES]
    browser.get(path)
    asked = browser.post(f"{path}/replies", text="Рахмет.", state="under_review")
    assert asked.status_code == 200
    assert "Рахмет." in asked.text
    sent = browser.post(
        f"{path}/replies", text="Рахмет.", state="under_review", confirmed="yes"
    )
    browser.follow(sent)
    replies, unreadable = open_replies(
        [sealed for _, sealed in fake_intake.replies.values()],
        reporter.keys.identity,
        mailbox=reporter.keys.mailbox,
        directory=house.directory,
    )
    assert unreadable == 0
    assert [(each.number, each.state) for each in replies] == [
        (1, CaseState.RECEIVED),
        (2, CaseState.UNDER_REVIEW),
    ]
    assert replies[1].text == "Рахмет."


def dossier_form(house: House, page: str, **changes: object) -> dict[str, object]:
    """Fill in the referral as a careful reviewer would."""
    keys = re.findall(r'name="release"[^>]* value="([^"]+)"', page) or re.findall(
        r'value="([a-z2-7]{32}/\d+)"', page
    )
    form: dict[str, object] = {
        "destination": house.agency.id,
        "subject": "О закупке",
        "summary": "По имеющимся данным, при закупке получено вознаграждение.",
        "what": ["Получено вознаграждение"],
        "who": ["Председатель"],
        "position": [""],
        "body": ["Акимат"],
        "when": ["2026"],
        "where": [""],
        "amount": [""],
        "label": ["hearsay"],
        "basis": ["annex-01.pdf"],
        "request": "Зарегистрировать и сообщить.",
        "source_safe": "yes",
        "release": keys[:1],
        f"name:{keys[0]}": "annex-01.pdf",
        f"clean:{keys[0]}": "yes",
    }
    return form | changes


def propose(house: House, browser: Browser, path: str) -> str:
    """Propose a referral; return its address."""
    browser.get(f"{path}/referrals/new")
    form = dossier_form(house, browser.page)
    response = browser.post(f"{path}/referrals/new", **form)
    assert response.status_code == 303, response.text
    browser.follow(response)
    return response.headers["Location"]


def digest_on(page: str) -> str:
    """Read the digest that an approval holds for."""
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def export(
    house: House, fake_intake: FakeIntake, open_browser: Opener, reporter: Reporter
) -> bytes:
    """Report, propose, approve, export; return the sealed package."""
    fake_intake.deposit(reporter.report(TEXT, files=FILES), reporter.keys.mailbox)
    reviewer, coordinator = open_browser(), open_browser()
    reviewer.follow(reviewer.log_in(house, "Айгүл"))
    reviewer.follow(reviewer.post("/sync"))
    referral = propose(house, reviewer, case_path(reviewer.page))
    coordinator.follow(coordinator.log_in(house, "Дана"))
    coordinator.get(referral)
    approval = coordinator.post(
        f"{referral}/approve", sha256=digest_on(coordinator.page), read="yes"
    )
    coordinator.follow(approval)
    coordinator.follow(coordinator.post(f"{referral}/export"))
    package: bytes = coordinator.get(f"{referral}/package").data
    return package


def unpack(sealed: bytes, house: House, place: Path) -> Path:
    """Open a package as its destination does."""
    (place / "package.age").write_bytes(sealed)
    (place / "key.txt").write_text(house.agency_identity.encode() + "\n")
    opened = ["age", "-d", "-i", "key.txt", "-o", "package.zip", "package.age"]
    subprocess.run(opened, cwd=place, check=True)
    unzip = ["unzip", "-q", "package.zip", "-d", "open"]
    subprocess.run(unzip, cwd=place, check=True)
    return place / "open"


def check_as_the_read_me_says(folder: Path, key: VerificationKey) -> tuple[int, int]:
    """Run READ-ME.txt's own commands; return what ssh-keygen and sha256sum say."""
    read_me = (folder / "READ-ME.txt").read_text()
    commands = "\n".join(re.findall(r"^ {4}(?!SHA256:)(.*)$", read_me, re.MULTILINE))
    write, verify, compare = commands.replace("\\\n", "").splitlines()

    def run(command: str) -> int:
        shell = ["sh", "-c", command]
        return subprocess.run(shell, cwd=folder, check=False).returncode

    assert run(write.replace("PUBLIC-KEY", str(key))) == 0
    return run(verify), run(compare)


@pytest.mark.needs("age", "ssh-keygen", "unzip")
def test_a_referral_leaves_and_stock_tools_open_it(
    house: House, fake_intake: FakeIntake, open_browser: Opener, tmp_path: Path
) -> None:
    """Proposed by one, approved by another, opened with age, unzip, ssh-keygen."""
    reporter = house.reporter()

    sealed = export(house, fake_intake, open_browser, reporter)

    folder = unpack(sealed, house, tmp_path)
    assert check_as_the_read_me_says(folder, house.directory.team[0].key) == (0, 0)
    assert (folder / "evidence/annex-01.pdf").read_bytes() == FILES[0][1]
    everything = b"".join(
        each.read_bytes() for each in folder.rglob("*") if each.is_file()
    )
    for secret in ("Екі құжат тіркелді", "Иванова", str(reporter.keys.mailbox)):
        assert secret.encode() not in everything


def test_a_package_is_the_same_bytes_whenever_it_is_made(
    house: House, fake_intake: FakeIntake, open_browser: Opener
) -> None:
    """Its order and its dates say nothing; what was approved is what leaves."""
    reporter = house.reporter()

    sealed = export(house, fake_intake, open_browser, reporter)

    plain = open_sealed(sealed, [house.agency_identity])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        assert archive.namelist() == [
            "dossier.json",
            "dossier.txt",
            "evidence/annex-01.pdf",
            "READ-ME.txt",
            "manifest.json",
            "manifest.json.sig",
            "SHA256SUMS",
            "SHA256SUMS.sig",
        ]
        assert {info.date_time for info in archive.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }


@pytest.mark.needs("age", "ssh-keygen", "unzip")
def test_whoever_changes_a_package_cannot_pass_the_check(
    house: House, fake_intake: FakeIntake, open_browser: Opener, tmp_path: Path
) -> None:
    """A changed file, changed sums, sums signed by somebody else: each is seen."""
    reporter = house.reporter()
    sealed = export(house, fake_intake, open_browser, reporter)
    folder = unpack(sealed, house, tmp_path)
    team, stranger = house.directory.team[0].key, SigningKey.generate(system_entropy)
    dossier, sums = folder / "dossier.txt", folder / "SHA256SUMS"
    old, new = dossier.read_bytes(), b"Another statement.\n"

    dossier.write_bytes(new)
    changed_file = check_as_the_read_me_says(folder, team)
    was, now = (sha256(each).hexdigest() for each in (old, new))
    sums.write_text(sums.read_text().replace(was, now))
    changed_sums = check_as_the_read_me_says(folder, team)
    (folder / "SHA256SUMS.sig").write_text(
        sshsig.sign(sums.read_bytes(), stranger, namespace="debunker-referral")
    )
    another_signer = check_as_the_read_me_says(folder, team)

    assert changed_file == (0, 1)
    assert changed_sums == another_signer == (255, 0)


@pytest.mark.needs("age", "ssh-keygen", "unzip")
def test_a_package_names_its_key_by_fingerprint_alone(
    house: House, fake_intake: FakeIntake, open_browser: Opener, tmp_path: Path
) -> None:
    """The key to believe comes on another way; who changes one changes both."""
    sealed = export(house, fake_intake, open_browser, house.reporter())
    folder = unpack(sealed, house, tmp_path)
    key = str(house.directory.team[0].key)
    (tmp_path / "key.pub").write_text(key + "\n")
    listing = ["ssh-keygen", "-l", "-f", "key.pub"]
    told = subprocess.run(
        listing, cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout

    assert told.split()[1] in (folder / "READ-ME.txt").read_text()
    for each in folder.rglob("*"):
        assert each.is_dir() or key.split()[1].encode() not in each.read_bytes()


def test_who_is_not_logged_in_sees_the_log_in_page(open_browser: Opener) -> None:
    """Every page of members leads there; the script's signal says 401."""
    browser = open_browser()

    for path in ("/", "/cases/" + "a" * 32, "/unreadable", "/destinations", "/help"):
        assert browser.get(path).headers["Location"] == "/login"
    assert browser.get("/alive").status_code == 401


def without_token(page: str) -> str:
    """Take out the token of the forms: it is new every second."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page)


def test_a_case_that_is_not_there_and_one_that_is_no_id_look_alike(
    house: House, open_browser: Opener
) -> None:
    """Nobody learns which ids exist."""
    browser = open_browser()
    browser.follow(browser.log_in(house, "Айгүл"))

    missing = browser.get("/cases/" + "a" * 32)
    nonsense = browser.get("/cases/1")

    assert missing.status_code == nonsense.status_code == 404
    pages = [without_token(answer.text) for answer in (missing, nonsense)]
    assert pages[0].replace("a" * 32, "1") == pages[1]


def test_every_answer_carries_the_table(house: House, open_browser: Opener) -> None:
    """Pages, redirects, errors and files: no header is forgotten."""
    browser = open_browser()
    answers = [browser.get(path) for path in ("/login", "/", "/nothing")]
    answers.append(browser.post("/login", name="x"))
    answers.append(browser.client.post("/login", base_url=house.config.origin))
    browser.follow(browser.log_in(house, "Айгүл"))
    rules = [
        rule.rule
        for rule in browser.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    answers += [browser.get(path) for path in [*rules, "/static/console.css"]]

    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        answer.close()


def test_the_cookie_is_for_this_host_alone(house: House, open_browser: Opener) -> None:
    """No script, no other site, no other host reads them; the session is not kept."""
    browser = open_browser()

    answer = browser.log_in(house, "Айгүл")

    cookies = {
        cookie.partition("=")[0]: set(cookie.split("; ")[1:])
        for cookie in answer.headers.getlist("Set-Cookie")
    }
    everywhere = {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    assert cookies.keys() == {"__Host-session", "__Host-device"}
    assert cookies["__Host-session"] == everywhere
    assert everywhere < cookies["__Host-device"]


def test_a_form_without_the_token_does_nothing(
    house: House, open_browser: Opener
) -> None:
    """Every POST of a session needs it."""
    browser = open_browser()
    browser.follow(browser.log_in(house, "Айгүл"))
    posts = [
        rule.rule
        for rule in browser.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    ]

    for rule in posts:
        path = re.sub("<[^>]+>", "a" * 32, rule)
        answer = browser.client.post(path, base_url=house.config.origin)
        assert answer.status_code == 400, path
    assert len(posts) >= 10


def test_a_route_that_declares_nothing_stops_the_start(house: House) -> None:
    """Whoever adds a page must say for whom."""
    app = create_app(house.config, clock=house.clock, entropy=house.adapters.entropy)
    app.add_url_rule("/new", "new", lambda: "")

    with pytest.raises(RuntimeError, match="new"):
        access.check_declarations(app)
