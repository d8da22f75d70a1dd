"""How far a row is from its solution after so many conjugate-gradient steps, in each place that solves rows.

    .venv/bin/python benchmarks/cg_steps.py DATASET [--rows 2000] [--seed 0]

The factors are fitted to the dataset; then rows are solved with the other side fixed, in few steps and in
many. The figure is the distance to the solution, as a share of the distance from the row's start to it: median and 95th
percentile over rows. It is what the numbers of steps in ``factorization`` and ``model/recommend.py`` rest on:

- **fold-in**: listeners against the items, from 0 (``fold_in``; the first sweep of ``partial_refit``);
- **for one listener**: the same with the regularisation of ``Model.recommend``;
- **local model**: items against the listeners of the largest group, from and around their global vectors
  (``ridge_towards``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.factorization import fold_in, ridge_towards
from tigertail.model.config import ModelConfig
from tigertail.model.recommend import REGULARISATION
from tigertail.model.registry import FitContext
from tigertail.signals.listening.fit import group_listeners, penalty_of_groups
from tigertail.signals.listening.solve import known_items

STEPS = (1, 2, 4, 8, 12, 16)
CONVERGED = 100
Floats = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--rows", type=int, default=2000, help="listeners that are solved")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    context = FitContext(dataset, Interactions.of(dataset), ModelConfig())
    rng = np.random.default_rng(arguments.seed)
    listeners = context.confidences.shape[0]
    drawn = np.sort(rng.choice(listeners, min(arguments.rows, listeners), replace=False))
    solvers = {
        "fold-in": listener_solver(context, drawn, 1.0),
        "for one listener": listener_solver(context, drawn, REGULARISATION),
        "local model": item_solver(context),
    }
    rows = []
    for place, (solve, start) in solvers.items():
        solution = solve(CONVERGED)
        way = np.linalg.norm(solution - start, axis=1)
        moved = way > 0
        shares = [np.linalg.norm(solve(steps) - solution, axis=1)[moved] / way[moved] for steps in STEPS]
        rows.append(
            [place, f"{moved.sum():,}"]
            + [f"{np.median(share):.4f} {np.quantile(share, 0.95):.4f}" for share in shares]
        )
    print_table(["distance left after steps", "rows", *map(str, STEPS)], rows)


def listener_solver(
    context: FitContext, drawn: NDArray[np.int64], times: float
) -> tuple[Callable[[int], Floats], Floats]:
    """Return what solves some listeners in so many steps, and where they start."""
    matrix, items = context.confidences.select_rows(drawn), context.factors.items
    start = np.zeros((len(drawn), items.shape[1]), np.float32)
    config = context.solver.model_copy(update={"reg": times * context.solver.reg})
    return lambda steps: fold_in(matrix, items, start, config, cg_steps=steps), start


def item_solver(context: FitContext) -> tuple[Callable[[int], Floats], Floats]:
    """Return what solves the items of the largest group of listeners in so many steps, and where they start."""
    local, factors = context.config.listening, context.factors
    groups = group_listeners(context.dataset, context.interactions, factors, local)
    largest = np.flatnonzero(groups.group_of == np.argmax(groups.sizes[: len(groups.keys)]))
    known, by_item = known_items(context.confidences.select_rows(largest), local.min_listeners)
    penalty = penalty_of_groups(context.confidences, factors, local)
    start = factors.items[known]

    def solve(steps: int) -> Floats:
        return ridge_towards(
            by_item,
            factors.listeners[largest],
            start,
            alpha0=context.solver.alpha0,
            penalty=penalty,
            cg_steps=steps,
        )

    return solve, start


if __name__ == "__main__":
    main()
