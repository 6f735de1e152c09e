import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachmentOf, mediaTypeOf, nameOf } from '../src/attachments.ts'
import { reasonOf, toHex } from './vectors.ts'

async function read(content: Blob): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const chunk of attachmentOf({ name: 'a.pdf', type: '', content }).chunks()) chunks.push(chunk.slice())
    return toHex(new Uint8Array(Buffer.concat(chunks)))
}

/** A file whose stream says something else than its size. */
function lying(sizeBytes: number, content: Uint8Array<ArrayBuffer>): File {
    const file = new File([content], 'ведомость.xls')
    return Object.defineProperty(file, 'size', { value: sizeBytes })
}

describe('an attachment', () => {
    it.each([0, 1, 65_536, 262_144, 262_145, 1_000_003])('of %i bytes is read whole', async (length) => {
        const bytes = Uint8Array.from({ length }, (_, index) => index % 251)
        expect(await read(new File([bytes], 'a'))).toBe(toHex(bytes))
    })

    it('is read though the browser has no readers with buffers of our own', async () => {
        const file = new File(['сөз'], 'a')
        file.stream = () => new ReadableStream({ start: (controller) => { controller.enqueue(new TextEncoder().encode('сөз')); controller.close() } })
        expect(await read(file)).toBe(toHex(new TextEncoder().encode('сөз')))
    })

    it.each([9, 11])('that has %i bytes where it had 10 ends the sealing', async (sizeBytes) => {
        expect(await reasonOf(() => read(lying(sizeBytes, new Uint8Array(10))))).toBe('file_changed')
    })

    it('that cannot be read ends the sealing, by name', async () => {
        const file = new File(['x'], 'a.pdf')
        file.stream = () => new ReadableStream({ type: 'bytes', pull: () => { throw new Error('disk pulled out') } })
        await expect(read(file)).rejects.toMatchObject({ fileName: 'a.pdf', reason: 'file_changed' })
    })

    it.each([
        ['C:\\Users\\Айгүл\\акт.pdf', 'акт.pdf'],
        ['/home/user/a', 'a'],
        ['a\u0000b\u001f\u007f', 'a_b__'],
        ['', 'attachment'],
        ['folder/', 'attachment'],
        ['\ud800', '\ufffd'],
        ['ж'.repeat(300), 'ж'.repeat(255)],
        ['😀'.repeat(300), '😀'.repeat(255)],
    ])('called %j becomes %j', (name, expected) => {
        expect(nameOf(name)).toBe(expected)
    })

    it('never has a name that the protocol refuses', () => {
        fc.assert(
            fc.property(fc.string({ unit: 'binary' }), (name) => {
                expect(nameOf(name)).toMatch(/^[^/\\\u0000-\u001f\u007f]{1,510}$/)
            }),
        )
    })

    it.each([
        ['image/jpeg', 'image/jpeg'],
        ['Text/Plain; charset=utf-8', 'text/plain'],
        ['', 'application/octet-stream'],
        ['a', 'application/octet-stream'],
        ['a/b c', 'application/octet-stream'],
    ])('of type %j is of %j', (type, expected) => {
        expect(mediaTypeOf(type)).toBe(expected)
    })
})
