from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import Split, hold_out
from tigertail.evaluation.baselines import TfIdf
from tigertail.splitting.hold_out import ProtocolConfig

LABELS = [
    ("n1", "tag", "Post-Punk", "anna"),
    ("n1", "tag", "post punk", "bert"),
    ("n1", "tag", "rock", "anna"),
    ("n2", "genre", "post-punk", None),
    ("n2", "tag", "rock", "anna"),
    ("s1", "tag", "rock", "anna"),
    ("x9", "tag", "post-punk", "anna"),
    ("s1", "home", "JP", None),
    ("s2", "home", "JP", None),
]


@pytest.fixture
def tagged(scenes: Dataset, tmp_path: Path) -> Split:
    """n1 and n2 are post-punk and rock, s1 is rock, x9, which has no listeners, post-punk."""
    rows = [
        (item, facet, label, 1.0, "crowd" if who else "expert", who) for item, facet, label, who in LABELS
    ]
    annotations = pl.DataFrame(
        rows, ["item_id", "facet", "label", "weight", "source", "annotator"], orient="row"
    )
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": scenes.plays,
        "items": scenes.items,
        "annotations": annotations,
    }
    return hold_out(Dataset.write(tmp_path / "tagged", tables, name="tagged"), ProtocolConfig())


def affinities(split: Split, query: str, **settings: object) -> dict[str, float]:
    ids = split.interactions.items.ids.to_list()
    signal = TfIdf.model_validate(settings).fit(split)
    scores = signal.affinity(np.array([ids.index(query)], np.int32))[0]
    return {item: float(score) for item, score in zip(ids, scores, strict=True) if score > -np.inf}


def test_affinity_is_the_cosine_of_the_formula(tagged: Split) -> None:
    """Four items have a label; post-punk is on three of them, as is rock; n1 is post-punk twice over."""
    rarity = np.log(5 / 3)
    n1 = np.array([np.log(3), np.log(2)]) * rarity
    n2 = np.array([np.log(2), np.log(2)]) * rarity
    found = affinities(tagged, "n1")
    assert found["n2"] == pytest.approx(n1 @ n2 / np.linalg.norm(n1) / np.linalg.norm(n2), rel=1e-5)
    assert found["s1"] == pytest.approx(n1[1] / np.linalg.norm(n1), rel=1e-5)
    assert found["x9"] == pytest.approx(n1[0] / np.linalg.norm(n1), rel=1e-5)


def test_an_item_without_listeners_is_known_by_its_labels(tagged: Split) -> None:
    assert set(affinities(tagged, "x9")) == {"n1", "n2"}


def test_only_the_facets_named_count(tagged: Split) -> None:
    assert affinities(tagged, "s2") == {}
    assert affinities(tagged, "s2", facets=("home",)) == {"s1": pytest.approx(1.0)}


def test_without_a_label_of_the_facets_no_item_is_known(tagged: Split) -> None:
    with np.errstate(all="raise"):
        assert not TfIdf(facets=("mood",)).fit(tagged).known.any()


def test_without_annotations_no_item_is_known(scene_trial: Split) -> None:
    assert not TfIdf().fit(scene_trial).known.any()
