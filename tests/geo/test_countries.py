import pytest

from tigertail.geo.countries import countries, country_code, current_country, past_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("Federal Republic of Germany", "DE"),
        ("Russian Federation", "RU"),
        ("russia", "RU"),
        ("Korea, Republic of", "KR"),
        ("Republic of Korea", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Macedonia", "MK"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Libyan Arab Jamahiriya", "LY"),
        ("Georgia", "GE"),
        ("gb", "GB"),
        ("UK", "GB"),
        ("USA", "US"),
        ("SK", "SK"),
    ],
)
def test_names_and_codes_of_today(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Netherlands Antilles", "AN"),
        ("Serbia and Montenegro", "CS"),
        ("Zaire", "CD"),
        ("German Democratic Republic", "DE"),
        ("Czechoslovakia", "CZ"),
        ("West Germany", "DE"),
        ("Byelorussian SSR", "BY"),
        ("USSR", "SU"),
        ("Union of Soviet Socialist Republics", "SU"),
        ("Upper Volta", "BF"),
        ("Gold Coast", "GH"),
        ("Rhodesia", "ZW"),
        ("Northern Rhodesia", "ZM"),
    ],
)
def test_countries_of_the_past(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("text", [None, "", "  ", "Atlantis", "German", "Unite States"])
def test_nothing_is_guessed(text: str | None) -> None:
    assert country_code(text) is None


@pytest.mark.parametrize("text", ["n.a.", "N.A.", "n. a.", " n.a ", "(n.a.)", "n.a.?", "'N.A.'", "n . a."])
def test_what_is_not_available_is_not_namibia(text: str) -> None:
    assert country_code(text) is None
    assert country_code("NA") == "NA"


def test_a_withdrawn_code_that_another_country_has_today_means_that_one() -> None:
    assert country_code("Gilbert and Ellice Islands") is None
    assert country_code("GE") == country_code("Georgia") == "GE"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Polska", "PL"),
        ("Deutschland", "DE"),
        ("BRASIL", "BR"),
        ("日本", "JP"),
        ("Россия", "RU"),
        ("Espana", "ES"),
        ("Україна", "UA"),
        ("مصر", "EG"),
        ("Éire", "IE"),
        ("Norge", "NO"),
        ("Noreg", "NO"),
        ("Srbija", "RS"),
        ("Србија", "RS"),
    ],
)
def test_what_countries_call_themselves(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("Allemagne", "DE"), ("Польша", "PL"), ("Estados Unidos", "US"), ("ドイツ", "DE"), ("США", "US")],
)
def test_what_countries_call_others(text: str, code: str) -> None:
    assert country_code(text) == code


def test_english_goes_before_other_languages() -> None:
    assert country_code("AO") == "AO"  # Angola's code, though Áo is Austria in Vietnamese
    assert country_code("Micronesia") == "FM"


def test_a_name_of_two_countries_is_none() -> None:
    assert country_code("Lusia") is None  # Russia in Tongan, Saint Lucia in Yoruba
    assert country_code("Kongo") is None


def test_a_foreign_name_that_looks_like_a_code_is_none() -> None:
    assert country_code("Mön") is None  # the Isle of Man in Icelandic
    assert country_code("SÍP") is None  # Cyprus in Vietnamese


def test_every_country_is_known_by_its_code() -> None:
    assert len(countries()) == 250
    for code in (*countries(), "SU", "AN"):
        assert country_code(code) == code


def test_what_is_no_more_has_a_successor() -> None:
    assert [current_country(code) for code in ("PL", "SU", "YU", "AN", "XX")] == [
        "PL",
        "RU",
        "RS",
        "CW",
        None,
    ]


def test_a_code_that_two_countries_had_names_the_later() -> None:
    assert past_name("CS") == "Serbia and Montenegro"  # Czechoslovakia's before
    with pytest.raises(KeyError):
        past_name("PL")
