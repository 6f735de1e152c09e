/** The worker of bench/page.py: seals a file as the page does, and the cipher alone on as many bytes. */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { sealStream } from '../src/age.ts'
import { archiveLength, writeArchive } from '../src/archive.ts'
import { attachmentOf } from '../src/attachments.ts'
import { systemEntropy } from '../src/effects.ts'

const FLOOR_BYTES = 65_536 // of the ladder
const CHUNK_BYTES = 65_536 // of age
const TAG_BYTES = 16

interface Order {
    readonly file: Blob
    readonly recipients: readonly string[]
}

self.addEventListener('message', ({ data }: MessageEvent<Order>) => {
    void measure(data).then(
        (measured) => {
            self.postMessage(measured)
        },
        (error: unknown) => {
            // The page hears of what nobody catches here.
            setTimeout(() => {
                throw error
            })
        },
    )
})

interface Measured {
    readonly sealing: number
    readonly cipher: number
    readonly lengthBytes: number
}

async function measure({ file, recipients }: Order): Promise<Measured> {
    const { sizeBytes, chunks } = attachmentOf({ name: 'film.mp4', type: 'video/mp4', content: file })
    const entries = [{ name: 'attachments/001', sizeBytes, chunks }]
    const began = performance.now()
    const sealed = await sealStream(writeArchive(entries, FLOOR_BYTES), archiveLength(entries, FLOOR_BYTES), recipients, systemEntropy)
    let length = 0
    for await (const chunk of sealed.chunks) length += chunk.length
    if (length !== sealed.lengthBytes) throw new Error('not sealed whole')
    const sealing = (performance.now() - began) / 1000
    return { sealing, cipher: cipherAlone(length), lengthBytes: length }
}

function cipherAlone(bytes: number): number {
    const [key, nonce, chunk] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(CHUNK_BYTES)]
    const out = new Uint8Array(CHUNK_BYTES + TAG_BYTES)
    const began = performance.now()
    for (let done = 0; done < bytes; done += CHUNK_BYTES) chacha20poly1305(key, nonce).encrypt(chunk, out)
    return (performance.now() - began) / 1000
}
