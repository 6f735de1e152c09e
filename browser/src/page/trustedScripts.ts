/** Under Trusted Types a worker's address must come from a policy. Ours lets three pass and no other. */

export type WorkerPath = '/static/worker.js' | '/static/mailbox-worker.js' | '/static/cleaner.js'
const PATHS: readonly string[] = ['/static/worker.js', '/static/mailbox-worker.js', '/static/cleaner.js'] satisfies WorkerPath[]

interface Policy {
    createScriptURL: (url: string) => string
}
interface TrustedTypes {
    createPolicy: (name: string, rules: Policy) => Policy
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('debunker', { createScriptURL: oneOfOurs })

/** Begin a worker. */
export function workerAt(path: WorkerPath): Worker {
    return new Worker(policy?.createScriptURL(path) ?? path)
}

function oneOfOurs(url: string): string {
    if (!PATHS.includes(url)) throw new TypeError('not a script of this page')
    return url
}
