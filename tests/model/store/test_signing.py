"""A model is accepted from its signer alone, whole and with nothing added."""

from __future__ import annotations

import base64
import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tigertail.errors import ConfigError, ModelError
from tigertail.model import Model, deploy, load, roll_back, save
from tigertail.model.store import signing
from tigertail.model.store.folder import SIGNATURE, content_digest, put_signature, read_manifest
from tigertail.model.store.signing import new_signing_key, sign, verify_signature


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_signing_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


@pytest.fixture
def model(local_model: Model, tmp_path: Path) -> Path:
    save(local_model, tmp_path / "model")
    return tmp_path / "model"


def a_file(model: Path) -> Path:
    return next(iter(sorted((model / "1").rglob("*.npy"))))


def make_another(model: Path) -> None:
    """Put another model, which no one signed, in its place."""
    save(replace(load(model), training_summary={"made": "later"}), model)


def test_a_signed_model_is_the_model_it_was(model: Path, key: Path) -> None:
    before = load(model).version
    signer = sign(model, key)
    assert load(model).version == before
    assert verify_signature(model, ["0" * 64, signer]) == signer


def test_the_signature_goes_along_when_a_model_is_deployed_and_rolled_back_to(
    model: Path, key: Path, tmp_path: Path
) -> None:
    signers = [sign(model, key)]
    deploy(model, tmp_path / "served", signers)
    make_another(model)
    sign(model, key)
    deploy(model, tmp_path / "served", signers)
    roll_back(tmp_path / "served", signers=signers)
    assert verify_signature(tmp_path / "served", signers) == signers[0]


def test_an_unsigned_model_is_refused(model: Path, key: Path, tmp_path: Path) -> None:
    deploy(model, tmp_path / "served")
    make_another(model)
    deploy(model, tmp_path / "served")
    signers = [sign(model, key)]
    with pytest.raises(ModelError, match="not signed, and signers are set"):
        roll_back(tmp_path / "served", signers=signers)
    with pytest.raises(ModelError, match="not signed, and signers are set"):
        verify_signature(tmp_path / "served", signers)


def test_another_key_is_refused_and_nothing_is_deployed(model: Path, key: Path, tmp_path: Path) -> None:
    sign(model, key)
    other = new_signing_key(tmp_path / "other.pem")
    with pytest.raises(ModelError, match="not signed by any of the signers") as error:
        deploy(model, tmp_path / "served", [other])
    assert error.value.remedy
    assert not (tmp_path / "served").exists()


def test_one_flipped_bit_is_refused(model: Path, key: Path, tmp_path: Path) -> None:
    signers = [sign(model, key)]
    data = bytearray(a_file(model).read_bytes())
    data[-1] ^= 1
    a_file(model).write_bytes(data)
    with pytest.raises(ModelError, match="altered"):
        deploy(model, tmp_path / "served", signers)


def test_a_file_that_is_added_is_refused(model: Path, key: Path, tmp_path: Path) -> None:
    signers = [sign(model, key)]
    (model / "1" / "more.npy").write_bytes(b"more")
    with pytest.raises(ModelError, match="not part of the model"):
        deploy(model, tmp_path / "served", signers)


def test_what_replaces_a_model_once_it_was_verified_is_not_deployed(
    model: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers = [sign(model, key)]
    unsigned = replace(load(model), training_summary={"made": "elsewhere"})

    def replaced(manifest: dict[str, Any]) -> str:
        save(unsigned, model)
        return content_digest(manifest)

    monkeypatch.setattr(signing, "content_digest", replaced)
    deploy(model, tmp_path / "served", signers)
    monkeypatch.undo()
    assert verify_signature(tmp_path / "served", signers) == signers[0]


def test_a_signature_of_another_model_is_none_of_this(model: Path, key: Path, tmp_path: Path) -> None:
    signers = [sign(model, key)]
    other = replace(load(model), training_summary={"made": "elsewhere"})
    save(other, tmp_path / "other")
    its_own = content_digest(read_manifest(tmp_path / "other")[0])
    put_signature(tmp_path / "other", read_manifest(model)[0][SIGNATURE], its_own)
    with pytest.raises(ModelError, match="not signed by any"):
        verify_signature(tmp_path / "other", signers)


def test_the_private_key_is_its_owners_alone_and_never_written_over(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match="exists already") as exists:
        new_signing_key(key)
    assert exists.value.remedy == "choose a new file"
    with pytest.raises(ConfigError, match="cannot be written") as nowhere:
        new_signing_key(key / "key.pem")
    assert nowhere.value.remedy == "choose a place that can be written"


def test_what_takes_a_models_place_while_it_is_signed_is_not_signed(
    model: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(load(model), training_summary={"made": "elsewhere"})
    monkeypatch.setattr(signing, "_verify_all", lambda folder, manifest: save(other, model))
    with pytest.raises(ModelError, match="another model took its place") as error:
        sign(model, key)
    assert error.value.remedy == "sign it again"
    assert SIGNATURE not in read_manifest(model)[0]


def test_of_a_key_that_is_half_written_no_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(number: int, mode: str) -> IO[bytes]:
        os.close(number)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fdopen", full_disk)
    with pytest.raises(ConfigError, match="No space left on device"):
        new_signing_key(tmp_path / "key.pem")
    monkeypatch.undo()
    assert new_signing_key(tmp_path / "key.pem")


def pem(password: bytes | None = None) -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


PUBLIC = (
    Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


def of_an_unknown_curve() -> bytes:
    """Return a key that says it is of prime239v3, a curve that no one uses."""
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    renamed = der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030106"))
    return b"-----BEGIN PRIVATE KEY-----\n%b-----END PRIVATE KEY-----\n" % base64.encodebytes(renamed)


@pytest.mark.parametrize(
    ("content", "problem", "remedy"),
    [
        (b"", "no private key in PEM", "tigertail signing-key FILE"),
        (b"no key", "no private key in PEM", "tigertail signing-key FILE"),
        (None, "no such file", "tigertail signing-key FILE"),
        (pem(b"secret"), "a private key with a password", "openssl pkey"),
        (PUBLIC, "a public key", "the private key that it belongs to"),
        (ELLIPTIC, "of another kind than Ed25519", "tigertail signing-key FILE"),
        (of_an_unknown_curve(), "of another kind than Ed25519", "tigertail signing-key FILE"),
    ],
    ids=["empty", "text", "missing", "password", "public", "elliptic", "unknown curve"],
)
def test_what_is_no_key(
    model: Path, tmp_path: Path, content: bytes | None, problem: str, remedy: str
) -> None:
    file = tmp_path / "wrong.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=problem) as error:
        sign(model, file)
    assert remedy in error.value.remedy


def test_a_folder_is_no_key(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        sign(model, tmp_path)
