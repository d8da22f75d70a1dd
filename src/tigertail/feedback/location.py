"""Location of a store: a path or URL, displayed without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, exc, make_url

from tigertail.errors import ConfigError

_REMEDY: Final = "give a file, or a URL: postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"

_SCHEMES: Final = ("postgresql:", "postgres:", "sqlite:")  # a slip in what follows does not make a path of it

FileId = tuple[int, int]


@dataclass(frozen=True)
class Location:
    """Location of a store.

    Parameters
    ----------
    url
        Its URL, with our driver of PostgreSQL; of SQLite its dialect alone, since the file is opened by its path.
    file
        The file of a SQLite store; None for PostgreSQL.
    read_only
        Whether it was given as a SQLite URL that ends in ``?mode=ro``.
    """

    url: URL
    file: Path | None
    read_only: bool

    @classmethod
    def of(cls, address: str | Path) -> Location:
        """Return the location of a path or URL; a driver that a URL names is replaced by ours.

        Raises
        ------
        ConfigError
            If the text is empty or no path; if the URL is malformed, or of another kind of database, or of a database
            in memory, or of SQLite with more than a file and ``?mode=ro``, which would be ignored.
        """
        if not str(address) or "\0" in str(address):
            raise ConfigError(f"{str(address)!r} is no path of a feedback store", remedy=_REMEDY)
        is_url = not isinstance(address, Path) and ("://" in address or address.lower().startswith(_SCHEMES))
        if not is_url:
            return cls(URL.create("sqlite"), Path(address).absolute(), read_only=False)
        try:
            url = make_url(str(address))
        except (exc.ArgumentError, ValueError):
            raise ConfigError("the URL of the feedback store is malformed", remedy=_REMEDY) from None
        kind = url.get_backend_name().lower()
        if kind in ("postgresql", "postgres"):
            if _holds_secrets(str(address), url):
                raise ConfigError(
                    "the URL of the feedback store has an @ too many, or a / before it",
                    remedy="in the user, the password and the options write an @ as %40 and a / as %2F",
                )
            return cls(url.set(drivername="postgresql+psycopg"), None, read_only=False)
        if kind != "sqlite":
            raise ConfigError(f"a feedback store cannot be kept in {kind}", remedy=_REMEDY)
        plain = URL.create(url.drivername, database=url.database)
        if url not in (plain, plain.set(query={"mode": "ro"})):
            raise ConfigError(
                "the URL of a SQLite store names more than a file",
                remedy="give sqlite:///FILE, with three slashes, or sqlite:///FILE?mode=ro",
            )
        if url.database in (None, "", ":memory:"):
            raise ConfigError("a feedback store in memory would lose acknowledged events", remedy=_REMEDY)
        return cls(URL.create("sqlite"), Path(url.database).absolute(), url.query.get("mode") == "ro")

    @property
    def display(self) -> str:
        """Name for messages: a path, or a URL without password and options."""
        if self.file is not None:
            return str(self.file)
        return self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

    def file_id(self) -> FileId | None:
        """Return the identity of the current file, which differs after a replacement; None for PostgreSQL.

        Raises
        ------
        OSError
            If the file is not there.
        """
        if self.file is None:
            return None
        there = self.file.stat()
        return there.st_dev, there.st_ino


def _holds_secrets(address: str, url: URL) -> bool:
    """Return whether the host, the database or the options of a URL hold what stands before the last @ of its text."""
    if "@" not in address:
        return False
    try:
        server = make_url(f"{url.drivername}://{address.rpartition('@')[2]}")
    except (exc.ArgumentError, ValueError):
        return True
    return server.set(username=url.username, password=url.password) != url
