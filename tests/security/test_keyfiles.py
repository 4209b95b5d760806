"""Keys in files: nobody else reads them, and what is wrong with one is said with its name."""

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from security.issuing import KeyKind, new_key
from security.keyfiles import (
    KeyFileError,
    certificates_pem,
    key_pem,
    pkcs12_bytes,
    read_key,
    read_pem,
    read_pkcs12,
    write_private,
)


def test_a_private_file_is_never_open_to_others(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("old and open")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_private(path, b"secret")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", list(KeyKind))
def test_keys_read_back_as_they_were_written(house: Any, tmp_path: Path, kind: KeyKind) -> None:
    label = "card authentication" if kind is KeyKind.RSA else "card authentication P-256"
    held = house.holders[label]
    (tmp_path / "one.pem").write_bytes(certificates_pem(held.certificate, *held.chain))
    (tmp_path / "one.key").write_bytes(key_pem(held.key))
    (tmp_path / "one.p12").write_bytes(pkcs12_bytes("one", held, "secret"))
    for read in (read_pem(tmp_path / "one.pem", tmp_path / "one.key"), read_pkcs12(tmp_path / "one.p12", "secret")):
        assert (read.certificate, read.chain) == (held.certificate, held.chain)
        assert key_pem(read.key) == key_pem(held.key)


def test_a_key_that_is_not_the_certificates_is_named(house: Any, tmp_path: Path) -> None:
    (tmp_path / "one.pem").write_bytes(certificates_pem(house.holders["card signature"].certificate))
    (tmp_path / "other.key").write_bytes(key_pem(new_key(KeyKind.P256)))
    with pytest.raises(KeyFileError, match=r"other\.key: is not the key of the first certificate in .*one\.pem"):
        read_pem(tmp_path / "one.pem", tmp_path / "other.key")


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    strange = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "some.key"
    for content, sentence in ((b"junk", "holds no PEM private key"), (strange, "use RSA or P-256")):
        path.write_bytes(content)
        with pytest.raises(KeyFileError, match=rf"some\.key: .*{sentence}"):
            read_key(path)
    with pytest.raises(KeyFileError, match=r"some\.key: not PKCS#12"):
        read_pkcs12(path, None)
    with pytest.raises(KeyFileError, match="holds no PEM certificate"):
        read_pem(path, path)
