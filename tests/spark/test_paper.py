"""What is computed on paper is what is there, where it can be counted."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks import spark_paper
from benchmarks.spark_paper import SERVICE, Counts, Half, Machines, Rates, halves
from pyarrow import ipc
from tests.spark.here import ClusterHere
from tests.support import als_config

from tigertail.factorization.blocks import group_rows
from tigertail.factorization.units import UNIT
from tigertail.spark.solver import DistributedALS
from tigertail.sparse import CSR

ROOT = Path(__file__).parent.parent.parent
DATA = os.environ.get("TIGERTAIL_DATA")


@pytest.fixture(scope="module")
def hetrec() -> CSR:
    """1,892 listeners of Last.fm and the artists that each plays most, up to fifty."""
    if not DATA:
        pytest.skip("TIGERTAIL_DATA is not set: no real data to count in")
    pairs = np.loadtxt(Path(DATA) / "hetrec-lastfm-2k/user_artists.dat", np.int64, skiprows=1)
    listeners, items = (np.unique(pairs[:, column], return_inverse=True)[1] for column in (0, 1))
    shape = (int(listeners.max()) + 1, int(items.max()) + 1)
    return CSR.from_coo(listeners, items, np.ones(len(pairs)), shape)


def needed(matrix: CSR, blocks: int) -> tuple[int, float]:
    """Return how many vectors blocks of about equal work need: counted, and as computed."""
    bounds = np.searchsorted(matrix.indptr, np.linspace(0, matrix.nnz, blocks + 1))
    rows = [np.arange(first, end) for first, end in itertools.pairwise(bounds)]
    links = [link for own in rows for link in group_rows(matrix.select_rows(own))]
    assert len(links) == blocks
    counted = sum(len(link.needed) for link in links if link.needed is not None)
    return counted, Counts.of(matrix.transpose().row_sizes).needed(1 / blocks) * blocks


@pytest.mark.parametrize("blocks", [2, 4, 8, 16])
def test_blocks_of_real_listeners_need_as_many_vectors_as_computed(hetrec: CSR, blocks: int) -> None:
    counted, computed = needed(hetrec, blocks)
    assert computed == pytest.approx(counted, rel=0.01)


@pytest.mark.parametrize("blocks", [2, 16])
def test_blocks_of_real_items_need_up_to_a_seventh_fewer(hetrec: CSR, blocks: int) -> None:
    by_popularity = np.argsort(-hetrec.transpose().row_sizes, kind="stable")
    counted, computed = needed(hetrec.transpose().select_rows(by_popularity), blocks)
    assert 6 / 7 * computed <= counted < computed


def test_bytes_are_those_that_are_written(tmp_path: Path) -> None:
    size = 2 * UNIT  # blocks are whole units, so these are of one size
    rng = np.random.default_rng(0)
    cells = np.unique(np.repeat(np.arange(size), 6) * size + rng.integers(0, size, 6 * size))
    matrix = CSR.from_coo(cells // size, cells % size, np.ones(len(cells)), (size, size))
    DistributedALS(ClusterHere(), tmp_path, (2, 2))(matrix, als_config(factors=12, iterations=1))

    def written(stage: str, kind: str) -> int:
        """Return the bytes of the numbers in a stage's files of one kind of record."""
        files = [ipc.open_file(path.read_bytes()) for path in tmp_path.glob(f"*/{stage}/*-{kind}.arrow")]
        return sum(file.get_batch(batch).nbytes for file in files for batch in range(file.num_record_batches))

    sides = ("listeners", matrix, matrix.transpose()), ("items", matrix.transpose(), matrix)
    for place, (name, rows, columns) in enumerate(sides):
        half = Half(*rows.shape, rows.nnz, Counts.of(columns.row_sizes), blocks=2, factors=12)
        assert half.links == pytest.approx(written(f"links-{name}", "linked"), rel=0.01)
        assert half.asks == pytest.approx(written(f"asks-{name}", "asked"), rel=0.01)
        assert half.factors_bytes == pytest.approx(written(f"half-{place}", "vectors"), rel=0.001)
        assert half.driver == pytest.approx(written(f"half-{place}", "grams"), rel=0.1)


def test_shares_sum_up_to_the_pairs_and_no_item_has_more_listeners_than_there_are() -> None:
    for counts, most in (
        (Counts.popularity(2_000_000, 30_000, 1e8), 30_000),
        (Counts.activity(30_000, 2_000_000, 1e8), 2_000_000),
    ):
        assert counts.sizes @ counts.rows == pytest.approx(1e8)
        assert counts.sizes.max() <= most
        assert counts.needed(1) == pytest.approx(counts.rows.sum())


def test_more_blocks_move_more_and_need_less_memory() -> None:
    few, many = (halves(SERVICE, (blocks, blocks))[0] for blocks in (512, 2048))
    assert few.moved < many.moved < many.everything
    assert few.task > many.task
    once, twice = (few.seconds(Machines(nodes=nodes), Rates()) for nodes in (10, 20))
    assert twice["solving"] == once["solving"] / 2


@pytest.mark.parametrize("part", [("--listeners", "1e6"), ("--factors", "64"), ("--blocks", "4")])
def test_a_part_of_a_shape_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: tuple[str, str]
) -> None:
    monkeypatch.setattr("sys.argv", ["spark_paper.py", *part])
    with pytest.raises(SystemExit):
        spark_paper.main()
    assert "another shape needs --listeners, --items and --entries" in capsys.readouterr().err


def test_another_shape_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = ["--listeners", "1e6", "--items", "3e5", "--entries", "2e8", "--blocks", "4"]
    monkeypatch.setattr("sys.argv", ["spark_paper.py", *shape])
    spark_paper.main()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "as asked: 1,000,000 listeners, 300,000 items, 200,000,000 pairs, 128 factors"
    assert printed[2].split() == ["blocks", "of", "listeners,", "of", "items", "4,", "4"]


def test_the_page_shows_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["spark_paper.py"])
    spark_paper.main()
    shown = re.search(
        r"benchmarks\.spark_paper\n\n```\n(.*?)```", (ROOT / "docs/spark.md").read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    assert shown[1].strip() == capsys.readouterr().out.strip()
