/**
 * Files that are dragged onto the page. Wherever they fall, they are taken or nothing happens: a browser would open them in place of the
 * page, and what was typed is gone, and the file's path stands in the history.
 */

/** Give the files that are dropped anywhere to `take`. */
export function takeDrops(take: (files: FileList) => void): void {
    for (const kind of ['dragover', 'drop'] as const) {
        document.addEventListener(kind, (event) => {
            if (!event.dataTransfer?.types.includes('Files')) return // of text, into a field
            event.preventDefault()
            if (kind === 'drop') take(event.dataTransfer.files)
        })
    }
}
