"""Labels that lead to the same listeners, in worlds of two scenes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation
from tigertail.signals.remap import ItemRemap
from tigertail.testing import check_signal

MakeWorld = Callable[..., Any]

# Two words for one music, and one for another. Of "new" artists only words are known.
SAID = {f"m{n}": "mpb" if n % 2 else "musica popular" for n in range(12)}
SAID |= {f"t{n}": "techno" for n in range(12)} | {"new mpb": "mpb", "new techno": "techno"}


class Scenes:
    """A signal fitted to labels and to the factors of two scenes, with an item of which nothing is said."""

    def __init__(self, world: MakeWorld, **settings: object) -> None:
        self.made = world(SAID, items=["silent"])
        self.ids = self.made.interactions.items.ids.to_list()
        self.factors = np.array(
            [[3, 1] if item[0] == "m" else [1, 2] if item[0] == "t" else [0, 0] for item in self.ids],
            np.float32,
        )
        self.signal = self.fit(**settings)

    def fit(self, **settings: object) -> Annotation:
        config = AnnotationConfig.model_validate(
            {"co_annotation_weight": 0, "prediction_min_listeners": 1} | settings
        )
        plays = self.made.interactions
        object.__setattr__(plays, "item_listeners", np.where(self.factors.any(axis=1), 5, 0))
        return fit_annotation(self.made.dataset, plays, config, self.factors)

    def affinity(self, a: str, b: str) -> float:
        return self.made.affinity(self.signal, a, b)


def test_other_words_for_the_same_listeners_make_near(world: MakeWorld) -> None:
    scenes = Scenes(world)
    assert scenes.affinity("new mpb", "m1") > scenes.affinity("new mpb", "m0") > 0
    assert scenes.affinity("new mpb", "t1") == 0 == scenes.affinity("new mpb", "new techno")


def test_a_weight_of_zero_counts_shared_labels_alone(world: MakeWorld) -> None:
    scenes = Scenes(world, prediction_weight=0.0)
    assert scenes.signal.prediction is None
    assert scenes.affinity("new mpb", "m1") > 0 == scenes.affinity("new mpb", "m0")


def test_without_an_example_nothing_is_predicted(world: MakeWorld) -> None:
    assert Scenes(world, prediction_min_listeners=6).signal.prediction is None


def test_an_items_own_listening_stays_out_of_its_prediction(world: MakeWorld) -> None:
    before, after = Scenes(world), Scenes(world)
    odd = after.ids.index("m3")
    after.factors[odd] = [1, 2]  # said of it is mpb, but its listeners are those of techno
    one, other = (scenes.fit().prediction for scenes in (before, after))
    assert one is not None
    assert other is not None
    assert one.vectors[odd] @ other.vectors[odd] == pytest.approx(1, abs=0.02)


def test_where_all_have_the_same_listeners_nothing_is_predicted(world: MakeWorld) -> None:
    scenes = Scenes(world)
    loud = np.arange(1, len(scenes.ids) + 1, dtype=np.float32)[:, None]
    scenes.factors = np.where(
        scenes.factors.any(axis=1)[:, None], loud * np.float32([0.3, 0.7]), np.float32(0)
    )
    prediction = scenes.fit().prediction
    assert prediction is not None
    assert not prediction.vectors.any()


def test_what_is_shared_and_what_is_predicted_add_up(world: MakeWorld) -> None:
    scenes = Scenes(world)
    new, same, other = (scenes.ids.index(item) for item in ("new mpb", "m1", "m0"))
    why = scenes.signal.shared_labels(new, same)
    assert set(why["facet"]) == {"tag", "prediction"}
    assert why["contribution"].sum() == pytest.approx(scenes.affinity("new mpb", "m1"), rel=1e-5)
    told = scenes.signal.explain(new, np.array([same, other], np.int32))
    assert [evidence.words for evidence in told] == [
        "both mpb",
        "with labels that lead to the same listeners: mpb, musica popular",
    ]


def test_it_keeps_the_contract_and_comes_back_from_disk(world: MakeWorld) -> None:
    signal = Scenes(world).signal
    check_signal(signal)
    again = Annotation.from_arrays(*signal.to_arrays())
    every = np.arange(len(signal.known), dtype=np.int32)
    assert again.affinity(every).tobytes() == signal.affinity(every).tobytes()


def test_items_keep_their_predictions_under_new_codes(world: MakeWorld) -> None:
    signal = Scenes(world).signal
    items = len(signal.known)
    place = np.arange(items, dtype=np.int32)[::-1] + 1
    moved = signal.reindexed(ItemRemap(place, items + 1))
    every = np.arange(items, dtype=np.int32)
    assert moved.affinity(place[every])[:, place].tobytes() == signal.affinity(every).tobytes()
