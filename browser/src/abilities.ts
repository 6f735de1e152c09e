/** Whether a browser can do what sealing takes. What is not asked here is older than what is. */

const PARTS = ['BigInt', 'ReadableStream', 'TransformStream']

export function isAble(): boolean {
    const { AbortSignal } = globalThis as Partial<typeof globalThis>
    return PARTS.every((name) => name in globalThis) && 'throwIfAborted' in (AbortSignal?.prototype ?? {})
}
