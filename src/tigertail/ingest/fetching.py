"""Published sets found on their server, and fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tigertail.errors import ConfigError, DataError
from tigertail.ingest.published import Published
from tigertail.io.download import checksum_of, download, is_whole, links, size_at, text_at

_RELEASES_TRIED: Final = 3  # the newest may still be in the making


@dataclass(frozen=True)
class PublishedFile:
    """A file of a release.

    Parameters
    ----------
    address
        Its address.
    name
        Its name.
    checksum
        Its checksum in hexadecimal digits.
    size
        Its bytes; None if the server does not say.
    """

    address: str
    name: str
    checksum: str
    size: int | None

    def fetch(self, folder: Path) -> bool:
        """Fetch it into a folder; return whether anything had to be fetched.

        Raises
        ------
        DataError
            If the server does not give it, or its checksum is another.
        """
        target = folder / self.name
        if is_whole(target, self.checksum):
            return False
        download(self.address, target, self.checksum)
        return True


def newest_files(published: Published, index: str = "") -> list[PublishedFile]:
    """Find the files of the newest release that is complete.

    Parameters
    ----------
    published
        The set.
    index
        The address of the folder of its releases on a mirror; left out, the publisher's.

    Raises
    ------
    ConfigError
        If ``index`` is no address of HTTP.
    DataError
        If the server does not answer, or has no such release.
    """
    index = (index or published.index).rstrip("/") + "/"
    if not index.startswith(("http://", "https://")):
        raise ConfigError(
            f"the index '{index}' is no address of HTTP",
            remedy="give the whole address, as --index https://mirror.example.org/full/",
        )
    if not published.release:
        releases = [index]
    else:
        names = [name for name in links(index) if fnmatchcase(name, published.release)]
        releases = [f"{index}{name}/" for name in sorted(names, key=_by_number, reverse=True)]
    for release in releases[:_RELEASES_TRIED]:
        if found := _files(published, release):
            return found
    wanted = ", ".join(published.files)
    raise DataError(
        f"no release with {wanted} and its checksum at {index}",
        remedy=f"see {published.page}; name a mirror with --index",
    )


def _files(published: Published, release: str) -> list[PublishedFile]:
    """Return the files of a release; none if one of them, or of their checksums, is not there."""
    there = links(release)
    files = []
    for pattern in published.files:
        name = next((name for name in there if fnmatchcase(name, pattern)), None)
        if name is None:
            return []
        sums = published.checksums.format(file=name)
        checksum = checksum_of(name, text_at(release + sums)) if sums in there else None
        if checksum is None:
            return []
        files.append(PublishedFile(release + name, name, checksum, size_at(release + name)))
    return files


def _by_number(name: str) -> list[int]:
    """Return the numbers in a name, by which release 100 comes after release 99."""
    return [int(digits) for digits in re.findall(r"\d+", name)]
