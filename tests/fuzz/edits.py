"""A mutated file as a short program: what a fuzzer can learn to write.

A sealed file is random to whoever lacks the key, so its bytes teach a fuzzer nothing.
The place of a change does: four bytes each, three for the place, one for what is
flipped there.
"""

from typing import Final

EDIT_BYTES: Final = 4


def edited(base: bytes, program: bytes) -> bytes:
    """Apply a program: the first two bytes cut the end off, then come edits."""
    result = bytearray(base)
    cut, edits = program[:2], program[2:]
    for at in range(0, len(edits) - EDIT_BYTES + 1, EDIT_BYTES):
        place = int.from_bytes(edits[at : at + 3], "big") % len(base)
        result[place] ^= edits[at + 3]
    return bytes(result[: len(base) - int.from_bytes(cut, "big")])


def edit(place: int, flip: int) -> bytes:
    """Write one edit."""
    return place.to_bytes(3, "big") + bytes([flip])
