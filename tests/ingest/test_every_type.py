"""Whatever type a column of a Parquet file has, it is read, or refused in two lines that name column and file."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError
from tigertail.ingest.build import build
from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Source
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import Quarantine

INTEGERS = [f"{sign}Int{size}" for sign in ("", "U") for size in (8, 16, 32, 64, 128)]
# Polars did not have all of them from the beginning.
NUMBERS = [getattr(pl, name) for name in (*INTEGERS, "Float16", "Float32", "Float64") if hasattr(pl, name)]
UNITS = ("ms", "us", "ns")
MOMENT = datetime(2020, 1, 2, 3, 4, 5)
VALUES = {
    **{str(dtype()): pl.Series([1, 2, None], dtype=dtype) for dtype in NUMBERS},
    "decimal": pl.Series([Decimal("1.50"), Decimal("2.00"), None], dtype=pl.Decimal(10, 2)),
    "boolean": pl.Series([True, False, None]),
    "text": pl.Series(["1", "Sade", None]),
    "bytes": pl.Series([b"1", b"\xff\xfe", None]),
    "category": pl.Series(["1", "Sade", None], dtype=pl.Categorical()),
    "enumeration": pl.Series(["1", "Sade", None], dtype=pl.Enum(["1", "Sade"])),
    "date": pl.Series([date(2020, 1, 2), None, None]),
    "time of day": pl.Series([time(1, 2, 3), None, None]),
    **{f"moment in {unit}": pl.Series([MOMENT, None, None], dtype=pl.Datetime(unit)) for unit in UNITS},
    "moment in a zone": pl.Series([MOMENT, None, None]).dt.replace_time_zone("Asia/Tokyo"),
    **{f"span in {unit}": pl.Series([timedelta(1), None, None], dtype=pl.Duration(unit)) for unit in UNITS},
    "nothing": pl.Series([None] * 3, dtype=pl.Null),
    "list of text": pl.Series([["1", "Sade"], [], None]),
    "list of numbers": pl.Series([[1, 2], [3], None]),
    "list of floats": pl.Series([[1.5, 2.0], [3.0], None]),
    "list of moments": pl.Series([[MOMENT], [None], None]),
    "list of lists": pl.Series([[["1"]], [[]], None]),
    "list of structs": pl.Series([[{"a": 1}], [], None]),
    "array": pl.Series([["1", "2"], ["3", None], None], dtype=pl.Array(pl.String, 2)),
    "struct": pl.Series([{"name": "Sade"}, {"name": None}, None]),
}  # fmt: skip
COLUMNS = [
    (table, name) for table, spec in TABLES.items() if spec.mappable for name in (*spec.inputs, "descriptor")
]
COLUMNS = [(table, name) for table, name in COLUMNS if name != "descriptor" or TABLES[table].descriptors]

PLAYS = '[[source]]\nformat = "csv"\npath = "plays.csv"\nnamespace = "shop"\n'


def usual(table: str) -> dict[str, list[object]]:
    """Return columns of a table that can be read, for every column that a row needs."""
    return {
        choices[0]: [1, 2, 3] if choices[0] == "count" else ["a", "b", "c"] for choices in TABLES[table].needs
    }


def problem_of(source: Source) -> str:
    """Read a source, and return its error, if there is one."""
    try:
        for batch in source.read(Quarantine()):
            clean(batch, source.label, Quarantine())
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("table", "name"), COLUMNS, ids=["-".join(column) for column in COLUMNS])
def test_every_type_in_every_column(table: str, name: str, tmp_path: Path) -> None:
    """Types that are read are built into a dataset together, so that they are written too."""
    columns = usual(table) | ({"loudness": [1.0, 2.0, 3.0]} if TABLES[table].descriptors else {})
    column = "loudness" if name == "descriptor" else name
    keys = f'format = "parquet"\ntable = "{table}"\nnamespace = "shop"\n'
    keys += "rating_scale = [0, 5]\n" if name == "rating" else ""
    recipe = PLAYS
    for number, (kind, values) in enumerate(VALUES.items()):
        file = tmp_path / f"odd{number}.parquet"
        pl.DataFrame(columns | {column: values}).write_parquet(file)
        source = f'[[source]]\npath = "{file.name}"\n{keys}'
        (tmp_path / "recipe.toml").write_text(PLAYS + source, encoding="utf-8")
        _, odd = Recipe.load(tmp_path / "recipe.toml").source
        if problem := problem_of(odd):
            assert f"column '{column}' is of type {values.dtype}" in problem, kind
            assert file.name in problem, kind
            assert len(problem.splitlines()) == 2, kind
        else:
            recipe += source
    (tmp_path / "plays.csv").write_text("listener_id,item_id,name\na,a,Sade\nb,1,Can\n", encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
    _, report = build(Recipe.load(tmp_path / "recipe.toml"), tmp_path / "made")
    assert len(report.sources) > 3, "text, categories and columns of nothing are read everywhere"


PUBLISHED = {
    "wfmu-playlists": ("DJ", "AirDate", "Artist", "Title"),
    "wfmu-repertoires": ("DJ", "artist_token"),
}
PUBLISHED_COLUMNS = [(name, column) for name, columns in PUBLISHED.items() for column in columns]


@pytest.mark.parametrize(("published", "name"), PUBLISHED_COLUMNS)
def test_every_type_in_published_files(published: str, name: str, tmp_path: Path) -> None:
    days = [date(2020, 1, 2)] * 3
    columns = {"DJ": ["a", "b", "c"], "AirDate": days, "Artist": ["x", "y", "z"], "Title": ["t"] * 3}
    columns |= {"artist_token": ["x", "y", "z"]}
    for kind, values in VALUES.items():
        pl.DataFrame(columns | {name: values}).write_parquet(tmp_path / "odd.parquet")
        (tmp_path / "recipe.toml").write_text(f'[[source]]\npath = "odd.parquet"\nformat = "{published}"\n')
        if problem := problem_of(Recipe.load(tmp_path / "recipe.toml").source[0]):
            assert f"column '{name}' is of type {values.dtype}" in problem, kind
            assert len(problem.splitlines()) == 2, kind
