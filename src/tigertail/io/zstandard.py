"""Zstandard: of the standard library where it has it, else of its backport."""

from __future__ import annotations

import sys
from typing import IO, cast

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
    from compression.zstd import open as _open
else:
    from backports.zstd import ZstdError
    from backports.zstd import open as _open

__all__ = ["ZstdError", "open_zstd"]


def open_zstd(file: IO[bytes]) -> IO[bytes]:
    """Return the content of a compressed file."""
    return cast("IO[bytes]", _open(file, "rb"))
