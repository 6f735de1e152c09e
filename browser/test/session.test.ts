import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Codename } from '../src/codename.ts'
import { systemClock, systemEntropy } from '../src/effects.ts'
import { MailboxSession } from '../src/mailboxSession.ts'
import { ReportSession } from '../src/reportSession.ts'
import type { SessionEffects } from '../src/session.ts'
import type { Event, MailboxCommand, ReportCommand } from '../src/talk.ts'
import { TusServer } from './tusServer.ts'
import { fromSegments, vectors, type Segments } from './vectors.ts'
import { wordListBytes } from './words.ts'

interface Given {
    readonly directory: string
    readonly signature: string
    readonly root: string
    readonly now: string
}

interface GivenIdentities {
    readonly directory: string
    readonly identities: string
    readonly now: string
}

/** Tells whom it was sealed to. */
interface Chosen {
    readonly report_recipients: readonly string[]
}

const given = vectors<Given, unknown>('directory').find(({ name }) => name === 'current')?.given
const chosen = vectors<GivenIdentities, Chosen>('identities').find(({ name }) => name === 'two_reviewers')
if (!given || !chosen) throw new Error('no directory, or no identities')
const empty = vectors<{ readonly answer: Segments }, unknown>('mailbox').find(({ name }) => name === 'answer_empty')
const answer = fromSegments(empty?.given.answer ?? [])
const { directory, signature, root } = given
const { identities } = chosen.given
const draft = { kind: 'report', language: 'kk', text: 'x', answers: {}, consent: { to: 'none', secrecy: true, doNotUse: '' } } as const

let server: TusServer
let events: Event[]
let now: Date
let session: ReportSession
let mailbox: MailboxSession

/** What these addresses answer; all others are the server's. */
let files: Map<string, string | number | Uint8Array<ArrayBuffer>>
let asked: string[]

/** The site's clock; says nothing where it is not set. */
let sitesDate: Date | undefined

const serving: typeof fetch = (input, options) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const file = files.get(url.pathname)
    if (file !== undefined) {
        asked.push(url.pathname)
        const headers = sitesDate ? { Date: sitesDate.toUTCString() } : undefined
        return Promise.resolve(typeof file === 'number' ? new Response('', { status: file }) : new Response(file, headers && { headers }))
    }
    const [, language] = /^\/static\/words-(en|ru)\.txt$/.exec(url.pathname) ?? []
    if (language === 'en' || language === 'ru') return Promise.resolve(new Response(wordListBytes(language)))
    return fetch(url, options)
}

const daysAfter = (moment: Date, days: number) => new Date(moment.getTime() + days * 86_400_000)
const told = () => events.filter(({ event }) => event !== 'progress')
const begin = (effects: Pick<SessionEffects, 'fetch' | 'clock'>) => {
    const all = { origin: server.origin, entropy: systemEntropy, tell: (event: Event) => events.push(event), ...effects }
    session = new ReportSession(all)
    mailbox = new MailboxSession(all)
}
const obey = (command: ReportCommand) => session.obey(command)
const prepare = () => obey({ do: 'prepareReport', root, language: 'kk' })
const atMailbox = (command: MailboxCommand) => mailbox.obey(command)
const prepareMailbox = () => atMailbox({ do: 'prepareMailbox', root })

beforeEach(async () => {
    server = await TusServer.start()
    files = new Map<string, string | number | Uint8Array<ArrayBuffer>>([
        ['/directory.json', directory],
        ['/directory.json.sig', signature],
        ['/directory.json.cross.sig', 404],
        ['/identities.json', identities],
    ])
    asked = []
    sitesDate = undefined
    events = []
    now = new Date(given.now)
    const clock = { ...systemClock, now: () => now }
    begin({ fetch: serving, clock })
})

afterEach(async () => {
    await server.stop()
})

describe('a session', () => {
    it('tells the codename first, and received last', async () => {
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told().map(({ event }) => event)).toEqual(['ready', 'codename', 'received'])
        expect(events.slice(2, -1).map(({ event }) => event)).toContain('progress')
        expect(events[1]).toMatchObject({ event: 'codename', words: null })
        expect(server.stored.length).toBe(server.length)
        expect(server.stored.toString('latin1', 0, 21)).toBe('age-encryption.org/v1')
    })

    it('makes another codename for each attempt', async () => {
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })
        server.stored = Buffer.alloc(0)
        await obey({ do: 'sendReport', draft, files: [] })

        const characters = events.flatMap((event) => (event.event === 'codename' ? [event.characters] : []))
        expect(new Set(characters).size).toBe(2)
    })

    it('seals nothing once the directory has ended, though the page is still open', async () => {
        await prepare()
        now = new Date('2030-01-01T00:00:00Z')
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told()).toEqual([{ event: 'ready' }, { event: 'trouble', trouble: { kind: 'expired', fileName: '' } }])
        expect(server.requests).toEqual([])
    })

    it.each([
        ['late by two days', 2, 0, 'clock'],
        ['late by four hundred days', 400, 0, 'clock'],
        ['early, and by it the identities have ended', -20, 20, 'clock_ahead'],
        ['early, and by it everything has ended', -400, 400, 'clock_ahead'],
        ['right, and everything has ended', 0, 400, 'expired'],
        ['alone, and everything has ended', undefined, 400, 'expired'],
    ])('seals nothing when this clock, beside the site\'s, is %s', async (_, sitesDays, ourDays, kind) => {
        now = daysAfter(now, ourDays)
        sitesDate = sitesDays === undefined ? undefined : daysAfter(now, sitesDays)
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told()[0]).toEqual({ event: 'trouble', trouble: { kind, fileName: '' } })
        expect(events.some(({ event }) => event === 'codename' || event === 'ready')).toBe(false)
        expect(server.requests).toEqual([])
    })

    it.each([-400, -0.9, 0, 0.9])('goes on while the keys hold and this clock is not late: the site is ahead by %d days', async (days) => {
        sitesDate = daysAfter(now, days)
        await prepare()

        expect(told()).toEqual([{ event: 'ready' }])
    })

    it('lets no clock excuse a directory of another root', async () => {
        sitesDate = daysAfter(now, 400)
        const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAHyBTCcc10pRodfVKWtPrgyD3S4TQp71MPz9HorpbMH'
        await obey({ do: 'prepareReport', root: other, language: 'kk' })

        expect(told()).toEqual([{ event: 'trouble', trouble: { kind: 'not_signed', fileName: '' } }])
    })

    it('seals nothing to a directory of another root', async () => {
        const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAHyBTCcc10pRodfVKWtPrgyD3S4TQp71MPz9HorpbMH'
        await obey({ do: 'prepareReport', root: other, language: 'kk' })
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told()[0]).toMatchObject({ trouble: { kind: 'not_signed' } })
        expect(events.some(({ event }) => event === 'codename' || event === 'ready')).toBe(false)
        expect(server.requests).toEqual([])
    })

    it('asks for the other signature only where the first is not by its root', async () => {
        await prepare()
        expect(asked).not.toContain('/directory.json.cross.sig')
        files.set('/directory.json.sig', 'of another root')
        files.set('/directory.json.cross.sig', signature)

        await prepare()

        expect(told()).toEqual([{ event: 'ready' }, { event: 'ready' }])
        expect(asked).toContain('/directory.json.cross.sig')
    })

    it('looks twice before it speaks of a forgery: a newer directory may come between the two files', async () => {
        const served: (string | number)[] = ['of the directory before', signature]
        files.delete('/directory.json.sig')
        const changing: typeof fetch = (input, options) => {
            const url = new URL(input instanceof Request ? input.url : input)
            if (url.pathname !== '/directory.json.sig') return serving(input, options)
            return Promise.resolve(new Response(String(served.shift())))
        }
        const clock = { ...systemClock, now: () => now }
        begin({ fetch: changing, clock })

        await prepare()

        expect(told()).toEqual([{ event: 'ready' }])
        expect(served).toEqual([])
    })

    it.each([
        ['no list', 503, 'no_identity'],
        ['no such address', 404, 'no_identity'],
        ['a list of nobody', '{"format":"debunker-identities/1","identities":[]}', 'no_identity'],
        ['half a list', identities.slice(0, 400), 'unusable'],
        ['no answer', 500, 'offline'],
    ])('seals nothing with %s', async (_, list, kind) => {
        files.set('/identities.json', list)
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told()[0]).toEqual({ event: 'trouble', trouble: { kind, fileName: '' } })
        expect(events.some(({ event }) => event === 'codename' || event === 'ready')).toBe(false)
        expect(server.requests).toEqual([])
    })

    it('seals to every identity and to recovery', async () => {
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })

        const header = server.stored.toString('latin1').split('\n---')[0] ?? ''
        expect(header.match(/^-> mlkem768x25519 /gm)).toHaveLength(chosen.expected.report_recipients.length)
    })

    it('asks for keys again when the page was open for long', async () => {
        await prepare()
        now = new Date(now.getTime() + 3_600_000)
        await obey({ do: 'sendReport', draft, files: [] })
        expect(asked.filter((path) => path === '/identities.json')).toHaveLength(1)

        now = new Date(now.getTime() + 1)
        files.set('/identities.json', 503)
        await obey({ do: 'sendReport', draft, files: [] })

        expect(told().at(-1)).toEqual({ event: 'trouble', trouble: { kind: 'no_identity', fileName: '' } })
        expect(asked.filter((path) => path === '/identities.json')).toHaveLength(2)
    })

    it('goes on with the keys that it has where they cannot be asked for again, and still hold', async () => {
        await prepare()
        now = new Date(now.getTime() + 3_600_001)
        files.set('/directory.json', 500)
        await obey({ do: 'sendReport', draft, files: [] })
        expect(told().at(-1)).toEqual({ event: 'received' })

        now = new Date(now.getTime() + 15 * 86_400_000)
        await obey({ do: 'sendReport', draft, files: [] })
        expect(told().at(-1)).toEqual({ event: 'trouble', trouble: { kind: 'no_identity', fileName: '' } })
    })

    it.each([
        ['with identities', identities, true],
        ['without', 503, false],
        ['with half a list', identities.slice(0, 400), false],
    ])('opens a mailbox %s, and says whether a message can be sealed', async (_, list, isOpen) => {
        files.set('/identities.json', list)
        files.set('/mailbox', answer)
        await prepareMailbox()
        await atMailbox({ do: 'openMailbox', codename: Codename.generate(systemEntropy).characters() })

        expect(told()).toEqual([{ event: 'ready' }, { event: 'mailbox', sentOn: [], replies: [], unreadableCount: 0, isOpen }])
    })

    it('has the server delete what a broken file began', async () => {
        const file = new File(['x'.repeat(600_000)], 'a.pdf')
        const broken = Object.defineProperty(file, 'size', { value: 900_000 })
        await prepare()
        await obey({ do: 'sendReport', draft, files: [{ name: 'a.pdf', type: '', content: broken }] })

        expect(told().at(-1)).toEqual({ event: 'trouble', trouble: { kind: 'file', fileName: 'a.pdf' } })
        expect(server.requests.at(-1)).toBe('DELETE')
    })

    it('goes on after a stop', async () => {
        for (let count = 0; count < 9; count++) server.faults.POST.push({ answer: 500 })
        const impatient = { ...systemClock, now: () => now, sleep: (wait: number, signal: AbortSignal) => systemClock.sleep(wait >= 60_000 ? wait : 0, signal) }
        begin({ fetch: serving, clock: impatient })
        await prepare()
        await obey({ do: 'sendReport', draft, files: [] })
        expect(told().at(-1)).toEqual({ event: 'stopped' })

        await obey({ do: 'resume' })

        expect(told().at(-1)).toEqual({ event: 'received' })
        expect(told().filter(({ event }) => event === 'codename')).toHaveLength(1)
    })

    it('stops at once when it is cancelled while it begins', async () => {
        await prepare()
        const sending = obey({ do: 'sendReport', draft, files: [] })
        await obey({ do: 'cancel' })
        await sending

        expect(told()).toEqual([{ event: 'ready' }, { event: 'cancelled' }])
        expect(server.requests).toEqual([])
    })

    it('does not wait for ever: for the directory, or for a mailbox', async () => {
        let hanging = '/directory.json'
        const silent: typeof fetch = (input, options) => {
            const url = new URL(input instanceof Request ? input.url : input)
            if (url.pathname !== hanging) return serving(input, options)
            return new Promise((_, reject) => {
                options?.signal?.addEventListener('abort', () => {
                    reject(new Error('aborted'))
                })
            })
        }
        const waits: number[] = []
        const hurried = { now: () => now, sleep: (wait: number, signal: AbortSignal) => (waits.push(wait), systemClock.sleep(300, signal)) }
        begin({ fetch: silent, clock: hurried })
        await prepare()
        expect(told()).toEqual([{ event: 'trouble', trouble: { kind: 'offline', fileName: '' } }])

        hanging = '/mailbox'
        await prepareMailbox()
        await atMailbox({ do: 'openMailbox', codename: Codename.generate(systemEntropy).characters() })
        expect(told().slice(1)).toEqual([{ event: 'ready' }, { event: 'trouble', trouble: { kind: 'mailbox', fileName: '' } }])
        expect(new Set(waits)).toEqual(new Set([60_000]))
    })

    it.each([
        ['0000-0000-0000-00000-00000', 'check', ''],
        ['абзац абзац абзац абзац абзац абзац абзац абзац абзац абзац', 'check', ''],
        ['абзац абзац', 'length', ''],
        ['абзац ъъъ', 'word', 'ъъъ'],
    ])('checks a codename before it asks for a mailbox: %s', async (codename, reason, word) => {
        await prepareMailbox()
        await atMailbox({ do: 'openMailbox', codename })

        expect(told().at(-1)).toEqual({ event: 'codenameWrong', wrong: { reason, word } })
        expect(server.requests).toEqual([])
    })
})
