/**
 * Makes the bundles: one for each page, one for each worker, the word lists, and the licences of what is in them.
 *
 * The same sources and the same lock file give the same bytes: no time, no path, no version of Node gets in. SECURITY: whoever
 * wants to know what runs in the reporter's browser rebuilds it and compares.
 */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const here = new URL('./', import.meta.url)
const WORDS = { 'words-en.txt': 'english.txt', 'words-ru.txt': 'russian.txt' }
const LICENSED = ['age-encryption', '@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum', '@scure/base']

/** age-encryption does not say that its modules do nothing on import; they do not, and we use a small part of them. */
const withoutSideEffects = {
    name: 'age-encryption without side effects',
    setup(esbuild) {
        esbuild.onResolve({ filter: /^age-encryption$/ }, async ({ path, resolveDir, kind, pluginData }) => {
            if (pluginData === 'inner') return undefined
            const resolved = await esbuild.resolve(path, { resolveDir, kind, pluginData: 'inner' })
            return { ...resolved, sideEffects: false }
        })
        esbuild.onResolve({ filter: /^\.\// }, async ({ path, resolveDir, kind, pluginData }) => {
            if (pluginData === 'inner' || !/age-encryption[\\/]dist$/.test(resolveDir)) return undefined
            const resolved = await esbuild.resolve(path, { resolveDir, kind, pluginData: 'inner' })
            return { ...resolved, sideEffects: false }
        })
    },
}

/**
 * What we never seal to stays out, and a third of the worker's weight with it: passphrases, classical recipients, and hardware
 * keys with their whole second curve. A recipient or an identity of such a kind, which no verified directory has, throws.
 */
const withoutUnusedRecipients = {
    name: 'hybrid recipients alone',
    setup(esbuild) {
        const replacements = [
            {
                filter: /age-encryption[\\/]dist[\\/]recipients\.js$/,
                pattern: /^(import \* as x25519 from) "\.\/x25519\.js";$/gm,
                replacement: '$1 "left-out";',
                count: 1,
            },
            {
                filter: /age-encryption[\\/]dist[\\/]index\.js$/,
                pattern: /^import (\{ (?:Scrypt|X25519|Tag)\w+, \w+ \}) from "\.\/recipients\.js";$/gm,
                replacement: 'import $1 from "left-out";',
                count: 3,
            },
            {
                // Calls without effects that their library has not marked as such.
                filter: /post-quantum[\\/]hybrid\.js$/,
                pattern: /(?<=[=,] )(?:QSF|createKitchenSink|ecdhKem)\(/g,
                replacement: '/* @__PURE__ */ $&',
                count: 6,
            },
            {
                // The same; what it keeps is the cipher with the longer nonce.
                filter: /ciphers[\\/]chacha\.js$/,
                pattern: /(?<=, )_poly1305_aead\(/g,
                replacement: '/* @__PURE__ */ $&',
                count: 2,
            },
        ]
        for (const { filter, pattern, replacement, count } of replacements) {
            esbuild.onLoad({ filter }, ({ path }) => {
                const source = readFileSync(path, 'utf8')
                // Another version of the library might read otherwise: then whoever updates it looks here.
                if ([...source.matchAll(pattern)].length !== count) throw new Error(`${path} is not what bundle.mjs expects`)
                return { contents: source.replace(pattern, replacement), loader: 'js' }
            })
        }
        esbuild.onResolve({ filter: /^left-out$/ }, () => ({ path: 'left-out', namespace: 'left-out', sideEffects: false }))
        esbuild.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: LEFT_OUT, loader: 'js' }))
    },
}

const LEFT_OUT = `
class LeftOut { constructor() { throw new Error('left out of this bundle') } }
const leftOut = () => new LeftOut()
export {
    leftOut as scalarMult, leftOut as scalarMultBase,
    LeftOut as ScryptIdentity, LeftOut as ScryptRecipient, LeftOut as X25519Identity, LeftOut as X25519Recipient,
    LeftOut as TagRecipient, LeftOut as HybridTagRecipient,
}
`

async function bundle(entry, format, plugins = []) {
    const { outputFiles } = await build({
        absWorkingDir: here.pathname,
        entryPoints: [entry],
        bundle: true,
        write: false,
        format,
        target: 'es2022',
        platform: 'browser',
        charset: 'utf8',
        minify: true,
        legalComments: 'none', // whole licences stand in licences.txt
        banner: { js: '/* licences: /static/licences.txt */' },
        plugins: [withoutSideEffects, withoutUnusedRecipients, ...plugins],
        logLevel: 'warning',
    })
    return Buffer.from(outputFiles[0].contents)
}

/** A file has no addresses: its workers begin from what it carries. The parts that it shares with the site do not notice. */
const embedded = {
    name: 'workers that the page carries',
    setup(esbuild) {
        esbuild.onResolve({ filter: /\/trustedScripts\.ts$/ }, () => ({ path: new URL('src/offline/embedded.ts', here).pathname }))
    },
}

/** A sorted list as src/words.ts reads it: of each word how many letters it shares with the one before, and the rest; all in ASCII. */
function shortened(list) {
    let before = ''
    const parts = list.trimEnd().split('\n').map((word) => {
        let shared = 0
        while (shared < Math.min(word.length, 9) && word[shared] === before[shared]) shared++
        before = word
        return `${shared}${word.slice(shared)}`
    })
    return Buffer.from(parts.join('').replace(/[а-я]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x0430 + 0x40)), 'ascii')
}

function licences() {
    const parts = LICENSED.map((name) => {
        const { version } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, here), 'utf8'))
        return `${name} ${version}\n\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, here), 'utf8').trim()}\n`
    })
    return Buffer.from(parts.join('\n---\n\n'))
}

/** Every file for intake/static, by name. */
export async function bundles() {
    const files = new Map()
    files.set('page.js', await bundle('src/page/page.ts', 'esm'))
    files.set('worker.js', await bundle('src/worker.ts', 'iife'))
    files.set('mailbox.js', await bundle('src/page/mailbox.ts', 'esm'))
    files.set('mailbox-worker.js', await bundle('src/mailboxWorker.ts', 'iife'))
    files.set('cleaner.js', await bundle('src/cleaner.ts', 'iife'))
    files.set('sealed.js', await bundle('src/page/sealedFilePage.ts', 'esm'))
    files.set('offline.js', await bundle('src/offline/page.ts', 'iife', [embedded]))
    files.set('offline-worker.js', await bundle('src/offline/worker.ts', 'iife'))
    for (const [name, source] of Object.entries(WORDS)) files.set(name, shortened(readFileSync(new URL(`../protocol/words/${source}`, here), 'utf8')))
    files.set('licences.txt', licences())
    return files
}

export const target = new URL('../intake/static/', here)

/** Lines that tell the size of each file, as it travels. */
export function sizes(files) {
    const scripts = ['page.js', 'worker.js']
    const zipped = (name) => gzipSync(files.get(name), { level: 9 }).length
    const total = scripts.reduce((sum, name) => sum + zipped(name), 0)
    const lines = [...files.keys()].map((name) => `${name}: ${files.get(name).length} bytes, ${zipped(name)} gzip`)
    return [...lines, `page.js and worker.js together: ${(total / 1000).toFixed(1)} kB gzip`]
}
