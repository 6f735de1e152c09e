/**
 * Runs twin.ts, or another module with `answer`, in Node: `node twin.mjs [verdicts.ts] < request.json > answer.json`.
 * Built in memory; nothing is written.
 */
import { build } from 'esbuild'

const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [process.argv[2] ?? 'twin.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
})
const { answer } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
process.stdout.write(JSON.stringify(await answer(JSON.parse(Buffer.concat(chunks).toString('utf8')))))
