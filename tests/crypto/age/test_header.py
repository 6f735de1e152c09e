"""What crypto.age.header promises."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age import FileKey, Header, Stanza
from crypto.age.base64 import encode_base64
from crypto.age.header import MAX_STANZAS
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, MalformedError

KEY = FileKey.generate(system_entropy)
MAC = encode_base64(bytes(32))
VERSION = "age-encryption.org/v1\n"

arguments = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
stanzas = st.builds(
    Stanza,
    arguments,
    st.lists(arguments, max_size=3).map(tuple),
    st.binary(max_size=150),
)


def read(text: str) -> Header:
    """Parse a header that is all there is."""
    return Header.read(io.BytesIO(text.encode("latin-1")))


@given(
    wrapped=st.lists(stanzas, min_size=1, max_size=5), payload=st.binary(max_size=20)
)
def test_read_undoes_serialize(wrapped: list[Stanza], payload: bytes) -> None:
    """Byte for byte, and the payload is left alone."""
    header = Header.seal(KEY, wrapped)
    source = io.BytesIO(header.serialize() + payload)

    again = Header.read(source)

    assert again == header
    assert source.tell() == header.length_bytes
    assert source.read() == payload
    again.verify_mac(KEY)


@given(text=st.text(st.sampled_from("-> AB+/=\nage"), max_size=80))
def test_what_is_read_has_one_spelling(text: str) -> None:
    """Random text either breaks the grammar or serialises to itself."""
    whole = f"{VERSION}-> t\n\n{text}\n--- {MAC}\n"
    try:
        header = read(whole)
    except MalformedError:
        return

    assert whole.encode().startswith(header.serialize())


def test_bodies_are_wrapped_at_64_columns_and_end_short() -> None:
    """A full last line is followed by an empty one."""
    for length, lines in ((0, [0]), (47, [63]), (48, [64, 0]), (50, [64, 3])):
        body = Stanza("t", (), bytes(length)).serialize().decode().split("\n")[1:-1]
        assert [len(line) for line in body] == lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age-encryption.org/v1",
        f"age-encryption.org/v2\n-> t\n\n--- {MAC}\n",
        f"{VERSION}--- {MAC}\n",
        f"{VERSION}-> t\n\n---{MAC}\n",
        f"{VERSION}-> t\n\n---  {MAC}\n",
        f"{VERSION}-> t\n\n--- {MAC} \n",
        f"{VERSION}-> t\n\n--- {MAC}=\n",
        f"{VERSION}-> t\n\n--- {MAC[:-1]}\n",
        f"{VERSION}-> t\n\n--- {MAC[:-1]}B\n",
        f"{VERSION}-> t\n\n--- {MAC}",
        f"{VERSION}-> t\n\n--- {MAC}\r\n",
        f"{VERSION}-> t\n\n-> u\n",
        f"{VERSION}-> t\n--- {MAC}\n",
        f"{VERSION}->\n\n--- {MAC}\n",
        f"{VERSION}-> \n\n--- {MAC}\n",
        f"{VERSION}->  t\n\n--- {MAC}\n",
        f"{VERSION}-> t \n\n--- {MAC}\n",
        f"{VERSION}-> t\tu\n\n--- {MAC}\n",
        f"{VERSION}-> t\xe9\n\n--- {MAC}\n",
        f"{VERSION}-> t\nAAA=\n--- {MAC}\n",
        f"{VERSION}-> t\nAAB\n--- {MAC}\n",
        f"{VERSION}-> t\n{'A' * 64}\n--- {MAC}\n",
        f"{VERSION}-> t\n{'A' * 68}\n\n--- {MAC}\n",
        f"{VERSION}-> t\nAAAA\nAAAA\n--- {MAC}\n",
        f" {VERSION}-> t\n\n--- {MAC}\n",
        f"{VERSION}\n-> t\n\n--- {MAC}\n",
    ],
    ids=range(27),
)
def test_what_breaks_the_grammar_is_refused(text: str) -> None:
    """There is no second way to write a header."""
    with pytest.raises(MalformedError):
        read(text)


def test_another_version_is_named_and_other_text_is_not() -> None:
    """What is no age file may be somebody's plaintext."""
    with pytest.raises(MalformedError, match="v2"):
        read("age-encryption.org/v2\n")
    with pytest.raises(MalformedError) as refused:
        read("I saw the mayor take it\n")

    assert "mayor" not in str(refused.value)


def test_a_header_without_end_costs_little() -> None:
    """An endless line is not read to the end."""
    source = io.BytesIO(VERSION.encode() + b"-> " + b"A" * 5_000_000)

    with pytest.raises(MalformedError):
        Header.read(source)

    assert source.tell() < 2_200_000


def test_stanzas_are_limited() -> None:
    """Each costs an attempt to open it, before anything is authentic."""
    stanza = "-> t\n\n"
    most = f"{VERSION}{stanza * MAX_STANZAS}--- {MAC}\n"

    assert len(read(most).stanzas) == MAX_STANZAS == 1024
    with pytest.raises(MalformedError, match="1024 stanzas"):
        read(most.replace(stanza, stanza * 2, 1))


def test_the_mac_covers_every_stanza() -> None:
    """Nobody adds, drops, swaps or edits a recipient."""
    one, two = Stanza("one", (), bytes(32)), Stanza("two", ("x",), bytes(32))
    header = Header.seal(KEY, [one, two])
    header.verify_mac(KEY)

    for changed in (
        (one,),
        (two, one),
        (one, two, one),
        (one, Stanza("two", ("y",), bytes(32))),
        (one, Stanza("two", ("x",), bytes(33))),
    ):
        with pytest.raises(AuthenticationError):
            Header(changed, header.mac).verify_mac(KEY)
    with pytest.raises(AuthenticationError):
        header.verify_mac(FileKey.generate(system_entropy))


def test_a_file_key_shows_nothing_and_has_16_bytes() -> None:
    """Whoever has it opens the file."""
    with pytest.raises(MalformedError):
        FileKey(bytes(32))

    assert repr(KEY) == "FileKey()"
