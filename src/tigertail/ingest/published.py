"""Where the data of a recipe is published."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from tigertail.ingest.formats.source import Texts


class Published(BaseModel):
    """A set of files that somebody publishes on the web.

    Attributes
    ----------
    name
        Its name, by which ``tigertail data get`` asks for it.
    folder
        The folder it is kept in, below that of all data.
    page
        The publisher's page about it.
    licence
        Its licence.
    size
        How large it is, in words; the size that the server gives is exact.
    index
        The address of a folder that the server lists as links; it ends in a slash.
    release
        A pattern of the folders in ``index`` of which each is a release; the last one by number is taken. Left out, the
        files lie in ``index`` itself.
    files
        Patterns of its files, each of one file: of several that fit, the one listed first is taken.
    checksums
        The file that holds their checksums; ``{file}`` is the name of the file. MD5, SHA-1, SHA-256 and SHA-512
        are known by their length.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    folder: str
    page: str
    licence: str
    size: str = ""
    index: str
    release: str = ""
    files: Texts
    checksums: str

    @field_validator("folder")
    @classmethod
    def _of_one_part(cls, folder: str) -> str:
        if not folder or "/" in folder or "\\" in folder or folder.startswith("."):
            raise ValueError(f"'{folder}' is not the name of one folder")
        return folder

    @model_validator(mode="after")
    def _check_index(self) -> Self:
        if not self.index.startswith(("http://", "https://")) or not self.index.endswith("/"):
            raise ValueError(f"index '{self.index}' is not an address of HTTP that ends in a slash")
        return self
