/**
 * The browser's half of tests/fuzz/test_twin.py: reads hostile bytes with the real modules, and says what it made of each.
 * Inputs are base64; a verdict is what was read, spelt out, or null where it was refused.
 */

import { readArchive } from '../src/archive.ts'
import { parseCodename } from '../src/codename.ts'
import { parseDirectory } from '../src/directory.ts'
import { VerificationKey } from '../src/ed25519.ts'
import { ProtocolError } from '../src/errors.ts'
import { reportRecipients } from '../src/identities.ts'
import { verifySshsig } from '../src/sshsig.ts'
import { parseWordList } from '../src/words.ts'

type Target = 'archive' | 'codename' | 'directory' | 'identities' | 'sshsig'

/** What a reader needs besides the input. */
interface Given {
    readonly directory: string
    readonly now: string
    readonly key: string
    readonly message: string
    readonly namespace: string
    readonly english: string
    readonly russian: string
}

interface Request {
    readonly given: Given
    readonly inputs: Readonly<Record<Target, readonly string[]>>
}

type Verdict = string | null

const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

export function answer({ given, inputs }: Request): Readonly<Record<Target, readonly Verdict[]>> {
    const directory = parseDirectory(decode(given.directory))
    const now = new Date(given.now)
    const key = VerificationKey.parse(given.key)
    const lists = [parseWordList(decode(given.english), 'en'), parseWordList(decode(given.russian), 'ru')]
    const readers: Readonly<Record<Target, (untrusted: Uint8Array) => string>> = {
        archive: (untrusted) => readArchive(untrusted).map(({ name, bytes }) => `${name}:${hex(bytes)}`).join(),
        codename: (untrusted) => parseCodename(text(untrusted), lists).characters(),
        directory: (untrusted) => {
            const read = parseDirectory(untrusted)
            return [read.version, read.recipients.length, read.reviewers.length, read.team.length].join()
        },
        identities: (untrusted) => reportRecipients(directory, untrusted, now).join(),
        sshsig: (untrusted) => {
            verifySshsig(text(untrusted), decode(given.message), [key], given.namespace)
            return 'signed'
        },
    }
    const verdictOf = (read: (untrusted: Uint8Array) => string) => (input: string): Verdict => {
        try {
            return read(decode(input))
        } catch (error) {
            if (error instanceof ProtocolError) return null
            throw error
        }
    }
    return {
        archive: inputs.archive.map(verdictOf(readers.archive)),
        codename: inputs.codename.map(verdictOf(readers.codename)),
        directory: inputs.directory.map(verdictOf(readers.directory)),
        identities: inputs.identities.map(verdictOf(readers.identities)),
        sshsig: inputs.sshsig.map(verdictOf(readers.sshsig)),
    }
}
