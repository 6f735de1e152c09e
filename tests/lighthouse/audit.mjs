/**
 * Has Lighthouse look at pages, in a Chromium that is there already: a line of JSON for each.
 *
 * The browser and its flags are arguments; a list of addresses comes on standard input.
 */
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { text } from 'node:stream/consumers'

const FLAGS = {
    onlyCategories: ['accessibility', 'best-practices'],
    throttlingMethod: 'provided', // speed is not asked
    ignoreStatusCode: true, // an error's page must be accessible, too
    logLevel: 'silent',
}

const [chromePath, ...chromeFlags] = process.argv.slice(2)
const urls = JSON.parse(await text(process.stdin))
const chrome = await launch({ chromePath, chromeFlags, logLevel: 'silent' })
try {
    for (const url of urls) {
        const { lhr } = await lighthouse(url, { ...FLAGS, port: chrome.port })
        process.stdout.write(`${JSON.stringify({ url, ...verdict(lhr) })}\n`)
    }
} finally {
    await chrome.kill()
}

function verdict({ categories, audits, runtimeError }) {
    const failed = Object.values(audits).filter(({ score }) => score !== null && score < 1)
    return {
        error: runtimeError?.message ?? null,
        accessibility: categories.accessibility.score,
        bestPractices: categories['best-practices'].score,
        failed: failed.map(({ id, details }) => ({ id, items: (details?.items ?? []).map(short) })),
    }
}

/** What an audit found, as far as it is a sentence or a piece of markup. */
function short(item) {
    return item.node?.snippet ?? item.description ?? item.url ?? ''
}
