/**
 * What an offline page carries in itself, as text that no browser runs or shows: workers, a word list, the signed directory.
 *
 * This module stands in the place of page/trustedScripts.ts in the offline bundle: a file has no addresses, so a worker begins
 * from a Blob of its embedded text.
 */

import { base64 } from '@scure/base'
import { load } from '../page/elements.ts'
import type { UnverifiedDirectory } from '../directory.ts'
import type { EmbeddedWords } from './talk.ts'

export type WorkerPath = '/static/worker.js' | '/static/cleaner.js'

interface Policy {
    createScriptURL: (url: string) => string
}
interface TrustedTypes {
    createPolicy: (name: string, rules: Policy) => Policy
}

/** The only addresses that the policy lets pass. */
const ours = new Set<string>()
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('debunker', { createScriptURL: oneOfOurs })

/** Begin a worker that the page carries. */
export function workerAt(path: WorkerPath): Worker {
    const url = URL.createObjectURL(new Blob([text(path === '/static/worker.js' ? 'embedded-worker' : 'embedded-cleaner')], { type: 'text/javascript' }))
    ours.add(url)
    return new Worker(policy?.createScriptURL(url) ?? url)
}

/** The signed directory, as the root has signed it. */
export function embeddedDirectory(): UnverifiedDirectory {
    const crossSignature = text('embedded-cross-signature')
    return {
        directory: base64.decode(text('embedded-directory')),
        signature: text('embedded-signature'),
        crossSignature: crossSignature === '' ? null : crossSignature,
    }
}

/** The words of the page's language; `null` where there is no list. */
export function embeddedWords(): EmbeddedWords | null {
    const element = load('embedded-words', HTMLScriptElement)
    const { language } = element.dataset
    if (language !== 'ru' && language !== 'en') return null
    return { language, list: new TextEncoder().encode(element.text.trim()) }
}

/** Without the line ends around it. */
function text(id: string): string {
    return load(id, HTMLScriptElement).text.trim()
}

function oneOfOurs(url: string): string {
    if (!ours.has(url)) throw new TypeError('not a script of this page')
    return url
}
