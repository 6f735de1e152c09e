/** A newer directory as a person hands it over: the files of the site, by their names, whatever a browser has appended to them. */

import type { UnverifiedDirectory } from '../directory.ts'

/** Larger ones cannot be right, and nobody needs to wait until they are read. */
const MAX_FILE_BYTES = 1_048_576

interface NamedFile {
    readonly name: string
    readonly size: number
    arrayBuffer(): Promise<ArrayBuffer>
}

/** The file and its signatures; `undefined` if the directory or every signature is missing, or a file cannot be read. */
export async function readChosenDirectory(files: readonly NamedFile[]): Promise<UnverifiedDirectory | undefined> {
    if (files.some(({ size }) => size > MAX_FILE_BYTES)) return undefined
    const directory = files.find(({ name }) => !isSignature(name))
    const cross = files.find(({ name }) => isSignature(name) && isCross(name))
    const signature = files.find(({ name }) => isSignature(name) && !isCross(name)) ?? cross
    if (!directory || !signature) return undefined
    try {
        return {
            directory: new Uint8Array(await directory.arrayBuffer()),
            signature: await textOf(signature),
            crossSignature: cross ? await textOf(cross) : null,
        }
    } catch {
        return undefined // the stick was pulled out
    }
}

function isSignature(name: string): boolean {
    return /\.sig\b/i.test(name)
}

function isCross(name: string): boolean {
    return /\.cross\b/i.test(name)
}

async function textOf(file: NamedFile): Promise<string> {
    // A mark in front of it is none of the signature's: it must not be dropped in silence.
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer())
}
