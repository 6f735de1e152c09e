/** Finding elements of the page: each must be there and of its kind, else the template and this bundle do not belong together. */

type Kind<Found extends Element> = abstract new () => Found

export function find<Found extends Element>(id: string, kind: Kind<Found>): Found | undefined {
    const found = document.getElementById(id)
    return found instanceof kind ? found : undefined
}

export function load<Found extends Element>(id: string, kind: Kind<Found>): Found {
    const found = find(id, kind)
    if (!found) throw new Error(`the page has no ${id}`)
    return found
}

/** A part of a cloned template. */
export function part<Found extends Element>(parent: ParentNode, name: string, kind: Kind<Found>): Found {
    const found = parent.querySelector(`[data-part="${name}"]`)
    if (!(found instanceof kind)) throw new Error(`a template has no ${name}`)
    return found
}

/** A fresh copy of a template's only element. */
export function clone(id: string): HTMLElement {
    const copy = load(id, HTMLTemplateElement).content.firstElementChild?.cloneNode(true)
    if (!(copy instanceof HTMLElement)) throw new Error(`the template ${id} is empty`)
    return copy
}

/** Show or hide, where the page has it. */
export function show(id: string, isShown: boolean): void {
    const found = find(id, HTMLElement)
    if (found) found.hidden = !isShown
}

/** Move to a part of the page that has just appeared, for eyes and for screen readers. */
export function focus(id: string): void {
    const found = load(id, HTMLElement)
    found.focus()
    found.scrollIntoView({ block: 'start' })
}
