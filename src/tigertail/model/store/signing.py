"""Signatures of models: Ed25519, over the digest of a manifest, which has the digest of every file.

A signature stays in the manifest, so that it goes wherever a model is copied, deployed or rolled back to.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tigertail.errors import ConfigError, ModelError, missing_extra
from tigertail.model.store.checksums import verify_files
from tigertail.model.store.folder import MANIFEST, SIGNATURE, content_digest, put_signature, read_manifest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PURPOSE: Final = b"tigertail model\n"  # so that a signature of anything else is none of a model
KEY_DIGITS: Final = 64
_FEATURE: Final = "a signature of a model"
_MAKE_KEY: Final = "make one with: tigertail signing-key FILE"


def new_signing_key(file: Path) -> str:
    """Write a new private key that only this user can read; return its public key, in hexadecimal digits.

    Raises
    ------
    ConfigError
        If the file exists, or cannot be written.
    """
    with missing_extra("sign", _FEATURE):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        _write_new(file, pem)
    except FileExistsError:
        raise ConfigError("exists already", path=file, remedy="choose a new file") from None
    except OSError as error:
        raise ConfigError(
            f"cannot be written ({error.strerror})", path=file, remedy="choose a place that can be written"
        ) from None
    return _public(key)


def _write_new(file: Path, content: bytes) -> None:
    """Write a new file that only this user can read, or none."""
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(content)
    except OSError:
        file.unlink(missing_ok=True)
        raise


def sign(path: Path | str, key_file: Path) -> str:
    """Sign the current generation of a model.

    Parameters
    ----------
    path
        The model's folder.
    key_file
        A private Ed25519 key, in PEM without a password, as :func:`new_signing_key` writes it.

    Returns
    -------
    str
        The public key, which :func:`verify_signature` takes.

    Raises
    ------
    ModelError
        If the model is missing or damaged, or another takes its place meanwhile.
    ConfigError
        If the key cannot be read.
    """
    path = Path(path)
    key = _private(key_file)
    manifest, _ = read_manifest(path)
    _verify_all(path / manifest["generation"], manifest)
    put_signature(path, key.sign(_message(manifest)).hex(), content_digest(manifest))
    return _public(key)


def verify_signature(path: Path | str, signers: Collection[str]) -> str:
    """Return which of some public keys signed a model, and check that its files are those that were signed.

    Parameters
    ----------
    path
        The model's folder.
    signers
        Public keys, in hexadecimal digits.

    Raises
    ------
    ModelError
        If the model is unsigned, signed with another key, damaged, or has files that no one signed.
    """
    path = Path(path)
    manifest, _ = read_manifest(path)
    signer = signer_of(manifest, signers, path)
    _verify_all(path / manifest["generation"], manifest)
    return signer


def signer_of(manifest: dict[str, Any], signers: Collection[str], path: Path) -> str:
    """Return which of some public keys signed a manifest.

    Raises
    ------
    ModelError
        If none did.
    """
    with missing_extra("sign", _FEATURE):
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    given = manifest.get(SIGNATURE)
    if given is None:
        raise ModelError(
            "not signed, and signers are set",
            path=path,
            remedy="sign it with: tigertail sign MODEL --key FILE",
        )
    for signer in signers:
        with suppress(InvalidSignature, ValueError, TypeError):
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer)).verify(
                bytes.fromhex(given), _message(manifest)
            )
            return signer
    raise ModelError(
        "not signed by any of the signers that are set",
        path=path,
        remedy="get the model again from its signer, or add the signer's public key to signers",
    )


def check_signer(key: str) -> str:
    """Return a public key in lower case, if it is one.

    Raises
    ------
    ValueError
        If it is not.
    """
    if len(key) != KEY_DIGITS or set(key.lower()) - set("0123456789abcdef"):
        raise ValueError(
            f"a signer is a public key of {KEY_DIGITS} hexadecimal digits, as tigertail signing-key prints it"
        )
    return key.lower()


def check_nothing_added(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a generation that has a file which its manifest does not name.

    Raises
    ------
    ModelError
        If it has one.
    """
    known = {*manifest["files"], MANIFEST}
    for file in sorted(folder.rglob("*")):
        if not file.is_dir() and file.relative_to(folder).as_posix() not in known:
            raise ModelError("a file that is not part of the model", path=file, remedy="remove the file")


def _verify_all(folder: Path, manifest: dict[str, Any]) -> None:
    verify_files(folder, manifest["files"])
    check_nothing_added(folder, manifest)


def _message(manifest: dict[str, Any]) -> bytes:
    return _PURPOSE + content_digest(manifest).encode()


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _private(file: Path) -> Ed25519PrivateKey:
    with missing_extra("sign", _FEATURE):
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    content = _content(file)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:  # of cryptography, where a password is missing
        raise ConfigError(
            "a private key with a password",
            path=file,
            remedy="take the password off, as with: openssl pkey -in FILE -out NEW",
        ) from None
    except ValueError:
        if b"PUBLIC KEY-----" in content:
            raise ConfigError(
                "a public key, which signs nothing",
                path=file,
                remedy="give the private key that it belongs to",
            ) from None
        raise ConfigError("no private key in PEM", path=file, remedy=_MAKE_KEY) from None
    except UnsupportedAlgorithm:  # such as an elliptic curve that cryptography does not know
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("a key of another kind than Ed25519", path=file, remedy=_MAKE_KEY)
    return key


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise ConfigError("no such file", path=file, remedy=f"correct its name, or {_MAKE_KEY}") from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})", path=file, remedy="give a file that this user can read"
        ) from None
