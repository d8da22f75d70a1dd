from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.signals.audio.conftest import ARTISTS, Make, code, sounds

from tigertail.errors import DataError
from tigertail.signals.audio import AudioConfig
from tigertail.signals.audio.features import read_features

CONFIG = AudioConfig()


def test_ranks_count_not_units_and_not_outliers(make: Make) -> None:
    plain = read_features(*make(sounds()), CONFIG)
    twisted = sounds().with_columns(pl.col("energy").exp() * 1e6, pl.col("noise_0") ** 3)
    np.testing.assert_allclose(read_features(*make(twisted), CONFIG).values, plain.values)
    assert plain.values.shape == (ARTISTS, 7), "popularity is ignored: it tells no sound"
    assert plain.names == ("energy", *(f"noise_{number}" for number in range(6)))
    np.testing.assert_allclose(plain.values.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(plain.values.std(axis=0), 1, atol=0.05)


def test_what_is_missing_is_the_median_and_a_clip_of_nothing_is_none(make: Make) -> None:
    holes = sounds().with_columns(
        pl.when(pl.col("item_id") == "a00").then(float("nan")).otherwise("energy").alias("energy"),
        pl.when(pl.col("item_id") == "a02").then(float("inf")).otherwise("noise_0").alias("noise_0"),
    )
    numbers = [
        pl.when(pl.col("item_id") == "a04").then(None).otherwise(name).alias(name)
        for name in holes.columns[1:]
    ]
    dataset, interactions = make(holes.with_columns(numbers))
    found = read_features(dataset, interactions, CONFIG)
    row = {item: np.flatnonzero(found.codes == code(interactions, item)) for item in ("a00", "a02", "a04")}
    assert found.values[row["a00"], 0].tolist() == [0]
    assert found.values[row["a02"], 1].tolist() == [0]
    assert row["a04"].size == 0


def test_an_item_is_the_set_of_its_clips(make: Make) -> None:
    """Two artists of the same mean: one plays always alike, the other now soft, now loud."""
    clips = pl.DataFrame(
        {
            "item_id": ["a00", "a00", "a01", "a01", "a02", "a02", "a03"],
            "clip_id": list("abcdefg"),
            "energy": [0.5, 0.5, 0.0, 1.0, 0.9, 1.1, 0.2],
        }
    )
    dataset, interactions = make(clips)
    found = read_features(dataset, interactions, CONFIG)
    steady, moody, third, one = (
        found.values[found.codes == code(interactions, f"a0{n}")][0] for n in range(4)
    )
    assert steady[0] == moody[0], "energy on average"
    assert steady[1] < third[1] < moody[1], "and how much it differs"
    assert one[1] == 0, "of one clip nobody knows"
    assert found.names == ("energy",)
    assert found.means.tolist() == found.values[:, :1].tolist()
    means = read_features(dataset, interactions, AudioConfig(spread=0))
    assert means.values.shape[1] == 1


def test_an_artist_is_heard_in_their_tracks(make: Make) -> None:
    items = pl.DataFrame(
        {
            "item_id": ["band", "t1", "t2", *(f"a{n:02}" for n in range(ARTISTS))],
            "kind": ["artist", "track", "track", *["artist"] * ARTISTS],
            "artist_id": [None, "band", "band", *[None] * ARTISTS],
        }
    ).with_columns(name="item_id")
    audio = pl.DataFrame({"item_id": ["t1", "t2", "a00", "a01"], "energy": [0.0, 0.4, 0.1, 0.3]})
    dataset, interactions = make(audio, items=items)
    found = read_features(dataset, interactions, AudioConfig(spread=0))
    heard = {interactions.items.ids[int(n)]: row for row, n in enumerate(found.codes)}
    assert heard.keys() == {"t1", "t2", "band", "a00", "a01"}
    order = sorted(heard, key=lambda item: found.values[heard[item], 0])
    assert order == ["t1", "a00", "band", "a01", "t2"], "the band lies between its tracks"
    artist = {item: found.artists[row] for item, row in heard.items()}
    assert artist["t1"] == artist["t2"] == artist["band"] != artist["a00"] != artist["a01"]


def test_an_artist_who_is_named_as_their_own_is_heard_once(make: Make) -> None:
    clips = pl.DataFrame({"item_id": ["a00", "a00", "a01"], "energy": [0.0, 1.0, 0.2]})
    ids = [f"a{n:02}" for n in range(ARTISTS)]
    items = pl.DataFrame({"item_id": ids, "name": ids, "kind": "artist", "artist_id": ids})
    plain, named = read_features(*make(clips), CONFIG), read_features(*make(clips, items=items), CONFIG)
    assert named.values.tolist() == plain.values.tolist()


def test_a_table_without_descriptors_or_without_known_items_is_refused(make: Make) -> None:
    with pytest.raises(DataError, match="no descriptor"):
        read_features(*make(sounds().select("item_id", "popularity")), CONFIG)
    with pytest.raises(DataError, match="no item of the catalogue"):
        read_features(*make(sounds().with_columns(item_id=pl.lit("stranger"))), CONFIG)
    with pytest.raises(DataError, match="no item of the catalogue") as nothing:
        read_features(*make(sounds().select("item_id", energy=pl.lit(float("nan")))), CONFIG)
    assert "finite numbers" in (nothing.value.remedy or "")
    with pytest.raises(DataError, match="no table 'audio'"):
        read_features(*make(None), CONFIG)


def test_a_descriptor_may_have_any_name(make: Make) -> None:
    plain = read_features(*make(sounds()), CONFIG)
    other = read_features(*make(sounds().rename({"energy": "#artist", "noise_0": "#code"})), CONFIG)
    np.testing.assert_array_equal(other.values, plain.values)
    np.testing.assert_array_equal(other.artists, plain.artists)


def test_a_descriptor_called_artist_id_is_not_taken_for_the_artist(make: Make) -> None:
    ids = [f"a{n:02}" for n in range(ARTISTS)]
    items = pl.DataFrame({"item_id": ids, "name": ids, "kind": "track", "artist_id": "band"})
    band = pl.DataFrame({"item_id": "band", "name": "band", "kind": "artist", "artist_id": None})
    world = {"items": pl.concat([items, band.cast(items.schema)])}
    plain = read_features(*make(sounds(), **world), CONFIG)
    other = read_features(*make(sounds().rename({"energy": "artist_id"}), **world), CONFIG)
    np.testing.assert_array_equal(other.values, plain.values)
    np.testing.assert_array_equal(other.codes, plain.codes)
