"""A second implementation of reading, from docs/protocol.md alone.

It shares no line and no import with `crypto` and `protocol`: a mistake that both
ends of ours make in the same way does not hide in it, and what the document does
not say, it cannot know.
"""
