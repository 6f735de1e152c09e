/** The vectors that Python and TypeScript share; see tests/vectors. */

import { readFileSync, readdirSync } from 'node:fs'

const root = new URL('../../tests/vectors/', import.meta.url)

/** Hexadecimal strings, and numbers of zero bytes. */
export type Segments = readonly (string | number)[]

export interface Vector<Given, Expected> {
    readonly name: string
    readonly description: string
    readonly given: Given
    /** Why it must be refused; `null` if it must not. */
    readonly reason: string | null
    readonly expected: Expected
}

export function vectors<Given, Expected>(folder: string): Vector<Given, Expected>[] {
    const names = readdirSync(new URL(`${folder}/`, root)).filter((name) => name.endsWith('.json'))
    return names.map((name) => {
        const vector = JSON.parse(readFileSync(new URL(`${folder}/${name}`, root), 'utf8')) as Vector<Given, Expected>
        return { ...vector, name: name.replace('.json', '') }
    })
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.from(text, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString('hex')
}

export function fromSegments(segments: Segments): Uint8Array<ArrayBuffer> {
    const parts = segments.map((segment) => (typeof segment === 'number' ? Buffer.alloc(segment) : Buffer.from(segment, 'hex')))
    return new Uint8Array(Buffer.concat(parts))
}

/** The reason of the error that this throws; `null` if it throws none. Any other error is a failure of the test. */
export async function reasonOf(act: () => unknown): Promise<string | null> {
    const { ProtocolError } = await import('../src/errors.ts')
    try {
        await act()
        return null
    } catch (error) {
        if (error instanceof ProtocolError) return error.reason
        throw error
    }
}
