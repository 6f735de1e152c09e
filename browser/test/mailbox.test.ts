import { describe, expect, it } from 'vitest'
import { Codename } from '../src/codename.ts'
import { ReporterKeys, parseOrganisationId, readMailboxAnswer, type MailboxAnswer } from '../src/mailbox.ts'
import { fromHex, fromSegments, reasonOf, toHex, vectors, type Segments } from './vectors.ts'

interface Derivation {
    readonly secret: string
    readonly organisation_id: string
}
interface Derived {
    readonly authorization: string
    readonly mailbox: string
    readonly identity: string
    readonly reply_to: string
    readonly message_key: string
}

const all = vectors<Derivation | { answer: Segments }, Derived | { sent: string[]; replies: string[] }>('mailbox')

describe('the mailbox', () => {
    it.each(all.filter(({ given }) => 'secret' in given))('derives as in Python: $name', async ({ given, expected }) => {
        const { secret, organisation_id } = given as Derivation
        const derived = expected as Derived

        const keys = await ReporterKeys.derive(new Codename(fromHex(secret)), parseOrganisationId(organisation_id))

        expect(keys.bearer()).toBe(derived.authorization)
        expect(keys.mailbox).toBe(derived.mailbox)
        expect(keys.identity).toBe(derived.identity)
        expect(keys.recipient).toBe(derived.reply_to)
        expect(keys.signingKey.verificationKey.toString()).toBe(derived.message_key)
        expect(JSON.stringify(keys)).not.toContain(derived.identity)
    })

    it.each(all.filter(({ given }) => 'answer' in given))('reads its answer as in Python: $name', async ({ given, reason, expected }) => {
        const answer = fromSegments((given as { answer: Segments }).answer)
        let read: MailboxAnswer = { sentOn: [], replies: [] }

        const found = await reasonOf(() => {
            read = readMailboxAnswer(answer)
        })

        expect(found).toBe(reason)
        if (reason === null) expect({ sent: read.sentOn, replies: read.replies.map(toHex) }).toEqual(expected)
    })

    it.each(['', 'short', `${'A'.repeat(42)}B`, '='.repeat(43)])('refuses the organisation id %j', async (text) => {
        expect(await reasonOf(() => parseOrganisationId(text))).toBe('not_an_organisation_id')
    })
})
