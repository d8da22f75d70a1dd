import pytest

from tigertail.data.countries import country_code


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
    ],
)
def test_countries_of_the_past(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize("text", [None, "", "  ", "Atlantis", "German", "Unite States"])
def test_nothing_is_guessed(text: str | None) -> None:
    assert country_code(text) is None
