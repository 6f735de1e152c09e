"""The fixed words of a referral package, in Kazakh, Russian and English.

They stand in the package, not on a page, so they are no part of the console's
translations: a package reads the same whoever exported it.

Nothing here is legal advice, and a lawyer and a native speaker of Kazakh must
read it before production.
"""

from typing import Final

from review_console.domain.referral import AllegationLabel

FIELD_HEADINGS: Final = {
    "allegations": "Болжамды әрекет / Предполагаемое деяние / Allegation",
    "summary": "Қысқаша мазмұны / Краткое изложение / Summary",
    "chronology": "Оқиғалар реті / Хронология / Chronology",
    "verified": "Не тексерілді / Что проверено / What was verified",
    "not_known": "Не белгісіз / Что неизвестно / What is not known",
    "contradicting": "Қайшы деректер / Что противоречит / What contradicts",
    "legal_basis": "Құқықтық негіз / Правовое основание / Legal basis",
    "request": "Өтініш / Просьба / Request",
    "annexes": "Қосымшалар / Приложения / Annexes",
}

ALLEGATION_LABELS: Final = {
    "what": "Не істелді / Что сделано / What",
    "who": "Кім / Кто / Who",
    "position": "Лауазымы / Должность / Position",
    "body": "Орган / Орган / Body",
    "when": "Қашан / Когда / When",
    "where": "Қайда / Где / Where",
    "amount": "Сома / Сумма / Amount",
    "basis": "Негізі / На чём основано / Basis",
}

LABEL_WORDS: Final = {
    AllegationLabel.FACT: "[факт / факт / fact]",
    AllegationLabel.OPINION: "[пікір / мнение / opinion]",
    AllegationLabel.HEARSAY: "[басқадан естілген / с чужих слов / hearsay]",
}

SECRECY: Final = (
    "Дереккөз мәліметті құпия сақтау шартымен берді.\n"
    "Источник передал сведения на условии тайны.\n"
    "The source gave this on condition of secrecy."
)

SOURCE_UNKNOWN: Final = (
    "Дереккөздің кім екенін білмейміз.\n"
    "Кто источник, нам неизвестно.\n"
    "We do not know who the source is."
)

LEGAL_RISK: Final = (
    "Жарияламас бұрын өз заңгеріңізбен кеңесіңіз: жала үшін жауапкершілік бар.\n"
    "Перед публикацией посоветуйтесь со своим юристом: есть ответственность за "
    "клевету.\n"
    "Before you publish, ask your own lawyer: there is liability for libel."
)

READ_ME: Final = """\
ҚАЗАҚША
dossier.txt — біздің өтінішіміз. evidence/ — қосымшалар. manifest.json — әр файлдың
SHA-256 мәні мен көлемі; manifest.json.sig — ұйымның қолтаңбасы. Тексеру:

РУССКИЙ
dossier.txt — наше обращение. evidence/ — приложения. manifest.json — SHA-256 и размер
каждого файла; manifest.json.sig — подпись организации. Проверка:

ENGLISH
dossier.txt is our statement. evidence/ holds the annexes. manifest.json has the
SHA-256 and the size of each file; manifest.json.sig is the organisation's
signature. To check it:

    echo 'organisation PUBLIC-KEY' > allowed_signers
    ssh-keygen -Y verify -f allowed_signers -I organisation \\
        -n debunker-referral -s manifest.json.sig < manifest.json

PUBLIC-KEY:
"""
"""Followed by the team's public key, one line."""
