/**
 * Strict JSON: what docs/protocol.md allows, and nothing that two parsers could read differently.
 *
 * Spec: docs/protocol.md, conventions.
 *
 * `JSON.parse` takes the last of two members with one name, and cannot tell 1 from 1.0. Here a name that comes twice, a
 * fraction, an exponent, a number past 2^53 − 1, a byte order mark and wrong UTF-8 are refused,
 * and so are members that a format does not name.
 *
 * Rules:
 * * Errors are MalformedError and quote nothing.
 * * What is parsed is still untrusted: the readers below check it member by member.
 */

import { MalformedError, ProtocolError, UnknownFormatError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

const MAX_DEPTH = 32
const WHITE_SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/ // no longer than ±(2^53 − 1)
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const LONE_SURROGATE = /\p{Cs}/u
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([['null', null], ['true', true], ['false', false]])

/** Parse a whole JSON text. Throws MalformedError. */
export function parseJson(untrusted: Uint8Array): Json {
    let text: string
    try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(untrusted)
    } catch {
        throw new MalformedError('not_json')
    }
    return new Parser(text).parse()
}

class Parser {
    readonly #text: string
    #at = 0

    constructor(text: string) {
        this.#text = text
    }

    parse(): Json {
        const value = this.#value(0)
        if (this.#at !== this.#text.length) this.#fail()
        return value
    }

    #value(depth: number): Json {
        if (depth > MAX_DEPTH) this.#fail()
        this.#take(WHITE_SPACE)
        const value = this.#bare(depth)
        this.#take(WHITE_SPACE)
        return value
    }

    #bare(depth: number): Json {
        if (this.#skip('{')) return this.#object(depth)
        if (this.#skip('[')) return this.#array(depth)
        for (const [literal, value] of LITERALS) if (this.#skip(literal)) return value
        if (this.#text.startsWith('"', this.#at)) return this.#string()
        const number = this.#take(NUMBER) ?? this.#fail()
        if (!INTEGER.test(number)) throw new MalformedError('not_an_integer')
        return Number(number)
    }

    #object(depth: number): JsonObject {
        const members = new Map<string, Json>()
        this.#take(WHITE_SPACE)
        if (this.#skip('}')) return members
        do {
            this.#take(WHITE_SPACE)
            const name = this.#string()
            this.#take(WHITE_SPACE)
            if (!this.#skip(':')) this.#fail()
            if (members.has(name)) throw new MalformedError('duplicate_member')
            members.set(name, this.#value(depth + 1))
        } while (this.#skip(','))
        if (!this.#skip('}')) this.#fail()
        return members
    }

    #array(depth: number): readonly Json[] {
        const items: Json[] = []
        this.#take(WHITE_SPACE)
        if (this.#skip(']')) return items
        do items.push(this.#value(depth + 1))
        while (this.#skip(','))
        if (!this.#skip(']')) this.#fail()
        return items
    }

    #string(): string {
        const value = JSON.parse(this.#take(STRING) ?? this.#fail()) as string
        // A lone surrogate can be escaped, but is no character.
        if (LONE_SURROGATE.test(value)) this.#fail()
        return value
    }

    #take(pattern: RegExp): string | undefined {
        pattern.lastIndex = this.#at
        const found = pattern.exec(this.#text)?.[0]
        this.#at += found?.length ?? 0
        return found
    }

    #skip(text: string): boolean {
        const isHere = this.#text.startsWith(text, this.#at)
        if (isHere) this.#at += text.length
        return isHere
    }

    #fail(): never {
        throw new MalformedError('not_json')
    }
}

/** An object's members, each taken once; `finish` refuses what is left. Reasons name only members that the format has. */
export class Members {
    readonly #left: Map<string, Json>

    /** Throws MalformedError if the value is no object. */
    constructor(untrusted: Json) {
        if (!(untrusted instanceof Map)) throw new MalformedError('not_an_object')
        this.#left = new Map(untrusted as JsonObject)
    }

    /** Refuse members that nobody asked for. */
    finish(): void {
        if (this.#left.size > 0) throw new MalformedError('unknown_member')
    }

    /** Take a string of at most so many code points. */
    string(name: string, limitCharacters: number): string {
        const value = this.#take(name)
        if (typeof value !== 'string') throw wrong(name)
        if (value.length > limitCharacters && Array.from(value).length > limitCharacters) throw new MalformedError(`${name}_too_long`)
        return value
    }

    integer(name: string, minimum: number): number {
        const value = this.#take(name)
        if (typeof value !== 'number') throw wrong(name)
        if (value < minimum || !Number.isSafeInteger(value)) throw new MalformedError(`${name}_out_of_range`)
        return value
    }

    /** Take one of these words. */
    choice<Word extends string>(name: string, words: readonly Word[]): Word {
        const value = this.#take(name)
        const found = words.find((word) => word === value)
        if (found === undefined) throw wrong(name)
        return found
    }

    /** Take a string that another parser reads. */
    parsed<Parsed>(name: string, parse: (text: string) => Parsed): Parsed {
        const text = this.string(name, Infinity)
        try {
            return parse(text)
        } catch (error) {
            if (error instanceof ProtocolError) throw wrong(name)
            throw error
        }
    }

    /** Take a string or `null`. */
    optionalString(name: string, limitCharacters: number): string | null {
        if (this.#left.get(name) !== null) return this.string(name, limitCharacters)
        this.#left.delete(name)
        return null
    }

    object(name: string): Members {
        const value = this.#take(name)
        if (!(value instanceof Map)) throw wrong(name)
        return new Members(value as JsonObject)
    }

    /** Take an array of at most so many objects. */
    objects(name: string, limit: number): readonly Members[] {
        const value = this.#take(name)
        if (!Array.isArray(value)) throw wrong(name)
        if (value.length > limit) throw new MalformedError(`${name}_too_long`)
        return (value as readonly Json[]).map((item) => new Members(item))
    }

    #take(name: string): Json {
        const value = this.#left.get(name)
        if (value === undefined) throw new MalformedError(`${name}_missing`)
        this.#left.delete(name)
        return value
    }
}

/**
 * Read a document that names its own format; `format` is then taken.
 *
 * @throws MalformedError it is not strict JSON, or no object
 * @throws UnknownFormatError it says that it is something else
 */
export function parseDocument(untrusted: Uint8Array, formatName: string): Members {
    const members = new Members(parseJson(untrusted))
    if (members.string('format', 60) !== formatName) throw new UnknownFormatError()
    return members
}

function wrong(name: string): MalformedError {
    return new MalformedError(`${name}_wrong`)
}
