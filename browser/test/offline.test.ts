import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { beforeEach, describe, expect, it } from 'vitest'
import { openSealed } from '../src/age.ts'
import { readArchive } from '../src/archive.ts'
import { SigningKey } from '../src/ed25519.ts'
import { systemClock, systemEntropy } from '../src/effects.ts'
import { readChosenDirectory } from '../src/offline/chosenDirectory.ts'
import { OfflineSession } from '../src/offline/session.ts'
import type { Command, Event, Sealed } from '../src/offline/talk.ts'
import { signSshsig } from '../src/sshsig.ts'
import { vectors } from './vectors.ts'
import { wordListBytes } from './words.ts'

interface Content {
    readonly version: number
    readonly organisation_id: string
    readonly issued: string
    readonly expires: string
    readonly recipients: readonly { readonly role: 'recovery' | 'offline'; readonly recipient: string; readonly not_after: string }[]
}

const current = vectors<{ readonly directory: string }, unknown>('directory').find(({ name }) => name === 'current')
const CONTENT = JSON.parse(current?.given.directory ?? '{}') as Content
const ISSUED = '2026-11-14T07:30:00Z'
const ENDED = '2027-02-12T07:30:00Z'
const LAST = '2027-06-30T19:00:00Z'

const root = new SigningKey(systemEntropy(32))
const otherRoot = new SigningKey(systemEntropy(32))
const offline = await generateHybridIdentity()
const recovery = await generateHybridIdentity()
const recipients = [
    { role: 'recovery', recipient: await identityToRecipient(recovery), not_after: LAST },
    { role: 'offline', recipient: await identityToRecipient(offline), not_after: LAST },
] as const
const base: Content = { ...CONTENT, version: 7, issued: ISSUED, expires: ENDED, recipients }

/** A directory as its file and signatures. */
function signed(changes: Partial<Content> = {}, by = root, crossBy?: SigningKey) {
    const directory = new TextEncoder().encode(JSON.stringify({ ...base, ...changes }))
    const signature = signSshsig(directory, by, 'debunker-directory')
    return { directory, signature, crossSignature: crossBy ? signSshsig(directory, crossBy, 'debunker-directory') : null }
}

const draft = { kind: 'report', language: 'ru', text: 'Мен көрдім.', answers: {}, consent: { to: 'none', secrecy: true, doNotUse: '' } } as const
const file = (content: Blob) => ({ name: 'акт.txt', type: 'text/plain', content })

let events: Event[]
let now: Date
let session: OfflineSession

const obey = (command: Command) => session.obey(command)
const prepare = (directory = signed()) =>
    obey({ do: 'prepare', root: root.verificationKey.toString(), directory, words: { language: 'ru', list: wordListBytes('ru') } })
const kinds = () => events.map((event) => (event.event === 'trouble' ? event.trouble.kind : event.event)).filter((kind) => kind !== 'progress')
const sealed = (): Sealed => {
    const found = events.find((event) => event.event === 'sealed')
    if (!found) throw new Error('nothing was sealed')
    return found
}
const open = async (identity: string) => readArchive(await openSealed(new Uint8Array(await sealed().content.arrayBuffer()), identity))

beforeEach(() => {
    events = []
    now = new Date('2026-11-24T07:30:00Z')
    session = new OfflineSession({ clock: { ...systemClock, now: () => now }, entropy: systemEntropy, tell: (event) => events.push(event) })
})

describe('an offline session', () => {
    it('seals to the recipients for offline pages and to recovery, and says that it did', async () => {
        await prepare()
        await obey({ do: 'seal', draft, files: [file(new Blob(['Акт']))] })

        for (const identity of [offline, recovery]) {
            const entries = await open(identity)
            const report = JSON.parse(new TextDecoder().decode(entries.find(({ name }) => name === 'report.json')?.bytes)) as Record<string, unknown>
            expect(report).toMatchObject({ sealed_by: 'offline', kind: 'report', text: draft.text, mailbox: sealed().mailbox, directory_version: base.version })
            expect(new TextDecoder().decode(entries[0]?.bytes)).toBe('Акт')
        }
        const header = (await sealed().content.text()).split('\n--- ')[0] ?? ''
        expect(header.match(/^-> mlkem768x25519 /gm)).toHaveLength(2)
    })

    it('gives the codename in characters and in words, another each time', async () => {
        await prepare()
        await obey({ do: 'seal', draft, files: [] })
        await obey({ do: 'seal', draft, files: [] })

        const all = events.filter((event) => event.event === 'sealed')
        expect(new Set(all.map(({ characters }) => characters)).size).toBe(2)
        expect(all.map(({ words }) => words?.split(' ').length)).toEqual([10, 10])
    })

    it('seals with an old directory, and says that it is old', async () => {
        now = new Date(ENDED)
        await prepare()
        await obey({ do: 'seal', draft, files: [] })

        expect(events[0]).toMatchObject({ event: 'ready', isOld: true, until: new Date(LAST) })
        expect(sealed().content.size).toBeGreaterThan(65_536)
    })

    it('does not call a directory old before its end', async () => {
        now = new Date(new Date(ENDED).getTime() - 1)
        await prepare()

        expect(events).toMatchObject([{ event: 'ready', version: base.version, issued: new Date(ISSUED), isOld: false }])
    })

    it.each(['offline', 'recovery'] as const)('seals nothing past the end of the %s recipients, though the page is still open', async (role) => {
        const end = '2027-03-01T00:00:00Z'
        await prepare(signed({ recipients: recipients.map((each) => (each.role === role ? { ...each, not_after: end } : each)) }))
        now = new Date(end)
        await obey({ do: 'seal', draft, files: [] })

        expect(kinds()).toEqual(['ready', 'ended'])
    })

    it('leaves out a recipient whose time is over', async () => {
        const third = { role: 'offline', recipient: await identityToRecipient(await generateHybridIdentity()), not_after: '2026-11-20T00:00:00Z' } as const
        await prepare(signed({ recipients: [...recipients, third] }))
        await obey({ do: 'seal', draft, files: [] })

        const header = (await sealed().content.text()).split('\n--- ')[0] ?? ''
        expect(header.match(/^-> /gm)).toHaveLength(2)
    })

    it.each(['offline', 'recovery'] as const)('does not seal where the directory names no %s recipient', async (role) => {
        await prepare(signed({ recipients: recipients.filter((each) => each.role !== role) }))

        expect(kinds()).toEqual(['unusable'])
    })

    it('does not trust a clock that is behind the directory', async () => {
        now = new Date('2026-11-13T07:29:59Z')
        await prepare()

        expect(kinds()).toEqual(['clock'])
    })

    it('seals nothing to a directory of another root', async () => {
        await prepare(signed({}, otherRoot))
        await obey({ do: 'seal', draft, files: [] })

        expect(kinds()).toEqual(['not_signed', 'not_signed'])
    })

    it('tells which file changed while it was sealed', async () => {
        await prepare()
        const gone = { size: 3, stream: () => new Blob(['four']).stream() } as Blob
        await obey({ do: 'seal', draft, files: [file(gone)] })

        expect(events.at(-1)).toEqual({ event: 'trouble', trouble: { kind: 'file', fileName: 'акт.txt' } })
    })
})

describe('a directory that somebody hands over', () => {
    const newer = { version: base.version + 1, expires: '2027-02-13T07:30:00Z' }

    it('is sealed to from then on', async () => {
        const identity = await generateHybridIdentity()
        const recipient = await identityToRecipient(identity)
        await prepare()
        await obey({ do: 'takeDirectory', directory: signed({ ...newer, recipients: [{ role: 'offline', recipient, not_after: LAST }, recipients[0]] }) })
        await obey({ do: 'seal', draft, files: [] })

        expect(kinds()).toEqual(['ready', 'ready', 'sealed'])
        await expect(open(identity)).resolves.toBeDefined()
        await expect(open(offline)).rejects.toThrow()
    })

    it('mends a page whose recipients have ended', async () => {
        await prepare(signed({ recipients: recipients.map((each) => ({ ...each, not_after: '2026-11-20T00:00:00Z' })) }))
        await obey({ do: 'takeDirectory', directory: signed(newer) })
        await obey({ do: 'seal', draft, files: [] })

        expect(kinds()).toEqual(['ended', 'ready', 'sealed'])
    })

    it('counts when the page’s root has only cross-signed it', async () => {
        await prepare()
        await obey({ do: 'takeDirectory', directory: signed(newer, otherRoot, root) })

        expect(kinds()).toEqual(['ready', 'ready'])
    })

    it.each([
        ['of another root', 'not_signed', signed(newer, otherRoot)],
        ['that is older', 'older', signed({ version: base.version - 1 })],
        ['of another organisation', 'unusable', signed({ ...newer, organisation_id: 'A'.repeat(43) })],
        ['without recipients for offline pages', 'unusable', signed({ ...newer, recipients: [recipients[0]] })],
        ['that is no directory', 'not_signed', { ...signed(newer), directory: new Uint8Array([1, 2, 3]) }],
    ])('%s is refused, and changes nothing', async (_, kind, directory) => {
        await prepare()
        await obey({ do: 'takeDirectory', directory })
        await obey({ do: 'seal', draft, files: [] })

        expect(kinds()).toEqual(['ready', kind, 'sealed'])
        await expect(open(offline)).resolves.toBeDefined()
    })

    it('cannot be an older one, though the page’s own has ended', async () => {
        await prepare(signed({ recipients: recipients.map((each) => ({ ...each, not_after: '2026-11-20T00:00:00Z' })) }))
        await obey({ do: 'takeDirectory', directory: signed({ version: base.version - 1 }) })

        expect(kinds()).toEqual(['ended', 'older'])
    })
})

describe('chosen files of a directory', () => {
    const named = (name: string, content: string) => new File([content], name)

    it('are told apart by their names, in any order, with what browsers append', async () => {
        const chosen = await readChosenDirectory([named('directory.json (1).sig', 's'), named('directory (2).json', 'd'), named('directory.json.cross.sig', 'c')])

        expect(chosen).toEqual({ directory: new TextEncoder().encode('d'), signature: 's', crossSignature: 'c' })
    })

    it.each([
        ['no signature', [named('directory.json', 'd')]],
        ['no directory', [named('directory.json.sig', 's')]],
        ['something huge', [named('directory.json.sig', 's'), named('directory.json', 'd'.repeat(1_048_577))]],
    ])('are none with %s', async (_, files) => {
        expect(await readChosenDirectory(files)).toBeUndefined()
    })
})
