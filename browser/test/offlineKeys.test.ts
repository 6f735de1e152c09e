import { describe, expect, it } from 'vitest'
import { parseDirectory } from '../src/directory.ts'
import { VerificationKey } from '../src/ed25519.ts'
import { offlineKeys, type OfflineKeys } from '../src/offline/keys.ts'
import { reasonOf, vectors } from './vectors.ts'

interface Given {
    readonly directory: string
    readonly signature: string
    readonly cross_signature: string | null
    readonly root: string
    readonly now: string
    readonly before: string | null
}
interface Expected {
    readonly version: number
    readonly recipients: readonly string[]
    readonly until: string
    readonly is_old: boolean
}

const bytes = (text: string) => new TextEncoder().encode(text)

describe('the keys of an offline page', () => {
    it.each(vectors<Given, Expected>('offline_keys'))('are chosen as in Python: $name', async ({ given, reason, expected }) => {
        const untrusted = { directory: bytes(given.directory), signature: given.signature, crossSignature: given.cross_signature }
        const before = given.before === null ? undefined : parseDirectory(bytes(given.before))
        let keys: OfflineKeys | undefined

        const found = await reasonOf(() => {
            keys = offlineKeys(untrusted, VerificationKey.parse(given.root), new Date(given.now), before)
        })

        expect(found).toBe(reason)
        if (!keys) return
        expect(keys.directory.version).toBe(expected.version)
        expect(keys.recipients).toEqual(expected.recipients)
        expect(keys.until).toEqual(new Date(expected.until))
        expect(keys.isOld).toBe(expected.is_old)
    })
})
