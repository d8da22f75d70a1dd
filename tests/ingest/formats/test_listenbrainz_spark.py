"""The dump of ListenBrainz for Spark, in the layout that the server's source writes."""

from __future__ import annotations

import io
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.ingest.build import build
from tigertail.ingest.formats import Source
from tigertail.ingest.formats.listenbrainz_spark import ListenBrainzSpark
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport
from tigertail.io.quarantine import Quarantine
from tigertail.testing.open_data import LISTENS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Read = Callable[[Source], dict[str, pl.DataFrame]]
Pack = Callable[[dict[str, str | bytes], str], Path]

KINO = "00000000-0000-4000-8000-000000000001"
SADE = "00000000-0000-4000-8000-000000000002"
TRACK = "00000000-0000-4000-8000-00000000000a"


def listen(
    user: int, artist: str, mbids: list[str | None] | None, second: int = 0, **more: Any
) -> dict[str, Any]:
    at = datetime(2024, 5, 1, 12, 0, second, tzinfo=UTC)
    row: dict[str, Any] = dict.fromkeys(LISTENS)
    row |= {"listened_at": at.replace(tzinfo=None), "user_id": user, "artist_name": artist}
    return row | {"recording_name": "Song", "artist_credit_mbids": mbids} | more


def member(*listens: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    pl.DataFrame(list(listens), schema=LISTENS).write_parquet(data, compression="zstd")
    return data.getvalue()


def dump(*members: bytes) -> dict[str, str | bytes]:
    return {"COPYING": "CC0"} | {f"{number}.parquet": data for number, data in enumerate(members)}


def source(path: Path, **keys: Any) -> ListenBrainzSpark:
    return ListenBrainzSpark(format="listenbrainz-spark", path=path, **keys)


def plays(tables: dict[str, pl.DataFrame]) -> list[tuple[Any, ...]]:
    names = (c.LISTENER_ID, c.MBID, c.NAME, c.PLAYS)
    return sorted(tables[c.PLAYS_TABLE].select(names).rows(), key=str)


def built(folder: Path) -> tuple[Dataset, BuildReport]:
    recipe = folder.with_suffix(".toml")
    recipe.write_text(
        f'[[source]]\nformat = "listenbrainz-spark"\npath = "{folder.name}"\n', encoding="utf-8"
    )
    return build(Recipe.load(recipe), folder.with_suffix(".made"))


@pytest.mark.parametrize("how", ["folder", "tar", "tar.gz", "tar.xz"])
def test_listens_are_summed_by_listener_and_artist(
    pack: Pack, read: Read, quarantine: Quarantine, how: str
) -> None:
    first = member(listen(1, "Кино", [KINO], 1), listen(1, "Кино", [KINO], 9), listen(2, "Sade", [SADE]))
    tables = read(source(pack(dump(first, member(listen(1, "Кино", [KINO], 5))), how)))
    assert plays(tables) == [("1", KINO, "Кино", 1.0), ("1", KINO, "Кино", 2.0), ("2", SADE, "Sade", 1.0)]
    last = tables[c.PLAYS_TABLE].filter(pl.col(c.PLAYS) == 2)[c.LAST_PLAYED].item()
    assert last == datetime(2024, 5, 1, 12, 0, 9, tzinfo=UTC)
    assert quarantine.read["listenbrainz-spark"] == 4
    assert not quarantine.warnings


def test_several_dumps_lie_in_one_folder(tmp_path: Path, pack: Pack, read: Read) -> None:
    full = pack(dump(member(listen(1, "Кино", [KINO]))), "tar")
    folder = tmp_path / "listenbrainz"
    folder.mkdir()
    full.rename(folder / "listenbrainz-spark-dump-1-full.tar")
    since = pack(dump(member(listen(1, "Sade", [SADE]))), "tar.xz")
    since.rename(folder / "listenbrainz-spark-dump-2-incremental.tar.xz")
    assert plays(read(source(folder))) == [("1", KINO, "Кино", 1.0), ("1", SADE, "Sade", 1.0)]


def test_an_archive_packed_with_zstandard_is_read(tmp_path: Path, pack: Pack, read: Read) -> None:
    plain = pack(dump(member(listen(1, "Кино", [KINO]))), "tar")
    packed = tmp_path / "listenbrainz-spark-dump-1-full.tar.zst"
    packed.write_bytes(zstd.compress(plain.read_bytes()))
    assert plays(read(source(packed))) == [("1", KINO, "Кино", 1.0)]


@pytest.mark.parametrize("folder_name", ["inside", "unpacked"])
def test_a_member_that_is_there_twice_counts_once(tmp_path: Path, pack: Pack, folder_name: str) -> None:
    folder = tmp_path / "both"
    (folder / folder_name).mkdir(parents=True)
    data = member(listen(1, "Кино", [KINO], 1), listen(1, "Кино", [KINO], 2))
    (folder / folder_name / "0.parquet").write_bytes(data)
    pack(dump(data), "tar").rename(folder / "dump.tar")
    dataset, report = built(folder)
    assert dataset.plays["plays"].to_list() == [2.0]
    assert report.sources[0].duplicates == 1


def test_members_of_two_archives_that_have_one_name_size_and_time_both_count(
    tmp_path: Path, pack: Pack
) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for name, mbid in (("Kino", KINO), ("Sade", SADE)):
        pack({"0.parquet": member(listen(1, name, [mbid]))}, "tar").rename(folder / f"{name}.tar")
    assert len({file.stat().st_size for file in folder.iterdir()}) == 1
    assert built(folder)[0].plays["item_id"].to_list() == ["kino", "sade"]


def test_a_credit_counts_for_each_artist_and_is_the_name_of_none(pack: Pack, read: Read) -> None:
    both = listen(1, "Кино & Sade", [KINO, SADE])
    tables = read(source(pack(dump(member(both, listen(1, "Sade", [SADE]))), "tar")))
    assert plays(tables) == [("1", KINO, None, 1.0), ("1", SADE, "Sade", 1.0), ("1", SADE, None, 1.0)]


def test_what_the_mapping_did_not_find_is_what_the_client_sent(
    pack: Pack, read: Read, quarantine: Quarantine
) -> None:
    rows = member(
        listen(1, "Nothing Known", None),
        listen(2, "Empty", []),
        listen(3, "With a Gap", [KINO, None]),
        listen(4, "Not An Id", ["see my page"]),
        listen(5, "Upper Case", [SADE.upper()]),
    )
    assert plays(read(source(pack(dump(rows), "tar")))) == [
        ("1", None, "Nothing Known", 1.0),
        ("2", None, "Empty", 1.0),
        ("3", None, "With a Gap", 1.0),
        ("4", None, "Not An Id", 1.0),
        ("5", SADE, "Upper Case", 1.0),
    ]
    assert dict(quarantine.warnings) == {("listenbrainz-spark", "not a MusicBrainz id, left out"): 1}


def test_tracks_have_their_artists(pack: Pack, read: Read) -> None:
    track = listen(1, "Кино & Sade", [KINO, SADE], recording_name="Together", recording_mbid=TRACK)
    tables = read(source(pack(dump(member(track, track)), "tar"), kind="track"))
    assert tables[c.PLAYS_TABLE].select(c.MBID, c.NAME, c.ARTIST_NAME, c.ARTIST_MBID, c.PLAYS).rows() == [
        (TRACK, "Together", "Кино & Sade", f"{KINO},{SADE}", 2.0)
    ]


def test_times_as_spark_writes_them_are_read(pack: Pack, read: Read) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pl.read_parquet(io.BytesIO(member(listen(1, "Кино", [KINO], 7)))).to_arrow()
    data = io.BytesIO()
    parquet.write_table(table, data, flavor="spark", compression="zstd")  # as the server does
    tables = read(source(pack(dump(data.getvalue()), "tar")))
    assert tables[c.PLAYS_TABLE][c.LAST_PLAYED].item() == datetime(2024, 5, 1, 12, 0, 7, tzinfo=UTC)


def test_a_member_that_is_not_there_is_a_warning(pack: Pack, read: Read, quarantine: Quarantine) -> None:
    files = dump(*(member(listen(user, "Кино", [KINO])) for user in range(3)))
    del files["1.parquet"]
    read(source(pack(files, "tar")))
    what = ("listenbrainz-spark", "member of a dump that is not there")
    assert quarantine.warnings[what] == 1
    assert quarantine.examples[what] == ["inside/1.parquet"]


def test_one_file_of_a_dump_is_whole(tmp_path: Path, read: Read, quarantine: Quarantine) -> None:
    (tmp_path / "5.parquet").write_bytes(member(listen(1, "Кино", [KINO])))
    assert plays(read(source(tmp_path / "5.parquet"))) == [("1", KINO, "Кино", 1.0)]
    assert not quarantine.warnings


@pytest.mark.parametrize(("name", "missing"), [("20240501", 20240501), ("listens-20240501", 0)])
def test_a_date_as_a_name_makes_no_list_of_numbers(
    tmp_path: Path, read: Read, quarantine: Quarantine, name: str, missing: int
) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / f"{name}.parquet").write_bytes(member(listen(1, "Кино", [KINO])))
    tracemalloc.start()
    read(source(tmp_path))
    assert tracemalloc.get_traced_memory()[1] < 2**26
    tracemalloc.stop()
    assert quarantine.warnings["listenbrainz-spark", "member of a dump that is not there"] == missing


def test_a_column_that_is_not_documented_is_a_warning(pack: Pack, read: Read, quarantine: Quarantine) -> None:
    data = io.BytesIO()
    rows = pl.DataFrame([listen(1, "Кино", [KINO])], schema=LISTENS)
    rows.with_columns(pl.lit(1).alias("mood")).write_parquet(data)
    assert plays(read(source(pack(dump(data.getvalue()), "tar")))) == [("1", KINO, "Кино", 1.0)]
    what = ("listenbrainz-spark", "column that is not documented, left out")
    assert quarantine.examples[what] == ["mood"]


def changed(column: pl.Expr | None = None, without: str = "") -> bytes:
    data = io.BytesIO()
    rows = pl.DataFrame([listen(1, "Кино", [KINO])], schema=LISTENS)
    (rows.drop(without) if without else rows.with_columns(column)).write_parquet(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (changed(without="user_id"), "no column user_id; it has listened_at, created, recording_msid"),
        (
            changed(pl.col("user_id").cast(pl.String)),
            "column 'user_id' is of type String, expected a whole number",
        ),
        (
            changed(pl.col("artist_credit_mbids").list.join(",")),
            "column 'artist_credit_mbids' is of type String, expected a list of texts",
        ),
        (
            changed(pl.col("listened_at").cast(pl.Int64)),
            "column 'listened_at' is of type Int64, expected a time",
        ),
        (b"<html>not found</html>", "not a Parquet file"),
        (member(listen(1, "Кино", [KINO]))[:-40], "the member is damaged or truncated"),
    ],
)
def test_faults_name_the_member_and_the_remedy(pack: Pack, read: Read, data: bytes, problem: str) -> None:
    path = pack(dump(member(listen(1, "Кино", [KINO])), data), "tar")
    with pytest.raises(DataError) as caught:
        read(source(path))
    assert caught.value.problem.startswith(problem)
    assert caught.value.path == path / "inside/1.parquet"
    assert caught.value.remedy


@pytest.mark.parametrize("how", ["tar", "tar.xz"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_an_archive_that_ends_early_is_refused(pack: Pack, read: Read, how: str, share: float) -> None:
    path = pack(dump(*(member(listen(user, "Кино", [KINO])) for user in range(9))), how)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(DataError, match="damaged or truncated"):
        read(source(path))


def test_an_archive_that_ends_between_two_members_is_refused(pack: Pack, read: Read) -> None:
    path = pack({"0.parquet": member(listen(1, "Кино", [KINO]))}, "tar")
    size = len(member(listen(1, "Кино", [KINO])))
    path.write_bytes(path.read_bytes()[: 512 + -(-size // 512) * 512])
    with pytest.raises(DataError, match="no mark of its end"):
        read(source(path))


def test_other_files_are_refused(tmp_path: Path, read: Read) -> None:
    (tmp_path / "dump.parquet").write_text("<html>", encoding="utf-8")
    with pytest.raises(DataError, match="neither a tar archive nor a Parquet file"):
        read(source(tmp_path / "dump.parquet"))
    with pytest.raises(DataError, match="no such file or folder"):
        read(source(tmp_path / "nowhere"))
    half = tmp_path / "half"
    half.mkdir()
    (half / "dump.tar.part").touch()
    with pytest.raises(
        DataError, match=r"no file matches '\*\.parquet' in it; dump\.tar\.part is half a download"
    ):
        read(source(half))
