"""The anonymous intake: it takes sealed reports in and hands them to the console.

Spec: docs/protocol.md §3, §5, §6, §8.

It holds public keys and ciphertext only. What it must never hold, not even for
a moment on its disk: plaintext, codenames, addresses, user agents, hours.
"""
