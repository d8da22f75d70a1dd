"""Pack files as a zip that is the same on every machine: pack.py ARCHIVE FILE..."""

import sys
import zipfile
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold


def pack(archive: Path, files: list[Path]) -> None:
    """Write an archive of some files, without their folders."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            entry = zipfile.ZipInfo(file.name, DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    pack(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
