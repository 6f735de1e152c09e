import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import * as files from 'cctv-age'
import { describe, expect, it } from 'vitest'
import { openSealed, sealStream } from '../src/age.ts'
import { systemEntropy } from '../src/effects.ts'
import { reasonOf } from './vectors.ts'

/** A public vector of age (C2SP/CCTV): lines of `name: value`, an empty line, and a file, which may be compressed. */
interface Vector {
    readonly name: string
    readonly expect: string
    readonly identities: readonly string[]
    readonly payload: string | undefined
    readonly armored: boolean
    readonly sealed: Uint8Array
}

function parse(name: string, file: Uint8Array): Vector {
    const bytes = Buffer.from(file)
    const end = bytes.indexOf('\n\n')
    const lines = bytes.subarray(0, end).toString().split('\n').map((line) => line.split(': ') as [string, string])
    const members = new Map(lines)
    const sealed = bytes.subarray(end + 2)
    return {
        name,
        expect: members.get('expect') ?? '',
        identities: lines.filter(([key]) => key === 'identity').map(([, value]) => value),
        payload: members.get('payload'),
        armored: members.has('armored'),
        sealed: new Uint8Array(members.get('compressed') === 'zlib' ? inflateSync(sealed) : sealed),
    }
}

// The page opens with one identity, and neither armor nor passphrases.
const ours = Object.entries(files as unknown as Record<string, Uint8Array>)
    .map(([name, file]) => parse(name, file))
    .filter(({ identities, armored }) => identities.length === 1 && !armored)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('age files in the page', () => {
    it('are tested with vectors of every kind that it meets', () => {
        const kinds = new Set(ours.map((vector) => vector.expect))
        expect(kinds).toEqual(new Set(['success', 'no match', 'HMAC failure', 'header failure', 'payload failure']))
        const count = (prefix: string) => ours.filter(({ name }) => name.startsWith(prefix)).length
        expect([count('hybrid') >= 17, count('stream') >= 25, ours.length >= 75]).toEqual([true, true, true])
    })

    it.each(ours)('$name: $expect', async (vector) => {
        const [identity = ''] = vector.identities
        if (vector.expect === 'success') {
            expect(sha256(await openSealed(vector.sealed, identity))).toBe(vector.payload)
        } else {
            // Whatever is wrong with it, nothing of it comes out, and the error is the page's own.
            expect(await reasonOf(() => openSealed(vector.sealed, identity))).toBe('altered')
        }
    })

    it.each([0, 1, 65_535, 65_536, 65_537, 300_000])('of %i bytes are as long as is announced, and open', async (length) => {
        const plaintext = new Uint8Array(length).map((_, at) => at % 251)
        const identity = await generateHybridIdentity()
        const pieces = async function* () {
            for (let at = 0; at < length; at += 50_000) yield Promise.resolve(plaintext.subarray(at, at + 50_000))
        }

        const sealed = await sealStream(pieces(), length, [await identityToRecipient(identity)], systemEntropy)
        const chunks: Uint8Array[] = []
        for await (const chunk of sealed.chunks) chunks.push(chunk.slice())
        const file = new Uint8Array(Buffer.concat(chunks))

        expect(file.length).toBe(sealed.lengthBytes)
        expect(sha256(await openSealed(file, identity))).toBe(sha256(plaintext))
    })

    it('have a nonce of its own for each chunk, and a key of its own for each file', async () => {
        const same = async function* () {
            for (let count = 0; count < 300; count++) yield Promise.resolve(new Uint8Array(65_536))
        }
        const seal = async () => {
            const { chunks } = await sealStream(same(), 300 * 65_536, [recipient], systemEntropy)
            const tags: string[] = []
            for await (const chunk of chunks) if (chunk.length === 65_552) tags.push(Buffer.from(chunk.subarray(-16)).toString('hex'))
            return tags
        }
        const recipient = await identityToRecipient(await generateHybridIdentity())

        const tags = [...(await seal()), ...(await seal())]

        expect([tags.length, new Set(tags).size]).toEqual([600, 600])
    })

    it('take no more memory when they are longer: the same buffer comes again', async () => {
        const recipient = await identityToRecipient(await generateHybridIdentity())
        const long = async function* () {
            for (let count = 0; count < 40; count++) yield Promise.resolve(new Uint8Array(65_536))
        }

        const { chunks } = await sealStream(long(), 40 * 65_536, [recipient], systemEntropy)
        const buffers = new Set<ArrayBufferLike>()
        for await (const chunk of chunks) buffers.add(chunk.buffer)

        expect(buffers.size).toBe(3) // header, nonce, and every chunk
    })

    it('are never sealed to nobody', async () => {
        const nothing = async function* (): AsyncGenerator<Uint8Array, void, undefined> {}
        await expect(sealStream(nothing(), 0, [], systemEntropy)).rejects.toThrow('nobody')
    })
})
