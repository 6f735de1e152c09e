/**
 * Problems with what was typed: a summary that takes the focus, and the same words beside each field.
 */

import { find, focus, load } from './elements.ts'
import type { FormProblem } from './form.ts'
import type { Texts } from './texts.ts'

/** A field's name, and what is wrong with it in words. */
export interface Problem {
    readonly field: string
    readonly words: string
}

/** The words of a form's problem. */
export function inWords({ field, key, limit }: FormProblem, texts: Texts): Problem {
    const named = key === 'error_attachments_large' ? texts.size(limit) : texts.number(limit)
    return { field, words: texts.get(key, { limit: named }) }
}

const title = document.title

/** Show these problems; none clears the page of all earlier ones. */
export function showProblems(form: HTMLFormElement, problems: readonly Problem[], texts: Texts): void {
    const summary = load('error-summary', HTMLElement)
    clear(form)
    form.prepend(summary) // a page may have two forms, one of them hidden
    summary.hidden = problems.length === 0
    document.title = problems.length === 0 ? title : `${texts.get('error_prefix')} ${title}`
    const list = summary.querySelector('ul')
    list?.replaceChildren(...problems.map((problem) => entry(form, problem)))
    for (const problem of problems) mark(form, problem)
    if (problems.length > 0) focus('error-summary')
}

function clear(form: HTMLFormElement): void {
    for (const marked of form.querySelectorAll('[aria-invalid]')) marked.removeAttribute('aria-invalid')
    for (const error of form.querySelectorAll<HTMLElement>('[id^="error-"]:not(#error-summary)')) {
        error.hidden = true
        error.replaceChildren()
    }
}

function mark(form: HTMLFormElement, { field, words }: Problem): void {
    const error = find(`error-${field}`, HTMLElement)
    if (error && form.contains(error)) {
        error.textContent = words
        error.hidden = false
    }
    for (const control of controls(form, field)) control.setAttribute('aria-invalid', 'true')
}

/** A line of the summary; choosing it goes to the field. */
function entry(form: HTMLFormElement, { field, words }: Problem): HTMLLIElement {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.href = `#${field}`
    link.textContent = words
    link.addEventListener('click', (event) => {
        const [first] = controls(form, field)
        if (!first) return
        event.preventDefault()
        first.closest('details')?.setAttribute('open', '')
        first.focus()
    })
    item.append(link)
    return item
}

function controls(form: HTMLFormElement, field: string): HTMLElement[] {
    return [...form.elements].filter(
        (control): control is HTMLElement => control instanceof HTMLElement && control.getAttribute('name') === field,
    )
}
