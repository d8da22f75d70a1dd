"""Systems that several benchmarks judge: collaborative-filtering baselines, and signals that are fitted already."""

from __future__ import annotations

from tigertail.evaluation import System, baselines
from tigertail.evaluation.systems.system import PLAIN_ALS
from tigertail.signals.contract import Signal

ITEM_ITEM = System("item-item cosine", baselines.ItemItem().fit)
RP3BETA = System("RP3beta", baselines.RP3Beta().fit)
EASE = System("EASE", baselines.EASE().fit)
ALS_COSINE = System(
    "plain ALS cosine", baselines.ALS(**dict(PLAIN_ALS.base), confidence=PLAIN_ALS.confidence).fit
)


def fitted(name: str, signal: Signal) -> System:
    """Return a system that is a signal fitted before."""
    return System(name, lambda split: signal)
