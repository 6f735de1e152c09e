import { describe, expect, it } from 'vitest'
import { readArchive } from '../src/archive.ts'
import type { AttachmentSource } from '../src/attachments.ts'
import { Codename } from '../src/codename.ts'
import type { KeyDirectory } from '../src/directory.ts'
import { systemClock } from '../src/effects.ts'
import { ReporterKeys, parseOrganisationId } from '../src/mailbox.ts'
import { MAX_REPORT_JSON_BYTES, sealReport, writeReport, type Answers, type Consent, type Draft, type Language, type Sealing } from '../src/report.ts'
import { fromHex, fromSegments, reasonOf, toHex, vectors, type Segments } from './vectors.ts'

interface Given {
    readonly came_under: string
    readonly archive?: Segments
}
interface Expected {
    /** report.json */
    readonly report: string
    readonly attachments: readonly string[]
    readonly verified: boolean
}
interface Written {
    readonly kind: 'report' | 'message'
    readonly number: number
    readonly sealed_by: string
    readonly language: Language
    readonly text: string
    readonly answers: Answers
    readonly consent: { readonly to: Consent['to']; readonly secrecy: boolean; readonly do_not_use: string } | null
    readonly directory_version: number
    readonly attachments: readonly { readonly name: string; readonly media_type: string }[]
}

const derivation = vectors<{ secret: string; organisation_id: string }, unknown>('mailbox').find(({ name }) => name === 'derive')?.given
if (!derivation) throw new Error('no keys')
const keys = await ReporterKeys.derive(new Codename(fromHex(derivation.secret)), parseOrganisationId(derivation.organisation_id))
const now = new Date('2026-11-24T07:30:00Z')

/** Draws that end in this number. */
const drawing = (value: number) => (length: number) => {
    const bytes = new Uint8Array(length)
    new DataView(bytes.buffer).setUint32(length - 4, value)
    return bytes
}

const sealingOf = (version: number, number: number): Sealing => ({
    keys,
    directory: { version } as unknown as KeyDirectory,
    recipients: [keys.recipient],
    clock: { ...systemClock, now: () => now },
    entropy: drawing(number % 1_000_000),
})

function draftOf({ kind, language, text, answers, consent }: Written): Draft {
    if (kind === 'message') return { kind, language, text }
    if (!consent) throw new Error('a report without consent')
    return { kind, language, text, answers, consent: { to: consent.to, secrecy: consent.secrecy, doNotUse: consent.do_not_use } }
}

function source(name: string, mediaType: string, bytes: Uint8Array): AttachmentSource {
    // eslint-disable-next-line @typescript-eslint/require-await -- a generator as files give it
    const chunks = async function* () {
        yield bytes
    }
    return { name, mediaType, sizeBytes: bytes.length, chunks }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = []
    for await (const part of chunks) parts.push(part.slice())
    return new Uint8Array(Buffer.concat(parts))
}

const good = vectors<Given, Expected>('report').filter(({ name, given, reason, expected }) => {
    if (name === 'long_text') return false // padded to a higher rung than a writer would: readers take it
    if (reason !== null || !given.archive || !expected.verified || given.came_under !== keys.mailbox) return false
    const { sealed_by, number, kind } = JSON.parse(expected.report) as Written
    return sealed_by === 'browser' && (kind === 'report' || Math.floor(number / 1_000_000) === 2_519)
})

describe('a report', () => {
    it('has vectors of both kinds', () => {
        const kinds = good.map(({ expected }) => (JSON.parse(expected.report) as Written).kind)
        expect(kinds).toContain('report')
        expect(kinds).toContain('message')
    })

    it.each(good)('is written byte for byte as Python has it: $name', async ({ given, expected }) => {
        const written = JSON.parse(expected.report) as Written
        const attachments = written.attachments.map(({ name, media_type }, index) => source(name, media_type, fromHex(expected.attachments[index] ?? '')))

        const { chunks, lengthBytes } = writeReport(draftOf(written), attachments, sealingOf(written.directory_version, written.number), now)
        const archive = await collect(chunks)

        expect(archive.length).toBe(lengthBytes)
        const json = readArchive(archive).find(({ name }) => name === 'report.json')?.bytes ?? new Uint8Array(0)
        expect(new TextDecoder().decode(json)).toBe(expected.report)
        const other = fromSegments(given.archive ?? [])
        expect(archive.findIndex((byte, at) => byte !== other[at])).toBe(-1)
        expect(archive.length).toBe(other.length)
    })

    const draft: Draft = { kind: 'message', language: 'ru', text: 'x' }

    it('keeps its limits', async () => {
        const sealing = sealingOf(1, 0)
        const many = Array.from({ length: 998 }, () => source('a', 'text/plain', new Uint8Array(1)))
        expect(await reasonOf(() => writeReport(draft, many, sealing, now))).toBe('too_large')
        expect(await reasonOf(() => writeReport(draft, many.slice(1), sealing, now))).toBeNull()
        const long = { ...draft, text: 'x'.repeat(MAX_REPORT_JSON_BYTES) }
        expect(await reasonOf(() => writeReport(long, [], sealing, now))).toBe('too_large')
    })

    it('is sealed anew each time, at the length that was announced', async () => {
        const once = await sealReport(draft, [], sealingOf(1, 0))
        const again = await sealReport(draft, [], sealingOf(1, 0))
        const [first, second] = await Promise.all([collect(once.chunks), collect(again.chunks)])

        expect(first.length).toBe(once.lengthBytes)
        expect(second.length).toBe(once.lengthBytes)
        expect(toHex(first)).not.toBe(toHex(second))
    })

    it('says where each file has gone up whole', async () => {
        const files = [source('a', 'a/b', new Uint8Array(10)), source('b', 'a/b', new Uint8Array(200_000)), source('c', 'a/b', new Uint8Array(0))]
        const sealed = await sealReport(draft, files, sealingOf(1, 0))
        const empty = await sealReport(draft, [], sealingOf(1, 0))

        // Everything before the first chunk, a local header of 45 bytes, the content, a descriptor of 16; a tag for each 64 KiB.
        const head = empty.lengthBytes - 65_536 - 16
        expect(sealed.attachmentEnds).toEqual([head + 71 + 16, head + 71 + 200_061 + 4 * 16, head + 71 + 200_061 + 61 + 4 * 16])
        expect(empty.attachmentEnds).toEqual([])
        await collect(sealed.chunks)
    })

    it('is sealed to nobody rather never', async () => {
        const sealing = { ...sealingOf(1, 0), recipients: [] }
        await expect(sealReport(draft, [], sealing)).rejects.toThrow('sealed to nobody')
    })
})
