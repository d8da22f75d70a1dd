"""Any table as text: fields parted by a comma, a tab or whatever it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from pydantic import Field, field_validator

from tigertail.errors import DataError
from tigertail.ingest.formats.mapped import MappedSource
from tigertail.ingest.formats.source import Batch
from tigertail.io.archives import streams
from tigertail.io.quarantine import Quarantine
from tigertail.io.text_rows import TextFile


class Csv(MappedSource):
    """A text table, by default parted by commas.

    Attributes
    ----------
    separator
        What parts the fields.
    quoted
        Whether a field may stand in double quotes; it must end on its line.
    header
        Whether the first line names the columns.
    encoding
        How the text is encoded.
    """

    separator: str = Field(default=",", min_length=1, max_length=1)
    quoted: bool = True
    header: bool = True
    encoding: str = "utf-8"

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            name = codecs.lookup(encoding).name
        except LookupError as error:
            raise ValueError(f"no encoding '{encoding}'") from error
        if name.startswith(("utf-16", "utf-32")):
            raise ValueError("UTF-16 and UTF-32 cannot be read in blocks: save the file as UTF-8")
        return name

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the rows under our names."""
        found = False
        for stream in streams(self.path, self.files):
            found = True
            file = TextFile(stream, self.label, quarantine, encoding=self.encoding)
            if self.header:
                names, blocks = file.headed(None, separator=self.separator, quoted=self.quoted)
            else:
                names, blocks = file.numbered(separator=self.separator, quoted=self.quoted)
            mapping = self.mapping(names, self.path)
            for rows in blocks:
                yield self.batch(stream.name, rows, mapping)
        if not found:
            raise DataError(f"no file matches '{self.files}' in it", path=self.path)


class Tsv(Csv):
    """A text table parted by tabs, in which quotes mean nothing."""

    separator: str = Field(default="\t", min_length=1, max_length=1)
    quoted: bool = False
