/** What an offline page and its worker say to each other: as in ../talk.ts, and nothing ever leaves the device. */

import type { ChosenFile } from '../attachments.ts'
import type { UnverifiedDirectory } from '../directory.ts'
import type { ReportDraft } from '../report.ts'
import type { WordLanguage } from '../words.ts'

/** A word list as the build writes it. */
export interface EmbeddedWords {
    readonly language: WordLanguage
    readonly list: Uint8Array
}

/** From page to worker. */
export type Command =
    /** Check the keys that the page carries. Answer: `ready` or `trouble`. */
    | { readonly do: 'prepare'; readonly root: string; readonly directory: UnverifiedDirectory; readonly words: EmbeddedWords | null }
    /** Seal to this one from now on. Answer: `ready`, or `trouble`, and then nothing has changed. */
    | { readonly do: 'takeDirectory'; readonly directory: UnverifiedDirectory }
    /** Make a codename and seal. Answers: `progress` …, then `sealed` or `trouble`. */
    | { readonly do: 'seal'; readonly draft: ReportDraft; readonly files: readonly ChosenFile[] }

/** Why it does not go on; each has words of its own, `trouble_…` in the page's texts. */
export type TroubleKind = 'browser' | 'clock' | 'ended' | 'not_signed' | 'older' | 'unusable' | 'too_large' | 'file' | 'internal'

export interface Trouble {
    readonly kind: TroubleKind
    /** Of the file that changed; else empty. */
    readonly fileName: string
}

/** A sealed report, and the only way back to its mailbox. */
export interface Sealed {
    readonly characters: string
    readonly words: string | null
    readonly mailbox: string
    readonly content: Blob
}

/** From worker to page. */
export type Event =
    | { readonly event: 'ready'; readonly version: number; readonly issued: Date; readonly until: Date; readonly isOld: boolean }
    | { readonly event: 'progress'; readonly share: number }
    | ({ readonly event: 'sealed' } & Sealed)
    | { readonly event: 'trouble'; readonly trouble: Trouble }
