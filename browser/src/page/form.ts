/**
 * What was typed, as a draft, or as problems. Pure: it knows FormData, and no page.
 *
 * Spec: docs/protocol.md §1.3.
 *
 * Rules:
 * * Every question but the first is optional: what is empty was not answered.
 * * What the protocol limits is told here, before anything is sealed.
 */

import { MAX_ATTACHMENTS, type ChosenFile } from '../attachments.ts'
import { MAX_ANSWER_CHARACTERS, MAX_REPORT_JSON_BYTES, type Answers, type Consent, type Language, type ReportDraft } from '../report.ts'
import { wellFormed } from '../attachments.ts'

/** What is wrong: the field, the text's key, and what the text names. */
export interface FormProblem {
    readonly field: string
    readonly key: 'error_text_empty' | 'error_text_long' | 'error_answer_long' | 'error_attachments_many' | 'error_attachments_large'
    /** A number of characters, files, or bytes; 0 where the text names none. */
    readonly limit: number
}

/** For what report.json holds beside the reporter's words: keys, ids, punctuation. */
const ENVELOPE_BYTES = 16_384
/** For an attachment's line beside its name, and its headers in the archive. */
const ATTACHMENT_BYTES = 512

const FREE_ANSWERS = ['institution', 'place', 'period', 'amount'] as const
const CHOICES = {
    ongoing: ['yes', 'no', 'unknown'],
    source: ['took_part', 'saw', 'told', 'heard', 'documents'],
    knowers: ['public', 'more_than_5', '2_to_5', 'only_reporter', 'unknown'],
    paid: ['yes', 'no', 'unknown'],
} as const
const CONSENTS = ['agency', 'journalists', 'any', 'none'] as const

/** The first report. Check it with `problemsOf`. */
export function readReport(form: FormData, language: Language): ReportDraft {
    return { kind: 'report', language, text: textOf(form, 'text'), answers: readAnswers(form), consent: readConsent(form) }
}

/** What stands in the way of sealing this. `limitBytes` is the largest archive that the intake takes. */
export function problemsOf(
    draft: { readonly text: string; readonly answers?: Answers; readonly consent?: Consent },
    files: readonly { readonly name: string; readonly size: number }[],
    limitBytes: number,
): readonly FormProblem[] {
    const problems: FormProblem[] = []
    if (isBlank(draft.text)) problems.push({ field: 'text', key: 'error_text_empty', limit: 0 })
    for (const [field, answer] of Object.entries(draft.answers ?? {})) {
        if (Array.from(answer as string).length > MAX_ANSWER_CHARACTERS) problems.push({ field, key: 'error_answer_long', limit: MAX_ANSWER_CHARACTERS })
    }
    const words = JSON.stringify([draft, files.map(({ name }) => name)])
    const wordsBytes = new TextEncoder().encode(wellFormed(words)).length + files.length * ATTACHMENT_BYTES
    if (files.length > MAX_ATTACHMENTS) problems.push({ field: 'attachments', key: 'error_attachments_many', limit: MAX_ATTACHMENTS })
    else if (wordsBytes > MAX_REPORT_JSON_BYTES - ENVELOPE_BYTES) problems.push({ field: 'text', key: 'error_text_long', limit: 0 })
    // A rung is at most a quarter above what it holds, so what fills four fifths always fits.
    const totalBytes = files.reduce((sum, { size }) => sum + size, wordsBytes)
    const fitsBytes = largestContent(limitBytes)
    if (totalBytes > fitsBytes) problems.push({ field: 'attachments', key: 'error_attachments_large', limit: fitsBytes })
    return problems
}

export function sizeOf({ name, content }: ChosenFile): { readonly name: string; readonly size: number } {
    return { name, size: content.size }
}

/** Whether nobody could see anything: white space, control and zero-width characters alone. */
function isBlank(text: string): boolean {
    return !/[^\p{Z}\p{Cc}\p{Cf}]/u.test(text)
}

/** What an archive of at most `limitBytes` can hold: up to the last rung that is not above the limit. */
function largestContent(limitBytes: number): number {
    let octave = 1
    while (octave * 2 <= limitBytes) octave *= 2
    const step = octave / 4
    return Math.floor(limitBytes / step) * step - ENVELOPE_BYTES
}

function readAnswers(form: FormData): Answers {
    const answers: Record<string, string> = {}
    for (const name of ['category', 'region', ...FREE_ANSWERS]) {
        const answer = textOf(form, name).trim()
        if (answer !== '') answers[name] = answer
    }
    for (const [name, choices] of Object.entries(CHOICES)) {
        const chosen = choices.find((choice) => choice === form.get(name))
        if (chosen !== undefined) answers[name] = chosen
    }
    return answers // of the choices above only, so of the type
}

function readConsent(form: FormData): Consent {
    const to = CONSENTS.find((consent) => consent === form.get('consent_to')) ?? 'none'
    return { to, secrecy: form.has('secrecy'), doNotUse: textOf(form, 'do_not_use').trim() }
}

/** A text field as typed, with plain line ends. */
export function textOf(form: FormData, name: string): string {
    const value = form.get(name)
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''
}
