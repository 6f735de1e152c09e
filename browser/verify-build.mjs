/** Part of `npm run check`: what is committed in intake/static is what the sources give, byte for byte. */
import { existsSync, readFileSync } from 'node:fs'
import { bundles, target } from './bundle.mjs'

const files = await bundles()
const differing = [...files].filter(([name, bytes]) => {
    const path = new URL(name, target)
    return !existsSync(path) || !readFileSync(path).equals(bytes)
})
for (const [name] of differing) process.stderr.write(`intake/static/${name} is not what browser/ builds: run npm --prefix browser run build\n`)
if (readFileSync(new URL('package-lock.json', import.meta.url), 'utf8').includes('://')) {
    process.stderr.write('browser/package-lock.json holds an address: run npm --prefix browser run lock\n')
    process.exitCode = 1
}
if (differing.length > 0) process.exitCode = 1
else process.stdout.write(`${files.size} files in intake/static are as built\n`)
