/**
 * What a chosen file tells beside what it shows, and the file without it.
 *
 * Photos name place, time and device; whoever sends one seldom knows. JPEG, PNG and WebP are cleaned without decoding them: the
 * pixels stay the same to the bit. Everything else stays as it is, and the page says so, by kind.
 *
 * Not done here: what the picture itself shows (faces, reflections, printers' marks); the choice to keep the data as evidence.
 *
 * Rules:
 * * What a file is, its first bytes say; its name decides only what cannot be cleaned anyway.
 * * A picture that is damaged or unusual is not half cleaned: it stays whole, and is told.
 */

import { cleanJpeg } from './jpeg.ts'
import { PNG_SIGNATURE, cleanPng } from './png.ts'
import { DamagedError, Source, letters, type Kept } from './source.ts'
import { cleanWebp } from './webp.ts'

/**
 * `cleaned`: there was something beside the picture; `plain`: there was nothing; `unknown`: nobody could look, and that is the page's
 * to say. All others stay as they are.
 */
export type Finding = 'unknown' | 'cleaned' | 'plain' | 'damaged' | 'picture' | 'pdf' | 'office' | 'recording' | 'other'

export interface Inspected {
    readonly finding: Finding
    /** The picture alone; `null` where there is nothing to choose. */
    readonly cleaned: Blob | null
}

const CLEANERS: readonly (readonly [(start: Uint8Array) => boolean, (source: Source) => Promise<Kept>])[] = [
    [(start) => letters(start.subarray(0, 3)) === '\xff\xd8\xff', cleanJpeg],
    [(start) => PNG_SIGNATURE.every((byte, index) => byte === start[index]), cleanPng],
    [(start) => letters(start.subarray(0, 4)) === 'RIFF' && letters(start.subarray(8, 12)) === 'WEBP', cleanWebp],
]
const START_BYTES = 12

const ENDINGS: readonly (readonly [RegExp, Finding])[] = [
    [/\.(heic|heif|avif|gif|tiff?|bmp|dng|cr2|cr3|nef|arw|raw|psd|svg)$/i, 'picture'],
    [/\.pdf$/i, 'pdf'],
    [/\.(docx?|docm|dotx?|xlsx?|xlsm|pptx?|odt|ods|odp|rtf)$/i, 'office'],
    [/\.(mp4|mov|m4v|3gp|avi|mkv|webm|mp3|m4a|aac|ogg|oga|opus|wav|amr|flac|wma|wmv)$/i, 'recording'],
]

/** Look into a file. Throws what the browser throws when it cannot read. */
export async function inspect(file: File): Promise<Inspected> {
    const source = new Source(file)
    const start = file.size < START_BYTES ? new Uint8Array(0) : (await source.bytes(0, START_BYTES)).slice()
    const clean = CLEANERS.find(([isIt]) => isIt(start))?.[1]
    if (!clean) return { finding: kindOf(file), cleaned: null }
    try {
        const { parts, hasDropped } = await clean(source)
        return hasDropped ? { finding: 'cleaned', cleaned: new Blob([...parts]) } : { finding: 'plain', cleaned: null }
    } catch (error) {
        if (!(error instanceof DamagedError)) throw error
        return { finding: 'damaged', cleaned: null }
    }
}

function kindOf({ name, type }: File): Finding {
    const byName = ENDINGS.find(([ending]) => ending.test(name))?.[1]
    if (byName) return byName
    if (type.startsWith('image/')) return 'picture'
    return /^(audio|video)\//.test(type) ? 'recording' : 'other'
}
