"""From bytes in any encoding to text."""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_HEAD: Final = 2048  # bytes in which HTML must say its encoding
_UNFIT: Final = ("idna", "punycode")  # they take quadratic time
LAST_RESORT: Final = "windows-1252"


def decode(data: bytes, declared: str | None = None, *, html: bool = False) -> tuple[str, str | None]:
    """Decode a page.

    A mark at its head is believed first, then UTF-8 where it is valid, as text in another encoding hardly
    ever is; then what was declared; then windows-1252, as browsers do.

    Parameters
    ----------
    data
        The page's bytes; those of a character that was cut off at the end are left out.
    declared
        The encoding somebody declared.
    html
        Whether to look for a declaration inside.

    Returns
    -------
    text
        The text, without NUL characters.
    guessed
        The encoding, where nothing was known for sure; None where the text is Unicode or was declared right.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").replace("\0", ""), None
    if (text := _strict(data, "utf-8")) is not None:
        return text, None
    inside = _META.search(data[:_HEAD]) if html else None
    for named in (declared, inside[1].decode("ascii") if inside else None):
        if named and (text := _strict(data, named)) is not None:
            return text, None
    return data.decode(LAST_RESORT, "replace").replace("\0", ""), LAST_RESORT


def _strict(data: bytes, encoding: str) -> str | None:
    if encoding.lower() in _UNFIT:
        return None
    try:
        "".encode(encoding)  # refuses what is no encoding of text, such as zlib
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        return decoder.decode(data, final=False).replace("\0", "")
    except (LookupError, UnicodeError, TypeError):
        return None
