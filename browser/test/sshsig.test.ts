import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SigningKey, VerificationKey } from '../src/ed25519.ts'
import { ProtocolError } from '../src/errors.ts'
import { armoredLength, signSshsig, verifySshsig } from '../src/sshsig.ts'
import { reasonOf } from './vectors.ts'

const key = new SigningKey(new Uint8Array(32).fill(1))
const stranger = new SigningKey(new Uint8Array(32).fill(2))
const message = new TextEncoder().encode('қарсы')
const armored = signSshsig(message, key, 'debunker-test')
const verify = (armor: string, bytes: Uint8Array, keys: VerificationKey[], namespace = 'debunker-test') =>
    reasonOf(() => verifySshsig(armor, bytes, keys, namespace))

describe('a signature', () => {
    it('verifies with the key that made it, and names it', () => {
        expect(verifySshsig(armored, message, [stranger.verificationKey, key.verificationKey], 'debunker-test').toString()).toBe(key.verificationKey.toString())
    })

    it('does not verify with another key, message or purpose', async () => {
        expect(await verify(armored, message, [stranger.verificationKey])).toBe('wrong_signature')
        expect(await verify(armored, message, [])).toBe('wrong_signature')
        expect(await verify(armored, message.subarray(1), [key.verificationKey])).toBe('wrong_signature')
        expect(await verify(armored, message, [key.verificationKey], 'debunker-other')).toBe('wrong_signature')
    })

    it('has the length that was announced', () => {
        for (const namespace of ['debunker-report', 'debunker-reply', 'x', 'a'.repeat(60)]) {
            expect(signSshsig(message, key, namespace)).toHaveLength(armoredLength(namespace))
        }
    })

    it('notices every changed character', () => {
        for (let at = 0; at < armored.length - 1; at++) {
            const changed = armored.slice(0, at) + (armored[at] === 'A' ? 'B' : 'A') + armored.slice(at + 1)
            expect(() => verifySshsig(changed, message, [key.verificationKey], 'debunker-test')).toThrow(ProtocolError)
        }
    })

    it('that is none is refused with our own errors alone', () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
                const text = ['-----BEGIN SSH SIGNATURE-----', Buffer.from(bytes).toString('base64'), '-----END SSH SIGNATURE-----', ''].join('\n')
                expect(() => verifySshsig(text, message, [key.verificationKey], 'debunker-test')).toThrow(ProtocolError)
            }),
        )
    })
})

describe('ssh-keygen', () => {
    let folder = ''
    beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), 'sshsig-'))
    })
    afterAll(() => {
        rmSync(folder, { recursive: true })
    })

    it('takes our signatures', () => {
        writeFileSync(join(folder, 'signature'), armored)
        writeFileSync(join(folder, 'signers'), `somebody ${key.verificationKey.toString()}\n`)
        const args = ['-Y', 'verify', '-n', 'debunker-test', '-I', 'somebody', '-f', join(folder, 'signers'), '-s', join(folder, 'signature')]
        expect(execFileSync('ssh-keygen', args, { input: message, encoding: 'utf8' })).toContain('Good "debunker-test" signature')
    })

    it.each(['sha256', 'sha512'])('makes signatures that we take: %s', (hash) => {
        const identity = join(folder, `key-${hash}`)
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', identity])
        writeFileSync(`${identity}.txt`, message)
        execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-O', `hashalg=${hash}`, '-n', 'debunker-test', '-f', identity, `${identity}.txt`], { stdio: 'ignore' })
        const theirs = VerificationKey.parse(readFileSync(`${identity}.pub`, 'utf8').trim())
        expect(verifySshsig(readFileSync(`${identity}.txt.sig`, 'utf8'), message, [theirs], 'debunker-test')).toBe(theirs)
    })
})

describe('a public key', () => {
    it.each(['', 'ssh-ed25519', 'ssh-rsa AAAA', 'ssh-ed25519 AAAA', `${key.verificationKey.toString()} comment`, ` ${key.verificationKey.toString()}`])('is not %j', async (text) => {
        expect(await reasonOf(() => VerificationKey.parse(text))).toBe('not_an_ed25519_key')
    })

    it('comes back from its spelling', () => {
        expect(VerificationKey.parse(key.verificationKey.toString()).equals(key.verificationKey)).toBe(true)
    })
})
