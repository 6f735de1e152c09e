import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const bundle = (name: string) => readFileSync(new URL(`../../intake/static/${name}`, import.meta.url), 'utf8')
const scripts = ['page.js', 'worker.js', 'mailbox.js', 'mailbox-worker.js', 'cleaner.js', 'sealed.js', 'offline.js', 'offline-worker.js']
const firstVisit = ['page.js', 'worker.js']

/** What leaves traces, runs text as code, or calls elsewhere; whoever brings it in, a library too. */
const BANNED = [
    'localStorage', 'sessionStorage', 'indexedDB', 'document.cookie', 'cookieStore', 'caches.',
    'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function', 'importScripts',
    'Math.random', 'console.', 'XMLHttpRequest', 'sendBeacon', 'WebSocket', 'RTCPeerConnection', '://',
]

describe('the bundles as built', () => {
    it.each(scripts.flatMap((name) => BANNED.map((word) => ({ name, word }))))('$name has no $word', ({ name, word }) => {
        expect(bundle(name).includes(word)).toBe(false)
    })

    it('travel in at most 47 kB together', () => {
        const bytes = firstVisit.map((name) => gzipSync(bundle(name), { level: 9 }).length)
        expect(bytes.reduce((sum, length) => sum + length)).toBeLessThan(47_000)
    })

    it('hold no curve that we do not use', () => {
        for (const name of scripts) for (const word of ['P-256', 'P-384']) expect(bundle(name).includes(word)).toBe(false)
    })

    it('name the licences of what is in them', () => {
        for (const name of scripts) expect(bundle(name).startsWith('/* licences: /static/licences.txt */')).toBe(true)
        for (const name of ['age-encryption', '@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum', '@scure/base']) {
            expect(bundle('licences.txt')).toContain(name)
        }
    })
})
