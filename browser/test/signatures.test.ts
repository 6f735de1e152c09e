import { describe, expect, it } from 'vitest'
import { VerificationKey } from '../src/ed25519.ts'
import { ProtocolError } from '../src/errors.ts'
import { verifySshsig } from '../src/sshsig.ts'
import { fromHex, vectors } from './vectors.ts'

interface Given {
    readonly signature: string
    readonly message: string
    readonly namespace: string
    readonly keys: readonly string[]
}

describe('a signature', () => {
    it.each(vectors<Given, { readonly signer: string }>('signature'))('is judged as in Python: $name', ({ given, reason, expected }) => {
        const keys = given.keys.map((key) => VerificationKey.parse(key))
        const verify = () => verifySshsig(given.signature, fromHex(given.message), keys, given.namespace)

        if (reason === null) expect(verify().toString()).toBe(expected.signer)
        else expect(verify).toThrow(ProtocolError)
    })
})
