"""Every point of the unit cube is a configuration, and its settings lie in their ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.evaluation.baselines import ALS, ItemItem
from tigertail.evaluation.systems.system import PLAIN_ALS
from tigertail.model import ModelConfig
from tigertail.tuning.space import BASE, CO_LISTENING, FAMILIES, PLAIN, Family, digest

FAMILY = {family.name: family for family in FAMILIES}
family = st.sampled_from(FAMILIES)


@given(family, st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_a_point_is_a_configuration_and_lies_where_it_came_from(family: Family, units: list[float]) -> None:
    point = np.array(units[: len(family.dimensions)])
    config = family.config(family.default, point)
    again = family.config(family.default, family.point(config))
    for dimension, first, second in zip(
        family.dimensions, family.settings(config).values(), family.settings(again).values(), strict=True
    ):
        if dimension.kind == "choice":
            assert first == second
        else:
            assert dimension.low <= first <= dimension.high
            assert first == pytest.approx(second, rel=0.01, abs=0.01)


def test_bounds_are_reached() -> None:
    base = FAMILY[BASE]
    low = base.config(base.default, np.zeros(7))
    high = base.config(base.default, np.ones(7))
    assert (low.base.factors, low.base.nu, low.confidence.gain) == (16, 0, 0.05)
    assert (high.base.factors, high.base.nu, high.confidence.gain) == (256, 1.5, 5)
    assert (low.confidence.transform, high.confidence.transform) == ("log", "binary")


def test_a_setting_beyond_its_range_begins_at_the_end() -> None:
    far = ModelConfig.model_validate({"base": {"factors": 1, "nu": 2}})
    point = dict(zip(FAMILY[BASE].settings(far), FAMILY[BASE].point(far), strict=True))
    assert (point["base.factors"], point["base.nu"]) == (0, 1)


def test_plain_als_stays_plain() -> None:
    plain = FAMILY[PLAIN]
    assert plain.default == PLAIN_ALS
    config = plain.config(plain.default, np.full(6, 0.3))
    assert (config.base.nu, config.base.beta) == (0, 1)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_popularity_exponents_are_for_people_to_choose(family: Family) -> None:
    config = family.config(family.default, np.full(len(family.dimensions), 0.9))
    assert config.base.beta == family.default.base.beta
    assert config.co_listening.beta == family.default.co_listening.beta


def test_each_family_leaves_the_others_alone() -> None:
    config = FAMILY[CO_LISTENING].config(ModelConfig(), np.full(1, 0.3))
    assert (config.base, config.confidence) == (ModelConfig().base, ModelConfig().confidence)
    assert config.co_listening != ModelConfig().co_listening


def test_each_family_is_fitted_with_its_settings() -> None:
    config = ModelConfig.model_validate({"base": {"factors": 9}, "co_listening": {"shrinkage": 7}})
    als, listening = FAMILY[BASE].baseline(config), FAMILY[CO_LISTENING].baseline(config)
    assert isinstance(als, ALS)
    assert als.factors == 9
    assert isinstance(listening, ItemItem)
    assert listening.shrinkage == 7


def test_the_digest_tells_spaces_apart() -> None:
    assert digest() == digest(FAMILIES) != digest(FAMILIES[:2])
