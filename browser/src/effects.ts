/**
 * Effects as arguments: the time and randomness that the other modules are handed.
 *
 * Only this module asks the machine. (age-encryption draws the file key and the encapsulations itself, from the same
 * `crypto.getRandomValues`.)
 */

/** What time it is, and how to wait. */
export interface Clock {
    now(): Date
    /** Wait; rejects with the signal's reason when it aborts. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Uniform random bytes, as many as asked. */
export type Entropy = (lengthBytes: number) => Uint8Array<ArrayBuffer>

const QUOTA_BYTES = 65_536 // getRandomValues gives no more at once

export const systemEntropy: Entropy = (lengthBytes) => {
    const bytes = new Uint8Array(lengthBytes)
    for (let offset = 0; offset < lengthBytes; offset += QUOTA_BYTES) {
        crypto.getRandomValues(bytes.subarray(offset, offset + QUOTA_BYTES))
    }
    return bytes
}

export const systemClock: Clock = {
    now: () => new Date(),
    sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
            const stop = () => {
                clearTimeout(timer)
                reject(signal.reason as Error)
            }
            const timer = setTimeout(() => {
                signal.removeEventListener('abort', stop)
                resolve()
            }, milliseconds)
            if (signal.aborted) stop()
            else signal.addEventListener('abort', stop, { once: true })
        }),
}
