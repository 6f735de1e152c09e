/**
 * The name of a sealed file that is carried about: it says where the file goes. The twin of protocol/sealed_file_name.py.
 *
 * Spec: docs/protocol.md §4.2.
 */

import { parseMailboxId, type MailboxId } from './mailbox.ts'

const MAILBOX_CHARACTERS = 32

export function sealedFileName(mailbox: string): string {
    return `report-${mailbox}.age`
}

/** The mailbox that a name says; `undefined` if it says none, or more than one. Browsers append "(1)", people write capitals. */
export function findMailbox(untrusted: string): MailboxId | undefined {
    const stretches = untrusted.toLowerCase().split(/[^a-z2-7]+/)
    const found = new Set(stretches.filter(({ length }) => length === MAILBOX_CHARACTERS))
    const [mailbox] = found
    return mailbox !== undefined && found.size === 1 ? parseMailboxId(mailbox) : undefined
}
