"""A dataset: tables with a common vocabulary of columns, and a manifest; a folder of Parquet files, or in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Self, cast

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import Refers
from tigertail.dataset.tables import id_columns, table_spec
from tigertail.errors import DataError
from tigertail.storage import UNREADABLE, check_free, check_name, checksums, new_folder, to_json

MAGIC: Final = "tigertail-dataset"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
BATCH: Final = 2**23  # rows that `batches` reads at a time
# Rows of a group in a file; fixed, so that the same rows are the same bytes for any number of threads.
ROW_GROUP: Final = 2**17


def check_place(path: Path, *, replace: bool) -> None:
    """Refuse, before the work for it is done, a path that :meth:`Dataset.write` would refuse.

    Raises
    ------
    DataError
        If it exists and may not be replaced, or is something else than a dataset.
    TigertailError
        If it cannot be looked for.
    """
    check_free(path, replace=replace)
    if not path.exists():
        return
    with suppress(OSError, ValueError, KeyError, TypeError):
        if not any(path.iterdir()) or json.loads((path / MANIFEST).read_bytes())["magic"] == MAGIC:
            return
    raise DataError(
        "exists and is not a dataset", path=path, remedy="choose another name, or remove it first"
    )


class Dataset:
    """A dataset, on disk or in memory; of one on disk a table is opened when it is needed.

    Use :meth:`of` to make one of data frames, :meth:`open` and :meth:`write` for folders.

    Parameters
    ----------
    path
        The dataset's folder; None in memory.
    manifest
        Content of ``manifest.json``.
    tables
        The tables of a dataset in memory, by name.
    """

    def __init__(
        self, path: Path | None, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame] | None = None
    ) -> None:
        self.path = path
        self.manifest = manifest
        self._tables = tables
        self._hidden = pl.Series(c.LISTENER_ID, [], pl.String)
        self._until: datetime | None = None
        self._renamed = pl.DataFrame(schema={c.ITEM_ID: pl.String, "new": pl.String})
        self._artists: pl.DataFrame | None = None

    def __repr__(self) -> str:
        rows = ", ".join(f"{rows:,} {table}" for table, rows in self.manifest["tables"].items())
        return f"<Dataset {self.name}: {rows}>"

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return str(self.manifest["name"])

    @property
    def simulated(self) -> bool:
        """Whether the listeners and artists are invented."""
        return bool(self.manifest["simulated"])

    @property
    def fingerprint(self) -> str:
        """A digest of the tables: two of one fingerprint hold the same data; a view has that of the whole."""
        return str(self.manifest["fingerprint"])

    @classmethod
    def of(
        cls,
        plays: Any,
        items: Any = None,
        listeners: Any = None,
        annotations: Any = None,
        *,
        columns: Mapping[str, Any] | None = None,
        kind: str = c.ARTIST,
        name: str = "frames",
        rating_scale: tuple[float, float] | None = None,
        **tables: Any,
    ) -> Dataset:
        """Make a dataset in memory of data frames, or of a sparse matrix.

        A frame is of pandas, Polars or Arrow, anything else with ``__arrow_c_stream__``, or a mapping of columns.
        Columns are found by the names in use, such as ``user`` or ``user_id``, ``artist`` or ``item_id``, ``count`` or
        ``weight``. Ids may be of any type; a dataset has them as text. References to items are resolved as a build
        resolves them: an id decides, then an MBID, then the name. Rows of one listener and one item are added up.
        Nothing is written to disk.

        Parameters
        ----------
        plays
            Who played what: a frame with a column for the listener, one or several for the item (its id, name or MBID),
            and optionally one for the count, the rating or the time. Without a count each row is one play. Or a SciPy
            sparse matrix of counts, listeners by items.
        items
            The catalogue: a frame of names, MBIDs, countries. With a matrix, one row for each of its columns, or their
            ids or names alone, as any sequence.
        listeners
            Profiles: a frame of countries and languages. With a matrix, one row for each row, or their ids alone.
            A column ``source`` is the service of each: an evaluation then ranks what that service offers. A listener
            without one could hear everything.
        annotations
            Tags and facts: a frame of items, labels, and optionally facets and weights.
        columns
            Names of columns that are not found by themselves: ``columns={"listener_id": "who"}`` for all frames,
            ``columns={"items": {"name": "title"}}`` for one.
        kind
            What the items are: artist, album or track.
        name
            Name of the dataset in reports.
        rating_scale
            The lowest and the highest rating, where plays have a column of ratings.
        **tables
            Further tables by name (:data:`tigertail.dataset.tables.TABLES`), such as ``aliases`` or ``sequences``.

        Warns
        -----
        TigertailWarning
            If rows are left out: how many of which frame, and why; or if listeners have several sources.

        Raises
        ------
        DataError
            If a column is missing, of a type that cannot be read, or has negative numbers; if no play is left; or if
            ``rating_scale`` is not two numbers, the lower one first, or there is no column of ratings.
        TypeError
            If an argument is not a frame, or there is no such table.

        Examples
        --------
        >>> plays = {"user": [1, 1, 2], "artist": ["Queen", "Kult", "Queen"]}
        >>> Dataset.of(plays, items={"artist": ["Queen", "Kult"], "country": ["GB", "PL"]})
        <Dataset frames: 3 plays, 2 listeners, 2 items, 2 aliases>
        """
        # What reads frames needs this class, so it is looked up when it is called.
        read = import_module("tigertail.frames").read_frames
        given = {c.ITEMS_TABLE: items, c.LISTENERS_TABLE: listeners, c.ANNOTATIONS_TABLE: annotations}
        return cast(
            "Dataset",
            read(plays, given | tables, columns=columns, kind=kind, name=name, rating_scale=rating_scale),
        )

    @classmethod
    def in_memory(cls, tables: Mapping[str, pl.DataFrame], *, name: str, simulated: bool = False) -> Self:
        """Return a dataset that is not on disk; its fingerprint is that of a folder with the same tables.

        Parameters
        ----------
        tables
            Tables by name, as in :data:`tigertail.dataset.tables.TABLES`. Rows are taken as they are: what
            :meth:`write` says of them holds here too.
        name
            Name of the dataset in reports.
        simulated
            Whether it is invented.

        Raises
        ------
        DataError
            If there are no plays, or a table is unknown, lacks a required column, or has one of another type.
        """
        if c.PLAYS_TABLE not in tables or tables[c.PLAYS_TABLE].is_empty():
            raise DataError("the data has no plays", remedy="give a table 'plays' with at least one row")
        kept, sums = {}, {}
        for table, frame in tables.items():
            with _casting(table):
                kept[table] = table_spec(table).conform(frame.lazy()).collect()
            content = BytesIO()
            kept[table].lazy().sink_parquet(content, row_group_size=ROW_GROUP)
            sums[f"{table}.parquet"] = hashlib.sha256(content.getbuffer()).hexdigest()
        rows = {table: frame.height for table, frame in kept.items()}
        return cls(None, _manifest(name, simulated, rows, dict(sorted(sums.items()))), kept)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a dataset folder.

        Raises
        ------
        DataError
            If the folder is missing, cannot be read, has a name that is not UTF-8, is not a dataset, or has a format
            version that this release cannot read.
        """
        path = Path(path)
        check_name(path)
        file = path / MANIFEST
        try:
            content = file.read_bytes() if file.is_file() else None
            problem = "not a Tigertail dataset" if path.exists() else "no such dataset"
        except OSError as error:
            raise DataError(
                f"cannot be read ({error.strerror})",
                path=path,
                remedy="give a folder that this user can read",
            ) from error
        if content is None:
            raise DataError(
                problem,
                path=path,
                remedy="make one with: tigertail build RECIPE.toml DATASET, or tigertail simulate DATASET",
            )
        try:
            manifest = json.loads(content)
        except ValueError as error:
            raise DataError(
                f"damaged manifest ({error})", path=file, remedy="build the dataset again"
            ) from error
        if not isinstance(manifest, dict) or manifest.get("magic") != MAGIC:
            raise DataError("not a Tigertail dataset", path=path, remedy="build it with: tigertail build")
        if manifest.get("version") != VERSION:
            raise DataError(
                f"dataset format {manifest.get('version')}; this release reads format {VERSION}",
                path=path,
                remedy="build the dataset again, or install the release that wrote it",
            )
        return cls(path, manifest)

    @classmethod
    def write(
        cls,
        path: Path | str,
        tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
        *,
        name: str,
        simulated: bool = False,
        replace: bool = False,
        without_plays: bool = False,
        extra: Callable[[Path], None] | None = None,
    ) -> Self:
        """Write a dataset folder atomically.

        Parameters
        ----------
        path
            The folder to make.
        tables
            Tables by name, as in :data:`tigertail.dataset.tables.TABLES`. Lazy frames are streamed to disk. Rows are
            written as they are: ids must not be null, and plays must be above 0. :meth:`of` cleans rows.
        name
            Name of the dataset in reports.
        simulated
            Whether it is invented.
        replace
            Whether an existing folder may be replaced.
        without_plays
            Whether the table of plays may have no row: what is only added to a model, such as annotations, needs none.
        extra
            Called with the folder under construction, to write further files into it.

        Raises
        ------
        DataError
            If there are no plays and ``without_plays`` is false, or a table is unknown, lacks a required column, or has
            one of another type.
        TigertailError
            If the folder exists and may not be replaced or is something else than a dataset, or cannot be written.
        """
        path = Path(path)
        check_place(path, replace=replace)
        if c.PLAYS_TABLE not in tables:
            raise DataError("a dataset needs a table of plays", path=path, remedy="give a table 'plays'")
        with new_folder(path, replace=replace) as folder:
            rows: dict[str, int] = {}
            for table, frame in tables.items():
                file = folder / f"{table}.parquet"
                with _casting(table):
                    table_spec(table).conform(frame.lazy()).sink_parquet(file, row_group_size=ROW_GROUP)
                rows[table] = pl.scan_parquet(file, glob=False).select(pl.len()).collect().item()
            if rows[c.PLAYS_TABLE] == 0 and not without_plays:
                raise DataError(
                    "the data has no plays",
                    path=path,
                    remedy="give a table 'plays' with at least one row",
                )
            sums = checksums(folder)
            if extra is not None:
                extra(folder)
            manifest = _manifest(name, simulated, rows, sums)
            (folder / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
        return cls(path, manifest)

    def has(self, table: str) -> bool:
        """Return whether the dataset has a table."""
        return table in self.manifest["tables"]

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table as a lazy frame.

        Raises
        ------
        DataError
            If the dataset has no such table, or its file is missing or damaged.
        """
        if not self.has(table):
            raise DataError(
                f"no table '{table}' in this dataset",
                path=self.path,
                remedy=f"it has {', '.join(self.manifest['tables'])}; a source of its recipe, or a frame, can give it",
            )
        with self.reading(table):
            frame = self._stored(table)
            columns = frame.collect_schema()
        if missing := table_spec(table).missing(columns.names()):
            raise DataError(
                f"lacks the column {', '.join(missing)}",
                path=self.file(table),
                remedy="build the dataset again",
            )
        return self._as_seen(frame, table, columns.names())

    def batches(self, table: str) -> Iterator[pl.DataFrame]:
        """Return the rows of a table in their order, some at a time, so that the text of all need not be held.

        There is one batch at least, if only an empty one.

        Raises
        ------
        DataError
            If the dataset has no such table, or its file is missing or damaged.
        """
        columns = self.scan(table).collect_schema().names()
        stored = self._stored(table)
        with self.reading(table):
            rows = stored.select(pl.len()).collect().item()
            for start in range(0, max(1, rows), BATCH):
                yield self._as_seen(stored.slice(start, BATCH), table, columns).collect()

    def _as_seen(self, frame: pl.LazyFrame, table: str, columns: list[str]) -> pl.LazyFrame:
        """Return rows of a table without those that are hidden, items under the ids of this view."""
        for column in id_columns(Refers.PERSON, Refers.OWN):
            if column in columns and len(self._hidden):
                hidden = pl.col(column).is_in(self._hidden.implode())
                frame = frame.filter(~hidden.fill_null(False))
        if len(self._renamed):
            items = [column for column in id_columns(Refers.ITEM) if column in columns]
            old, new = self._renamed[c.ITEM_ID], self._renamed["new"]
            frame = frame.with_columns(pl.col(items).replace(old, new))
        if self._until is not None and table == c.PLAYS_TABLE:
            known = c.LAST_PLAYED in columns
            frame = frame.filter(pl.col(c.LAST_PLAYED) <= self._until if known else False)
        return frame

    def file(self, table: str) -> Path | None:
        """Return the file of a table; None in memory."""
        return None if self.path is None else self.path / f"{table}.parquet"

    def _stored(self, table: str) -> pl.LazyFrame:
        """Return a table with nothing hidden."""
        if self._tables is not None:
            return self._tables[table].lazy()
        file = self.file(table)
        assert file is not None  # what is not in memory is on disk
        return pl.scan_parquet(file, glob=False)

    @contextmanager
    def reading(self, table: str) -> Iterator[None]:
        """Turn an error of a lazy table into one that names its file.

        A lazy frame is read when it is collected, so collect it inside this block.

        Raises
        ------
        DataError
            If the file is missing or damaged.
        """
        try:
            yield
        except UNREADABLE as error:
            problem = str(error).partition("\n")[0]
            raise DataError(
                f"cannot be read ({problem})", path=self.file(table), remedy="build the dataset again"
            ) from error

    def without(self, listeners: pl.Series) -> Dataset:
        """Return the dataset without any data of some listeners.

        All their rows are hidden: plays, profiles, the annotations and sequences they made, and a sequence that has
        the id of one, such as a show of a radio that is a listener and a sequence. Evaluation fits on such a view, so
        that no system sees the plays on which it is evaluated.
        """
        return self._hiding(pl.concat([self._hidden, listeners.cast(pl.String)]), self._until)

    def whole(self) -> Dataset:
        """Return the dataset with nothing hidden, under the ids of this view.

        It is for what is no trace of a listener, as what a source offers.
        """
        hides = len(self._hidden) > 0 or self._until is not None
        return self._hiding(self._hidden.clear(), None) if hides else self

    def until(self, moment: datetime) -> Dataset:
        """Return the dataset without pairs last played after a moment, or at an unknown time.

        A pair that was played before the moment too is hidden with all its plays.

        Raises
        ------
        DataError
            If the moment has no time zone.
        """
        if moment.tzinfo is None:
            raise DataError(
                f"the moment {moment} has no time zone", remedy="give one: datetime(..., tzinfo=UTC)"
            )
        return self._hiding(self._hidden, moment if self._until is None else min(moment, self._until))

    def renamed(self, ids: pl.DataFrame) -> Dataset:
        """Return the dataset with other ids of some items.

        The ids of their artists stay. That no two items have one id afterwards is up to the caller.

        Parameters
        ----------
        ids
            Columns item_id, as this view has it, and new.
        """
        ids = ids.select(c.ITEM_ID, "new")
        before = self._renamed.with_columns(pl.col("new").replace(ids[c.ITEM_ID], ids["new"]))
        view = self._view(self._hidden, self._until)
        # What was renamed before has its new id in `before`; its first id is not renamed again.
        view._renamed = pl.concat([before, ids.join(before, on=c.ITEM_ID, how="anti")])
        if self._artists is not None:
            view._artists = self._artists.with_columns(pl.col(c.ITEM_ID).replace(ids[c.ITEM_ID], ids["new"]))
        return view

    def with_artist_ids(self, artists: pl.DataFrame) -> Dataset:
        """Return the dataset with other ids of the artists of its items.

        Only :attr:`items` has them: :meth:`scan` and :meth:`batches` return the table with the ids it has.

        Parameters
        ----------
        artists
            Columns item_id, as this view has it, and artist_id. An item that is not there has no artist_id afterwards.
        """
        view = self._view(self._hidden, self._until)
        view._artists = artists.select(c.ITEM_ID, c.ARTIST_ID)
        return view

    def _view(self, hidden: pl.Series, until: datetime | None) -> Dataset:
        view = Dataset(self.path, self.manifest, self._tables)
        view._hidden, view._until = hidden, until
        view._renamed, view._artists = self._renamed, self._artists
        return view

    def _hiding(self, hidden: pl.Series, until: datetime | None) -> Dataset:
        """Return a view of the same items, which shares their table where it is read already."""
        view = self._view(hidden, until)
        if "items" in self.__dict__ and self.has(c.ITEMS_TABLE):
            view.__dict__["items"] = self.items
        return view

    @cached_property
    def plays(self) -> pl.DataFrame:
        """Play counts: one row for each pair of listener and item."""
        with self.reading(c.PLAYS_TABLE):
            return self.scan(c.PLAYS_TABLE).collect()

    @cached_property
    def items(self) -> pl.DataFrame:
        """The catalogue. If the dataset has no table of items, their ids serve as names, and all are artists."""
        if self.has(c.ITEMS_TABLE):
            with self.reading(c.ITEMS_TABLE):
                items = self.scan(c.ITEMS_TABLE).collect()
            if self._artists is None:
                return items
            others = items.drop(c.ARTIST_ID, strict=False)
            return others.join(self._artists, on=c.ITEM_ID, how="left", maintain_order="left")
        ids = self.scan(c.PLAYS_TABLE).select(c.ITEM_ID).unique().sort(c.ITEM_ID)
        with self.reading(c.PLAYS_TABLE):
            return ids.with_columns(pl.col(c.ITEM_ID).alias(c.NAME), pl.lit(c.ARTIST).alias(c.KIND)).collect()

    @cached_property
    def aliases(self) -> pl.DataFrame | None:
        """What every item is called, with counts; None if the dataset does not say."""
        if not self.has(c.ALIASES_TABLE):
            return None
        with self.reading(c.ALIASES_TABLE):
            return self.scan(c.ALIASES_TABLE).collect()

    @cached_property
    def listeners(self) -> pl.DataFrame:
        """The listeners' profiles. If the dataset has no table of listeners, only their ids."""
        if self.has(c.LISTENERS_TABLE):
            with self.reading(c.LISTENERS_TABLE):
                return self.scan(c.LISTENERS_TABLE).collect()
        with self.reading(c.PLAYS_TABLE):
            return self.scan(c.PLAYS_TABLE).select(c.LISTENER_ID).unique().sort(c.LISTENER_ID).collect()


@contextmanager
def _casting(table: str) -> Iterator[None]:
    """Turn the error of a value that cannot be cast to the type of its column into one that names the table."""
    try:
        yield
    except pl.exceptions.InvalidOperationError as error:
        problem = str(error).partition("\n")[0]
        types = ", ".join(f"{name} {column.dtype}" for name, column in table_spec(table).columns.items())
        raise DataError(
            f"table '{table}' has a column of another type ({problem})",
            remedy=f"its columns are {types}",
        ) from error


def _manifest(name: str, simulated: bool, rows: Mapping[str, int], sums: Mapping[str, str]) -> dict[str, Any]:
    """Return the manifest of tables with so many rows and such checksums."""
    digest = hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()
    return {
        "magic": MAGIC,
        "version": VERSION,
        "name": name,
        "simulated": simulated,
        "tables": dict(rows),
        "fingerprint": digest,
    }
