import { describe, expect, it } from 'vitest'
import { recipientsOf, reviewersOn, teamKeysOn, verifyDirectory, type KeyDirectory } from '../src/directory.ts'
import { parseDay } from '../src/day.ts'
import { VerificationKey } from '../src/ed25519.ts'
import { base64urlnopad } from '@scure/base'
import { fromHex, reasonOf, vectors } from './vectors.ts'

interface Given {
    readonly directory?: string
    readonly directory_hex?: string
    readonly signature: string
    readonly cross_signature: string | null
    readonly root: string
    readonly newest_seen: number
    readonly now: string
}
type Expected = Readonly<Record<string, unknown>> & { readonly version: number; readonly organisation_id: string }

const bytesOf = ({ directory, directory_hex: hex }: Given) => (hex === undefined ? new TextEncoder().encode(directory) : fromHex(hex))
// Rollback is for those who remember; a page does not.
const cases = vectors<Given, Expected>('directory').filter(({ reason }) => reason !== 'stale')

describe('the key directory', () => {
    it.each(cases)('is verified as in Python: $name', async ({ given, reason, expected }) => {
        const now = new Date(given.now)
        let directory: KeyDirectory | undefined

        const found = await reasonOf(() => {
            const untrusted = { directory: bytesOf(given), signature: given.signature, crossSignature: given.cross_signature }
            directory = verifyDirectory(untrusted, VerificationKey.parse(given.root), now)
        })

        expect(found).toBe(reason)
        if (!directory) return
        expect(directory.version).toBe(expected.version)
        expect(base64urlnopad.encode(directory.organisationId)).toBe(expected.organisation_id)
        expect(reviewersOn(directory, now).map(String)).toEqual(expected['reviewers'])
        expect(recipientsOf(directory, 'recovery', now)).toEqual(expected['recovery_recipients'])
        expect(recipientsOf(directory, 'offline', now)).toEqual(expected['offline_recipients'])
        for (const [name, keys] of Object.entries(expected)) {
            const [, day] = name.split('team_keys_on_')
            if (day) expect(teamKeysOn(directory, parseDay(day)).map(String)).toEqual(keys)
        }
    })
})
