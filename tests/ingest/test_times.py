from datetime import UTC, datetime

import polars as pl
import pytest

from tigertail.ingest.times import is_format, moments, to_the_second

WHEN = datetime(2019, 2, 6, 8, 34, 33, tzinfo=UTC)


def read(*texts: str | None, formats: tuple[str, ...] = ()) -> list[datetime | None]:
    return moments(pl.Series("t", texts, dtype=pl.String), formats).to_list()


def test_one_second_in_all_its_notations() -> None:
    texts = [
        *(
            "2019-02-06T08:34:33Z",
            "2019-02-06 08:34:33",
            "2019-02-06 08:34:33 UTC",
            "2019-02-06T10:34:33 +0200",
        ),
        *(
            "20190206T083433Z",
            "20190206T083433",
            "20190206083433",
            "2019/02/06 08:34:33",
            "06.02.2019 08:34:33",
        ),
        *("Wed Feb 06 08:34:33 +0000 2019", "Wed, 06 Feb 2019 08:34:33 GMT", "06 Feb 2019, 08:34:33"),
        *(
            "Feb 6, 2019, 8:34:33 AM",
            "February 6, 2019 at 08:34:33AM",
            "Wed Feb 06 2019 10:34:33 GMT+0200 (Central European Time)",
            "2019-2-6 8:34:33",
            "20190206 083433",
            "2019-02-06 08:34:33 (UTC)",
            "Wed, 06 Feb 2019 08:34:33 +0000 (UTC)",
            "Wed Feb 06 2019 08:34:33 GMT (Greenwich Mean Time)",
            "1549442073",
            "1.549442073e9",
            "1.549442073e+09",
            "1549442073000",
            "1549442073000000",
            "1549442073000000000",
        ),
    ]
    assert read(*texts) == [WHEN] * len(texts)
    whole = pl.Series(texts)
    assert to_the_second(whole, moments(whole)).to_list() == [True] * len(texts)


def test_minutes_and_days_are_not_exact_to_the_second() -> None:
    texts = pl.Series(
        [
            "06 Feb 2019, 08:34",
            "06 Feb 2019 08:34",
            "20190206",
            "2019-02-06",
            "06 Feb 2019",
            "2019-02-06T08:34Z",
        ]
    )
    times = moments(texts)
    assert times.null_count() == 0
    assert not to_the_second(texts, times).any()


def test_what_is_ambiguous_is_read_only_as_the_recipe_says() -> None:
    assert read("2/6/2019 8:34", "06/02/2019") == [None, None]
    assert read("2/6/2019 8:34", formats=("%m/%d/%Y %H:%M",)) == [WHEN.replace(second=0)]
    forms = ("%d/%m/%Y %H:%M:%S %z", "%Y %H:%M:%S %d.%m")
    assert read("06/02/2019 08:34:33 +00:00", "2019 08:34:33 06.02", formats=forms) == [WHEN, WHEN]
    assert read("2019-02-06 08:34:33", "06.02.2019 08:34:33", "1549442073", formats=forms) == [None] * 3


def test_no_time_and_no_sense() -> None:
    assert read(None, "", "soon", "-5", "nan", "1e30") == [None] * 6


DAY = WHEN.replace(hour=0, minute=0, second=0)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1549442073, WHEN), (1549442073_000, WHEN), (20190206, DAY), (20190206083433, WHEN), (0, None)],
)
def test_numbers(number: int, expected: datetime | None) -> None:
    assert moments(pl.Series([number])).to_list() == [expected]


def test_times_of_midnight_alone_are_days() -> None:
    days = pl.Series([datetime(2019, 2, 6), None])
    assert to_the_second(days, moments(days)).to_list() == [False, False]
    moment = pl.Series([datetime(2019, 2, 6), datetime(2019, 2, 6, 3)])
    assert to_the_second(moment, moments(moment)).to_list() == [True, True]


def test_a_number_that_is_a_day_is_no_second_beside_others() -> None:
    numbers = pl.Series([20190206, 2019, 20190206083433, 1549442073])
    assert to_the_second(numbers, moments(numbers)).to_list() == [False, False, True, True]


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000])
def test_digits_are_seconds_of_some_unit_unless_they_are_a_day(unit: int) -> None:
    seconds = [*range(100_000_007, 2_000_000_000, 9_999_991), 1612010203, 1987032311, 1263082010]
    read = moments(pl.Series([str(second * unit) for second in seconds]))
    assert read.dt.epoch("s").to_list() == seconds


def test_a_year_alone_begins_with_its_first_day() -> None:
    assert read("2019") == [datetime(2019, 1, 1, tzinfo=UTC)]
    assert moments(pl.Series([2019])).to_list() == [datetime(2019, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text", ["Oct 2019", "1 Oct 19", "12.10.19 08:34", "02-03-04", "20191301", "20190206083461"]
)
def test_what_may_mean_another_year_is_no_time(text: str) -> None:
    assert moments(pl.Series("raw", [text])).to_list() == [None]


def test_a_format_of_four_digits_does_not_read_two() -> None:
    texts = pl.Series("raw", ["3/2/19", "3/2/2019"])
    assert [time and time.year for time in moments(texts, ["%d/%m/%Y"])] == [None, 2019]
    assert [time and time.year for time in moments(texts, ["%d/%m/%Y", "%d/%m/%y"])] == [2019, 2019]


@pytest.mark.parametrize("zone", ["(PST)", "(UTC+5)", "EST"])
def test_a_zone_that_is_a_name_alone_is_not_read(zone: str) -> None:
    assert read(f"2019-02-06 08:34:33 {zone}") == [None]


def test_a_format_that_would_pass_over_a_zone_is_none() -> None:
    assert is_format("%Y-%m-%d %H:%M:%S %z")
    assert not is_format("%Y-%m-%d %H:%M:%S %Z")


def test_the_notation_of_logs_in_a_spreadsheet() -> None:
    assert read("February 6, 2019 at 08:34AM", "February 6, 2019 at 8:34 am") == [WHEN.replace(second=0)] * 2


def test_a_format_says_whether_times_are_exact_to_the_second() -> None:
    texts = pl.Series(["06.02.2019 08.34.33", "201902060834", "06.02.2019", None])
    formats = ["%d.%m.%Y %H.%M.%S", "%Y%m%d%H%M", "%d.%m.%Y"]
    times = moments(texts, formats)
    assert times.null_count() == 1
    assert to_the_second(texts, times, formats).to_list() == [True, False, False, False]
