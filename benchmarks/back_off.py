"""What artist back-off is worth on tracks, by stratum.

    .venv/bin/tigertail build recipes/wfmu-tracks.toml demo/tracks
    .venv/bin/python benchmarks/back_off.py demo/tracks [--tune | --strata]

The listeners are radio shows. `--tune` looks for the settings whose mean nDCG@20 is highest on inner held-out
shows of the training part, and prints every step; without it the shipped settings are judged, on shows that
nothing was tuned on, beside the track's own factors, its own co-listening, and the artists alone. `--strata`
prints by how much back-off over the factors differs from them, paired, in each stratum.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory, print_report
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, System, evaluate, hold_out
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.factorization import fit_als
from tigertail.factorization.confidence import confidence
from tigertail.model import ModelConfig
from tigertail.signals.backoff.signal import BackOff, BackOffConfig, fit_back_off
from tigertail.signals.co_listening import fit_co_listening
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity

MODEL = ModelConfig()
LISTENERS = (0.1, 0.3, 1.0, 3.0, 10.0)
SAME_ARTIST = (0.5, 1.0, 1.5, 3.0)
ALONE = 1e9  # a prior so strong that the artists have the whole word


def factors(interactions: Interactions) -> Signal:
    weights = confidence(interactions.plays, MODEL.confidence)
    factors = fit_als(weights, MODEL.base.solver(weights), seed=MODEL.seed)
    return FactorAffinity(factors.items, MODEL.base.beta)


def co_listening(interactions: Interactions) -> Signal:
    return fit_co_listening(confidence(interactions.plays, MODEL.confidence), MODEL.co_listening)


def fit(split: Split, own: Signal, config: BackOffConfig) -> BackOff:
    """Let the tracks' signal lean on the factors of artists."""
    return fit_back_off(split.train, split.interactions, own, factors, config)


def ndcg(signal: Signal, split: Split) -> float:
    """Return the mean nDCG of a signal."""
    lists = ranked_lists(signal, split)[0]
    values = score_lists(
        lists, split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners
    )
    return float(np.nanmean(values[:, 0]))


def tune(split: Split) -> None:
    """Print how good settings are, the one and then the other, for each signal of the tracks' own."""
    heard = split.popularity
    for name, learn in (("factors", factors), ("co-listening", co_listening)):
        own = learn(split.interactions)
        print(f"{name} alone: nDCG@{split.config.k} {ndcg(own, split):.5f}", flush=True)
        fitted = fit(split, own, BackOffConfig())
        known: dict[tuple[float, float], float] = {}
        best = (BackOffConfig().shrinkage, BackOffConfig().same_artist)
        for setting in (0, 1):
            for value in (LISTENERS, SAME_ARTIST)[setting]:
                tried = (value, best[1]) if setting == 0 else (best[0], value)
                trust = (heard / (heard + tried[0])).astype(np.float32)
                known[tried] = ndcg(replace(fitted, own_weight=trust, same_artist=tried[1]), split)
                shown = "  shrinkage {:g}, same_artist {:g}: {:.5f}"
                print(shown.format(*tried, known[tried]), flush=True)
            best = max(known, key=lambda pair: known[pair])
        print("  best: {:.5f} at shrinkage {:g}, same_artist {:g}".format(known[best], *best), flush=True)


def print_strata(split: Split) -> None:
    """Print the paired differences that back-off makes, by stratum of the query and of the target."""
    own = factors(split.interactions)
    lists = [ranked_lists(signal, split)[0] for signal in (own, fit(split, own, BackOffConfig()))]
    asked = (split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners)
    bootstrap = ClusterBootstrap(split.query_listeners)

    def row(by: str, group: str, queries: NDArray[np.bool_], targets: NDArray[np.bool_] | None) -> list[str]:
        before, after = (score_lists(one, *asked, targets)[:, :2] for one in lists)
        gains = np.where(queries[:, None], after - before, np.nan)
        counted = int((~np.isnan(gains[:, 0])).sum())
        return [by, group, f"{counted:,}", *(str(bootstrap.estimate(gain)) for gain in gains.T)]

    every = np.ones(len(split.query_items), np.bool_)
    of_query = split.strata[split.query_items]
    rows = [row("all", "", every, None)]
    rows += [row("query", stratum.label, of_query == stratum, None) for stratum in Stratum]
    rows += [row("target", stratum.label, every, split.strata == stratum) for stratum in Stratum]
    k = split.config.k
    headings = ["by", "stratum", "queries", f"nDCG@{k}", f"IPS-nDCG@{k}"]
    print_table(headings, rows, title="factors, back-off minus own factors", left=headings[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--strata", action="store_true")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    config = ProtocolConfig(seed=arguments.seed, held_out=0.1, queries=5)
    if arguments.tune:
        tune(hold_out(hold_out(dataset, config).train, config.model_copy(update={"seed": config.seed + 100})))
        return
    if arguments.strata:
        print_strata(hold_out(dataset, config))
        return
    whole = BackOffConfig()
    alone = whole.model_copy(update={"shrinkage": ALONE})
    systems = [
        System("artists alone", lambda split: fit(split, factors(split.interactions), alone)),
        System("own co-listening", lambda split: co_listening(split.interactions)),
        System("co-listening, back-off", lambda split: fit(split, co_listening(split.interactions), whole)),
        System("factors, back-off", lambda split: fit(split, factors(split.interactions), whole)),
        System("own factors", lambda split: factors(split.interactions)),
    ]
    print_report(evaluate(dataset, systems, config))
    print_memory()


if __name__ == "__main__":
    main()
