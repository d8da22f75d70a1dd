import errno
import gzip
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tigertail.errors import DataError
from tigertail.io.archives import check_there, folder_files, required_streams, stream, streams

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

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


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_whose_second_header_is_missing_cut_or_damaged(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("a.tsv", "b.tsv"):
            entry = tarfile.TarInfo(name)
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"x\ty"))
    whole = path.read_bytes()
    second = 2 * tarfile.BLOCKSIZE
    for broken in (whole[:second], whole[: second + 100], whole[:second] + b"?" + whole[second + 1 :]):
        path.write_bytes(pack(broken))
        with pytest.raises(DataError, match="no mark of its end"):
            read_all(path, "*.tsv")


@pytest.mark.parametrize(("how", "target"), [("w", "none.tsv"), ("w", "link.tsv"), ("w:gz", "a.tsv")])
def test_a_link_in_a_tar_that_cannot_be_followed_is_named(how: Any, target: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, how) as archive:
        archive.addfile(tarfile.TarInfo("a.tsv"))
        link = tarfile.TarInfo("link.tsv")
        link.type, link.linkname = tarfile.SYMTYPE, target
        archive.addfile(link)
    with pytest.raises(DataError, match=r"link\.tsv: a link that cannot be followed") as error:
        read_all(path, "*.tsv")
    assert error.value.remedy == "unpack the archive first"


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


@pytest.mark.parametrize("name", ["A.TSV.GZ", "a.tsv", "a"])
def test_suffixes_in_capitals_and_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"one"))
    assert [found.read(10) for found in streams(tmp_path / name, "*")] == [b"one"]
    assert [found.read(10) for found in streams(tmp_path, "*")] == [b"one"]


@pytest.mark.parametrize("name", ["ALL.ZIP", "all", "all.csv"])
def test_a_zip_is_known_by_its_first_bytes(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("PLAYS.TSV", b"one")
    assert read_all(tmp_path / name, "*.tsv") == {"PLAYS.TSV": b"one"}


@pytest.mark.parametrize("name", ["a.tsv.zst", "a.tsv.ZST", "a.tsv"])
def test_zstandard(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(zstd.compress(BIG))
    assert read_all(tmp_path, "*.tsv") == {name: BIG}
    (tmp_path / name).write_bytes(zstd.compress(BIG)[:-20])
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(tmp_path, "*.tsv")


@pytest.mark.parametrize("name", ["dump.tar.zst", "DUMP.TZST", "dump"])
def test_a_tar_in_zstandard(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(zstd.compress(gzip.decompress(tar_gz(tmp_path / "a.tar.gz", b"one"))))
    assert read_all(tmp_path / name, "*.tsv") == {"a.tsv": b"one"}


def test_a_member_is_named_with_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/a.tsv", b"one")
        archive.writestr("__MACOSX/x/._a.tsv", b"what a Mac leaves behind")
        archive.writestr("x/.DS_Store", b"the same")
    assert [(found.name, found.place) for found in streams(path, "*")] == [("x/a.tsv", path / "x/a.tsv")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_of_one_name_a_zip_has_the_last(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.tsv", b"old")
        archive.writestr("a.tsv", b"new")
    assert [(found.name, found.read(10)) for found in streams(path, "*")] == [("a.tsv", b"new")]


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.tsv").touch()
    scandir = os.scandir

    def shut(path: str) -> Any:  # permissions would not stop root
        if Path(path).name == "shut":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", shut)
    with pytest.raises(DataError, match=r"shut: cannot be read \(Permission denied\)") as error:
        folder_files(tmp_path, "*.tsv")
    assert error.value.remedy


def test_a_path_that_cannot_be_looked_up_is_no_missing_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read \(File name too long\)"):
        check_there(tmp_path / ("n" * 300), remedy="check the path")
    with pytest.raises(DataError, match=r"no such file or folder\n  -> check the path"):
        check_there(tmp_path / "none", remedy="check the path")


def test_a_spreadsheet_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plays.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", b"<xml>")
    with pytest.raises(DataError, match="a spreadsheet"):
        read_all(tmp_path / "plays.xlsx", "*")


def test_a_member_with_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.tsv", b"one")
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the mark of encryption, in the header of the file
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.tsv: cannot be unpacked"):
        read_all(path, "*.tsv")


def test_a_zip_with_a_wrong_place_in_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.tsv", b"one")
    content = path.read_bytes()
    path.write_bytes(content[:3] + content[10:])
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(path, "*.tsv")


def test_a_zip_of_a_version_to_come_is_named(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.tsv", b"one")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 199  # the version needed to unpack it
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_all(path, "*.tsv")


def test_a_member_whose_header_is_no_text_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ä.tsv", b"one")
    content = bytearray(path.read_bytes())
    content[30] = 0xFF  # the first byte of the name in the member's header
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged or truncated"):
        read_all(path, "*.tsv")


def test_of_required_files_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one")
    assert [one.name for one in required_streams(tmp_path, "*.txt", "*.csv")] == ["a.txt"]
    with pytest.raises(DataError) as missing:
        list(required_streams(tmp_path, "*.tsv", "*.csv", remedy="give the archive as published"))
    assert missing.value.problem == "no file matches '*.tsv', '*.csv' in it"
    assert missing.value.remedy == "give the archive as published"
    with pytest.raises(DataError, match=r"it contains no file 'geo\.dat'"):
        list(required_streams(tmp_path, "geo.dat"))
