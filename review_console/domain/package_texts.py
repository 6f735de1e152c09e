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

dossier.txt — біздің өтінішіміз, evidence/ — қосымшалар. SHA256SUMS — осы пакеттегі
әр файлдың SHA-256 мәні, SHA256SUMS.sig — ұйымның соған қойған қолтаңбасы.

Тексеру үшін ұйымның ашық кілті (ssh-ed25519 …) керек. Оны осы пакеттен іздемеңіз:
пакетті ауыстырған адам ішіндегі кілтті де ауыстыра алады. Кілтті ұйым басқа жолмен
береді: қағазға басып немесе хабарлама қабылдайтын сайтындағы directory.json файлында
(«team»). Командаларды ашылған қалтаның ішінде орындаңыз, PUBLIC-KEY орнына сол кілтті
қойыңыз. Бірінші тексеру «Good signature», екіншісі әр файлға «OK» деп жауап беруі
тиіс. Басқа жауап шықса немесе SHA256SUMS ішінде аталмаған файл болса, пакетке сенбеңіз
және ұйымға хабарлаңыз.

РУССКИЙ

dossier.txt — наше обращение, evidence/ — приложения. SHA256SUMS — значения SHA-256
всех файлов пакета, SHA256SUMS.sig — подпись организации под ними.

Для проверки нужен открытый ключ организации (ssh-ed25519 …). Не берите его из этого
пакета: кто подменил пакет, подменил бы и ключ. Организация даёт его другим путём: на
бумаге или в файле directory.json («team») на сайте, где она принимает сообщения.
Выполните команды в распакованной папке, вместо PUBLIC-KEY подставьте этот ключ. Первая
проверка должна ответить «Good signature», вторая — «OK» для каждого файла. Если ответ
другой или есть файл, который в SHA256SUMS не назван, не доверяйте пакету и сообщите
организации.

ENGLISH

dossier.txt is our statement, evidence/ holds the annexes. SHA256SUMS has the SHA-256
of each file in this package, SHA256SUMS.sig is the organisation's signature over it.

To check, you need the organisation's public key (ssh-ed25519 …). Do not take it from
this package: whoever replaced the package would have replaced the key too. The
organisation gives it to you on another way: on paper, or in the file directory.json
("team") of the site where it receives reports. Run the commands inside the unpacked
folder, with that key in the place of PUBLIC-KEY. The first check must answer "Good
signature", the second "OK" for each file. If it does not, or if there is a file that
SHA256SUMS does not name, do not trust the package, and tell the organisation.

    echo 'organisation PUBLIC-KEY' > ../allowed_signers
    ssh-keygen -Y verify -f ../allowed_signers -I organisation \\
        -n debunker-referral -s SHA256SUMS.sig < SHA256SUMS
    sha256sum -c SHA256SUMS

Салыстыру үшін, кілттің цифрлық ізі / Для сравнения, отпечаток ключа /
To compare with the key that you were given, its fingerprint (ssh-keygen -l):

    {fingerprint}
"""
"""`fingerprint` is of the team's key, which itself comes on another way."""
