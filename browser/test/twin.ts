/**
 * The browser's half of tests/protocol/test_twin.py: does with the real modules what Python asks for, and answers in JSON.
 * Bytes are base64.
 */

import { attachmentOf } from '../src/attachments.ts'
import { Codename } from '../src/codename.ts'
import { verifyDirectory, type KeyDirectory } from '../src/directory.ts'
import { VerificationKey } from '../src/ed25519.ts'
import { systemClock, systemEntropy } from '../src/effects.ts'
import { reportRecipients } from '../src/identities.ts'
import { ReporterKeys, readMailboxAnswer } from '../src/mailbox.ts'
import { openReplies, type OpenedReplies } from '../src/reply.ts'
import { sealReport, type Draft } from '../src/report.ts'

interface Common {
    readonly directory: string
    readonly signature: string
    readonly identities: string
    readonly root: string
    /** The codename's 12 bytes. */
    readonly secret: string
}

interface TypedFile {
    readonly name: string
    readonly type: string
    readonly content: string
}

type Request = Common &
    (
        | { readonly do: 'seal'; readonly draft: Draft; readonly files: readonly TypedFile[] }
        | { readonly do: 'read'; readonly answer: string }
    )

interface Sealed {
    readonly sealed: string
    readonly lengthBytes: number
    readonly mailbox: string
}

const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

export async function answer(request: Request): Promise<Sealed | OpenedReplies> {
    const untrusted = { directory: decode(request.directory), signature: request.signature, crossSignature: null }
    const directory = verifyDirectory(untrusted, VerificationKey.parse(request.root), systemClock.now())
    const keys = await ReporterKeys.derive(new Codename(decode(request.secret)), directory.organisationId)
    if (request.do === 'seal') return seal(request, request.files, keys, directory)
    return openReplies(readMailboxAnswer(decode(request.answer)).replies, keys, directory)
}

async function seal(
    { draft, identities }: { readonly draft: Draft; readonly identities: string },
    typed: readonly TypedFile[],
    keys: ReporterKeys,
    directory: KeyDirectory,
): Promise<Sealed> {
    const recipients = reportRecipients(directory, decode(identities), systemClock.now())
    const files = typed.map(({ name, type, content }) => ({ name, type, content: new Blob([decode(content)]) }))
    const sealing = { keys, directory, recipients, clock: systemClock, entropy: systemEntropy }
    const { chunks, lengthBytes, mailbox } = await sealReport(draft, files.map(attachmentOf), sealing)
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk.slice())
    return { sealed: Buffer.concat(parts).toString('base64'), lengthBytes, mailbox }
}
