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
_INSIDE: Final = re.compile(
    rb"""(?:<meta\b[^>]*?\bcharset|\A\s*<\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""",
    re.IGNORECASE,
)
HEAD: Final = 2048
"""Bytes in which a page says what it is: twice what the HTML standard asks for, since pages say it late."""
_UNFIT: Final = ("idna", "punycode")  # they take quadratic time
_WIDE: Final = ("utf-16", "utf-32")
# What browsers read instead, and pages are written in: https://encoding.spec.whatwg.org/#names-and-labels
_WIDER: Final = {
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "utf-16": "utf-16-le",  # Python's own needs the mark
    "utf-32": "utf-32-le",
}
_LABELS: Final = {
    "dos-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-sjis": "cp932",
    "x-x-big5": "big5",
}
"""Names of theirs that pages use and Python does not know, of encodings that it has."""

LAST_RESORT: Final = "windows-1252"


def decode(data: bytes, declared: str | None = None, *, html: bool = False) -> tuple[str, str | None]:
    """Decode a page.

    A byte order mark decides, then UTF-8 if the bytes are valid in it (text in another encoding almost never is), then
    the declared encoding, then that which the page itself declares; else it is read as windows-1252. A declared
    encoding of which valid UTF-8 may be made comes before UTF-8: UTF-16 or UTF-32 if there are NUL bytes, ISO-2022 if
    there are escapes, and any if all but the end is ASCII, which is a whole letter or half a character of UTF-8. A page
    that says in ASCII that it is UTF-16 is not. Names of encodings mean what they mean to browsers: of ISO-8859-1,
    windows-1252.

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
        The encoding, if it was guessed; None if it is Unicode or the declared encoding was right. Under a mark, what
        is not valid in its encoding is U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, "replace"), None
    known = [codec] if declared and (codec := _codec(declared, data)) else []
    inside = _INSIDE.search(data[:HEAD]) if html else None
    if inside and (codec := _codec(inside[1].decode("ascii"), data)) and not codec.startswith(_WIDE):
        known.append(codec)
    ends_open = _ends_open(data)
    early = [codec for codec in known if ends_open or _in_bytes_of_utf_8(codec, data)]
    for codec in (*early, "utf-8", *known):
        wider = _WIDER.get(codec, codec)
        for encoding in dict.fromkeys((wider, codec)):
            try:
                text = _decoded(data, encoding, "strict")
            except UnicodeError:
                continue
            return (text if encoding == wider else text.translate(_at_controls(wider))), None
    return _decoded(data, LAST_RESORT, "replace"), LAST_RESORT


def _decoded(data: bytes, encoding: str, errors: str) -> str:
    return codecs.getincrementaldecoder(encoding)(errors).decode(data, final=False).replace("\0", "")


def _at_controls(encoding: str) -> dict[int, str]:
    """Return the characters of an encoding at bytes that are controls in ISO 8859; the control where it has none."""
    return {byte: bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in range(0x80, 0xA0)}


def _codec(name: str, data: bytes) -> str | None:
    """Return Python's name of an encoding; None if it is none of text, or cannot be that of the bytes."""
    try:
        codec = codecs.lookup(_LABELS.get(name.lower(), name)).name
        "".encode(codec)  # refuses what is no encoding of text, such as zlib
    except (LookupError, ValueError):
        return None
    wide = codec.startswith(_WIDE)
    return None if codec in _UNFIT or (wide and b"\0" not in data) else codec


def _in_bytes_of_utf_8(codec: str, data: bytes) -> bool:
    """Return whether text in an encoding may be valid UTF-8 by chance."""
    return codec.startswith(_WIDE) or (codec.startswith("iso2022") and b"\x1b" in data)


def _ends_open(data: bytes) -> bool:
    """Return whether all that is not ASCII is the beginning of a character of UTF-8 at the end."""
    try:
        return not data.isascii() and _decoded(data, "utf-8", "strict").isascii()
    except UnicodeError:
        return False
