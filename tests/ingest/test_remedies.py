"""A log in another encoding, with times in another order: the report and the error name the keys that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.errors import DataError
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport

ENCODING = "name the encoding of log in its source, such as encoding = 'cp1252'"
TIMES = "say in the source of log how its times are written, such as time_format = '%d/%m/%Y'"


def built(folder: Path, text: str, keys: str = "") -> BuildReport:
    (folder / "log.csv").write_text(text, encoding="cp1252")
    (folder / "recipe.toml").write_text(f'[[source]]\nformat = "csv"\npath = "log.csv"\n{keys}')
    return build(Recipe.load(folder / "recipe.toml"), folder / "made", replace=True)[1]


def test_a_report_names_the_key_that_reads_more(tmp_path: Path) -> None:
    text = "listener_id,name,last_played\nann,Céline Dion,2020-01-01\nann,Sade,31/12/2020\n"
    assert built(tmp_path, text).remedies == [ENCODING, TIMES]
    assert built(tmp_path, text, 'encoding = "cp1252"\n').remedies == [TIMES]
    assert built(tmp_path, text.replace("é", "e"), "time_format = ['%Y-%m-%d', '%d/%m/%Y']\n").remedies == []


def test_so_does_the_error_where_nothing_could_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no usable play") as refused:
        built(tmp_path, "listener_id,name\nann,Céline Dion\n")
    assert (refused.value.remedy or "").endswith(ENCODING)


def test_a_published_format_has_no_such_key(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "user,artist,sex,country\n1,Céline,f,Ghana\n1,Sade,f,Ghana\n", encoding="cp1252"
    )
    (tmp_path / "recipe.toml").write_text('[[source]]\nformat = "lastfm-country"\npath = "c.csv"\n')
    report = build(Recipe.load(tmp_path / "recipe.toml"), tmp_path / "made")[1]
    assert report.sources[0].rejected
    assert not report.remedies
