"""Where a store is: named by a path or URL, and shown without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, exc, make_url

from tigertail.errors import ConfigError

_REMEDY: Final = "name a file, or a URL: postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"

FileId = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """Where a store is.

    Parameters
    ----------
    url
        Its URL, with the driver.
    file
        The file of a SQLite store; None for PostgreSQL.
    read_only
        Whether it was named by a URL of SQLite that ends in ``?mode=ro``.
    """

    url: URL
    file: Path | None
    read_only: bool

    @classmethod
    def of(cls, named: str | Path) -> Place:
        """Return the place of a path or URL.

        Raises
        ------
        ConfigError
            If it is no URL, or that of another kind of database, or of one in memory.
        """
        if isinstance(named, Path) or "://" not in named:
            return cls(URL.create("sqlite"), Path(named).absolute(), read_only=False)
        try:
            url = make_url(named)
        except (exc.ArgumentError, ValueError):
            raise ConfigError("the URL of the feedback store is malformed", remedy=_REMEDY) from None
        kind = url.get_backend_name()
        if kind == "postgresql":
            return cls(url.set(drivername="postgresql+psycopg"), None, read_only=False)
        if kind != "sqlite":
            raise ConfigError(f"a feedback store cannot be kept in {kind}", remedy=_REMEDY)
        if url.database in (None, "", ":memory:"):
            raise ConfigError("a feedback store in memory would lose what it acknowledged", remedy=_REMEDY)
        return cls(URL.create("sqlite"), Path(url.database).absolute(), url.query.get("mode") == "ro")

    @property
    def shown(self) -> str:
        """What to call it before people: a path, or a URL without password and options."""
        if self.file is not None:
            return str(self.file)
        return self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

    def file_id(self) -> FileId | None:
        """Return what tells the present file from one that takes its name later; None for PostgreSQL."""
        if self.file is None:
            return None
        there = self.file.stat()
        return there.st_dev, there.st_ino
