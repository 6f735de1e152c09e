import { readFileSync } from 'node:fs'
import { bech32 } from '@scure/base'
import { Encrypter, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { parseDirectory, type KeyDirectory } from '../src/directory.ts'
import { parseMailboxId } from '../src/mailbox.ts'
import { openReplies, openReply, type Reader, type Reply } from '../src/reply.ts'
import { fromHex, fromSegments, reasonOf, vectors, type Segments } from './vectors.ts'

interface Given {
    readonly identity_seed: string
    readonly mailbox: string
    readonly directory: string
    readonly archives?: readonly Segments[]
    readonly sealed?: string
}
interface Expected {
    readonly replies: readonly string[]
    readonly unreadable: number
}

async function prepare(given: Given): Promise<{ sealed: Uint8Array[]; reader: Reader; directory: KeyDirectory }> {
    const identity = bech32.encodeFromBytes('AGE-SECRET-KEY-PQ-', fromHex(given.identity_seed)).toUpperCase()
    const encrypter = new Encrypter()
    encrypter.addRecipient(await identityToRecipient(identity))
    const sealed = given.sealed
        ? [new Uint8Array(readFileSync(new URL(`../../tests/vectors/reply/${given.sealed}`, import.meta.url)))]
        : await Promise.all((given.archives ?? []).map((archive) => encrypter.encrypt(fromSegments(archive))))
    const directory = parseDirectory(new TextEncoder().encode(given.directory))
    return { sealed, reader: { identity, mailbox: parseMailboxId(given.mailbox) }, directory }
}

const all = vectors<Given, Expected>('reply')

function asWritten({ day, language, number, state, text }: Reply): Record<string, unknown> {
    return { day, language, number, state, text }
}

describe('replies', () => {
    it.each(all.filter(({ reason }) => reason === null))('are opened as in Python: $name', async ({ given, expected }) => {
        const { sealed, reader, directory } = await prepare(given)

        const { replies, unreadableCount } = await openReplies(sealed, reader, directory)

        const written = expected.replies.map((json) => JSON.parse(json) as Reply)
        expect(replies.map(asWritten)).toEqual(written.map(asWritten))
        expect(unreadableCount).toBe(expected.unreadable)
    })

    it.each(all.filter(({ reason }) => reason !== null))('are refused as in Python: $name', async ({ given, reason }) => {
        const { sealed, reader, directory } = await prepare(given)
        const [first] = sealed
        if (!first) throw new Error('a vector without a reply')

        const found = await reasonOf(() => openReply(first, reader, directory))

        // Why an age file does not open, the library does not tell.
        expect(found).toBe(given.sealed ? 'altered' : reason)
        expect(await openReplies(sealed, reader, directory)).toEqual({ replies: [], unreadableCount: 1 })
    })
})
