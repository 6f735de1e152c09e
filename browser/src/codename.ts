/**
 * The codename: the reporter's only secret, as words or as characters.
 *
 * Spec: docs/protocol.md §2.1.
 *
 * 96 random bits and 14 check bits, spelt as 10 words of 11 bits or as 22 characters of 5 bits; both mean the same 12
 * bytes. The check is long on purpose: an unknown mailbox looks like an empty one, so a mistyped codename must be caught
 * here, before anything is sent.
 *
 * Rules:
 * * Case, spacing, ё for е, look-alike letters and dashes do not matter, nor what comes behind the first four letters of a
 *   word.
 * * An error holds nothing of the codename but the word that is in no list.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import type { Entropy } from './effects.ts'
import { UnknownWordError, WrongCheckError, WrongLengthError } from './errors.ts'
import { START_CHARACTERS, charactersOf, fold, tokensOf } from './spelling.ts'
import type { WordList } from './words.ts'

export const SECRET_BYTES = 12
const CHECK_BITS = 14
const WORD_COUNT = 10
const WORD_BITS = 11
const CHARACTER_COUNT = 22
const CHARACTER_BITS = 5

/** Crockford's base32: no I, L, O, U. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = [4, 4, 4, 5, 5]
const INPUT_LIMIT_CHARACTERS = 1_000

/** A reporter's secret of 12 bytes, in either spelling. */
export class Codename {
    readonly #secret: Uint8Array

    constructor(secret: Uint8Array) {
        if (secret.length !== SECRET_BYTES) throw new Error('a codename has 12 bytes')
        this.#secret = secret
    }

    static generate(entropy: Entropy): Codename {
        return new Codename(entropy(SECRET_BYTES))
    }

    /** The 12 bytes, for deriving keys. */
    get secret(): Uint8Array {
        return this.#secret
    }

    /** Ten words in lower case, separated by one space. */
    words(list: WordList): string {
        return digitsOf(this.#number(), WORD_BITS, WORD_COUNT)
            .map((digit) => list[digit] as string)
            .join(' ')
    }

    /** 22 characters: `XXXX-XXXX-XXXX-XXXXX-XXXXX`. */
    characters(): string {
        const spelt = digitsOf(this.#number(), CHARACTER_BITS, CHARACTER_COUNT).map((digit) => CROCKFORD[digit] as string)
        return GROUPS.map((length) => spelt.splice(0, length).join('')).join('-')
    }

    #number(): bigint {
        return (numberOf([...this.#secret], 8) << BigInt(CHECK_BITS)) | checkOf(this.#secret)
    }
}

/**
 * Read a codename as a person typed it.
 *
 * @param untrusted any text
 * @param lists all word lists, English first; characters alone can be read without them
 * @throws UnknownWordError a word is in no list
 * @throws WrongLengthError neither 10 words nor 22 characters
 * @throws WrongCheckError the length fits, the check does not
 */
export function parseCodename(untrusted: string, lists: readonly WordList[]): Codename {
    if (Array.from(untrusted).length > INPUT_LIMIT_CHARACTERS) throw new WrongLengthError()
    const number = readNumber(tokensOf(untrusted), lists)
    const secret = bytesOf(number >> BigInt(CHECK_BITS))
    if ((number & mask(CHECK_BITS)) !== checkOf(secret)) throw new WrongCheckError()
    return new Codename(secret)
}

function readNumber(tokens: readonly string[], lists: readonly WordList[]): bigint {
    const indexes = lists.map((list) => new Map(list.map((word, number) => [fold(word), number])))
    // 1. Every token in one list: words.
    for (const index of indexes) {
        if (tokens.length === 0 || !tokens.every((token) => index.has(token))) continue
        if (tokens.length !== WORD_COUNT) throw new WrongLengthError()
        return numberOf(tokens.map((token) => index.get(token) as number), WORD_BITS)
    }
    // 2. Else characters, in whatever groups.
    const joined = charactersOf(tokens)
    if (joined.length === CHARACTER_COUNT && joined.every(isCrockford)) {
        return numberOf(joined.map((character) => CROCKFORD.indexOf(character)), CHARACTER_BITS)
    }
    // 3. Else ten words by their first four letters: those tell every word of a list, and the check tells what was mistyped into
    // another word. Not sooner: 22 characters may begin as a word does.
    const known = indexes.map((index) => numbersByStart(index, tokens))
    const whole = known.find((numbers) => tokens.length === WORD_COUNT && !numbers.includes(undefined))
    if (whole) return numberOf(whole as number[], WORD_BITS)
    // 4. Else say what is nearest: a word amiss, or characters amiss.
    const hits = known.map((numbers) => numbers.filter((number) => number !== undefined).length)
    const most = Math.max(0, ...hits)
    const closest = known[hits.indexOf(most)]
    const unlisted = tokens.find((_, at) => closest?.[at] === undefined)
    if (most > 0 && unlisted !== undefined) throw new UnknownWordError(unlisted)
    if (joined.length === CHARACTER_COUNT) throw new WrongCheckError()
    throw new WrongLengthError()
}

/** Find each token's word; by its start if they are too many for a codename in characters. */
function numbersByStart(index: ReadonlyMap<string, number>, tokens: readonly string[]): (number | undefined)[] {
    if (tokens.length <= GROUPS.length) return tokens.map((token) => index.get(token))
    const whole = [...index].filter(([word]) => word.length >= START_CHARACTERS)
    const starts = new Map(whole.map(([word, number]) => [word.slice(0, START_CHARACTERS), number]))
    return tokens.map((token) => index.get(token) ?? starts.get(token.slice(0, START_CHARACTERS)))
}

function isCrockford(character: string): boolean {
    return character.length === 1 && CROCKFORD.includes(character)
}

/** The first 14 bits of SHA-256(secret). */
function checkOf(secret: Uint8Array): bigint {
    return numberOf([...sha256(secret).subarray(0, 2)], 8) >> BigInt(16 - CHECK_BITS)
}

/** Big-endian digits of `bits` bits each. */
function digitsOf(number: bigint, bits: number, count: number): number[] {
    return Array.from({ length: count }, (_, place) => Number((number >> BigInt(bits * (count - 1 - place))) & mask(bits)))
}

function numberOf(digits: readonly number[], bits: number): bigint {
    return digits.reduce((number, digit) => (number << BigInt(bits)) | BigInt(digit), 0n)
}

function bytesOf(number: bigint): Uint8Array {
    return Uint8Array.from(digitsOf(number, 8, SECRET_BYTES))
}

function mask(bits: number): bigint {
    return (1n << BigInt(bits)) - 1n
}
