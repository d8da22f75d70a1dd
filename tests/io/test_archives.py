import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from tigertail.errors import DataError
from tigertail.io.archives import stream, streams

BIG = bytes(range(256)) * 4000


def read_all(path: Path, *patterns: str) -> dict[str, bytes]:
    return {found.name: found.read(1 << 30) for found in streams(path, *patterns)}


def tar_gz(path: Path, content: bytes) -> bytes:
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("a.tsv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return path.read_bytes()


def test_compressed_files_in_folders_and_archives(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.tsv.gz").write_bytes(gzip.compress(b"one"))
    (tmp_path / "._a.tsv").write_bytes(b"what a Mac leaves behind")
    assert read_all(tmp_path, "*.tsv") == {"deep/a.tsv.gz": b"one"}
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x/a.tsv.gz", gzip.compress(b"two"))
    assert read_all(tmp_path / "all.zip", "*.tsv") == {"x/a.tsv.gz": b"two"}


def test_one_file_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"one")
    with stream(tmp_path, "a.tsv") as file:
        assert file.read(10) == b"one"
    with pytest.raises(DataError, match=r"no file 'b\.tsv'"), stream(tmp_path, "b.tsv"):
        pass


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar", "a.gz", "a.xz", "a.bz2"])
def test_file_that_is_not_what_its_name_says(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"<html>not found</html>" * 100)
    with pytest.raises(DataError, match=r"damaged|cannot be read"):
        read_all(tmp_path / name, "*")


def test_truncated_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(gzip.compress(BIG)[:-20])
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(path, "*.tsv")


def test_truncated_tar(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    content = tar_gz(path, BIG)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(path, "*.tsv")


def test_damaged_zip_member(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.tsv", BIG)
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(path, "*.tsv")
