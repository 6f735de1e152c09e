import { describe, expect, it } from 'vitest'
import { parseDirectory } from '../src/directory.ts'
import { reportRecipients } from '../src/identities.ts'
import { fromHex, reasonOf, vectors } from './vectors.ts'

interface Given {
    readonly identities?: string
    readonly identities_hex?: string
    readonly directory: string
    readonly now: string
}
interface Expected {
    readonly report_recipients: readonly string[]
}

const encode = (text: string | undefined) => new TextEncoder().encode(text)
const bytesOf = ({ identities, identities_hex: hex }: Given) => (hex === undefined ? encode(identities) : fromHex(hex))

describe('the intake identities', () => {
    it.each(vectors<Given, Expected>('identities'))('are chosen as in Python: $name', async ({ given, reason, expected }) => {
        let recipients: readonly string[] | undefined

        const found = await reasonOf(() => {
            recipients = reportRecipients(parseDirectory(encode(given.directory)), bytesOf(given), new Date(given.now))
        })

        expect(found).toBe(reason)
        if (recipients) expect(recipients).toEqual(expected.report_recipients)
    })

    it('are at most 1 MiB', async () => {
        const [first] = vectors<Given, Expected>('identities')
        if (!first) throw new Error('no vector')
        const directory = parseDirectory(encode(first.given.directory))

        expect(await reasonOf(() => reportRecipients(directory, new Uint8Array(1_048_577), new Date(first.given.now)))).toBe('identities_too_long')
    })
})
