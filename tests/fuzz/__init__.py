"""Hostile bytes for whatever reads them.

Every module of `targets` is one reader: `target(data)` gives it the bytes and raises
if a promise breaks. Only the reader's own errors may come out of it; what it accepts
has one spelling, and says the same to another reader.

    make fuzz                      every target for a minute, guided by coverage
    python -m tests.fuzz.run NAME  one of them
    python -m tests.fuzz.seeds     write the corpus anew from the vectors

`make test` replays `corpus/` and near misses of it, without the fuzzer.
"""
