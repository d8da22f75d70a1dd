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

    The order is that of browsers: a byte order mark, then UTF-8 if it is valid (text in another encoding almost never
    is), then the declared encoding, then windows-1252.

    Parameters
    ----------
    data
        The page's bytes; an incomplete character at the end is left out.
    declared
        The encoding that the source declares.
    html
        Whether to look for a declaration in the page itself.

    Returns
    -------
    text
        The text, without NUL characters.
    guessed
        The encoding, if it was guessed; None if the text is Unicode or the declared encoding was right.
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
