import gzip
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats import Source
from tigertail.ingest.formats.documents import Documents
from tigertail.io.quarantine import Quarantine
from tigertail.text.documents.accumulator import DocumentsAccumulator
from tigertail.text.documents.page import TOO_LARGE

Pack = Callable[[dict[str, str | bytes], str], Path]


def pages(source: Source, quarantine: Quarantine) -> pl.DataFrame:
    return pl.concat([batch.rows for batch in source.read(quarantine)])


def documents(path: Path, **settings: object) -> Documents:
    return Documents.model_validate({"format": "documents", "path": path, "name": "web"} | settings)


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz"])
def test_files_are_pages_whose_names_say_whose(how: str, pack: Pack, quarantine: Quarantine) -> None:
    path = pack({"Kent_(band).txt": "[[Sade]] sings", "deep/Sade.txt": "Soul"}, how)
    found = pages(documents(path, markup="wikitext"), quarantine)
    assert sorted(found["title"]) == ["Kent (band)", "Sade"]
    assert sorted(found["name"]) == ["Kent (band)", "Sade"]
    assert sorted(found["text"]) == ["Sade sings", "Soul"]
    assert all(name.startswith("web:") for name in found["document_id"])


def test_files_named_by_musicbrainz_id(pack: Pack, tmp_path: Path, quarantine: Quarantine) -> None:
    (tmp_path / "names.txt").write_text("ABC-1\tKent\thttp://x\nabc-2\tSade\n", encoding="utf-8")
    path = pack({"abc-1.txt": "one", "abc-3.txt": "two"}, "folder")
    found = pages(documents(path, page_of="mbid", names=tmp_path / "names.txt"), quarantine)
    assert found.select("mbid", "name", "title").rows() == [("abc-1", "Kent", None), ("abc-3", None, None)]
    told = "not a MusicBrainz id, so the item is looked for by name alone"
    assert quarantine.examples["web", told] == ["abc-1", "abc-3"]


def test_a_table_of_names_without_names_is_an_error(
    pack: Pack, tmp_path: Path, quarantine: Quarantine
) -> None:
    (tmp_path / "names.txt").write_text("abc-2\tSade\n\nabc-1,Kent\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 3: 1 fields, expected at least 2"):
        pages(documents(pack({"a.txt": "x"}, "folder"), names=tmp_path / "names.txt"), quarantine)


def test_names_are_lines_in_utf_8(pack: Pack, tmp_path: Path, quarantine: Quarantine) -> None:
    """A name may have a sign that Python takes for the end of a line; a line in another encoding is rejected."""
    lines = ["abc-1\tKe\u2028nt".encode(), "abc-2\tCafé".encode("latin-1")]
    (tmp_path / "names.txt").write_bytes(b"\n".join(lines))
    path = pack({"abc-1.txt": "one", "abc-2.txt": "two"}, "folder")
    found = pages(documents(path, page_of="mbid", names=tmp_path / "names.txt"), quarantine)
    assert found.select("mbid", "name").rows() == [("abc-1", "Ke\u2028nt"), ("abc-2", None)]
    assert [(row.file, row.line) for row in quarantine.rows] == [("names.txt", 2)]


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz"])
def test_a_compressed_page_has_the_name_of_its_file_without_the_compression(
    how: str, pack: Pack, quarantine: Quarantine
) -> None:
    path = pack({"Kent_(band).txt.gz": gzip.compress(b"Swedish")}, how)
    assert pages(documents(path), quarantine).select("title", "text").rows() == [("Kent (band)", "Swedish")]


def test_a_page_too_long_is_cut_off_and_reported(pack: Pack, quarantine: Quarantine) -> None:
    path = pack({"Kent.txt": "la " * 1000}, "folder")
    assert len(pages(documents(path, most_characters=1000), quarantine)["text"][0]) == 1000
    assert quarantine.warnings["web", "truncated to 1,000 characters"] == 1


def test_a_zip_bomb_is_refused_and_the_rest_is_read(tmp_path: Path, quarantine: Quarantine) -> None:
    with zipfile.ZipFile(tmp_path / "pages.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb.txt", bytes(100 << 20))
        archive.writestr("Kent.txt", "Kent sings")
        archive.writestr("nested.txt.gz", gzip.compress(bytes(100 << 20), 1))
    assert (tmp_path / "pages.zip").stat().st_size < 2 << 20
    assert pages(documents(tmp_path / "pages.zip"), quarantine)["text"].to_list() == ["Kent sings"]
    assert quarantine.reasons_of("web") == {TOO_LARGE: 2}


def test_pages_without_text_are_refused_and_redirects_counted(pack: Pack, quarantine: Quarantine) -> None:
    files: dict[str, str | bytes] = {"a.txt": " ", "b.txt": "#REDIRECT [[Kent]]", "c.txt": "Kent"}
    assert len(pages(documents(pack(files, "folder"), markup="wikitext"), quarantine)) == 1
    assert quarantine.reasons_of("web") == {"no text": 1}
    assert quarantine.warnings["web", "a redirect, skipped"] == 1
    assert quarantine.read["web"] == 3


@pytest.mark.parametrize(
    ("first", "is_redirect"),
    [
        ("#перенаправление [[Kent]]", True),
        ("#đổi [[Kent]]", True),
        ("#重定向 [[Kent]]", True),
        ("#転送[[Kent]]", True),
        ("＃転送 [[Kent]]", True),
        ("#เปลี่ยนทาง: [[Kent]]", True),
        ("#1 [[Kent]]", False),
        ("# [[Kent]]", False),
        ("#by [[Kent]]", False),
    ],
)
def test_a_redirect_is_known_in_the_language_of_its_wiki(
    first: str, is_redirect: bool, pack: Pack, quarantine: Quarantine
) -> None:
    path = pack({"a.txt": first, "b.txt": "Sade"}, "folder")
    assert len(pages(documents(path, markup="wikitext"), quarantine)) == 2 - is_redirect
    assert bool(quarantine.warnings) == is_redirect


def test_pages_of_html_may_declare_their_encoding_without_a_tag_html(
    pack: Pack, quarantine: Quarantine
) -> None:
    page = '<!DOCTYPE html><meta charset="koi8-r"><title>Кино</title><p>Группа'
    found = pages(documents(pack({"a.html": page.encode("koi8-r")}, "folder"), markup="html"), quarantine)
    assert found["title"].to_list() == ["Кино"]
    assert not quarantine.warnings


def test_lines_of_json_with_keys_of_their_own(pack: Pack, quarantine: Quarantine) -> None:
    line = '{"url": "http://kent.example", "body": "<p>Kent</p>", "artist": "Kent"}'
    source = documents(
        pack({"pages.jsonl": line}, "folder"),
        container="jsonl",
        markup="html",
        page_of="none",
        keys={"document_id": "url", "text": "body", "name": "artist"},
    )
    found = pages(source, quarantine).select("document_id", "name", "markup", "address").row(0)
    assert found == ("web:http://kent.example", "Kent", "html", "http://kent.example")


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_a_file_name_that_is_no_utf8_is_an_id_with_its_bytes_escaped(
    pack: Pack, quarantine: Quarantine
) -> None:
    path = pack({os.fsdecode(b"caf\xe9.txt"): "Kent"}, "folder")
    assert pages(documents(path), quarantine)["document_id"].to_list() == [r"web:caf\udce9.txt"]


def test_an_id_that_is_taken_is_rejected_with_its_file_and_line(
    pack: Pack, tmp_path: Path, quarantine: Quarantine
) -> None:
    line = '{"id": "4", "text": "Kent"}\n'
    path = pack({"a.jsonl": '{"id": "3", "text": "Sade"}\n' + line * 2, "b.jsonl": line}, "folder")
    collected = DocumentsAccumulator(tmp_path, quarantine)
    for batch in documents(path, container="jsonl").read(quarantine):
        collected.add("web", batch.rows)
    assert pl.read_parquet(collected.parts)["document_id"].to_list() == ["web:3", "web:4"]
    again = [(row.file, row.line, row.text) for row in quarantine.rows]
    assert again == [("a.jsonl", 3, "web:4"), ("b.jsonl", 1, "web:4")]


def test_a_folder_without_such_files_is_an_error(pack: Pack, quarantine: Quarantine) -> None:
    with pytest.raises(DataError, match=r"no file matches '\*\.html'"):
        pages(documents(pack({"a.txt": "x"}, "folder"), files="*.html"), quarantine)


def test_only_the_dump_of_a_whole_wiki_is_read_with_doubt(pack: Pack, quarantine: Quarantine) -> None:
    xml = (
        "<mediawiki><page><title>Kent</title><ns>0</ns><revision><text>x</text></revision></page></mediawiki>"
    )
    dump = documents(pack({"wiki.xml": xml}, "folder"), container="dump", markup="wikitext")
    assert pages(dump, quarantine)["sure"].to_list() == [False]


@pytest.mark.skipif(
    "TIGERTAIL_DATA" not in os.environ, reason="TIGERTAIL_DATA is not set: no real data to read"
)
def test_real_biographies_find_their_names(quarantine: Quarantine) -> None:
    data = Path(os.environ["TIGERTAIL_DATA"])
    names = data / "artist-similarity-sas" / "mb2uri_lastfmapi.txt"
    found = pages(documents(data / "artist-biographies.zip", page_of="mbid", names=names), quarantine)
    assert (len(found), found["name"].null_count()) == (2499, 136)
    assert not quarantine.rejected
