/**
 * Takes the addresses out of a package-lock.json: hashes decide what is installed, addresses only tell where we were.
 *
 *     node strip-lock.mjs [package-lock.json]
 */
import { readFileSync, writeFileSync } from 'node:fs'

const path = process.argv[2] ?? new URL('package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
for (const entry of Object.values(lock.packages)) {
    delete entry.funding
    delete entry.resolved
}
const text = `${JSON.stringify(lock, null, 2)}\n`
if (text.includes('://')) throw new Error(`${path} still holds an address`)
writeFileSync(path, text)
