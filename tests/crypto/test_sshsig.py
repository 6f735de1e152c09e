"""What crypto.sshsig promises, also beside OpenSSH itself."""

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from crypto.errors import AuthenticationError, CryptoError, MalformedError
from crypto.sshsig import sign, verify

KEY = SigningKey.generate(system_entropy)
NAMESPACE = "debunker-reply"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def unarmored(signature: str) -> bytearray:
    """The bytes between the two lines."""
    return bytearray(base64.b64decode("".join(signature.splitlines()[1:-1])))


def armored(blob: bytes | bytearray) -> str:
    """The same, wrapped in no way at all."""
    return f"{BEGIN}\n{base64.b64encode(blob).decode()}\n{END}\n"


def string(value: bytes | bytearray) -> bytes:
    """A value as SSH writes it, behind its length."""
    return len(value).to_bytes(4, "big") + value


@given(message=st.binary(max_size=1000))
def test_what_is_signed_verifies(message: bytes) -> None:
    """The caller learns which of its keys signed."""
    other = SigningKey.from_seed(bytes(32)).verification_key

    signer = verify(
        sign(message, KEY, namespace=NAMESPACE),
        message,
        [other, KEY.verification_key],
        namespace=NAMESPACE,
    )

    assert signer == KEY.verification_key


def test_a_signature_is_for_one_message_purpose_and_key() -> None:
    """A signed reply is no signed directory, and the signer must be known."""
    signature = sign(b"text", KEY, namespace=NAMESPACE)
    ours = [KEY.verification_key]
    other = [SigningKey.generate(system_entropy).verification_key]

    for message, keys, namespace in (
        (b"Text", ours, NAMESPACE),
        (b"text", ours, "debunker-directory"),
        (b"text", other, NAMESPACE),
        (b"text", [], NAMESPACE),
    ):
        with pytest.raises(AuthenticationError):
            verify(signature, message, keys, namespace=namespace)


def test_any_changed_bit_is_refused() -> None:
    """All of it is checked: magic, key, namespace, hash and signature."""
    signature = unarmored(sign(b"text", KEY, namespace=NAMESPACE))

    for at in range(len(signature) * 8):
        signature[at // 8] ^= 1 << at % 8
        with pytest.raises(CryptoError):
            verify(
                armored(signature),
                b"text",
                [KEY.verification_key],
                namespace=NAMESPACE,
            )
        signature[at // 8] ^= 1 << at % 8


@given(blob=st.binary(max_size=300))
def test_random_bytes_fail_in_one_way_only(blob: bytes) -> None:
    """Parsing raises only our own error."""
    with pytest.raises(MalformedError):
        verify(
            armored(b"SSHSIG\x00\x00\x00\x01" + blob),
            b"text",
            [KEY.verification_key],
            namespace=NAMESPACE,
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(BEGIN, f" {BEGIN}", id="space before"),
        pytest.param(BEGIN, BEGIN.lower(), id="another first line"),
        pytest.param(END, f"{END}\n", id="line behind"),
        pytest.param(END, "", id="no last line"),
        pytest.param("U1NIU0lH", " U1NIU0lH", id="space between"),
        pytest.param("U1NIU0lH", "*U1NIU0lH", id="another alphabet"),
        pytest.param("\n", "\r\n", id="carriage returns"),
        pytest.param("==", "", id="no padding"),
        pytest.param("==", "==" + "A" * 5000, id="too long"),
    ],
)
def test_armor_has_one_spelling(old: str, new: str) -> None:
    """Nothing stands before, behind or between."""
    signature = sign(b"text", KEY, namespace=NAMESPACE)

    with pytest.raises(MalformedError):
        verify(
            signature.replace(old, new),
            b"text",
            [KEY.verification_key],
            namespace=NAMESPACE,
        )


def test_base64_with_spare_bits_is_refused() -> None:
    """The same signature has no second text."""
    signature = sign(b"text", KEY, namespace=NAMESPACE)
    head, padding, tail = signature.partition("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = head[:-1] + letters[letters.index(head[-1]) + 1]

    with pytest.raises(MalformedError):
        verify(
            other + padding + tail,
            b"text",
            [KEY.verification_key],
            namespace=NAMESPACE,
        )


@pytest.mark.parametrize(
    ("reserved", "hash_name", "inside", "behind"),
    [
        pytest.param(b"new", b"sha512", b"", b"", id="reserved field in use"),
        pytest.param(b"", b"sha1", b"", b"", id="weak hash"),
        pytest.param(b"", b"\xff\xfe", b"", b"", id="hash that is no text"),
        pytest.param(b"", b"sha512", b"\0", b"", id="more in the signature"),
        pytest.param(b"", b"sha512", b"", b"\0", id="more behind the signature"),
    ],
)
def test_unknown_fields_are_refused(
    reserved: bytes, hash_name: bytes, inside: bytes, behind: bytes
) -> None:
    """A weaker hash or a later version is not guessed at."""
    true_signature = unarmored(sign(b"text", KEY, namespace=NAMESPACE))[-64:]
    blob = b"".join(
        (
            b"SSHSIG\x00\x00\x00\x01",
            string(KEY.verification_key.blob),
            string(NAMESPACE.encode()),
            string(reserved),
            string(hash_name),
            string(string(b"ssh-ed25519") + string(true_signature) + inside),
            behind,
        )
    )

    with pytest.raises(MalformedError):
        verify(armored(blob), b"text", [KEY.verification_key], namespace=NAMESPACE)


def test_a_signature_of_another_kind_is_refused() -> None:
    """Only Ed25519, 64 bytes."""
    for kind, raw in ((b"rsa-sha2-512", bytes(64)), (b"ssh-ed25519", bytes(63))):
        blob = b"".join(
            (
                b"SSHSIG\x00\x00\x00\x01",
                string(KEY.verification_key.blob),
                string(NAMESPACE.encode()),
                string(b""),
                string(b"sha512"),
                string(string(kind) + string(raw)),
            )
        )
        with pytest.raises(MalformedError):
            verify(armored(blob), b"", [KEY.verification_key], namespace=NAMESPACE)


def test_a_purpose_must_be_named() -> None:
    """A signature for nothing would pass as one for anything."""
    with pytest.raises(ValueError, match="namespace"):
        sign(b"text", KEY, namespace="")


@pytest.mark.needs("ssh-keygen")
def test_ssh_keygen_verifies_ours(tmp_path: Path) -> None:
    """A stranger needs nothing of ours to check a signature."""
    (tmp_path / "signers").write_text(f"team {KEY.verification_key}\n")
    (tmp_path / "sig").write_text(sign(b"text", KEY, namespace=NAMESPACE))
    command = [
        "ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "team",
        "-n", NAMESPACE, "-s", str(tmp_path / "sig"),
    ]  # fmt: skip

    good = subprocess.run(command, input=b"text", capture_output=True, check=False)
    bad = subprocess.run(command, input=b"Text", capture_output=True, check=False)

    assert good.returncode == 0, good.stderr
    assert bad.returncode != 0


@pytest.mark.needs("ssh-keygen")
@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_ours_verifies_what_ssh_keygen_signed(tmp_path: Path, hash_name: str) -> None:
    """Both of OpenSSH's hashes, with its own line width."""
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True
    )
    (tmp_path / "message").write_bytes(b"text")
    subprocess.run(
        [
            "ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE,
            "-O", f"hashalg={hash_name}", tmp_path / "message",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    signature = (tmp_path / "message.sig").read_text()
    signer = VerificationKey.parse((tmp_path / "key.pub").read_text())

    assert verify(signature, b"text", [signer], namespace=NAMESPACE) == signer
    with pytest.raises(AuthenticationError):
        verify(signature, b"Text", [signer], namespace=NAMESPACE)
