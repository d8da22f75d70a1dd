import pytest

from tigertail.errors import DataError
from tigertail.geo.countries import countries, country_code
from tigertail.geo.regions import WORLD, place_code, place_name, regions


@pytest.mark.parametrize(
    ("place", "around"),
    [
        ("PL", ("151", "150", "001")),
        ("BR", ("005", "419", "019", "001")),
        ("US", ("021", "019", "001")),
        ("NG", ("011", "202", "002", "001")),
        ("EG", ("015", "002", "001")),
        ("JP", ("030", "142", "001")),
        ("XK", ("039", "150", "001")),
        ("AQ", ("001",)),
        ("SU", ("151", "150", "001")),
        ("151", ("150", "001")),
        ("001", ()),
    ],
)
def test_regions_from_the_nearest_to_the_world(place: str, around: tuple[str, ...]) -> None:
    assert regions(place) == around


def test_every_country_lies_in_the_world_and_every_region_has_a_name() -> None:
    for country in countries():
        around = regions(country)
        assert around[-1] == WORLD
        assert [regions(region) for region in around] == [around[at:] for at in range(1, len(around) + 1)]
        assert [place_code(place_name(place)) for place in (country, *around)] == [country, *around]


def test_places_are_named_in_english() -> None:
    assert [place_name(code) for code in ("PL", "151", "001", "SU", "YU")] == [
        "Poland",
        "Eastern Europe",
        "world",
        "USSR",
        "Yugoslavia",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Poland", "PL"),
        ("Polska", "PL"),
        ("151", "151"),
        (" 001 ", "001"),
        ("eastern europe", "151"),
        ("Europa Wschodnia", "151"),
        ("South-eastern Asia", "035"),
        ("World", "001"),
        ("Southern Africa", "018"),
        ("South Africa", "ZA"),
        ("Micronesia", "FM"),  # the country, not the region
    ],
)
def test_names_of_countries_and_regions(text: str, code: str) -> None:
    assert place_code(text) == code


@pytest.mark.parametrize("text", [None, "", "  ", "999", "North America", "European Union", "Middle-earth"])
def test_nothing_is_guessed(text: str | None) -> None:
    assert place_code(text) is None


@pytest.mark.parametrize("text", ["América del Norte", "Amérique du Nord", "Severna Amerika", "उत्तर अमेरिका"])
def test_north_america_is_no_region_in_any_language(text: str) -> None:
    assert place_code(text) is None  # another language calls Northern America so


def test_a_name_of_a_region_that_looks_like_a_code_is_none() -> None:
    assert place_code("MON") is None  # Monaco at the Olympic Games; Món is the world in Catalan
    assert place_code("世界") == WORLD


@pytest.mark.parametrize("code", ["XX", "pl", "EU", "003", ""])
def test_unknown_codes_are_errors_with_a_remedy(code: str) -> None:
    for question in (regions, place_name):
        with pytest.raises(DataError, match=f"no place has the code {code!r}\n  -> give"):
            question(code)


def test_codes_of_the_past_have_regions_too() -> None:
    for name in ("Serbia and Montenegro", "Yugoslavia", "Soviet Union", "Netherlands Antilles"):
        code = country_code(name)
        assert code is not None
        assert code not in countries()
        assert place_code(place_name(code)) == code
        assert regions(code)[-1] == WORLD
