import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect, type Finding } from '../src/cleaning/clean.ts'
import { orientationOf, orientationTiff } from '../src/cleaning/orientation.ts'
import { crc32 } from '../src/crc32.ts'
import { JPEG, PNG, WEBP } from './pictures.ts'
import { toHex } from './vectors.ts'

const SECRET = '43.238949 N 76.889709 E iPhone 15 2026-03-10T14:30:00'
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const fileOf = (content: Uint8Array<ArrayBuffer>, name = 'IMG_0001.jpg', type = '') => new File([content], name, { type })

async function clean(content: Uint8Array<ArrayBuffer>): Promise<{ finding: Finding; bytes: Uint8Array<ArrayBuffer> }> {
    const { finding, cleaned } = await inspect(fileOf(content))
    return { finding, bytes: cleaned ? new Uint8Array(await cleaned.arrayBuffer()) : content }
}

/** A TIFF block as cameras write it: the orientation between two other entries, the secret behind. */
function tiff(orientation: number, isLittle: boolean): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(8 + 2 + 3 * 12 + 4)
    const view = new DataView(bytes.buffer)
    bytes.set(ascii(isLittle ? 'II' : 'MM'))
    view.setUint16(2, 42, isLittle)
    view.setUint32(4, 8, isLittle)
    view.setUint16(8, 3, isLittle)
    for (const [index, tag] of [0x010f, 0x0112, 0x8825].entries()) {
        const at = 10 + 12 * index
        view.setUint16(at, tag, isLittle)
        view.setUint16(at + 2, 3, isLittle)
        view.setUint32(at + 4, 1, isLittle)
        view.setUint16(at + 8, tag === 0x0112 ? orientation : 99, isLittle)
    }
    return join(bytes, ascii(SECRET))
}

const segment = (code: number, content: Uint8Array) => join(Uint8Array.of(0xff, code, (content.length + 2) >> 8, (content.length + 2) & 255), content)
const exif = (orientation: number, isLittle = true) => segment(0xe1, join(ascii('Exif\0\0'), tiff(orientation, isLittle)))
const after = (picture: Uint8Array, at: number, ...parts: readonly Uint8Array[]) => join(picture.subarray(0, at), ...parts, picture.subarray(at))

function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(12 + content.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, content.length)
    bytes.set(ascii(type), 4)
    bytes.set(content, 8)
    view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)))
    return bytes
}

function riff(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
    const header = new Uint8Array(8)
    header.set(ascii(type))
    new DataView(header.buffer).setUint32(4, content.length, true)
    return join(header, content, new Uint8Array(content.length % 2))
}

const webp = (...chunks: readonly Uint8Array[]) => riff('RIFF', join(ascii('WEBP'), ...chunks))
/** The chunk that draws the picture, out of the browser's file. */
const DRAWN = WEBP.slice(Buffer.from(WEBP).indexOf('VP8 '))
const extended = (flags: number) => riff('VP8X', Uint8Array.of(flags, 0, 0, 0, 11, 0, 0, 7, 0, 0))
/** From the first table to the end: all that a decoder needs of the JPEG. */
const JPEG_DRAWN = JPEG.subarray(Buffer.from(JPEG).indexOf(Buffer.of(0xff, 0xdb)))
const PNG_HEADER = 8 + 25

describe('a JPEG', () => {
    it('goes out with its drawing, byte for byte, and which way up it is', async () => {
        const photo = after(JPEG, 20, exif(6), segment(0xe1, ascii(`http://ns.adobe.com/xap/1.0/\0${SECRET}`)), segment(0xfe, ascii(SECRET)))
        const withTrailer = join(photo, ascii(`MPF ${SECRET}`), exif(1))

        const { finding, bytes } = await clean(withTrailer)

        expect(finding).toBe('cleaned')
        expect(Buffer.from(bytes).includes(SECRET)).toBe(false)
        expect(Buffer.from(bytes).includes('ICC_PROFILE')).toBe(false)
        const ours = segment(0xe1, join(ascii('Exif\0\0'), orientationTiff(6)))
        expect(toHex(bytes)).toBe(toHex(join(JPEG.subarray(0, 20), ours, JPEG_DRAWN)))
    })

    it('without anything beside its drawing is left alone', async () => {
        const { bytes } = await clean(after(JPEG, 20, exif(3)))

        expect(await clean(bytes)).toEqual({ finding: 'plain', bytes })
    })

    it('loses a thumbnail, whatever hangs behind Adobe’s fields, fill bytes and comments between scans', async () => {
        const jfif = segment(0xe0, join(ascii('JFIF\0'), Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 1, 1), ascii('\x01\x02\x03'), ascii(SECRET)))
        const adobe = segment(0xee, join(ascii('Adobe'), Uint8Array.of(0, 100, 0, 0, 0, 0, 1), ascii(SECRET)))
        const table = JPEG_DRAWN.subarray(0, JPEG_DRAWN.length - 2)
        const photo = join(Uint8Array.of(0xff, 0xd8), jfif, adobe, Uint8Array.of(0xff, 0xff), table, segment(0xfe, ascii(SECRET)), Uint8Array.of(0xff, 0xd9))

        const { finding, bytes } = await clean(photo)

        expect(finding).toBe('cleaned')
        expect(Buffer.from(bytes).includes(SECRET)).toBe(false)
        expect(Buffer.from(bytes).includes(Buffer.from('JFIF\0\x01\x02\x01\0\x48\0\x48\0\0', 'latin1'))).toBe(true)
        expect(toHex(bytes).endsWith(toHex(JPEG_DRAWN))).toBe(true)
    })

    it('keeps restarts and stuffed bytes, also where a window of the reader ends', async () => {
        const scan = JPEG_DRAWN.subarray(0, JPEG_DRAWN.length - 2)
        for (const length of [262_100, 262_144 - scan.length - 1, 262_143, 524_288]) {
            const filling = new Uint8Array(length).map((_, index) => [0xff, 0x00, 0xff, 0xd3, 0x12][index % 5] ?? 0)
            const whole = join(Uint8Array.of(0xff, 0xd8), scan, filling.subarray(0, length - (length % 5)), Uint8Array.of(0xff, 0xd9))

            const { finding, bytes } = await clean(join(whole, ascii(SECRET)))

            expect(finding).toBe('cleaned')
            expect(Buffer.compare(bytes, whole)).toBe(0)
        }
    })

    it('loses any segment that it does not need, wherever it stands', async () => {
        const codes = fc.constantFrom(0xe1, 0xe2, 0xe3, 0xed, 0xef, 0xfe, 0xf0, 0xf7)
        const boundary = fc.constantFrom(2, 20, JPEG.length - JPEG_DRAWN.length)
        await fc.assert(
            fc.asyncProperty(codes, boundary, fc.uint8Array({ maxLength: 300 }), async (code, at, content) => {
                const { bytes } = await clean(after(JPEG, at, segment(code, join(ascii(SECRET), content))))
                expect(toHex(bytes)).toBe(toHex(join(JPEG.subarray(0, 20), JPEG_DRAWN)))
            }),
        )
    })
})

describe('a PNG', () => {
    it('goes out with its drawing, byte for byte, and which way up it is', async () => {
        const beside = [chunk('eXIf', tiff(8, false)), chunk('tEXt', ascii(`Author\0${SECRET}`)), chunk('tIME', Uint8Array.of(7, 234, 3, 10, 14, 30, 0)), chunk('iCCP', ascii(SECRET)), chunk('prVt', ascii(SECRET))]
        const picture = join(after(PNG, PNG_HEADER, ...beside), ascii(SECRET))

        const { finding, bytes } = await clean(picture)

        expect(finding).toBe('cleaned')
        expect(toHex(bytes)).toBe(toHex(after(PNG, PNG_HEADER, chunk('eXIf', orientationTiff(8)))))
        expect(await clean(bytes)).toEqual({ finding: 'plain', bytes })
    })

    it('without anything beside its drawing is left alone', async () => {
        expect(await clean(PNG)).toEqual({ finding: 'plain', bytes: PNG })
    })

    it('that moves keeps its frames', async () => {
        const moving = after(PNG, PNG_HEADER, chunk('acTL', new Uint8Array(8)), chunk('fcTL', new Uint8Array(26)))

        const { bytes } = await clean(after(moving, PNG_HEADER, chunk('zTXt', ascii(SECRET))))

        expect(toHex(bytes)).toBe(toHex(moving))
    })
})

describe('a WebP', () => {
    it('goes out with its drawing, byte for byte, and which way up it is', async () => {
        const picture = webp(extended(0x2c), riff('ICCP', ascii(SECRET)), DRAWN, riff('EXIF', tiff(5, true)), riff('XMP ', ascii(SECRET)), riff('MORE', ascii(SECRET)))

        const { finding, bytes } = await clean(join(picture, ascii(SECRET)))

        expect(finding).toBe('cleaned')
        expect(toHex(bytes)).toBe(toHex(webp(extended(0x08), DRAWN, riff('EXIF', orientationTiff(5)))))
        expect(await clean(bytes)).toEqual({ finding: 'plain', bytes })
    })

    it('of a browser loses its profile', async () => {
        const { finding, bytes } = await clean(WEBP)

        expect(finding).toBe('cleaned')
        expect(toHex(bytes)).toBe(toHex(webp(extended(0), DRAWN)))
    })

    it('of one chunk stays of one chunk', async () => {
        expect(await clean(webp(DRAWN))).toMatchObject({ finding: 'plain' })
        const { bytes } = await clean(webp(DRAWN, riff('EXIF', tiff(1, true))))
        expect(toHex(bytes)).toBe(toHex(webp(DRAWN)))
    })

    it('that moves hides nothing inside its frames', async () => {
        const frame = (...inside: readonly Uint8Array[]) => riff('ANMF', join(new Uint8Array(16).fill(3), ...inside))
        const picture = webp(extended(0x02), riff('ANIM', new Uint8Array(6)), frame(DRAWN, riff('HIDE', ascii(SECRET))), frame(DRAWN))

        const { finding, bytes } = await clean(picture)

        expect(finding).toBe('cleaned')
        expect(toHex(bytes)).toBe(toHex(webp(extended(0x02), riff('ANIM', new Uint8Array(6)), frame(DRAWN), frame(DRAWN))))
    })
})

describe('what draws', () => {
    const hidden = ascii(SECRET)
    const jpeg = (code: number, content: Uint8Array) => join(JPEG.subarray(0, 2), segment(code, join(content, hidden)), JPEG_DRAWN)
    const png = (type: string, content: Uint8Array = new Uint8Array()) => after(PNG, PNG_HEADER, chunk(type, join(content, hidden)))
    const moving = riff('ANIM', new Uint8Array(6))
    const places: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
        ['a JPEG’s tables', jpeg(0xdb, JPEG_DRAWN.slice(4, 4 + 65))],
        ['a JPEG’s Huffman codes', jpeg(0xc4, new Uint8Array(17))],
        ['a JPEG’s frame', jpeg(0xc0, Uint8Array.of(8, 0, 8, 0, 12, 1, 1, 0x11, 0))],
        ['a JPEG’s scan', jpeg(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0))],
        ['a JPEG’s restarts', jpeg(0xdd, Uint8Array.of(0, 4))],
        ['a JPEG’s lines', jpeg(0xdc, Uint8Array.of(0, 8))],
        ['a PNG’s header', join(PNG.subarray(0, 8), chunk('IHDR', join(PNG.subarray(16, 29), hidden)), PNG.subarray(PNG_HEADER))],
        ['a PNG’s second header', png('IHDR')],
        ['a PNG’s palette', png('PLTE')],
        ...['tRNS', 'sBIT', 'bKGD', 'gAMA', 'cHRM', 'sRGB', 'cICP', 'acTL', 'fcTL', 'IEND'].map((type) => [`a PNG’s ${type}`, png(type)] as const),
        ['a PNG’s gamma, given twice', after(PNG, PNG_HEADER, chunk('gAMA', hidden.subarray(0, 4)), chunk('gAMA', hidden.subarray(4, 8)))],
        ['a WebP’s first chunk', webp(riff('VP8X', join(extended(0).subarray(8), hidden)), DRAWN)],
        ['a WebP’s second first chunk', webp(extended(0), extended(0), DRAWN)],
        ['a WebP’s second picture', webp(DRAWN, riff('VP8 ', hidden))],
        ['a WebP’s picture of the other kind', webp(DRAWN, riff('VP8L', hidden))],
        ['a WebP’s second alpha', webp(extended(0x10), riff('ALPH', hidden), riff('ALPH', hidden), DRAWN)],
        ['a WebP’s movement', webp(extended(2), riff('ANIM', join(new Uint8Array(6), hidden)), riff('ANMF', join(new Uint8Array(16), DRAWN)))],
        ['a WebP’s second picture of a frame', webp(extended(2), moving, riff('ANMF', join(new Uint8Array(16), DRAWN, riff('VP8 ', hidden))))],
        ['the byte that makes a WebP’s chunk even', webp(DRAWN, join(riff('MORE', Uint8Array.of(1)).subarray(0, 9), Uint8Array.of(1)))],
    ]

    it.each(places)('hides nothing behind %s', async (_, picture) => {
        expect(await clean(picture)).toMatchObject({ finding: 'damaged' })
    })

    it('loses the bits of a WebP that mean nothing', async () => {
        const header = extended(2)
        header.set(hidden.subarray(0, 3), 9)
        const { finding, bytes } = await clean(webp(header, moving, riff('ANMF', join(new Uint8Array(16).fill(0xff), DRAWN))))

        expect(finding).toBe('cleaned')
        expect(toHex(bytes)).toBe(toHex(webp(extended(2), moving, riff('ANMF', join(new Uint8Array(15).fill(0xff), Uint8Array.of(3), DRAWN)))))
    })
})

describe('the orientation', () => {
    it.each([2, 3, 4, 5, 6, 7, 8])('%i is read in both orders, and written so that it reads the same', (value) => {
        expect(orientationOf(tiff(value, true))).toBe(value)
        expect(orientationOf(tiff(value, false))).toBe(value)
        expect(orientationOf(orientationTiff(value))).toBe(value)
    })

    it('of anything else is upright', () => {
        for (const value of [0, 1, 9, 65_535]) expect(orientationOf(tiff(value, true))).toBe(1)
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
                expect(orientationOf(bytes)).toBeGreaterThanOrEqual(1)
                expect(orientationOf(bytes)).toBeLessThanOrEqual(8)
            }),
        )
    })
})

describe('any file', () => {
    it.each([
        ['scan.PDF', '', 'pdf'],
        ['приказ.docx', '', 'office'],
        ['IMG_1.HEIC', '', 'picture'],
        ['x', 'image/heic', 'picture'],
        ['голос.m4a', '', 'recording'],
        ['x', 'video/mp4', 'recording'],
        ['photo.jpg', 'image/jpeg', 'picture'], // and yet no JPEG
        ['a.zip', 'application/zip', 'other'],
        ['', '', 'other'],
    ])('called %j of type %j that is no known picture is told as %s', async (name, type, finding) => {
        expect(await inspect(fileOf(ascii('some bytes that are nothing'), name, type))).toEqual({ finding, cleaned: null })
        expect(await inspect(fileOf(new Uint8Array(0), name, type))).toEqual({ finding, cleaned: null })
    })

    it.each([['JPEG', JPEG], ['PNG', PNG], ['WebP', WEBP]])('cut anywhere in a %s is not half cleaned', async (_, picture) => {
        for (let length = 12; length < picture.length; length++) {
            const { finding, bytes } = await clean(picture.slice(0, length))
            expect(finding).toBe('damaged')
            expect(bytes.length).toBe(length)
        }
    })

    it('with bytes changed anywhere is cleaned or told, and cleaning it again changes nothing', async () => {
        const pictures = fc.constantFrom(after(JPEG, 20, exif(6)), after(PNG, PNG_HEADER, chunk('eXIf', tiff(8, false))), webp(extended(0x2c), DRAWN, riff('EXIF', tiff(5, true))))
        const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 })
        await fc.assert(
            fc.asyncProperty(pictures, changes, async (picture, all) => {
                const changed = picture.slice()
                for (const [at, value] of all) changed[at % changed.length] = value
                const { finding, bytes } = await clean(changed)
                if (finding !== 'cleaned') return
                const again = await clean(bytes)
                expect(toHex(again.bytes)).toBe(toHex(bytes))
            }),
            { numRuns: 500 },
        )
    })
})
