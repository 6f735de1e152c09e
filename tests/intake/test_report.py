"""Reports without JavaScript: sealed while they stream, or not taken at all."""

import io
from datetime import timedelta

import pytest

from protocol.codename import Codename
from protocol.mailbox import ReporterKeys
from protocol.report import ConsentTo, Kind, Ongoing, Report, SealedBy
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.organisation import write_directory
from tests.intake.reporter import (
    ORIGIN,
    PlainReporter,
    codename_in,
    shown_in,
    upload,
)
from tests.intake.sealed import open_deposit, seal_in_page


@pytest.fixture
def reporter(house: House) -> PlainReporter:
    """Someone who has opened the form."""
    reporter = PlainReporter(house.client())
    reporter.get("plain/report")
    return reporter


def _only_report(house: House) -> tuple[Report, list[bytes]]:
    (entry,) = Console(house=house).deposits()
    (path,) = house.deposits
    return open_deposit(path.read_bytes(), house.organisation, entry.mailbox)


def test_a_form_becomes_a_sealed_report(house: House, reporter: PlainReporter) -> None:
    """Every answer and every byte of every file arrives, for the codename shown."""
    codename = Codename.parse(codename_in(reporter.page))
    files = [("акт.pdf", b"%PDF" + bytes(70_000)), ("фото.jpg", b"\xff\xd8\r\n--x")]

    answer = reporter.report(
        "Строка один\r\nстрока два",
        files=files,
        category="bribe",
        place="Алматы",
        ongoing="yes",
        consent_to="agency",
        secrecy="yes",
    )

    report, contents = _only_report(house)
    keys = ReporterKeys.derive(codename, house.organisation.id)
    assert answer.status_code == 303
    assert report.kind is Kind.REPORT
    assert report.sealed_by is SealedBy.SERVER
    assert report.text == "Строка один\nстрока два"
    assert report.mailbox == keys.mailbox
    assert report.reply_to == keys.identity.recipient
    assert report.answers.place == "Алматы"
    assert report.answers.ongoing is Ongoing.YES
    assert report.answers.amount is None
    assert report.consent is not None
    assert report.consent.to is ConsentTo.AGENCY
    assert report.consent.secrecy
    assert [each.name for each in report.attachments] == ["акт.pdf", "фото.jpg"]
    assert contents == [content for _, content in files]


def test_the_codename_is_shown_before_and_after(reporter: PlainReporter) -> None:
    """A lost answer loses nothing: it stood on the form."""
    before = codename_in(reporter.page)

    where = reporter.report("Текст").headers["Location"]
    after = reporter.client.get(where, base_url=ORIGIN)

    assert codename_in(after.text) == before


def test_a_codename_that_was_written_down_is_forgotten(
    reporter: PlainReporter,
) -> None:
    """The next person at this computer must not find it in the history."""
    reporter.report("Текст")
    reporter.get("plain/received")

    forgotten = reporter.post("plain/received")
    again = reporter.get("plain/received")

    assert forgotten.status_code == again.status_code == 303
    assert again.headers["Location"] == "/ru/plain/report"


@pytest.mark.parametrize(
    ("typed", "status"), [("right", 200), ("QQQQQ", 422), ("", 422)]
)
def test_a_paper_is_compared_with_the_codename(
    reporter: PlainReporter, typed: str, status: int
) -> None:
    """A slip of the pen is told while the codename can still be read."""
    codename = codename_in(reporter.page)
    reporter.report("Текст")
    reporter.get("plain/received")

    answer = reporter.post(
        "plain/paper",
        {"end": codename[-5:].lower() if typed == "right" else typed},
    )

    assert answer.status_code == status
    assert codename_in(answer.text) == codename
    assert ("Верно." in answer.text) is (status == 200)
    assert ('aria-invalid="true"' in answer.text) is (status == 422)


def test_no_paper_is_compared_before_a_report_is_sent(
    reporter: PlainReporter,
) -> None:
    """Nobody is told that a report has arrived that has not."""
    answer = reporter.post("plain/paper", {"end": codename_in(reporter.page)[-5:]})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/ru/plain/report"


def test_a_text_that_nobody_can_see_is_none(
    house: House, reporter: PlainReporter
) -> None:
    """Zero-width characters alone would be an empty case."""
    answer = reporter.report("\u200b\u2060 \u200b")

    assert answer.status_code == 422
    assert house.deposits == []


def test_the_next_form_has_another_codename(reporter: PlainReporter) -> None:
    """Two reports of one person must not be tied unless they want it."""
    before = codename_in(reporter.page)
    reporter.report("Текст")

    assert codename_in(reporter.get("plain/report").text) != before


def test_a_form_that_is_opened_again_keeps_its_codename(
    reporter: PlainReporter,
) -> None:
    """Whoever wrote it down need not do so twice, in any language."""
    before = codename_in(reporter.page)
    reporter.language = "kk"

    assert codename_in(reporter.get("plain/report").text) == before


def test_both_ways_leave_the_same_kind_of_trace(
    house: House, reporter: PlainReporter
) -> None:
    """Sizes, rows and files do not tell who had JavaScript."""
    text = "Один и тот же текст"
    reporter.report(text, files=[("a.pdf", bytes(200_000))])
    sealed, mailbox = seal_in_page(
        house.organisation, text=text, attachments=[("a.pdf", bytes(200_000))]
    )
    upload(house.client(), sealed, mailbox)

    first, second = house.deposits
    status = [path.stat() for path in (first, second)]
    entries = Console(house=house).deposits()
    assert status[0].st_size == status[1].st_size
    assert status[0].st_mtime_ns == status[1].st_mtime_ns
    assert status[0].st_mode == status[1].st_mode
    assert entries[0].size_bytes == entries[1].size_bytes
    assert entries[0].day == entries[1].day
    assert len(house.rows("uploads")) == len(house.rows("deposits")) == 2
    assert len({row[1:] for row in house.rows("uploads")}) == 1
    assert list((house.config.data / "uploads").iterdir()) == []


def test_an_empty_text_comes_back_with_the_answers(
    house: House, reporter: PlainReporter
) -> None:
    """Nothing is kept, nothing has to be typed again, the codename stays."""
    before = codename_in(reporter.page)

    answer = reporter.report(
        " \n ", files=[("a.pdf", b"file")], place="Шымкент", ongoing="no"
    )

    assert answer.status_code == 422
    assert "Шымкент" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert codename_in(answer.text) == before
    assert house.deposits == []
    assert list((house.config.data / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Write what happened."),
        ("ru", "Напишите"),
        ("kk", "жазыңыз"),
    ],
)
def test_an_empty_report_is_told_in_the_reporters_language(
    house: House, language: str, words: str
) -> None:
    """Kazakh, Russian, English."""
    reporter = PlainReporter(house.client(), language)
    reporter.get("plain/report")

    assert words in reporter.report("").text


@pytest.mark.parametrize(
    "fields",
    [{"place": "x" * 2001}, {"ongoing": "perhaps"}, {"do_not_use": "ж" * 600_000}],
    ids=["long_answer", "no_such_choice", "too_much_text"],
)
def test_an_answer_that_does_not_fit_is_told(
    house: House, reporter: PlainReporter, fields: dict[str, str]
) -> None:
    """Beside its field, with all else kept."""
    answer = reporter.post("plain/report", {"text": "Текст"} | fields, multipart=True)

    assert answer.status_code == 422
    assert "Текст" in answer.text
    assert house.deposits == []


def test_without_a_valid_token_nothing_is_taken(
    house: House, reporter: PlainReporter
) -> None:
    """Another site cannot send a report in somebody's name."""
    answer = reporter.post(
        "plain/report",
        {"text": "Текст"},
        files=[("a.pdf", b"file")],
        multipart=True,
        token="forged",  # noqa: S106  # not a password
    )

    assert answer.status_code == 422
    assert "Текст" in answer.text
    assert house.deposits == []


def test_a_form_of_another_tab_does_not_send_to_another_codename(
    house: House, reporter: PlainReporter
) -> None:
    """What is on paper is what the report goes to; else it stays, with its words."""
    first_tab = shown_in(reporter.page)
    reporter.report("Отправлено из второй вкладки")
    reporter.get("plain/report")
    third_tab = codename_in(reporter.page)

    refused = reporter.report("Долго писал", shown=first_tab)
    again = reporter.report("Долго писал", shown=shown_in(refused.text))

    assert refused.status_code == 422
    assert "Долго писал" in refused.text
    assert codename_in(refused.text) == third_tab
    assert again.status_code == 303
    assert len(house.deposits) == 2


def test_leaving_quickly_leaves_nothing_to_come_back_to(
    reporter: PlainReporter,
) -> None:
    """The link on these pages forgets the codename on its way elsewhere."""
    reporter.report("Текст")
    page = reporter.get("plain/received")

    assert 'class="exit" href="/ru/plain/exit"' in page.text
    left = reporter.get("plain/exit")
    again = reporter.get("plain/received")

    assert left.headers["Location"] == "https://ru.wikipedia.org/"
    assert again.headers["Location"] == "/ru/plain/report"


def test_a_session_of_half_an_hour_ago_is_over_but_the_words_are_kept(
    house: House, reporter: PlainReporter
) -> None:
    """Whoever writes slowly gets their text back, and a new codename."""
    before = codename_in(reporter.page)
    house.clock.advance(timedelta(minutes=31))

    late = reporter.report("Долго писал", files=[("a.pdf", b"file")])
    again = reporter.report("Долго писал")

    assert late.status_code == 422
    assert "Долго писал" in late.text
    assert codename_in(late.text) != before
    assert again.status_code == 303
    assert len(house.deposits) == 1


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}],
    ids=["sec_fetch_site", "origin"],
)
def test_a_form_from_another_site_is_refused(
    house: House, reporter: PlainReporter, headers: dict[str, str]
) -> None:
    """Even with cookie and token."""
    answer = reporter.client.post(
        "/ru/plain/report",
        base_url=ORIGIN,
        data={"csrf_token": reporter.token, "text": "Текст"},
        content_type="multipart/form-data",
        headers=headers,
    )

    assert answer.status_code == 403
    assert house.deposits == []


def _body(*parts: tuple[str, str], end: bool = True) -> bytes:
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts
    ]
    return ("".join(lines) + ("--b--\r\n" if end else "")).encode()


@pytest.mark.parametrize(
    "shape",
    ["token_last", "unknown_field", "field_twice", "cut_off", "no_form", "not_utf8"],
)
def test_a_form_that_no_page_of_ours_sends_is_refused(
    house: House, reporter: PlainReporter, shape: str
) -> None:
    """Strange bytes are not guessed at; above all a cut form is not a short one."""
    token = ("csrf_token", reporter.token)
    text = ("text", "Текст")
    body = {
        "token_last": _body(text, token),
        "unknown_field": _body(token, text, ("admin", "1")),
        "field_twice": _body(token, text, text),
        "cut_off": _body(token, text, end=False),
        "no_form": b"",
        "not_utf8": _body(token, text).replace("Текст".encode(), b"\xff\xfe"),
    }[shape]

    answer = reporter.client.post(
        "/ru/plain/report",
        base_url=ORIGIN,
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.status_code == 400
    assert house.deposits == []
    assert list((house.config.data / "uploads").iterdir()) == []


def test_a_body_that_ends_before_its_length_leaves_nothing(
    house: House, reporter: PlainReporter
) -> None:
    """A lost connection is not a report."""
    body = _body(("csrf_token", reporter.token), ("text", "Текст"))

    answer = reporter.client.post(
        "/ru/plain/report",
        base_url=ORIGIN,
        input_stream=io.BytesIO(body[:-3]),
        content_length=len(body),
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.status_code == 400
    assert house.deposits == []


def test_a_report_past_the_limit_is_told_and_leaves_nothing(
    house: House, reporter: PlainReporter
) -> None:
    """Clear words in the reporter's language, whether or not it begins to seal."""
    size = house.config.limit_bytes + 1

    answer = reporter.report("Текст", files=[("film.mp4", bytes(size))])

    assert answer.status_code == 413
    assert '<html lang="ru"' in answer.text
    assert house.deposits == []
    assert list((house.config.data / "uploads").iterdir()) == []


def test_an_expired_directory_closes_the_form(house: House) -> None:
    """Nothing is sealed to keys of yesterday; nothing falls back."""
    house.clock.advance(timedelta(days=40))
    client = house.client()

    for path in ("/kk/plain/report", "/ru/plain/report", "/en/plain/report"):
        answer = client.get(path, base_url=ORIGIN)
        assert answer.status_code == 503
        assert f'<html lang="{path[1:3]}"' in answer.text


def test_a_directory_that_expires_while_someone_writes_takes_nothing(
    house: House, reporter: PlainReporter
) -> None:
    """The page says that the form is closed."""
    now = house.clock.now()
    signed = house.organisation.directory(
        now=now, version=2, lives=timedelta(days=1, minutes=5)
    )
    write_directory(signed, house.config.directory)
    house.clock.advance(timedelta(minutes=10))

    answer = reporter.report("Текст")

    assert answer.status_code == 503
    assert house.deposits == []


def test_a_newer_expired_directory_does_not_bring_the_older_back(
    house: House, reporter: PlainReporter
) -> None:
    """An older one may name a reviewer who has left."""
    console = Console(house=house)
    now = house.clock.now()
    newer = house.organisation.directory(
        now=now, version=2, lives=timedelta(days=1, minutes=5)
    )
    assert console.call("PUT", "/sync/directory", newer.to_json()).status_code == 204
    house.clock.advance(timedelta(minutes=10))

    assert reporter.report("Текст").status_code == 503


def test_without_a_directory_the_form_is_closed_and_the_rest_goes_on(
    house: House,
) -> None:
    """A fresh installation waits for its first ceremony."""
    house.config.directory.unlink()
    client = house.client()

    assert client.get("/ru/plain/report", base_url=ORIGIN).status_code == 503
    assert client.get("/directory.json", base_url=ORIGIN).status_code == 503
    assert client.get("/ru/report", base_url=ORIGIN).status_code == 200


def test_a_directory_of_another_root_closes_the_form(house: House) -> None:
    """The pinned root alone says to whom we seal."""
    signed = house.organisation.directory(root=house.organisation.team)
    write_directory(signed, house.config.directory)

    assert house.client().get("/ru/plain/report", base_url=ORIGIN).status_code == 503
