"""The first answer: people have the report, not only a server.

Spec: docs/protocol.md §3.

It goes by itself when a case is made, in the reporter's language, and promises
nothing but that somebody will answer.
"""

from typing import Final

from protocol.languages import Language

ACKNOWLEDGEMENTS: Final = {
    Language.KK: (
        "Хабарламаңызды алдық және оны ашып оқи алдық. Жауапты осы жерден "
        "күтіңіз. Бүркеншік атыңызды ешкімге айтпаңыз."
    ),
    Language.RU: (
        "Мы получили ваше сообщение и смогли его открыть. Ответ появится здесь. "
        "Никому не называйте своё кодовое имя."
    ),
    Language.EN: (
        "We have your report and were able to open it. Our answer will appear "
        "here. Tell nobody your codename."
    ),
}
"""One text a language; the same for every reporter, so it tells nothing."""
