"""The panel: marks of a reader who does not see which system an answer is from (docs/panel.md).

    .venv/bin/python benchmarks/panel.py choose DATASET
    .venv/bin/python benchmarks/panel.py lists DATASET LISTS.parquet --model ours=MODEL --neighbours before=FILE
    .venv/bin/python benchmarks/panel.py sheet LISTS.parquet SHEET.md KEY.csv [--seed 0]
    .venv/bin/python benchmarks/panel.py score KEY.csv MARKS.csv [MARKS.csv ...] [--reference "plain ALS cosine"]

A model is asked with its default settings. A model of another release answers through a file: `tigertail neighbours
MODEL --out FILE --top 10`, run with that release. Readers get the sheet and not the key; of several, means are counted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import tigertail
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.evaluation.panel import (
    PLAIN_ALS_NAME,
    PanelRow,
    answer_lists,
    choose,
    make_sheet,
    read_key,
    read_marks,
    score_marks,
)
from tigertail.evaluation.statistics.intervals import Estimate
from tigertail.io.files import read_table


def named(text: str) -> tuple[str, Path]:
    name, _, path = text.rpartition("=")
    if not name or not path:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=PATH")
    return name, Path(path)


def print_choice(arguments: argparse.Namespace) -> None:
    chosen = choose(Dataset.open(arguments.dataset))
    print_table(chosen.columns, chosen.rows(), left=("stratum", "country", "item_id", "name"))
    print(f"{len(chosen)} artists of {chosen['country'].n_unique()} countries")


def write_lists(arguments: argparse.Namespace) -> None:
    models, files = dict(arguments.model), dict(arguments.neighbours)
    if len(models | files) < len(arguments.model + arguments.neighbours):
        raise ConfigError("two systems have one name", remedy="give each its own NAME=")
    dataset = Dataset.open(arguments.dataset)
    loaded = {name: tigertail.load(path) for name, path in models.items()}
    lists = answer_lists(dataset, choose(dataset), models=loaded, files=files)
    lists.write_parquet(arguments.lists)
    for (system,), own in lists.group_by("system", maintain_order=True):
        print(f"{system}: {own['item_id'].count()} answers to {own['target_item_id'].n_unique()} artists")


def write_sheet(arguments: argparse.Namespace) -> None:
    sheet = make_sheet(read_table(arguments.lists), seed=arguments.seed)
    arguments.sheet.write_text(sheet.text, encoding="utf-8")
    sheet.key.write_csv(arguments.key)
    print(f"{sheet.key['number'].max()} answers to mark in {arguments.sheet}; keep {arguments.key} apart")


def print_scores(arguments: argparse.Namespace) -> None:
    key = read_key(arguments.key)
    scores = score_marks(
        key, [read_marks(path, key) for path in arguments.marks], reference=arguments.reference
    )
    print_table(
        ["group", "system", "artists", "fits of 10", "unknown", "fits of known", "difference", "ratio"],
        [cells(row) for row in scores.rows],
        title="Fitting answers in a list",
        left=("group", "system"),
    )
    print(f"Differences and ratios are to {scores.reference}; 95 % intervals from resampled artists.")
    print("Marks: " + ", ".join(f"{count} x {mark}" for mark, count in scores.marks.items()))
    if scores.agreement is not None:
        print(
            f"{len(arguments.marks)} readers; two of them mark {scores.agreement:.0%} of the answers alike."
        )


def cells(row: PanelRow) -> list[str]:
    return [
        row.group,
        row.system,
        str(row.queries),
        interval(row.fits),
        f"{row.unknown:.2f}",
        f"{row.judged:.0%}" if row.judged == row.judged else "",
        interval(row.difference, "+"),
        interval(row.ratio),
    ]


def interval(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None:
        return ""
    return f"{estimate.mean:{sign}.2f} [{estimate.low:{sign}.2f}, {estimate.high:{sign}.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)

    choice = commands.add_parser("choose", help="print the artists that the rule chooses")
    choice.add_argument("dataset", type=Path)
    choice.set_defaults(run=print_choice)

    lists = commands.add_parser("lists", help="write the first ten answers of every system")
    lists.add_argument("dataset", type=Path)
    lists.add_argument("lists", type=Path)
    lists.add_argument("--model", type=named, action="append", default=[], metavar="NAME=FOLDER")
    lists.add_argument("--neighbours", type=named, action="append", default=[], metavar="NAME=FILE")
    lists.set_defaults(run=write_lists)

    sheet = commands.add_parser("sheet", help="write the blinded sheet and its key")
    for name in ("lists", "sheet", "key"):
        sheet.add_argument(name, type=Path)
    sheet.add_argument("--seed", type=int, default=0)
    sheet.set_defaults(run=write_sheet)

    score = commands.add_parser("score", help="count the marks")
    score.add_argument("key", type=Path)
    score.add_argument("marks", type=Path, nargs="+", help="one file for each reader")
    score.add_argument("--reference", default=PLAIN_ALS_NAME)
    score.set_defaults(run=print_scores)

    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except TigertailError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
