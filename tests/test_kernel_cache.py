"""Kernels that came with the package are used where the processor can run them; others are compiled and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNEL = """
from tigertail.kernels import njit

@njit(cache=True)
def double(x):
    return x + x
"""
CALL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tigertail import kernel_cache, kernels
kernel_cache.SHIPPED = Path(sys.argv[1]) / "shipped"
if sys.argv[2] == "ship":
    kernel_cache.ship()
if sys.argv[2] == "old processor":
    kernel_cache.runs_baseline = lambda: False
import doubling
print(doubling.double(2), kernels.compiled_here())
"""


def call(folder: Path, how: str, kept: str, code: str = CALL, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), how],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment | {"NUMBA_CACHE_DIR": str(folder / kept)},
    )
    return done.stdout.strip()


def test_a_shipped_kernel_is_used_and_no_other_is_compiled(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(KERNEL)
    assert call(tmp_path, "ship", "builder") == "4 1"
    assert len(list((tmp_path / "shipped/doubling").glob("*.nbc"))) == 1
    assert list((tmp_path / "builder").rglob("*.nb?")) == []
    assert call(tmp_path, "use", "user") == "4 0"
    assert list((tmp_path / "user").rglob("*.nb?")) == []
    assert call(tmp_path, "old processor", "user") == "4 1"
    assert call(tmp_path, "old processor", "user") == "4 0"


def test_a_shipped_kernel_whose_source_changed_is_compiled_anew(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(KERNEL)
    call(tmp_path, "ship", "builder")
    # Of another length: Python knows a changed source by its second and its length.
    (tmp_path / "doubling.py").write_text(KERNEL.replace("x + x", "x + x + x"))
    assert call(tmp_path, "use", "user") == "6 1"


@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
def test_a_kept_kernel_that_was_cut_is_compiled_anew(kind: str, tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(KERNEL)
    call(tmp_path, "use", "kept")
    [file] = (tmp_path / "kept").rglob(kind)
    whole = file.read_bytes()
    for rest in (b"", whole[: len(whole) // 2], bytes(len(whole))):
        file.write_bytes(rest)
        assert call(tmp_path, "use", "kept") == "4 1"
        assert call(tmp_path, "use", "kept") == "4 0"


def test_a_kernel_that_does_not_fit_on_the_disk_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(KERNEL)
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n" + CALL
    assert call(tmp_path, "use", "kept", full) == "4 1"
    assert list((tmp_path / "kept").rglob("*.nbc")) == []


def test_where_kernels_can_be_kept_nowhere_the_error_names_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(KERNEL)
    (tmp_path / "__pycache__").touch()  # a file where Numba would make a folder
    begin, _, ask = CALL.strip().rpartition("\n")
    told = f"""{begin}
from tigertail.errors import ConfigError
try:
    {ask}
except ConfigError as error:
    print(error.remedy)
"""
    home = dict.fromkeys(("HOME", "XDG_CACHE_HOME"), str(tmp_path / "doubling.py"))
    assert "NUMBA_CACHE_DIR=FOLDER" in call(tmp_path, "use", "doubling.py", told, **home)


def test_what_another_release_kept_is_compiled_anew_where_its_types_are_gone(tmp_path: Path) -> None:
    before = KERNEL.replace(
        "@njit", "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    x: int\n\n@njit"
    )
    (tmp_path / "doubling.py").write_text(before.replace("return x + x", "return x.x + x.x"))
    made = CALL.replace("doubling.double(2)", "doubling.double(doubling.Pair(2))")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    command = [sys.executable, "-c", made, str(tmp_path), "use"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout == "4 1\n"
    )
    (tmp_path / "doubling.py").write_text("# a kernel at the same line\n\n\n\n" + KERNEL.lstrip("\n"))
    for file in (tmp_path / "kept").rglob("*.nbi"):
        file.rename(file.with_name(file.name.replace("double-9.", "double-7.")))
    assert call(tmp_path, "use", "kept") == "4 1"
