/** Writes the benchmark's worker to the standard output. */
import { build } from 'esbuild'

const { outputFiles } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['sealing.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
})
process.stdout.write(outputFiles[0].contents)
