"""Keys, signatures, records and age v1 files: bytes in, bytes out.

The only package that touches a cryptographic library, and one that knows
nothing of its surroundings: no HTTP, SQL, logging, settings or clock. Randomness is an
argument (`crypto.entropy`), all failures are in `crypto.errors`.

What an auditor should check, in this order: `crypto.age` (files), `crypto.sshsig`
(signatures), `crypto.records` and `crypto.sealed_secret` (data and keys at rest).
"""
