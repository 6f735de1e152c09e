import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 as crc32OfZlib } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { archiveLength, readArchive, takePadding, writeArchive, type EntrySource } from '../src/archive.ts'
import { crc32 } from '../src/crc32.ts'
import { UnreadableError } from '../src/errors.ts'
import { REPLY_FLOOR_BYTES } from '../src/ladder.ts'
import { fromSegments, reasonOf, toHex, vectors, type Segments } from './vectors.ts'

interface Read {
    readonly entries: readonly { readonly name: string; readonly data: Segments }[]
}

const cases = vectors<{ archive: Segments }, Read>('archive')

function source(name: string, bytes: Uint8Array): EntrySource {
    const middle = Math.floor(bytes.length / 2)
    return { name, sizeBytes: bytes.length, chunks: () => [bytes.subarray(0, middle), bytes.subarray(middle)] }
}

async function written(entries: readonly EntrySource[], floorBytes = REPLY_FLOOR_BYTES): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = []
    for await (const chunk of writeArchive(entries, floorBytes)) chunks.push(chunk)
    return new Uint8Array(Buffer.concat(chunks))
}

describe('the reader of archives', () => {
    it.each(cases)('agrees with Python: $name', async ({ given, reason, expected }) => {
        let entries: readonly { readonly name: string; readonly data: string }[] = []

        const found = await reasonOf(() => {
            const read = readArchive(fromSegments(given.archive))
            if (read.some(({ name }) => name === 'padding')) takePadding(read, 'zeros')
            entries = read.map(({ name, bytes }) => ({ name, data: toHex(bytes) }))
        })

        expect(found).toBe(reason)
        if (reason !== null) return
        const contents = expected.entries.map(({ name, data }) => ({ name, data: toHex(fromSegments(data)) }))
        expect(entries).toEqual(contents)
    })

    it('refuses any bytes with its own error alone', () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
                expect(() => readArchive(bytes)).toThrow(UnreadableError)
            }),
        )
    })

    it('notices every changed bit', async () => {
        const archive = await written([source('a', Uint8Array.of(1, 2, 3)), source('b/c', Uint8Array.of())], 4)
        for (let bit = 0; bit < archive.length * 8; bit++) {
            const changed = archive.slice()
            changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
            let names: string | undefined
            try {
                names = takePadding(readArchive(changed), 'zeros').map(({ name }) => name).join()
            } catch (error) {
                expect(error).toBeInstanceOf(UnreadableError)
            }
            expect(names).toBeUndefined()
        }
    })
})

describe('the writer of archives', () => {
    it('writes what the reader reads, at the announced length', async () => {
        await fc.assert(
            fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 6 }), async (contents) => {
                const entries = contents.map((bytes, index) => source(`e/${index}`, bytes))
                const archive = await written(entries)
                expect(archive.length).toBe(archiveLength(entries, REPLY_FLOOR_BYTES))
                expect(takePadding(readArchive(archive), 'zeros').map(({ bytes }) => toHex(bytes))).toEqual(contents.map(toHex))
            }),
        )
    })

    it('writes what unzip reads', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'archive-'))
        try {
            writeFileSync(join(folder, 'a.zip'), await written([source('report.json', new TextEncoder().encode('{}'))]))
            const listed = execFileSync('unzip', ['-t', join(folder, 'a.zip')], { encoding: 'utf8' })
            expect(listed).toContain('No errors detected')
        } finally {
            rmSync(folder, { recursive: true })
        }
    })

    it.each([-1, 1])('never writes a wrong size: %i byte', async (difference) => {
        const lying = { name: 'a', sizeBytes: 10 + difference, chunks: () => [new Uint8Array(10)] }
        await expect(written([lying])).rejects.toThrow('another size')
    })

    it('stops at 1,000 entries and at 2 GiB, before it writes', async () => {
        const many = Array.from({ length: 1_000 }, (_, index) => source(`e/${index}`, new Uint8Array(0)))
        expect(await reasonOf(() => archiveLength(many, REPLY_FLOOR_BYTES))).toBe('too_large')
        expect(await reasonOf(() => archiveLength(many.slice(1), REPLY_FLOOR_BYTES))).toBeNull()
        const large = { name: 'a', sizeBytes: 2 ** 31, chunks: () => [] }
        expect(await reasonOf(() => archiveLength([large], REPLY_FLOOR_BYTES))).toBe('too_large')
    })

    it('fills the padding with what it is given', async () => {
        const chunks: Uint8Array[] = []
        for await (const chunk of writeArchive([], REPLY_FLOOR_BYTES, (length) => new Uint8Array(length).fill(5))) chunks.push(chunk)
        const archive = new Uint8Array(Buffer.concat(chunks))
        expect(takePadding(readArchive(archive), 'random')).toEqual([])
        expect(await reasonOf(() => takePadding(readArchive(archive), 'zeros'))).toBe('padding_not_zero')
    })
})

describe('CRC-32', () => {
    it('gives the check value of its definition, in one go or in two', () => {
        const bytes = new TextEncoder().encode('123456789')
        expect(crc32(bytes)).toBe(0xcbf43926)
        expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926)
    })

    it('is what zlib says, of any bytes, wherever they begin and are cut', () => {
        const bytes = fc.uint8Array({ maxLength: 100 })
        fc.assert(
            fc.property(bytes, fc.nat(100), fc.nat(3), (all, cut, from) => {
                const some = all.subarray(from)
                expect(crc32(some.subarray(cut), crc32(some.subarray(0, cut)))).toBe(crc32OfZlib(some))
            }),
        )
    })
})
