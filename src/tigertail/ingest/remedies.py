"""What a recipe can say of a source so that more of it is read."""

from __future__ import annotations

from tigertail.ingest.clean import UNREAD_TIME
from tigertail.ingest.formats.source import Source
from tigertail.io.quarantine import Quarantine
from tigertail.io.text_rows import NOT_TEXT


def remedies(source: Source, quarantine: Quarantine) -> list[str]:
    """Return what to write in a source whose text or times could not be read; nothing where no key of it helps."""
    reasons = [why for name, why in (*quarantine.rejected, *quarantine.warnings) if name == source.label]
    found = []
    if hasattr(source, "encoding") and any(why.startswith(NOT_TEXT) for why in reasons):
        found.append(f"name the encoding of {source.label} in its source, such as encoding = 'cp1252'")
    if hasattr(source, "time_format") and any(why.startswith(UNREAD_TIME) for why in reasons):
        found.append(
            f"say in the source of {source.label} how its times are written, such as time_format = '%d/%m/%Y'"
        )
    return found
