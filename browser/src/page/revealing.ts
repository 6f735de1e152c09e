/**
 * What in a text can point to who wrote it: a phone number, an IIN, an e-mail address, words about oneself.
 *
 * It runs on the page while somebody types; nothing of it is sent or kept. Whose number it is, it cannot know: the words on the
 * page say "if it is yours". It misses much, and nobody should rely on it; it catches what people write without thinking.
 *
 * Numbers: Kazakhstan's numbering plan (+7 6.., +7 7..); an IIN is a day of birth, a digit for century and sex, four digits, and a
 * check digit (weights 1 to 11 modulo 11; where that gives 10, weights 3 to 11, 1, 2).
 */

export type Revealing = 'iin' | 'phone' | 'email' | 'words'

/** What was found, as it stands in the text. */
export interface Found {
    readonly kind: Revealing
    readonly text: string
}

const SPACE = '[ \\u00a0\\u2009\\u202f]'
const GAP = `(?:${SPACE}|[-\\u2010\\u2011\\u2013])`
/** No lookbehind: browsers in use cannot read it. What stands before is a group of its own. */
const BEFORE = '(^|[^\\p{L}\\p{N}_])'
const AFTER = '(?![\\p{L}\\p{N}])'

const IIN = new RegExp(`${BEFORE}([0-9](?:${GAP}?[0-9]){11})${AFTER}`, 'gu')
const PHONE = new RegExp(`${BEFORE}(\\+?[78](?:${GAP}|\\(){0,3}[67](?:(?:${GAP}|[()]){0,2}[0-9]){9})${AFTER}`, 'gu')
const EMAIL = new RegExp(`${BEFORE}([\\p{L}\\p{N}._%+-]{1,64}@[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)+)`, 'gu')

/** Clauses that say who writes, in any of the three languages, for people mix them. */
const WORDS = new RegExp(
    BEFORE +
        '(' +
        [
            // names
            'меня зовут',
            'мо[её] имя',
            'моя фамилия',
            'менің (?:атым|аты-жөнім|есімім|тегім)',
            'my name is',
            // ways to reach somebody
            'мой (?:телефон|номер|адрес|иин)',
            'менің (?:телефоным|нөмірім|мекенжайым|жсн)',
            'my (?:phone|number|address)',
            // place in the office
            'я работаю',
            'я (?:единственн\\p{L}+|один|одна) (?:кто|кассир|бухгалтер|инженер|врач|учител\\p{L}+)',
            'мо[йя] (?:начальни\\p{L}+|руководител\\p{L}+|должность|коллег\\p{L}+)',
            'в (?:мо[её]м|нашем) (?:отдел\\p{L}*|кабинет\\p{L}*)',
            'менің (?:бастығым|басшым|лауазымым|әріптес\\p{L}+)',
            'мен \\p{L}+ (?:болып )?(?:жұмыс )?істеймін',
            'біздің (?:бөлім\\p{L}*|кабинет\\p{L}*)',
            'i (?:work|am employed) (?:as|at|in|for)',
            'my (?:boss|manager|position|colleague\\p{L}*)',
            // nobody else could know
            '(?:знаю|знал\\p{L}*|видел\\p{L}*) (?:только я|я один|я одна)',
            'только я (?:знаю|знал\\p{L}*|видел\\p{L}*|присутствовал\\p{L}*)',
            'мы были вдвоём',
            '(?:тек|жалғыз) мен(?: ғана)?',
            'only i (?:know|knew|saw)',
            'i was the only',
        ].join('|') +
        `)${AFTER}`,
    'giu',
)

const FIRST_WEIGHTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
const SECOND_WEIGHTS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]
/** More would not be read. */
const MAX_FOUND = 5

/** What can point to the writer, each once, in the order of kinds. */
export function revealingIn(text: string): readonly Found[] {
    const found = [
        ...matches(PHONE, text).map((phone): Found => ({ kind: 'phone', text: phone })),
        ...matches(IIN, text)
            .filter(isIin)
            .map((iin): Found => ({ kind: 'iin', text: iin })),
        ...matches(EMAIL, text).map((email): Found => ({ kind: 'email', text: email })),
        ...matches(WORDS, text).map((words): Found => ({ kind: 'words', text: words })),
    ]
    const isFirst = ({ kind, text: words }: Found, index: number) =>
        found.findIndex((other) => other.kind === kind && other.text.toLowerCase() === words.toLowerCase()) === index
    return found.filter(isFirst).slice(0, MAX_FOUND)
}

function matches(pattern: RegExp, text: string): readonly string[] {
    return [...text.normalize('NFC').matchAll(pattern)].map((match) => match[2] ?? '')
}

/** Twelve digits that could be somebody's: a possible day, a possible century, and the right check digit. */
function isIin(text: string): boolean {
    const digits = Array.from(text.replace(/[^0-9]/g, ''), Number)
    const century = digits[6] ?? 0
    return century >= 1 && century <= 6 && isDay(digits, century) && checkDigit(digits) === digits[11]
}

function isDay(digits: readonly number[], century: number): boolean {
    const [year = 0, month = 0, day = 0] = [0, 2, 4].map((at) => (digits[at] ?? 0) * 10 + (digits[at + 1] ?? 0))
    const date = new Date(Date.UTC(1800 + 100 * Math.floor((century - 1) / 2) + year, month - 1, day))
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** `undefined` where no such number is ever issued. */
function checkDigit(digits: readonly number[]): number | undefined {
    const remainders = [FIRST_WEIGHTS, SECOND_WEIGHTS].map((weights) => weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0) % 11)
    return remainders.find((remainder) => remainder !== 10)
}
