"""`debunker keys`: the root and the recovery identity, on a machine without a network.

Spec: docs/protocol.md §4, §9, §10; docs/ceremony.md says who does what, step by step.

Whoever has the root can replace every key that reports are sealed to; whoever has
the recovery identity opens every report. Both are made here, sealed under
passphrases, shared on paper, and used by people who read what they sign.

Rules:
* Nothing secret in arguments, environment, temporary files or tracebacks; secrets are
  typed at the terminal and shown on a screen that is cleared.
* Nothing is overwritten, and what is written appears whole or not at all.
* What is signed is what was shown: the bytes are written anew from what was parsed.
* A rehearsal's files, sheets and signatures are refused by everything real.
"""
