/**
 * What page and worker say to each other.
 *
 * The page shows; the worker holds the secrets, seals and sends. So the page's thread never waits for arithmetic, and
 * the codename reaches the page only to be shown.
 */

import type { ChosenFile } from './attachments.ts'
import type { Day } from './day.ts'
import type { FileProgress } from './progress.ts'
import type { Reply } from './reply.ts'
import type { Language, MessageDraft, ReportDraft } from './report.ts'
import type { Progress } from './upload.ts'

/** From either page to its worker, while something is sent. */
export type SendingCommand =
    /** Go on with what stopped. */
    | { readonly do: 'resume' }
    /** Stop sending and delete what was sent. Answer: `cancelled`, or `received` when that came too late. */
    | { readonly do: 'cancel' }

/** From the report's page to its worker. */
export type ReportCommand =
    | SendingCommand
    /** Fetch and verify the keys, and fetch the language's words. Answer: `ready` or `trouble`. */
    | { readonly do: 'prepareReport'; readonly root: string; readonly language: Language }
    /** Make a codename, seal, send. Answers: `codename`, `progress` …, then `received`, `stopped`, `cancelled` or `trouble`. */
    | { readonly do: 'sendReport'; readonly draft: ReportDraft; readonly files: readonly ChosenFile[] }

/** From the mailbox's page to its worker. */
export type MailboxCommand =
    | SendingCommand
    /** Fetch and verify the keys. Answer: `ready` or `trouble`. */
    | { readonly do: 'prepareMailbox'; readonly root: string }
    /** Read what was typed as a codename and open its mailbox. Answer: `mailbox`, `codenameWrong` or `trouble`. */
    | { readonly do: 'openMailbox'; readonly codename: string }
    /** Into the open mailbox. Answers as for `sendReport`, without `codename`. */
    | { readonly do: 'sendMessage'; readonly draft: MessageDraft; readonly files: readonly ChosenFile[] }
    /** Answer: `deleted` or `trouble`. */
    | { readonly do: 'deleteMailbox' }

export type Command = ReportCommand | MailboxCommand

/** Why the page cannot go on; each has words of its own, `trouble_…` in the page's texts. */
export type TroubleKind =
    | 'browser'
    | 'framed'
    | 'offline'
    | 'clock'
    | 'clock_ahead'
    | 'expired'
    | 'not_signed'
    | 'unusable'
    | 'no_identity'
    | 'closed'
    | 'too_large'
    | 'full'
    | 'refused'
    | 'lost'
    | 'file'
    | 'mailbox'
    | 'internal'

export interface Trouble {
    readonly kind: TroubleKind
    /** Of the file that changed; else empty. */
    readonly fileName: string
}

/** What is wrong with a typed codename. */
export interface WrongCodename {
    readonly reason: 'word' | 'length' | 'check'
    /** The word that is in no list; else empty. */
    readonly word: string
}

/** From worker to page. */
export type Event =
    | { readonly event: 'ready' }
    | { readonly event: 'codename'; readonly characters: string; readonly words: string | null }
    | { readonly event: 'progress'; readonly progress: Progress; readonly file: FileProgress | null }
    | { readonly event: 'received' }
    | { readonly event: 'stopped' }
    | { readonly event: 'cancelled' }
    /** `sentOn`: days of what nobody has fetched yet; `isOpen`: a message could be sealed. */
    | {
          readonly event: 'mailbox'
          readonly sentOn: readonly Day[]
          readonly replies: readonly Reply[]
          readonly unreadableCount: number
          readonly isOpen: boolean
      }
    | { readonly event: 'codenameWrong'; readonly wrong: WrongCodename }
    | { readonly event: 'deleted' }
    | { readonly event: 'trouble'; readonly trouble: Trouble }
