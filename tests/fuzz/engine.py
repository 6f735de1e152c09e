"""One target under the fuzzer: `python -m tests.fuzz.engine NAME LIBFUZZER_ARGUMENTS`.

A process of its own for each target: the fuzzer rewrites the byte code of what it
imports, and ends with the process.
"""

import sys

import atheris

INSTRUMENTED = (
    "crypto", "protocol", "intake", "deploy", "tests.fuzz.targets",
    "http_message_signatures", "http_sfv", "multipart", "shamir_mnemonic",
)  # fmt: skip


def main() -> None:
    """Search until the time is over, or a promise breaks."""
    program, name, *arguments = sys.argv
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        # Imported here, for the fuzzer to see their branches.
        from tests.fuzz.targets import load_target  # noqa: PLC0415

        run = load_target(name).run

    def test_one_input(data: bytes) -> None:
        run(data)

    atheris.Setup([program, *arguments], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
