/** `npm run build`: writes the bundles into intake/static and tells their sizes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { bundles, sizes, target } from './bundle.mjs'

const files = await bundles()
mkdirSync(target, { recursive: true })
for (const [name, bytes] of files) writeFileSync(new URL(name, target), bytes)
process.stdout.write(`${sizes(files).join('\n')}\n`)
