"""What the auditor says, in English, Russian and Kazakh side by side."""

from typing import Final

from deploy.keys.texts import Text

# --- One address ---------------------------------------------------------------

SAME: Final = Text(en="as signed", ru="как подписано", kk="қол қойылғандай")
DIFFERS: Final = Text(en="DIFFERS", ru="ОТЛИЧАЕТСЯ", kk="БАСҚАША")
UNCHECKED: Final = Text(en="not checked", ru="не проверено", kk="тексерілмеді")

OTHER_STATUS: Final = Text(
    en="the server answers with status {status} instead of 200",
    ru="сервер отвечает кодом {status} вместо 200",
    kk="сервер 200 орнына {status} кодымен жауап береді",
)
REDIRECTS: Final = Text(
    en="the server sends visitors elsewhere: {target}",
    ru="сервер отсылает посетителей в другое место: {target}",
    kk="сервер келушілерді басқа жерге жібереді: {target}",
)
OTHER_BYTES: Final = Text(
    en="the content is another: {size} bytes, SHA-256 {sha256}; signed are {signed_size} bytes, {signed}",
    ru="содержимое другое: байтов {size}, SHA-256 {sha256}; подписано байтов {signed_size}, {signed}",
    kk="мазмұны басқа: {size} байт, SHA-256 {sha256}; қол қойылғаны {signed_size} байт, {signed}",
)
TOO_LONG: Final = Text(
    en="the content is longer than the {signed_size} bytes that are signed",
    ru="содержимое длиннее подписанных {signed_size} байтов",
    kk="мазмұны қол қойылған {signed_size} байттан ұзын",
)
OTHER_TYPE: Final = Text(
    en="it is served as {found} instead of {signed}",
    ru="отдаётся как {found} вместо {signed}",
    kk="{signed} орнына {found} ретінде беріледі",
)
HEADER_MISSING: Final = Text(
    en="the header {name} is missing",
    ru="нет заголовка {name}",
    kk="{name} тақырыбы жоқ",
)
HEADER_CHANGED: Final = Text(
    en="the header {name} says something else: {value}",
    ru="заголовок {name} другой: {value}",
    kk="{name} тақырыбы басқа: {value}",
)
HEADER_STRANGE: Final = Text(
    en="there is a header that should not be there, {name}: {value}",
    ru="есть лишний заголовок {name}: {value}",
    kk="артық тақырып бар, {name}: {value}",
)
STRANGE_REFERENCE: Final = Text(
    en="the page loads something that the release does not have: {target}",
    ru="страница загружает то, чего нет в выпуске: {target}",
    kk="бет шығарылымда жоқ нәрсені жүктейді: {target}",
)

# --- The directory ---------------------------------------------------------------

DIRECTORY_GOOD: Final = Text(
    en="version {version}, signed by the root, valid until {expires}",
    ru="версия {version}, подписана корневым ключом, действует до {expires}",
    kk="{version}-нұсқа, түбірлік кілтпен қол қойылған, {expires} дейін жарамды",
)
OTHER_ORGANISATION: Final = Text(
    en="the directory is another organisation’s",
    ru="список ключей чужой организации",
    kk="кілттер тізімі басқа ұйымдікі",
)
ROLLED_BACK: Final = Text(
    en="version {version} is served, but version {newest} was seen before: an older list can bring back keys that were removed",
    ru="отдаётся версия {version}, а раньше видели {newest}: старый список может вернуть отозванные ключи",
    kk="{version}-нұсқа беріліп тұр, ал бұрын {newest}-нұсқа көрілген: ескі тізім алынған кілттерді қайтаруы мүмкін",
)
TWO_OF_ONE_VERSION: Final = Text(
    en="there are two different directories of version {version}: visitors are told different things",
    ru="есть два разных списка версии {version}: посетителям показывают разное",
    kk="{version}-нұсқаның екі түрлі тізімі бар: келушілерге әртүрлі көрсетіледі",
)
CHAIN_BROKEN: Final = Text(
    en="version {version} does not follow the version {newest} that was seen before",
    ru="версия {version} не продолжает виденную раньше версию {newest}",
    kk="{version}-нұсқа бұрын көрілген {newest}-нұсқаның жалғасы емес",
)
IDENTITIES_GOOD: Final = Text(
    en="reports are sealed to {count} reviewers; without a renewal until {end}",
    ru="сообщения запечатываются для экспертов: {count}; без обновления до {end}",
    kk="хабарламалар {count} сарапшыға жабылады; жаңартусыз {end} дейін",
)

# --- Trouble on the way -----------------------------------------------------------

NO_ANSWER: Final = Text(
    en="no whole answer came ({kind})",
    ru="ответ не пришёл целиком ({kind})",
    kk="жауап толық келмеді ({kind})",
)
GIVEN_UP: Final = Text(
    en="three in a row did not answer: the rest was not looked at in this language",
    ru="три подряд не ответили: остальное на этом языке не проверялось",
    kk="қатарынан үшеуі жауап бермеді: қалғаны бұл тілде тексерілмеді",
)
TOOK_TOO_LONG: Final = Text(
    en="no whole answer came within {seconds} seconds",
    ru="за {seconds} с ответ не пришёл целиком",
    kk="{seconds} секундта жауап толық келмеді",
)
UNTRUSTED: Final = Text(
    en="somebody answers who has no valid certificate for this site ({kind}): the connection is being read, or the certificate has run out",
    ru="отвечает тот, у кого нет действительного сертификата этого сайта ({kind}): соединение читают посторонние или срок сертификата истёк",
    kk="бұл сайттың жарамды сертификаты жоқ біреу жауап береді ({kind}): байланысты бөгде біреу оқып тұр немесе сертификаттың мерзімі өткен",
)
BUSY: Final = Text(
    en="the server says that it is busy or closed (status {status})",
    ru="сервер отвечает, что занят или закрыт (код {status})",
    kk="сервер бос емес не жабық дейді ({status} коды)",
)
UNKNOWN_ENCODING: Final = Text(
    en="the answer is packed in a way that this program does not read ({encoding})",
    ru="ответ сжат способом, который программа не читает ({encoding})",
    kk="жауап бағдарлама оқымайтын тәсілмен қысылған ({encoding})",
)

# --- The end ----------------------------------------------------------------------

NOT_COVERED: Final = Text(
    en="differs for each visitor, so no release can hold it: {paths}",
    ru="у каждого посетителя своё, поэтому выпуск этого не охватывает: {paths}",
    kk="әр келушіде бөлек, сондықтан шығарылым оны қамтымайды: {paths}",
)
ALL_AS_SIGNED: Final = Text(
    en="ALL AS SIGNED. {site} serves what the organisation’s root signed (release {version}), in all languages: {files} addresses. This says nothing about other visitors or other moments: run it often, from different places.",
    ru="ВСЁ КАК ПОДПИСАНО. {site} отдаёт то, что подписал корневой ключ организации (выпуск {version}), на всех языках: адресов {files}. Это ничего не говорит о других посетителях и других минутах: запускайте часто и из разных мест.",
    kk="БӘРІ ҚОЛ ҚОЙЫЛҒАНДАЙ. {site} ұйымның түбірлік кілті қол қойғанды (шығарылым {version}) барлық тілде береді: {files} мекенжай. Бұл басқа келушілер мен басқа сәттер туралы ештеңе айтпайды: жиі және әр жерден іске қосыңыз.",
)
NOT_AS_SIGNED: Final = Text(
    en="NOT AS SIGNED. {site} serves something else than the organisation’s root signed. Do not write there. Keep this print-out, look again from another place, and tell the organisation on another way than this site.",
    ru="НЕ КАК ПОДПИСАНО. {site} отдаёт не то, что подписал корневой ключ организации. Не пишите туда. Сохраните этот вывод, проверьте из другого места и сообщите организации иным путём, не через этот сайт.",
    kk="ҚОЛ ҚОЙЫЛҒАНДАЙ ЕМЕС. {site} ұйымның түбірлік кілті қол қоймаған нәрсені береді. Ол жерге жазбаңыз. Осы мәтінді сақтап, басқа жерден тексеріп, ұйымға осы сайттан басқа жолмен хабарлаңыз.",
)
NOT_CHECKED: Final = Text(
    en="COULD NOT BE CHECKED. Nothing wrong was seen, but {count} items did not answer as a whole. Try again, or on another way (--proxy).",
    ru="НЕ УДАЛОСЬ ПРОВЕРИТЬ. Плохого не замечено, но {count} не ответили целиком. Попробуйте снова или другим путём (--proxy).",
    kk="ТЕКСЕРУ МҮМКІН БОЛМАДЫ. Жаман нәрсе байқалмады, бірақ {count} толық жауап бермеді. Қайтадан немесе басқа жолмен (--proxy) көріңіз.",
)

# --- Before it begins ----------------------------------------------------------------

BAD_MANIFEST: Final = Text(
    en="the manifest {path} cannot be used: {sentence}",
    ru="манифест {path} не годится: {sentence}",
    kk="{path} манифесі жарамайды: {sentence}",
)
BAD_STATE: Final = Text(
    en="{path} was not written by this program, or for another root. Remove it to begin anew; then an older directory is not noticed the first time.",
    ru="{path} записан не этой программой или для другого корневого ключа. Удалите его, чтобы начать заново; тогда в первый раз старый список не заметить.",
    kk="{path} бұл бағдарлама жазған емес немесе басқа түбірлік кілтке арналған. Қайта бастау үшін оны жойыңыз; сонда алғашқы ретте ескі тізім байқалмайды.",
)
BAD_ADDRESS: Final = Text(
    en="give the site as https://host, or http:// for an onion address (with --proxy) or this machine",
    ru="укажите сайт как https://host; http:// только для адреса .onion (с --proxy) и этой машины",
    kk="сайтты https://host түрінде беріңіз; http:// тек .onion мекенжайына (--proxy қосып) және осы машинаға",
)
BAD_PROXY: Final = Text(
    en="give the proxy as socks5h://127.0.0.1:9050: with socks5h names are looked up by the proxy, not by this machine",
    ru="укажите прокси как socks5h://127.0.0.1:9050: с socks5h имена ищет прокси, а не эта машина",
    kk="проксиді socks5h://127.0.0.1:9050 түрінде беріңіз: socks5h болса, атауларды бұл машина емес, прокси іздейді",
)
