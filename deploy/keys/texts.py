"""What the ceremony says, in English, Russian and Kazakh side by side.

A table and not a catalogue: the offline machine needs no gettext then, and whoever
reads a ceremony through sees all three languages of a sentence at once. Words are
those of the glossary; native readers have not read them yet.

Rules:
* A sentence says what happened and what to do about it.
* No text takes a secret as a value.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in three languages, with `{name}` where a value stands."""

    en: str
    ru: str
    kk: str

    def into(self, language: Language, **values: object) -> str:
        """Give the text in a language, with its values."""
        spelt = {Language.EN: self.en, Language.RU: self.ru, Language.KK: self.kk}
        return spelt[language].format(**values)


class KeysError(Exception):
    """Something that the operator must be told; nothing has been written."""

    def __init__(self, text: Text, **values: object) -> None:
        """Take the sentence and its values, none of them secret."""
        super().__init__(text.en.format(**values))
        self.text = text
        self.values = values


# --- Answers ------------------------------------------------------------------

YES_WORDS: Final = frozenset({"yes", "y", "да", "д", "иә", "ия", "и"})
NO_WORDS: Final = frozenset({"no", "n", "нет", "н", "жоқ", "жок", "ж"})

CHOOSE_LANGUAGE: Final = "1 қазақ тілі   2 русский   3 English"
YES_OR_NO: Final = Text(
    en="{question} [yes/no]", ru="{question} [да/нет]", kk="{question} [иә/жоқ]"
)
ENTER: Final = Text(
    en="Press Enter to go on, Ctrl-C to stop.",
    ru="Enter: дальше, Ctrl-C: прекратить.",
    kk="Enter: әрі қарай, Ctrl-C: тоқтату.",
)
NOT_UNDERSTOOD: Final = Text(
    en="Please type one of the answers in brackets.",
    ru="Введите один из ответов в скобках.",
    kk="Жақшадағы жауаптардың бірін теріңіз.",
)

# --- Ends ---------------------------------------------------------------------

STOPPED: Final = Text(
    en="Stopped. Nothing was written, nothing was signed. You can begin again at any time.",
    ru="Прекращено. Ничего не записано и не подписано. Можно начать заново в любое время.",
    kk="Тоқтатылды. Ештеңе жазылған жоқ, ештеңеге қол қойылған жоқ. Кез келген уақытта қайта бастауға болады.",
)
NO_TERMINAL: Final = Text(
    en="This command asks questions and needs a terminal. Run it at the machine itself, without pipes.",
    ru="Эта команда задаёт вопросы, ей нужен терминал. Запустите её на самой машине, без перенаправления ввода.",
    kk="Бұл пәрмен сұрақ қояды, оған терминал керек. Оны машинаның өзінде, енгізуді бағыттамай іске қосыңыз.",
)
TAKEN: Final = Text(
    en="{path} is there already, and nothing is overwritten. Choose another name with --out, or move it away.",
    ru="{path} уже существует, а перезаписывать ничего нельзя. Укажите другое имя через --out или уберите старое.",
    kk="{path} бұрыннан бар, ал ештеңе қайта жазылмайды. --out арқылы басқа атау беріңіз немесе ескісін алып қойыңыз.",
)
UNREADABLE: Final = Text(
    en="{path} cannot be read: {reason}. Is the stick plugged in, and the name right?",
    ru="Не удаётся прочитать {path}: {reason}. Вставлен ли носитель, верно ли имя?",
    kk="{path} оқылмады: {reason}. Тасығыш салынған ба, атауы дұрыс па?",
)
UNWRITABLE: Final = Text(
    en="{path} cannot be written: {reason}. Is the place there, with room on it, and may you write to it?",
    ru="Не удаётся записать {path}: {reason}. Есть ли такое место, хватает ли на нём места и прав?",
    kk="{path} жазылмады: {reason}. Ондай орын бар ма, бос жері мен рұқсат жеткілікті ме?",
)
TRY_AGAIN: Final = Text(
    en="Nothing is lost: mend it, and press Enter to write again. Ctrl-C gives up.",
    ru="Ничего не потеряно: исправьте и нажмите Enter, чтобы записать снова. Ctrl-C: отказаться.",
    kk="Ештеңе жоғалған жоқ: түзетіп, қайта жазу үшін Enter басыңыз. Ctrl-C: бас тарту.",
)
NO_MEMORY: Final = Text(
    en="This machine has too little free memory to open the file (a quarter of a GiB is needed). Close other programs.",
    ru="На машине не хватает свободной памяти, чтобы открыть файл (нужно 256 МиБ). Закройте другие программы.",
    kk="Файлды ашуға машинада бос жад жетпейді (256 МиБ керек). Басқа бағдарламаларды жабыңыз.",
)

BUG: Final = Text(
    en="Something went wrong inside this program ({kind} at {place}). Nothing half-made was left behind. Please tell the people who maintain it exactly this sentence.",
    ru="Внутри программы произошла ошибка ({kind}, {place}). Ничего недоделанного не осталось. Передайте тем, кто её сопровождает, именно это сообщение.",
    kk="Бағдарлама ішінде қате болды ({kind}, {place}). Жартылай жасалған ештеңе қалмады. Оны күтіп ұстайтындарға дәл осы сөйлемді айтыңыз.",
)

# --- The rehearsal ------------------------------------------------------------

REHEARSAL_BANNER: Final = Text(
    en="*** REHEARSAL: everything is for practice, nothing made here is ever accepted ***",
    ru="*** РЕПЕТИЦИЯ: только для тренировки, созданное здесь нигде не примут ***",
    kk="*** ЖАТТЫҒУ: бәрі жаттығу үшін, мұнда жасалғанның ешқайсысы қабылданбайды ***",
)

# --- The machine --------------------------------------------------------------

MACHINE: Final = Text(
    en="Is this machine fit for it?",
    ru="Подходит ли эта машина?",
    kk="Бұл машина жарай ма?",
)
OFFLINE_GOOD: Final = Text(
    en="  good     no network has a route",
    ru="  хорошо   сеть не подключена",
    kk="  жақсы    желі қосылмаған",
)
ONLINE: Final = Text(
    en="  DANGER   network in use: {names}",
    ru="  ОПАСНО   сеть подключена: {names}",
    kk="  ҚАУІПТІ  желі қосулы: {names}",
)
NETWORK_UNKNOWN: Final = Text(
    en="  unknown  whether a network is in use: look yourself",
    ru="  неясно   подключена ли сеть: проверьте сами",
    kk="  белгісіз желі қосулы ма: өзіңіз тексеріңіз",
)
SWAP_GOOD: Final = Text(
    en="  good     no swap space: memory is not written to the disk",
    ru="  хорошо   нет подкачки: память не пишется на диск",
    kk="  жақсы    своп жоқ: жад дискіге жазылмайды",
)
LOCKED_GOOD: Final = Text(
    en="  good     the memory of this program is locked, it is not written to swap space",
    ru="  хорошо   память программы закреплена и не попадёт в подкачку",
    kk="  жақсы    бағдарламаның жады бекітілген, свопқа түспейді",
)
SWAPPABLE: Final = Text(
    en="  DANGER   swap space is on, and this program may not lock its memory",
    ru="  ОПАСНО   включена подкачка, а закрепить память программе не разрешено",
    kk="  ҚАУІПТІ  своп қосулы, ал бағдарламаға жадты бекітуге рұқсат жоқ",
)
SWAP_UNKNOWN: Final = Text(
    en="  unknown  whether memory can be written to swap space",
    ru="  неясно   может ли память попасть в подкачку",
    kk="  белгісіз жад свопқа түсуі мүмкін бе",
)
CORE_GOOD: Final = Text(
    en="  good     no core dumps: a crash leaves nothing behind",
    ru="  хорошо   дампы памяти выключены: сбой ничего не оставит",
    kk="  жақсы    жад дампы өшірілген: ақау ештеңе қалдырмайды",
)
CORE_BAD: Final = Text(
    en="  warning  a crash could leave the memory in a file (core dump)",
    ru="  внимание при сбое память может остаться в файле (core dump)",
    kk="  ескерту  ақау кезінде жад файлда қалуы мүмкін (core dump)",
)
CORE_UNKNOWN: Final = Text(
    en="  unknown  whether a crash could leave the memory in a file",
    ru="  неясно   может ли сбой оставить память в файле",
    kk="  белгісіз ақау жадты файлда қалдыра ма",
)
REFUSED_ONLINE: Final = Text(
    en="This machine is on a network ({names}). Whoever reaches it could take the keys. Unplug the cable, switch off Wi-Fi and Bluetooth, and begin again. (For a demonstration only: --i-know-this-machine-is-online.)",
    ru="Машина подключена к сети ({names}). Тот, кто до неё доберётся, может забрать ключи. Выньте кабель, выключите Wi-Fi и Bluetooth и начните заново. (Только для показа: --i-know-this-machine-is-online.)",
    kk="Машина желіге қосулы ({names}). Оған жеткен адам кілттерді алып кете алады. Кабельді суырып, Wi-Fi мен Bluetooth-ты өшіріп, қайта бастаңыз. (Тек көрсету үшін: --i-know-this-machine-is-online.)",
)
REFUSED_SWAP: Final = Text(
    en="Memory of this program could be written to the disk. Run `swapoff -a` as the administrator and begin again. (For a demonstration only: --i-know-memory-may-be-swapped.)",
    ru="Память программы может попасть на диск. Выполните `swapoff -a` от имени администратора и начните заново. (Только для показа: --i-know-memory-may-be-swapped.)",
    kk="Бағдарламаның жады дискіге түсуі мүмкін. Әкімші атынан `swapoff -a` орындап, қайта бастаңыз. (Тек көрсету үшін: --i-know-memory-may-be-swapped.)",
)

# --- init ---------------------------------------------------------------------

INIT_INTRO: Final = Text(
    en="""Here the two secrets of the organisation are made, on a machine without a network.

• The root signs the list of the keys that reports are sealed to. Whoever has it can put other keys into the list, and read what comes from then on.
• The recovery identity opens every report. It is for the day on which no reviewer can open them any more.

You need: two people or more, pens, paper, an envelope for each sheet, two empty USB sticks. No telephone and no camera in the room, nobody behind you. It takes half an hour.

You may stop at any moment with Ctrl-C. Until the very end nothing is written.""",
    ru="""Здесь создаются два секрета организации, на машине без сети.

• Корневой ключ подписывает список ключей, которыми запечатываются сообщения. У кого он есть, тот может подставить другие ключи и читать всё, что придёт потом.
• Ключ восстановления открывает любое сообщение. Он на тот день, когда никто из экспертов уже не сможет их открыть.

Нужны: не меньше двух человек, ручки, бумага, по конверту на лист, два пустых USB-носителя. Никаких телефонов и камер в комнате, никого за спиной. Это займёт полчаса.

Прекратить можно в любой момент: Ctrl-C. До самого конца ничего не записывается.""",
    kk="""Мұнда ұйымның екі құпиясы желіге қосылмаған машинада жасалады.

• Түбірлік кілт хабарламалар жабылатын кілттер тізіміне қол қояды. Оны иеленген адам тізімге басқа кілттерді қойып, содан кейін келгеннің бәрін оқи алады.
• Қалпына келтіру кілті кез келген хабарламаны ашады. Ол сарапшылардың ешқайсысы аша алмайтын күнге арналған.

Қажет: кемінде екі адам, қалам, қағаз, әр параққа бір конверт, екі бос USB-тасығыш. Бөлмеде телефон да, камера да болмасын, артыңызда ешкім тұрмасын. Жарты сағат кетеді.

Кез келген сәтте Ctrl-C арқылы тоқтатуға болады. Соңына дейін ештеңе жазылмайды.""",
)
ROTATE_ROOT_INTRO: Final = Text(
    en="""Here a new root is made for the same organisation. Mailboxes and reports are not affected. Until every page and poster names the new root, directories are signed by both: `debunker keys sign-directory --root NEW --cross OLD`.

You need the same as for the first ceremony. Until the very end nothing is written.""",
    ru="""Здесь создаётся новый корневой ключ той же организации. Ящики и сообщения не затрагиваются. Пока не все страницы и плакаты называют новый ключ, списки подписывают обоими: `debunker keys sign-directory --root НОВЫЙ --cross СТАРЫЙ`.

Нужно то же, что для первой церемонии. До самого конца ничего не записывается.""",
    kk="""Мұнда сол ұйымның жаңа түбірлік кілті жасалады. Жәшіктер мен хабарламаларға әсері жоқ. Барлық бет пен плакат жаңа кілтті атағанша, тізімдерге екеуімен де қол қойылады: `debunker keys sign-directory --root ЖАҢА --cross ЕСКІ`.

Бірінші рәсімдегідей нәрселер керек. Соңына дейін ештеңе жазылмайды.""",
)
ROTATE_RECOVERY_INTRO: Final = Text(
    en="""Here a new recovery identity is made for the same organisation. Keep the old one: it alone opens what was sealed to it. The new one counts once a directory that names it is signed and published.

You need the same as for the first ceremony. Until the very end nothing is written.""",
    ru="""Здесь создаётся новый ключ восстановления той же организации. Старый храните: только он открывает то, что запечатано им. Новый действует, когда подписан и опубликован список с ним.

Нужно то же, что для первой церемонии. До самого конца ничего не записывается.""",
    kk="""Мұнда сол ұйымның жаңа қалпына келтіру кілті жасалады. Ескісін сақтаңыз: онымен жабылғанды тек сол ашады. Жаңасы ол аталған тізімге қол қойылып, жарияланғанда күшіне енеді.

Бірінші рәсімдегідей нәрселер керек. Соңына дейін ештеңе жазылмайды.""",
)

ROOT_NAME: Final = Text(en="ROOT", ru="КОРНЕВОЙ КЛЮЧ", kk="ТҮБІРЛІК КІЛТ")
RECOVERY_NAME: Final = Text(
    en="RECOVERY", ru="КЛЮЧ ВОССТАНОВЛЕНИЯ", kk="ҚАЛПЫНА КЕЛТІРУ КІЛТІ"
)

PASSPHRASE_STEP: Final = Text(
    en="""--- The passphrase: {name} ---

It guards the file. It has 20 characters or more; words drawn by chance are best: nobody can guess them, and you can write them down. The two files guard different things, so each has a passphrase of its own, and different people may keep them.""",
    ru="""--- Парольная фраза: {name} ---

Она охраняет файл. В ней не меньше 20 знаков; лучше всего случайные слова: их не угадать, и их можно записать. Файлы охраняют разное, поэтому у каждого своя фраза, и хранить их могут разные люди.""",
    kk="""--- Құпия сөз тіркесі: {name} ---

Ол файлды қорғайды. Онда кемінде 20 таңба болады; кездейсоқ сөздер ең жақсысы: оларды ешкім таппайды, әрі жазып алуға болады. Екі файл екі түрлі нәрсені қорғайды, сондықтан әрқайсысының өз тіркесі бар, оларды әр адам сақтауы мүмкін.""",
)
PROPOSE: Final = Text(
    en="Shall this machine draw seven words?",
    ru="Выбрать семь случайных слов?",
    kk="Жеті кездейсоқ сөз таңдалсын ба?",
)
PROPOSED: Final = Text(
    en="Write these words on paper. They are small letters with one space between them. When you press Enter, the screen is cleared and you type them twice.",
    ru="Запишите эти слова на бумаге. Строчные буквы, между словами один пробел. После Enter экран очистится, и вы введёте их дважды.",
    kk="Бұл сөздерді қағазға жазыңыз. Кіші әріптер, араларында бір бос орын. Enter басқанда экран тазарады, сосын оларды екі рет тересіз.",
)
TYPE_PASSPHRASE: Final = Text(
    en="Passphrase (nothing shows while you type):",
    ru="Парольная фраза (при вводе ничего не видно):",
    kk="Құпия сөз тіркесі (терген кезде көрінбейді):",
)
TYPE_AGAIN: Final = Text(en="Once more:", ru="Ещё раз:", kk="Тағы бір рет:")
TOO_WEAK: Final = Text(
    en="That is too short: 20 characters or more, at most 1,000. Try again.",
    ru="Слишком коротко: нужно от 20 до 1000 знаков. Попробуйте ещё раз.",
    kk="Тым қысқа: 20-дан 1000-ға дейін таңба керек. Қайтадан теріп көріңіз.",
)
NOT_THE_SAME: Final = Text(
    en="The two differ. Type it twice again.",
    ru="Введено по-разному. Введите дважды заново.",
    kk="Екеуі бірдей емес. Қайтадан екі рет теріңіз.",
)
SAME_AS_ROOT: Final = Text(
    en="This is the root's passphrase. Take another one for the recovery identity.",
    ru="Это фраза корневого ключа. Для ключа восстановления возьмите другую.",
    kk="Бұл түбірлік кілттің тіркесі. Қалпына келтіру кілтіне басқасын алыңыз.",
)

SHEETS_STEP: Final = Text(
    en="""--- Sheets of paper ---

If a file or its passphrase is lost, sheets bring the keys back. Each holder gets one sheet of words. A number of them that you choose opens everything together; fewer tell nothing. Choose holders who would not all be found in one place on one day.""",
    ru="""--- Листы бумаги ---

Если файл или фраза пропадут, ключи вернут листы. Каждый хранитель получает лист со словами. Вместе всё открывает столько листов, сколько вы решите; меньше не говорят ничего. Выбирайте людей, которых не найдут всех сразу в одном месте.""",
    kk="""--- Қағаз парақтар ---

Файл не оның тіркесі жоғалса, кілттерді парақтар қайтарады. Әр сақтаушы сөздер жазылған бір парақ алады. Бәрін неше парақ бірге ашатынын өзіңіз шешесіз; одан азы ештеңе айтпайды. Бір күні бір жерден табылмайтын адамдарды таңдаңыз.""",
)
SHEETS: Final = Text(
    en="Sheets: {count}. Needed together: {threshold}. Whoever gathers {threshold} of them needs neither file nor passphrase.",
    ru="Листов: {count}. Нужно вместе: {threshold}. Кто соберёт {threshold}, тому не нужны ни файл, ни фраза.",
    kk="Парақ саны: {count}. Бірге керегі: {threshold}. {threshold} парақ жинаған адамға файл да, тіркес те керек емес.",
)
NO_SHEETS: Final = Text(
    en="No sheets. If a file or its passphrase is lost, nothing brings the key back: keep copies of both in two places.",
    ru="Листов не будет. Если файл или фраза пропадут, ключ не вернуть: держите копии того и другого в двух местах.",
    kk="Парақ болмайды. Файл не тіркес жоғалса, кілтті қайтару мүмкін емес: екеуінің де көшірмесін екі жерде сақтаңыз.",
)
HOW_MANY_SHEETS: Final = Text(
    en="How many sheets? [0 for none, or 2 to 16]",
    ru="Сколько листов? [0: не нужны, или от 2 до 16]",
    kk="Неше парақ? [0: керек емес, немесе 2-ден 16-ға дейін]",
)
HOW_MANY_NEEDED: Final = Text(
    en="How many of them are needed to open? [2 to {count}]",
    ru="Сколько из них нужно, чтобы открыть? [от 2 до {count}]",
    kk="Ашу үшін олардың нешеуі керек? [2 … {count}]",
)
BAD_NUMBER: Final = Text(
    en="That is not one of the numbers in brackets.",
    ru="Это не одно из чисел в скобках.",
    kk="Бұл жақшадағы сандардың бірі емес.",
)
BAD_SHARES: Final = Text(
    en="--shares is written like 2-of-3: 2 to 16 sheets, of which 2 or more are needed.",
    ru="--shares пишется так: 2-of-3. От 2 до 16 листов, из них нужны 2 или больше.",
    kk="--shares былай жазылады: 2-of-3. 2-ден 16-ға дейін парақ, олардың кемінде 2-еуі керек.",
)
HOLDER_NEXT: Final = Text(
    en="""Sheet {number} of {count}. Only its holder looks at the screen now; everybody else turns away. Have pen and paper ready, and check every word.""",
    ru="""Лист {number} из {count}. Сейчас на экран смотрит только его хранитель, остальные отвернулись. Приготовьте ручку и бумагу, проверьте каждое слово.""",
    kk="""№{number} парақ ({count} парақтан). Қазір экранға тек оның сақтаушысы қарайды, қалғандары теріс бұрылады. Қалам мен қағазды дайындап, әр сөзді тексеріңіз.""",
)
SHEET_TITLE: Final = Text(
    en="DEBUNKER   SHEET {number} OF {count}   any {threshold} open everything",
    ru="DEBUNKER   ЛИСТ {number} ИЗ {count}   любые {threshold} открывают всё",
    kk="DEBUNKER   №{number} ПАРАҚ ({count} ПАРАҚТАН)   кез келген {threshold} бәрін ашады",
)
SHEET_WRITTEN: Final = Text(
    en="All on paper? Press Enter: the screen is cleared.",
    ru="Всё на бумаге? Нажмите Enter: экран очистится.",
    kk="Бәрі қағазда ма? Enter басыңыз: экран тазарады.",
)
SHEET_CHECK: Final = Text(
    en="Now type some words from your paper, so that a slip of the pen is found today.",
    ru="Теперь введите несколько слов с бумаги, чтобы описка нашлась сегодня.",
    kk="Енді қате жазылғаны бүгін табылуы үшін қағаздан бірнеше сөз теріңіз.",
)
SHEET_WORD: Final = Text(
    en="{name}, word {place}:", ru="{name}, слово {place}:", kk="{name}, {place}-сөз:"
)
SHEET_WRONG: Final = Text(
    en="That is not what the sheet says. It is shown once more: compare every word.",
    ru="На листе другое слово. Он будет показан ещё раз: сверьте каждое слово.",
    kk="Парақта басқа сөз. Ол тағы бір рет көрсетіледі: әр сөзді салыстырыңыз.",
)
SHEET_DONE: Final = Text(
    en="Sheet {number} is right. Put it into its envelope and close it.",
    ru="Лист {number} верен. Положите его в конверт и заклейте.",
    kk="{number}-парақ дұрыс. Оны конвертке салып, желімдеңіз.",
)

WRITING: Final = Text(
    en="Sealing and checking the files …",
    ru="Запечатываем и проверяем файлы…",
    kk="Файлдар жабылып, тексеріліп жатыр…",
)
WRITTEN: Final = Text(
    en="Written into {directory}:",
    ru="Записано в {directory}:",
    kk="{directory} ішіне жазылды:",
)
ABOUT_ROOT_FILE: Final = Text(
    en="the root, under its passphrase: stays offline",
    ru="корневой ключ под фразой: остаётся без сети",
    kk="түбірлік кілт, тіркесімен: желісіз қалады",
)
ABOUT_RECOVERY_FILE: Final = Text(
    en="the recovery identity, under its passphrase: stays offline",
    ru="ключ восстановления под фразой: остаётся без сети",
    kk="қалпына келтіру кілті, тіркесімен: желісіз қалады",
)
ABOUT_ORGANISATION_FILE: Final = Text(
    en="public: goes to the console and the intake",
    ru="открытый: для консоли и приёмного сервера",
    kk="ашық: консоль мен қабылдау серверіне",
)
ABOUT_POSTER_FILE: Final = Text(
    en="public: the root for posters, cards and the press",
    ru="открытый: корневой ключ для плакатов, карточек и прессы",
    kk="ашық: плакат, карточка және баспасөз үшін түбірлік кілт",
)
ABOUT_SECRET_SHEETS: Final = Text(
    en="SECRET, readable for everyone: print, then destroy",
    ru="СЕКРЕТ, читается любым: напечатать и уничтожить",
    kk="ҚҰПИЯ, кез келген адам оқиды: басып шығарып, жойыңыз",
)
OPEN_TO_OTHERS: Final = Text(
    en="Note: the file system of {directory} keeps no owners; everybody with the stick can copy the files. The passphrases still guard them.",
    ru="Замечание: файловая система {directory} не хранит владельцев; любой с носителем в руках скопирует файлы. Их по-прежнему охраняют фразы.",
    kk="Ескертпе: {directory} файл жүйесі иелерді сақтамайды; тасығышты алған адам файлдарды көшіре алады. Оларды бұрынғыша тіркестер қорғайды.",
)
ROOT_PUBLIC: Final = Text(
    en="The root's public key. Everybody may know it; it must be right:",
    ru="Открытая часть корневого ключа. Её может знать каждый; она должна быть верной:",
    kk="Түбірлік кілттің ашық бөлігі. Оны бәрі білсе болады; ол дұрыс болуы керек:",
)
TO_THE_KEY: Final = Text(
    en="Press Enter to see the root's public key.",
    ru="Enter: показать открытую часть корневого ключа.",
    kk="Enter: түбірлік кілттің ашық бөлігін көрсету.",
)
TO_THE_END: Final = Text(
    en="Everybody has noted it? Press Enter to see what to do next.",
    ru="Все записали? Enter: что делать дальше.",
    kk="Бәрі жазып алды ма? Enter: әрі қарай не істеу керек.",
)
FINGERPRINT: Final = Text(
    en="key fingerprint", ru="отпечаток ключа", kk="кілттің цифрлық таңбасы"
)
IN_WORDS: Final = Text(en="in words", ru="словами", kk="сөзбен")
RECOVERY_PUBLIC: Final = Text(
    en="The recovery recipient (its text stands in organisation.json):",
    ru="Получатель восстановления (его текст в organisation.json):",
    kk="Қалпына келтіру алушысы (мәтіні organisation.json ішінде):",
)
INIT_NEXT: Final = Text(
    en="""What to do now:
• Copy {directory} to both sticks; keep them in different places. Then delete it here.
• Take organisation.json alone to the console: `debunker console draft-directory --organisation organisation.json …`
• Bring the draft back here: `debunker keys sign-directory draft.json --root {directory}/root.json`
• Read the fingerprint aloud and let everyone note it. It belongs on posters and in the press.
• Practise the way back once a year: `debunker keys recover`.""",
    ru="""Что теперь:
• Скопируйте {directory} на оба носителя и храните их в разных местах. Потом удалите здесь.
• На консоль отнесите только organisation.json: `debunker console draft-directory --organisation organisation.json …`
• Черновик принесите сюда: `debunker keys sign-directory draft.json --root {directory}/root.json`
• Прочтите отпечаток вслух, пусть все его запишут. Его место на плакатах и в прессе.
• Раз в год проверяйте путь назад: `debunker keys recover`.""",
    kk="""Енді не істеу керек:
• {directory} қалтасын екі тасығышқа көшіріп, екі жерде сақтаңыз. Сосын мұндағысын жойыңыз.
• Консольге тек organisation.json апарыңыз: `debunker console draft-directory --organisation organisation.json …`
• Қараламаны осында әкеліңіз: `debunker keys sign-directory draft.json --root {directory}/root.json`
• Таңбаны дауыстап оқыңыз, бәрі жазып алсын. Оның орны плакатта және баспасөзде.
• Қайтару жолын жылына бір рет тексеріңіз: `debunker keys recover`.""",
)
ROTATED_ROOT_NEXT: Final = Text(
    en="""What to do now:
• Copy {directory} to both sticks, beside the old files: the old root is still needed.
• Take the new organisation.json to the console, draft a directory, and sign it with both roots: `debunker keys sign-directory draft.json --root {directory}/root.json --cross OLD/root.json --previous directory.json`
• Then change the root's key in the settings of intake and console, and on posters. Until nobody names the old root, sign with both. If it is in other hands, leave --cross out, change the settings at once, and say so in public.""",
    ru="""Что теперь:
• Скопируйте {directory} на оба носителя, рядом со старыми файлами: старый корневой ключ ещё нужен.
• Новый organisation.json отнесите на консоль, составьте черновик и подпишите обоими: `debunker keys sign-directory draft.json --root {directory}/root.json --cross СТАРЫЙ/root.json --previous directory.json`
• Затем смените ключ в настройках приёмного сервера и консоли и на плакатах. Пока кто-то называет старый ключ, подписывайте обоими. Если он в чужих руках, не используйте --cross: сразу смените настройки и скажите об этом публично.""",
    kk="""Енді не істеу керек:
• {directory} қалтасын екі тасығышқа, ескі файлдардың қасына көшіріңіз: ескі түбірлік кілт әлі керек.
• Жаңа organisation.json файлын консольге апарып, қаралама жасап, екеуімен қол қойыңыз: `debunker keys sign-directory draft.json --root {directory}/root.json --cross ЕСКІ/root.json --previous directory.json`
• Сосын қабылдау сервері мен консольдің баптауында және плакаттарда кілтті ауыстырыңыз. Біреу ескі кілтті атап тұрғанша, екеуімен қол қойыңыз. Ол бөтен қолда болса, --cross қолданбаңыз: баптауды бірден ауыстырып, мұны жария айтыңыз.""",
)
ROTATED_RECOVERY_NEXT: Final = Text(
    en="""What to do now:
• Copy {directory} to both sticks. Keep the old recovery file and its sheets: they alone open what was sealed to them.
• Take the new organisation.json to the console, draft a directory, and sign it here: `debunker keys sign-directory draft.json --root OLD/root.json --organisation {directory}/organisation.json --previous directory.json`""",
    ru="""Что теперь:
• Скопируйте {directory} на оба носителя. Старый файл восстановления и его листы храните: только они открывают то, что им запечатано.
• Новый organisation.json отнесите на консоль, составьте черновик и подпишите здесь: `debunker keys sign-directory draft.json --root СТАРЫЙ/root.json --organisation {directory}/organisation.json --previous directory.json`""",
    kk="""Енді не істеу керек:
• {directory} қалтасын екі тасығышқа көшіріңіз. Ескі қалпына келтіру файлы мен оның парақтарын сақтаңыз: солармен жабылғанды тек солар ашады.
• Жаңа organisation.json файлын консольге апарып, қаралама жасап, осында қол қойыңыз: `debunker keys sign-directory draft.json --root ЕСКІ/root.json --organisation {directory}/organisation.json --previous directory.json`""",
)
REHEARSAL_NEXT: Final = Text(
    en="The rehearsal is over. Practise with the files and the sheets, always with --rehearsal; then delete and tear up everything.",
    ru="Репетиция закончена. Потренируйтесь с файлами и листами, всегда с --rehearsal; потом всё удалите и порвите.",
    kk="Жаттығу аяқталды. Файлдармен және парақтармен жаттығыңыз, әрдайым --rehearsal қосып; сосын бәрін жойып, жыртып тастаңыз.",
)

# --- Opening ------------------------------------------------------------------

WRONG_PASSPHRASE: Final = Text(
    en="Wrong passphrase, or {path} is another file ({wanted} is needed) or damaged. Look for capitals and the keyboard's language.",
    ru="Неверная фраза, или {path} другой файл (нужен: {wanted}) либо повреждён. Проверьте заглавные буквы и раскладку.",
    kk="Тіркес қате, немесе {path} басқа файл (керегі: {wanted}) не бүлінген. Бас әріптер мен пернетақта тілін тексеріңіз.",
)
NOT_A_KEY_FILE: Final = Text(
    en="{path} is not a sealed key file of this program.",
    ru="{path} не запечатанный файл ключа этой программы.",
    kk="{path} осы бағдарламаның жабық кілт файлы емес.",
)
TRIES_LEFT: Final = Text(
    en="That did not open it. Try again.",
    ru="Не открылось. Попробуйте ещё раз.",
    kk="Ашылмады. Қайтадан теріп көріңіз.",
)
ASK_ROOT: Final = Text(
    en="Passphrase of the root in {path} (nothing shows):",
    ru="Фраза корневого ключа из {path} (при вводе не видна):",
    kk="{path} ішіндегі түбірлік кілттің тіркесі (көрінбейді):",
)
ASK_RECOVERY: Final = Text(
    en="Passphrase of the recovery identity in {path} (nothing shows):",
    ru="Фраза ключа восстановления из {path} (при вводе не видна):",
    kk="{path} ішіндегі қалпына келтіру кілтінің тіркесі (көрінбейді):",
)
IDENTITY_WRITTEN: Final = Text(
    en="{path} opens every report and has NO passphrase. Use it here, without a network: `debunker age -d -i {path} REPORT`. Then destroy it: `shred -u {path}` on a disk, or destroy the stick.",
    ru="{path} открывает любое сообщение и НЕ защищён фразой. Используйте его здесь, без сети: `debunker age -d -i {path} ФАЙЛ`. Потом уничтожьте: `shred -u {path}` на диске или сам носитель.",
    kk="{path} кез келген хабарламаны ашады, тіркеспен ҚОРҒАЛМАҒАН. Оны осында, желісіз қолданыңыз: `debunker age -d -i {path} ФАЙЛ`. Сосын жойыңыз: дискіде `shred -u {path}`, не тасығыштың өзін жойыңыз.",
)

# --- recover ------------------------------------------------------------------

RECOVER_INTRO: Final = Text(
    en="""Here the sheets of paper bring back: {name}. The holders come to the screen one after the other, each types their words for {name}, and the screen is cleared. Four letters of a word are enough; the numbers may be typed or left out. Nothing is written until the key is complete and right.""",
    ru="""Здесь листы бумаги возвращают: {name}. Хранители подходят к экрану по одному, каждый вводит свои слова из раздела «{name}», и экран очищается. От слова хватит четырёх букв, номера можно вводить или пропускать. Пока ключ не собран и не проверен, ничего не пишется.""",
    kk="""Мұнда парақтар мынаны қайтарады: {name}. Сақтаушылар экранға бір-бірден келеді, әрқайсысы «{name}» бөліміндегі сөздерін тереді, сосын экран тазарады. Сөздің төрт әрпі жетеді, нөмірлерін терсе де, термесе де болады. Кілт жиналып, тексерілгенше ештеңе жазылмайды.""",
)
TYPE_SHARE: Final = Text(
    en="Type the 33 words of {name} (several lines are fine, an empty line ends):",
    ru="Введите 33 слова раздела «{name}» (можно в несколько строк, пустая строка завершает):",
    kk="«{name}» бөлімінің 33 сөзін теріңіз (бірнеше жолға бөлуге болады, бос жол аяқтайды):",
)
UNLISTED_WORD: Final = Text(
    en="Word {place} is “{word}”, which no sheet can have. Look at the paper and type this sheet again.",
    ru="Слово {place}: «{word}». Такого слова на листах не бывает. Посмотрите на бумагу и введите лист заново.",
    kk="{place}-сөз: «{word}». Парақтарда мұндай сөз болмайды. Қағазға қарап, парақты қайта теріңіз.",
)
WRONG_COUNT: Final = Text(
    en="These are {count} words; a sheet has 33 for this key. Was one skipped or typed twice? Type the sheet again.",
    ru="Введено слов: {count}; на листе их 33 для этого ключа. Не пропущено ли слово, не введено ли дважды? Введите лист заново.",
    kk="Терілген сөз саны: {count}; парақта бұл кілтке 33 сөз бар. Сөз қалып қойған жоқ па, екі рет терілмеді ме? Парақты қайта теріңіз.",
)
WRONG_CHECK: Final = Text(
    en="All words exist, but together they are not a sheet: several are wrong or in the wrong place. Compare every word with its number, and type the sheet again.",
    ru="Все слова существуют, но вместе не составляют листа: несколько неверны или не на месте. Сверьте каждое слово с номером и введите лист заново.",
    kk="Сөздердің бәрі бар, бірақ бірге парақ құрамайды: бірнешеуі қате немесе орнында емес. Әр сөзді нөмірімен салыстырып, парақты қайта теріңіз.",
)
WRONG_PLACE: Final = Text(
    en="Word {places} is probably wrong: it exists, but does not fit the others. Look at it on the paper, and type the sheet again.",
    ru="Вероятно, неверно слово {places}: оно существует, но не подходит к остальным. Посмотрите его на бумаге и введите лист заново.",
    kk="Бәлкім, {places}-сөз қате: ондай сөз бар, бірақ қалғандарына сай келмейді. Оны қағаздан қарап, парақты қайта теріңіз.",
)
EXCHANGED: Final = Text(
    en="Words {first} and {second} have probably changed places. Look at the paper, and type the sheet again.",
    ru="Вероятно, слова {first} и {second} поменялись местами. Посмотрите на бумагу и введите лист заново.",
    kk="Бәлкім, {first} және {second}-сөздердің орны ауысқан. Қағазға қарап, парақты қайта теріңіз.",
)
FOREIGN_SET: Final = Text(
    en="This sheet belongs to another set: here all begin with “{first} {second}”. Perhaps these are the words of the other key, or a sheet of an older ceremony. Type another one.",
    ru="Этот лист из другого набора: здесь все начинаются с «{first} {second}». Возможно, это слова другого ключа или лист прежней церемонии. Введите другой.",
    kk="Бұл парақ басқа жинақтан: мұнда бәрі «{first} {second}» деп басталады. Мүмкін, бұл басқа кілттің сөздері немесе бұрынғы рәсімнің парағы. Басқасын теріңіз.",
)
FOREIGN: Final = Text(
    en="This is a sheet of a rehearsal, or of another program. Nothing real can be opened with it. Type another one.",
    ru="Это лист репетиции или другой программы. Ничего настоящего им не открыть. Введите другой.",
    kk="Бұл жаттығудың немесе басқа бағдарламаның парағы. Онымен шынайы ештеңе ашылмайды. Басқасын теріңіз.",
)
FOREIGN_IN_REHEARSAL: Final = Text(
    en="This is a real sheet, not one of a rehearsal. Put it back into its envelope: it has been shown on a screen now.",
    ru="Это настоящий лист, а не лист репетиции. Верните его в конверт: он уже был на экране.",
    kk="Бұл жаттығудың емес, шынайы парақ. Оны конвертіне қайтарыңыз: ол экранда көрініп қойды.",
)
REPEATED: Final = Text(
    en="Sheet {number} was typed already. Another holder's sheet is needed.",
    ru="Лист {number} уже введён. Нужен лист другого хранителя.",
    kk="{number}-парақ терілген. Басқа сақтаушының парағы керек.",
)
SHARE_TAKEN: Final = Text(
    en="Sheet {number} is good. Still needed: {missing}.",
    ru="Лист {number} верен. Ещё нужно: {missing}.",
    kk="{number}-парақ дұрыс. Тағы керегі: {missing}.",
)
NEXT_HOLDER: Final = Text(
    en="The next holder comes to the screen; everybody else turns away.",
    ru="К экрану подходит следующий хранитель, остальные отвернулись.",
    kk="Экранға келесі сақтаушы келеді, қалғандары теріс бұрылады.",
)
NOT_TOGETHER: Final = Text(
    en="The sheets do not fit together. One of them is copied from another ceremony. Begin again with other sheets.",
    ru="Листы не подходят друг к другу. Один из них с другой церемонии. Начните заново с другими листами.",
    kk="Парақтар бір-біріне сай келмейді. Бірі басқа рәсімнен. Басқа парақтармен қайта бастаңыз.",
)
NOT_OF_ORGANISATION: Final = Text(
    en="The sheets give a key back, but not the one that {path} names. They are perhaps of an older ceremony, or of the other key.",
    ru="Листы дают ключ, но не тот, что назван в {path}. Возможно, они с прежней церемонии или от другого ключа.",
    kk="Парақтар кілт береді, бірақ {path} атаған кілт емес. Мүмкін, олар бұрынғы рәсімнен не басқа кілттікі.",
)
RECOVERED: Final = Text(
    en="The key is complete and is the organisation's. It gets a new passphrase now.",
    ru="Ключ собран, и это ключ организации. Теперь он получит новую фразу.",
    kk="Кілт жиналды, бұл ұйымның кілті. Енді ол жаңа тіркес алады.",
)

# --- Signing ------------------------------------------------------------------

SIGN_INTRO: Final = Text(
    en="This is what the root is asked to sign. Read it together, aloud. What you do not understand, you do not sign.",
    ru="Вот что предлагается подписать корневым ключом. Прочтите вместе, вслух. Чего не понимаете, того не подписывайте.",
    kk="Түбірлік кілтпен қол қоюға мына нәрсе ұсынылды. Бірге, дауыстап оқыңыз. Түсінбегенге қол қоймаңыз.",
)
DIRECTORY_HEAD: Final = Text(
    en="Directory, version {version}, of {names}",
    ru="Список ключей, версия {version}: {names}",
    kk="Кілттер тізімі, {version}-нұсқа: {names}",
)
DIRECTORY_DATES: Final = Text(
    en="made on {issued}, valid until {expires} ({days} days from today); this machine says it is {today}",
    ru="составлен {issued}, действует до {expires} (от сегодня {days} дн.); по часам этой машины сейчас {today}",
    kk="{issued} жасалған, {expires} дейін жарамды (бүгіннен {days} күн); бұл машинаның сағатында қазір {today}",
)
CHANGES_HEAD: Final = Text(
    en="What changes against version {version}:",
    ru="Что меняется по сравнению с версией {version}:",
    kk="{version}-нұсқамен салыстырғанда не өзгереді:",
)
EVERYTHING_HEAD: Final = Text(
    en="Everything that stands in it (no --previous was given, so it is not known what is new):",
    ru="Всё, что в нём есть (--previous не указан, поэтому неизвестно, что нового):",
    kk="Ондағының бәрі (--previous көрсетілмеген, сондықтан ненің жаңа екені белгісіз):",
)
FIRST_HEAD: Final = Text(
    en="The first directory. Everything that stands in it:",
    ru="Первый список. Всё, что в нём есть:",
    kk="Бірінші тізім. Ондағының бәрі:",
)
NO_CHANGES: Final = Text(
    en="  nobody joins, leaves or changes a key; only the dates are new",
    ru="  никто не приходит и не уходит, ключи те же; новые только даты",
    kk="  ешкім қосылмайды, кетпейді, кілттер сол қалпы; тек күндер жаңа",
)
STAYS: Final = Text(
    en="Unchanged: {reviewers} reviewers, {recovery} recovery, {offline} offline, {team} team keys.",
    ru="Без изменений: экспертов {reviewers}, восстановление {recovery}, без сети {offline}, ключей команды {team}.",
    kk="Өзгеріссіз: сарапшы {reviewers}, қалпына келтіру {recovery}, желісіз {offline}, топ кілті {team}.",
)
JOINS: Final = Text(en="  + JOINS   ", ru="  + НОВЫЙ   ", kk="  + ҚОСЫЛАДЫ ")
LEAVES: Final = Text(en="  - LEAVES  ", ru="  - УХОДИТ  ", kk="  - КЕТЕДІ   ")
CHANGES: Final = Text(en="  ~ CHANGES ", ru="  ~ ИНАЧЕ   ", kk="  ~ ӨЗГЕРЕДІ ")
A_REVIEWER: Final = Text(
    en="a reviewer’s key (certifies who can open reports), until {end}",
    ru="ключ эксперта (заверяет, кто открывает сообщения), до {end}",
    kk="сарапшының кілті (хабарламаны кім ашатынын растайды), {end} дейін",
)
A_RECOVERY: Final = Text(
    en="a recovery recipient (opens ALL reports), until {end}",
    ru="получатель восстановления (открывает ВСЕ сообщения), до {end}",
    kk="қалпына келтіру алушысы (БАРЛЫҚ хабарламаны ашады), {end} дейін",
)
AN_OFFLINE: Final = Text(
    en="a recipient for offline pages, until {end}",
    ru="получатель для страниц без интернета, до {end}",
    kk="интернетсіз беттердің алушысы, {end} дейін",
)
A_TEAM_KEY: Final = Text(
    en="a team key (signs answers and referrals), {start} to {end}",
    ru="ключ команды (подписывает ответы и передачу), с {start} по {end}",
    kk="топ кілті (жауаптар мен жолдауға қол қояды), {start} – {end}",
)
A_NAME: Final = Text(
    en="the name in {tongue}: “{old}” becomes “{new}”",
    ru="название ({tongue}): «{old}» станет «{new}»",
    kk="атауы ({tongue}): «{old}» енді «{new}»",
)
COMPARE_NEW: Final = Text(
    en="Whoever joins stands beside you or has told you the fingerprint in person. If you cannot compare it, do not sign.",
    ru="Тот, кто приходит, стоит рядом или лично назвал вам отпечаток. Если сверить нельзя, не подписывайте.",
    kk="Қосылатын адам қасыңызда тұр немесе таңбаны өзі айтты. Салыстыра алмасаңыз, қол қоймаңыз.",
)
NEW_RECOVERY: Final = Text(
    en="A RECOVERY RECIPIENT joins: whoever has its other half opens ALL reports. Compare its fingerprint with the one that you noted at the ceremony. It must be the same, letter by letter.",
    ru="Добавляется ПОЛУЧАТЕЛЬ ВОССТАНОВЛЕНИЯ: у кого его вторая половина, тот открывает ВСЕ сообщения. Сверьте отпечаток с записанным на церемонии. Он должен совпасть буква в букву.",
    kk="ҚАЛПЫНА КЕЛТІРУ АЛУШЫСЫ қосылады: оның екінші жартысы кімде болса, сол БАРЛЫҚ хабарламаны ашады. Таңбасын рәсімде жазып алғаныңызбен салыстырыңыз. Ол әріпіне дейін бірдей болуы керек.",
)
NEW_TEAM_KEY: Final = Text(
    en="A NEW TEAM KEY is in it. That happens at the first directory, and when somebody has left or their access was restored. Is it so? Has a member told you, in person? If not, do not sign: whoever has this key answers reporters in your name.",
    ru="В нём НОВЫЙ КЛЮЧ КОМАНДЫ. Так бывает в первом списке и когда кто-то ушёл или ему вернули доступ. Это так? Сказал ли вам это лично кто-то из команды? Если нет, не подписывайте: владелец этого ключа отвечает сообщившим от вашего имени.",
    kk="Онда ЖАҢА ТОП КІЛТІ бар. Бұл бірінші тізімде және біреу кеткенде немесе оған рұқсат қайтарылғанда болады. Солай ма? Мұны топ мүшесі сізге өзі айтты ма? Айтпаса, қол қоймаңыз: бұл кілттің иесі хабарлағандарға сіздің атыңыздан жауап береді.",
)
SIGN_IT: Final = Text(
    en="Does everybody here agree that this is signed?",
    ru="Все присутствующие согласны это подписать?",
    kk="Осында отырғандардың бәрі бұған қол қоюға келісе ме?",
)
SIGNED: Final = Text(
    en="Signed and written into {directory}. Take it to the console: `debunker console add-directory {file}`.",
    ru="Подписано и записано в {directory}. Отнесите на консоль: `debunker console add-directory {file}`.",
    kk="Қол қойылып, {directory} ішіне жазылды. Консольге апарыңыз: `debunker console add-directory {file}`.",
)
SIGNED_REHEARSAL: Final = Text(
    en="Signed for practice and written into {directory}. No program accepts this signature.",
    ru="Подписано для тренировки и записано в {directory}. Эту подпись не примет ни одна программа.",
    kk="Жаттығу үшін қол қойылып, {directory} ішіне жазылды. Бұл қолтаңбаны бірде-бір бағдарлама қабылдамайды.",
)
SIGNED_RELEASE: Final = Text(
    en="Signed. Publish {path} beside the manifest; anybody can check it now: `debunker audit-site URL --manifest {manifest} --root-key …`.",
    ru="Подписано. Опубликуйте {path} рядом с манифестом; теперь проверить сайт может каждый: `debunker audit-site URL --manifest {manifest} --root-key …`.",
    kk="Қол қойылды. {path} файлын манифестпен қатар жариялаңыз; енді сайтты кез келген адам тексере алады: `debunker audit-site URL --manifest {manifest} --root-key …`.",
)
NOT_A_DRAFT: Final = Text(
    en="{path} is not a directory that can be signed ({reason}). Make the draft anew on the console.",
    ru="{path} не список ключей, который можно подписать ({reason}). Составьте черновик на консоли заново.",
    kk="{path} қол қоюға болатын тізім емес ({reason}). Қараламаны консольде қайта жасаңыз.",
)
NOT_AN_ORGANISATION: Final = Text(
    en="{path} is not an organisation file of this kind ({reason}). It was made by `debunker keys init`; a rehearsal’s needs --rehearsal.",
    ru="{path} не файл организации нужного вида ({reason}). Его создаёт `debunker keys init`; для репетиционного нужен --rehearsal.",
    kk="{path} қажетті түрдегі ұйым файлы емес ({reason}). Оны `debunker keys init` жасайды; жаттығудікіне --rehearsal керек.",
)
OTHER_ORGANISATION: Final = Text(
    en="The draft is for another organisation than {path} names. It is not signed.",
    ru="Черновик для другой организации, а не для названной в {path}. Он не будет подписан.",
    kk="Қаралама {path} атаған ұйымға емес, басқа ұйымға арналған. Оған қол қойылмайды.",
)
STRANGE_RECOVERY: Final = Text(
    en="The draft names a recovery recipient that this organisation never made ({fingerprint}). Whoever has it would open ALL reports. Nothing is signed. After `rotate-recovery`, name its new file with --organisation; otherwise find out on the console who put it there.",
    ru="В черновике есть получатель восстановления, которого эта организация не создавала ({fingerprint}). Его владелец открывал бы ВСЕ сообщения. Ничего не подписано. После `rotate-recovery` укажите новый файл через --organisation; иначе выясните, кто внёс его на консоли.",
    kk="Қараламада бұл ұйым жасамаған қалпына келтіру алушысы бар ({fingerprint}). Оның иесі БАРЛЫҚ хабарламаны аша алар еді. Қол қойылмады. `rotate-recovery` кейін жаңа файлды --organisation арқылы көрсетіңіз; әйтпесе консольде оны кім қосқанын анықтаңыз.",
)
MISSING_RECOVERY: Final = Text(
    en="The draft leaves out the recovery recipient of {path}. Without it reports may be lost for ever. Make the draft anew.",
    ru="В черновике нет получателя восстановления из {path}. Без него сообщения могут пропасть навсегда. Составьте черновик заново.",
    kk="Қараламада {path} ішіндегі қалпына келтіру алушысы жоқ. Онсыз хабарламалар мүлде жоғалуы мүмкін. Қараламаны қайта жасаңыз.",
)
PREVIOUS_NOT_SIGNED: Final = Text(
    en="{path} was not signed by this organisation’s root (its .sig lies beside it). It cannot be compared with.",
    ru="{path} не подписан корневым ключом организации (подпись .sig лежит рядом). Сравнивать с ним нельзя.",
    kk="{path} ұйымның түбірлік кілтімен қол қойылмаған (.sig қасында жатады). Онымен салыстыруға болмайды.",
)
NOT_THE_NEXT: Final = Text(
    en="The draft is not the version that follows {path}: it has version {version}, and another directory before it. Make the draft anew, or give the right --previous.",
    ru="Черновик не следующая версия после {path}: его версия {version}, и перед ней другой список. Составьте черновик заново или укажите верный --previous.",
    kk="Қаралама {path} кейінгі нұсқа емес: нұсқасы {version}, алдында басқа тізім. Қараламаны қайта жасаңыз немесе дұрыс --previous көрсетіңіз.",
)
OTHER_ROOT: Final = Text(
    en="{path} holds another root than {organisation} names. Nothing is signed.",
    ru="В {path} другой корневой ключ, а не названный в {organisation}. Ничего не подписано.",
    kk="{path} ішінде {organisation} атаған емес, басқа түбірлік кілт. Қол қойылмады.",
)
NOT_A_RELEASE: Final = Text(
    en="{path} is not a release manifest ({reason}). Make it with `debunker release`.",
    ru="{path} не манифест выпуска ({reason}). Его создаёт `debunker release`.",
    kk="{path} шығарылым манифесі емес ({reason}). Оны `debunker release` жасайды.",
)
RELEASE_HEAD: Final = Text(
    en="Release {version}: {files} addresses, {size} bytes in all; {uncovered} not covered, because they differ for each visitor.",
    ru="Выпуск {version}: адресов {files}, всего байтов {size}; не охвачено {uncovered}, они у каждого посетителя свои.",
    kk="{version} шығарылымы: {files} мекенжай, барлығы {size} байт; {uncovered} қамтылмаған, олар әр келушіге бөлек.",
)
RELEASE_REBUILD: Final = Text(
    en="Its fingerprint. Two people have built the release from the source, each on their own machine, and got the same:",
    ru="Его отпечаток. Двое собрали выпуск из исходного кода, каждый на своей машине, и получили то же самое:",
    kk="Оның таңбасы. Екі адам шығарылымды бастапқы кодтан әрқайсысы өз машинасында жинап, дәл осыны алды:",
)
PREVIOUS_RELEASE_NOT_SIGNED: Final = Text(
    en="{path} was not signed by this root. It cannot be compared with.",
    ru="{path} не подписан этим корневым ключом. Сравнивать с ним нельзя.",
    kk="{path} бұл түбірлік кілтпен қол қойылмаған. Онымен салыстыруға болмайды.",
)

# --- Verifying ----------------------------------------------------------------

VERDICT_GOOD: Final = Text(
    en="GOOD: version {version} of {organisation}, signed by this root, valid until {expires}.",
    ru="ВЕРНО: версия {version}, {organisation}, подписана этим корневым ключом, действует до {expires}.",
    kk="ДҰРЫС: {version}-нұсқа, {organisation}, осы түбірлік кілтпен қол қойылған, {expires} дейін жарамды.",
)
VERDICT_BAD: Final = Text(
    en="REFUSED: {sentence}", ru="ОТКАЗАНО: {sentence}", kk="ҚАБЫЛДАНБАДЫ: {sentence}"
)
IDENTITIES_GOOD: Final = Text(
    en="GOOD: reports can be sealed to {count} reviewers now; without a renewal until {end}.",
    ru="ВЕРНО: сообщения сейчас запечатываются для экспертов: {count}; без обновления до {end}.",
    kk="ДҰРЫС: хабарламалар қазір {count} сарапшыға жабылады; жаңартусыз {end} дейін.",
)


class Reason(Enum):
    """Why a directory, a list of identities or a manifest is refused."""

    NOT_SIGNED_BY_ROOT = Text(
        en="the root did not sign this. It is altered, or another organisation’s.",
        ru="корневой ключ этого не подписывал. Оно изменено или чужое.",
        kk="түбірлік кілт бұған қол қоймаған. Ол өзгертілген немесе басқа ұйымдікі.",
    )
    ISSUED_IN_FUTURE = Text(
        en="it was made in the future, says this machine’s clock. Set the clock right.",
        ru="по часам этой машины оно составлено в будущем. Поставьте часы верно.",
        kk="бұл машинаның сағаты бойынша ол болашақта жасалған. Сағатты дұрыстаңыз.",
    )
    EXPIRED = Text(
        en="it is past its end. A new one must be signed; or this machine’s clock is ahead.",
        ru="срок истёк. Нужно подписать новое; или часы машины спешат.",
        kk="мерзімі өткен. Жаңасына қол қою керек; немесе машинаның сағаты ілгері.",
    )
    STALE = Text(
        en="it is older than one that was seen before.",
        ru="оно старше уже виденного.",
        kk="ол бұрын көрілгеннен ескі.",
    )
    NO_REVIEWER = Text(
        en="no reviewer is in force: nobody would open the reports. Reviewers log in to the console, which renews their keys.",
        ru="нет действующего эксперта: открыть сообщения было бы некому. Эксперты входят в консоль, и их ключи обновляются.",
        kk="күші бар сарапшы жоқ: хабарламаны ашатын адам болмас еді. Сарапшылар консольге кірсе, кілттері жаңарады.",
    )
    NO_RECOVERY = Text(
        en="no recovery recipient is in force: reports could be lost for ever.",
        ru="нет действующего получателя восстановления: сообщения могут пропасть навсегда.",
        kk="күші бар қалпына келтіру алушысы жоқ: хабарламалар мүлде жоғалуы мүмкін.",
    )
    NOT_HYBRID = Text(
        en="a key in it is of an old kind that does not last.",
        ru="один из ключей старого, ненадёжного вида.",
        kk="кілттердің бірі ескі, сенімсіз түрден.",
    )
    LIVES_TOO_LONG = Text(
        en="it would be valid for longer than is allowed.",
        ru="срок действия больше допустимого.",
        kk="жарамдылық мерзімі рұқсат етілгеннен ұзақ.",
    )
    UNKNOWN_FORMAT = Text(
        en="it is of a format that this program does not know. Is the program up to date?",
        ru="формат этой программе неизвестен. Свежая ли программа?",
        kk="бұл бағдарлама мұндай пішімді білмейді. Бағдарлама жаңа ма?",
    )
    MALFORMED = Text(
        en="it does not follow the format: damaged, or not what it should be.",
        ru="формат нарушен: повреждено или не то.",
        kk="пішімі бұзылған: бүлінген немесе басқа нәрсе.",
    )

    @classmethod
    def of(cls, reason: str) -> "Reason":
        """Find the words for the reason of a `ProtocolError`."""
        return cls.__members__.get(reason.upper(), cls.MALFORMED)
