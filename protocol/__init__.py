"""What reporter, intake, console and destinations must agree on.

Spec: docs/protocol.md.

One module per idea; nothing happens on import. Only `crypto` and Babel stand
below. Every failure is a `protocol.errors.ProtocolError`.
"""
