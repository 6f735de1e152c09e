"""The mailbox without JavaScript."""

from datetime import timedelta

import pytest

from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from intake.web.page_padding import PAGE_FLOOR_BYTES
from protocol.codename import Codename
from protocol.day import day_of
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.reply import CaseState, Reply, seal_reply
from protocol.report import Kind, is_verified_message
from protocol.report.reader import ReportReader
from protocol.sync import ReplyId
from tests.intake.conftest import House
from tests.intake.console import Console
from tests.intake.reporter import ORIGIN, PlainReporter


@pytest.fixture
def codename() -> Codename:
    """A reporter's only secret."""
    return Codename.generate(system_entropy)


def _reply(  # noqa: PLR0913  # a reply has these parts
    house: House,
    codename: Codename,
    text: str,
    *,
    number: int = 1,
    team_key: SigningKey | None = None,
    addressee: Codename | None = None,
) -> None:
    keys = ReporterKeys.derive(codename, house.organisation.id)
    inside = ReporterKeys.derive(addressee or codename, house.organisation.id)
    reply = Reply(
        mailbox=inside.mailbox,
        number=number,
        day=day_of(house.clock.now()),
        language=Language.RU,
        state=CaseState.UNDER_REVIEW,
        text=text,
    )
    sealed = seal_reply(
        reply,
        keys.identity.recipient,
        team_key=team_key or house.organisation.team,
        entropy=system_entropy,
    )
    path = f"/sync/mailboxes/{keys.mailbox}/replies/{ReplyId.generate(system_entropy)}"
    assert Console(house=house).call("PUT", path, sealed).status_code == 201


def _enter(house: House, typed: str, language: str = "ru") -> PlainReporter:
    reporter = PlainReporter(house.client(), language)
    reporter.get("plain/mailbox")
    reporter.post("plain/mailbox", {"codename": typed})
    return reporter


@pytest.mark.parametrize("spelling", ["english", "russian", "characters"])
def test_a_codename_opens_its_replies_in_every_spelling(
    house: House, codename: Codename, spelling: str
) -> None:
    """Words of both languages and characters mean the same."""
    _reply(house, codename, "Спасибо, мы проверяем")
    typed = {
        "english": codename.words(Language.EN),
        "russian": codename.words(Language.RU),
        "characters": codename.characters(),
    }[spelling]

    page = _enter(house, typed).get("plain/mailbox/replies")

    assert page.status_code == 200
    assert "Спасибо, мы проверяем" in page.text


def test_an_unknown_codename_opens_an_empty_mailbox(house: House) -> None:
    """One page for unknown and for empty: nobody learns which codenames exist."""
    unknown = _enter(house, Codename.generate(system_entropy).characters())
    deleted_codename = Codename.generate(system_entropy)
    _reply(house, deleted_codename, "Ответ")
    deleted = _enter(house, deleted_codename.characters())
    deleted.get("plain/mailbox/delete")
    deleted.post("plain/mailbox/delete")
    deleted = _enter(house, deleted_codename.characters())

    answers = [
        reporter.get("plain/mailbox/replies").text for reporter in (unknown, deleted)
    ]
    tokens = (unknown.token, deleted.token)
    pages = [
        answer.replace(token, "").partition("<!--")[0]
        for answer, token in zip(answers, tokens, strict=True)
    ]

    assert pages[0] == pages[1]
    assert "Ответ:" not in pages[0]


def test_a_mailbox_with_a_reply_is_as_long_as_one_without(
    house: House, codename: Codename
) -> None:
    """Whoever watches the line must not see that somebody got an answer."""
    empty = _enter(house, Codename.generate(system_entropy).characters())
    _reply(house, codename, "Спасибо, мы проверяем. " * 20)
    answered = _enter(house, codename.characters())

    sizes = {
        len(reporter.get("plain/mailbox/replies").data)
        for reporter in (empty, answered)
    }

    assert sizes == {PAGE_FLOOR_BYTES}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type your codename."),
        ("abandon abandon", "Something is missing, or there is too much."),
        ("abandon " * 9 + "zzzz", "zzzz"),
        ("abandon " * 10, "Compare it with what you wrote down, and type it all"),
        ("abandon\n" * 5 + "abandon\r\n" * 5, "Compare it with what you wrote down"),
        ("<script>alert(1)</script> " + "abandon " * 9, "&lt;script&gt;"),
    ],
    ids=["empty", "short", "unknown_word", "wrong_check", "line_ends", "markup"],
)
def test_a_mistyped_codename_is_told_before_any_store_is_asked(
    house: House, typed: str, words: str
) -> None:
    """Else it would look like an empty mailbox."""
    reporter = PlainReporter(house.client(), "en")
    reporter.get("plain/mailbox")

    answer = reporter.post("plain/mailbox", {"codename": typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was sent" not in answer.text
    assert "<script>" not in answer.text


def test_replies_of_strangers_and_for_others_are_counted_not_shown(
    house: House, codename: Codename
) -> None:
    """Neither a foreign signature nor a re-sealed reply reaches the reporter."""
    _reply(house, codename, "Настоящий")
    stranger = SigningKey.generate(system_entropy)
    _reply(house, codename, "Поддельный", number=2, team_key=stranger)
    other = Codename.generate(system_entropy)
    _reply(house, codename, "Чужой", number=3, addressee=other)

    page = _enter(house, codename.characters(), "en").get("plain/mailbox/replies").text

    assert "Настоящий" in page
    assert "Поддельный" not in page
    assert "Чужой" not in page
    assert "2 answers could not be read" in page


def test_a_message_is_sealed_and_signed(house: House, codename: Codename) -> None:
    """The reviewers know that it is from whom the report was."""
    reporter = _enter(house, codename.characters())
    reporter.get("plain/mailbox/replies")

    answer = reporter.post(
        "plain/mailbox/messages",
        {"text": "Ещё одно"},
        files=[("b.txt", b"file")],
        multipart=True,
    )

    keys = ReporterKeys.derive(codename, house.organisation.id)
    (path,) = house.deposits
    with path.open("rb") as sealed:
        reader = ReportReader(
            sealed, [house.organisation.recovery], came_under=keys.mailbox
        )
        reader.verify_all()
        assert reader.report.kind is Kind.MESSAGE
        assert reader.report.text == "Ещё одно"
        assert is_verified_message(reader, keys.signing_key.verification_key)
    assert answer.status_code == 303
    sent = reporter.client.get(answer.headers["Location"], base_url=ORIGIN)
    assert sent.status_code == 200


def test_an_empty_message_comes_back(house: House, codename: Codename) -> None:
    """With the replies still above it."""
    _reply(house, codename, "Ответ команды")
    reporter = _enter(house, codename.characters(), "en")
    reporter.get("plain/mailbox/replies")

    answer = reporter.post("plain/mailbox/messages", {"text": " "}, multipart=True)

    assert answer.status_code == 422
    assert "Write your message." in answer.text
    assert "Ответ команды" in answer.text
    assert house.deposits == []


def test_a_message_of_a_session_that_is_over_is_not_sent(
    house: House, codename: Codename
) -> None:
    """And the page says so, instead of seeming to send."""
    reporter = _enter(house, codename.characters(), "en")
    reporter.get("plain/mailbox/replies")
    house.clock.advance(timedelta(minutes=31))

    answer = reporter.post("plain/mailbox/messages", {"text": "Late"}, multipart=True)

    assert answer.status_code == 422
    assert "Nothing was sent." in answer.text
    assert house.deposits == []


@pytest.mark.parametrize("again", [False, True], ids=["session_over", "opened_anew"])
def test_a_message_that_was_not_sent_is_given_back(
    house: House, codename: Codename, *, again: bool
) -> None:
    """Whoever wrote for an hour gets the words back, on the answer's page alone."""
    reporter = _enter(house, codename.characters(), "en")
    reporter.get("plain/mailbox/replies")
    token = reporter.token
    house.clock.advance(timedelta(minutes=31))
    if again:
        reporter.get("plain/mailbox")
        reporter.post("plain/mailbox", {"codename": codename.characters()})

    answer = reporter.post(
        "plain/mailbox/messages",
        {"text": "Written <slowly>"},
        multipart=True,
        token=token,
    )
    later = reporter.get("plain/mailbox")

    assert answer.status_code == 422
    assert "Written &lt;slowly&gt;</textarea>" in answer.text
    assert "Written" not in later.text
    assert house.deposits == []


def test_a_message_to_a_form_that_closed_meanwhile_is_given_back(
    house: House, codename: Codename
) -> None:
    """The page that says so shows what was typed."""
    reporter = _enter(house, codename.characters(), "en")
    reporter.get("plain/mailbox/replies")
    house.config.directory.unlink()

    answer = reporter.post(
        "plain/mailbox/messages", {"text": "Written slowly"}, multipart=True
    )

    assert answer.status_code == 503
    assert "Written slowly</textarea>" in answer.text
    assert house.deposits == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"csrf_token=x&codename=y&more=z", "application/x-www-form-urlencoded"),
        (b"codename=y&codename=z", "application/x-www-form-urlencoded"),
        (b"codename=%FF", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ],
    ids=["more_fields", "twice", "not_utf8", "not_ascii", "json"],
)
def test_a_small_form_that_no_page_of_ours_sends_is_refused(
    house: House, body: bytes, kind: str
) -> None:
    """Nothing is guessed."""
    answer = house.client().post(
        "/ru/plain/mailbox", base_url=ORIGIN, data=body, content_type=kind
    )

    assert answer.status_code == 400


def test_leaving_forgets_the_codename(house: House, codename: Codename) -> None:
    """The next person at this computer finds nothing."""
    reporter = _enter(house, codename.characters())
    reporter.get("plain/mailbox/replies")

    left = reporter.post("plain/mailbox/leave")
    later = reporter.get("plain/mailbox/replies")

    assert left.status_code == 303
    assert later.status_code == 303
    assert later.headers["Location"] == "/ru/plain/mailbox"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_deleting_asks_first_and_says_what_is_gone(
    house: House, codename: Codename, language: str
) -> None:
    """And what is not: the report stays with the people who review it."""
    _reply(house, codename, "Ответ")
    reporter = _enter(house, codename.characters(), language)
    asked = reporter.get("plain/mailbox/delete")
    kept = reporter.get("plain/mailbox/replies")

    deleted = reporter.post("plain/mailbox/delete")
    page = reporter.client.get(deleted.headers["Location"], base_url=ORIGIN)
    later = reporter.get("plain/mailbox/replies")

    assert asked.status_code == 200
    assert "Ответ" in kept.text
    assert deleted.status_code == 303
    assert page.status_code == 200
    words = {
        "kk": "Хабарламаңыз жойылған жоқ",
        "ru": "Ваше сообщение не удалено",
        "en": "Your report is not deleted",
    }
    assert words[language] in page.text
    assert later.status_code == 303
    assert house.rows("replies") == []


def test_a_mailbox_session_ends_after_half_an_hour(
    house: House, codename: Codename
) -> None:
    """Counted from the last page."""
    reporter = _enter(house, codename.characters())
    house.clock.advance(timedelta(minutes=29))
    kept = reporter.get("plain/mailbox/replies")
    house.clock.advance(timedelta(minutes=29))
    kept_again = reporter.get("plain/mailbox/replies")
    house.clock.advance(timedelta(minutes=31))
    over = reporter.get("plain/mailbox/replies")

    assert kept.status_code == kept_again.status_code == 200
    assert over.status_code == 303
