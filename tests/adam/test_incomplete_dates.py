"""What incomplete dates give in ADaM: a value right in any case, or a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adam.derivations.copies import carried_forward
from adam.derivations.occurrences import (
    end_not_after,
    first_flag,
    start_not_before,
    treatment_emergent,
)
from adam.derivations.steroids import dose_intervals, latest_possible_end
from adam.derivations.subject_dates import (
    earliest_possible,
    earliest_possible_flag,
    first_date,
    first_on_or_after,
    first_on_or_after_flag,
    first_text,
    first_time,
    last_date,
    last_end,
    last_known_day,
    starts_on_or_after,
)
from adam.derivations.subjects import cumulative_dose, last_number
from adam.derivations.timing import (
    earliest_possible_date,
    imputation_flag,
    latest_possible_date,
    middle_possible_date,
)
from adam.derivations.windows import (
    analysis_flag,
    baseline_flag,
    timed_before_first_dose,
    visit_of_day,
)
from specs.errors import SpecError
from tests.adam.series import as_days, dates, numbers, texts

if TYPE_CHECKING:
    from specs.derivation import Outcome


def told(outcome: Outcome) -> dict[Any, str]:
    """The sentences of an outcome, by record or subject."""
    assert outcome.problems is not None
    return outcome.problems.dropna().to_dict()


def days_and_findings(outcome: Outcome) -> tuple[dict[Any, str], dict[Any, str]]:
    return dict(zip(outcome.values.index, as_days(outcome.values), strict=True)), told(outcome)


def test_the_first_date_is_none_where_an_incomplete_one_is_earlier_for_certain() -> None:
    """A: certain. B: may be earlier. C: is earlier. D: nothing complete. E: none."""
    dtc = texts("2020---15", "2020-01-10", "2020-01", "2020-01-10", "2020-01", "2020-02-10",
                "--12-15", None)  # fmt: skip
    assert days_and_findings(first_date(dtc, texts(*"AABBCCDE"))) == (
        {"A": "2020-01-10", "B": "2020-01-10", "C": "", "D": "", "E": ""},
        {
            "B": "2020-01 may be earlier; 2020-01-10 is the earliest complete date",
            "C": "2020-01 is the earliest date and is incomplete, so there is none",
            "D": "--12-15 is the earliest date and is incomplete, so there is none",
        },
    )


def test_the_last_day_known_is_of_an_incomplete_date_the_first_it_allows() -> None:
    """A: some day of March is not before 1 March. B: nothing is known. C: 2018 is not before 2018,
    and 31 December 2017 is.
    """
    dtc = texts("2017-02-20", "2017-03", None, "--03-01", "2018", "2017-12-31T10:00")
    found = last_known_day(dtc, texts(*"AABBCC")).dt.strftime("%Y-%m-%d")
    assert found.fillna("").to_dict() == {"A": "2017-03-01", "B": "", "C": "2018-01-01"}


def test_the_last_date_is_none_where_an_incomplete_one_is_later_for_certain() -> None:
    dtc = texts("2020-04-30", "2020-06", "2020-06-30", "2020-06", "2020", "2020-06")
    assert days_and_findings(last_date(dtc, texts(*"AABBCC"))) == (
        {"A": "", "B": "2020-06-30", "C": ""},
        {
            "A": "2020-06 is the latest date and is incomplete, so there is none",
            "B": "2020-06 may be later; 2020-06-30 is the latest complete date",
            "C": "2020 may be the latest date; no date is complete, so there is none",
        },
    )


def test_a_time_is_of_the_first_day_only_where_that_is_certain() -> None:
    dtc = texts("2020-01-10T08:30", "2020-01-11T07:00", "2020-01-10T08:30", "2019")
    assert first_time(dtc, texts(*"AABB")).fillna(-1).to_dict() == {"A": 30600, "B": -1}


def test_the_earliest_possible_day_carries_the_flag_of_what_was_imputed() -> None:
    dtc = texts("2020-03", "2020-03-15", "2020-03", "2020-03-01", "2020", "--03-05")
    subjects = texts(*"AABBCD")
    found = earliest_possible(dtc, subjects)
    assert dict(zip(found.index, as_days(found), strict=True)) == {
        "A": "2020-03-01", "B": "2020-03-01", "C": "2020-01-01", "D": "",
    }  # fmt: skip
    flags = earliest_possible_flag(dtc, subjects).fillna("").to_dict()
    assert flags == {"A": "D", "B": "", "C": "M", "D": ""}


def test_the_first_day_from_a_reference_on_carries_its_flag_and_keeps_known_parts() -> None:
    dtc, reference = texts("2020---28", "2020-03-05", "2019"), dates(*["2020-03-05"] * 3)
    subjects = texts("A", "B", "C")
    found = first_on_or_after(dtc, reference, subjects)
    assert dict(zip(found.index, as_days(found), strict=True)) == {
        "A": "2020-03-28", "B": "2020-03-05", "C": "",
    }  # fmt: skip
    flags = first_on_or_after_flag(dtc, reference, subjects).fillna("").to_dict()
    assert flags == {"A": "M", "B": "", "C": ""}


def test_a_start_that_may_be_before_the_reference_is_counted_and_found() -> None:
    dtc = texts("2020", "2020-03-05", "2020-04", "2019", "--03-06", "2020---01")
    made = starts_on_or_after(dtc, dates(*["2020-03-05"] * 6))
    assert made.values.tolist() == ["Y", "Y", "Y", "N", "N", "Y"]
    either = "may be before as well; it is counted as on or after"
    assert told(made) == {0: either, 4: "no year is known; it is not counted", 5: either}


@pytest.mark.parametrize(
    ("start", "end", "flag", "doubted"),
    [
        ("2020-03-01T08:00", None, "", False),
        ("2020-03-01T08:30", None, "Y", False),
        ("2020-03-01", None, "Y", False),
        ("2020-03-02", None, "Y", False),
        ("2020-02", None, "", False),
        ("2020-04", None, "Y", False),
        ("2020-03", None, "Y", False),
        ("2020", None, "Y", True),
        ("2020", "2020-02-20", "", False),
        ("2020", "2020-02", "", False),
        ("2020", "2020-03", "Y", True),
        (None, "2020-02-20", "", False),
        (None, "2020-03-01T08:29", "", False),
        (None, "2020-03-01", "Y", True),
        (None, None, "Y", True),
        ("--03-05", None, "Y", True),
        ("--03-05", "2020-02-29", "", False),
        ("2020---15", None, "Y", True),
        ("2020-02-20/2020-03-10", None, "Y", True),
        ("2020-03-01T-:45", None, "Y", False),
        ("2020-03-01T07", None, "", False),
    ],
)
def test_an_event_is_treatment_emergent_unless_it_certainly_began_or_ended_before(
    start: str | None, end: str | None, flag: str, doubted: bool
) -> None:
    made = treatment_emergent(texts(start), dates("2020-03-01"), numbers(30600), texts(end))
    assert made.values.fillna("").tolist() == [flag]
    assert bool(told(made)) == doubted
    alone = treatment_emergent(texts(start), dates("2020-03-01"), numbers(30600))
    assert alone.values.fillna("").tolist() == ["Y"] if end else [flag]


def test_without_an_end_a_doubtful_start_says_that_none_was_looked_at() -> None:
    made = treatment_emergent(texts(None), dates("2020-03-01"), numbers(None))
    assert told(made)[0].endswith("and its rule names no end that could show otherwise")


def test_a_start_is_imputed_within_what_is_known_of_it_and_not_after_its_end() -> None:
    dtc = texts("2020---28", "2020---31", "2020", "2020-03", "2020-02", "--03-05", "2020")
    first = dates("2020-03-05", "2020-04-05", *["2020-03-05"] * 5)
    end = texts(None, None, None, None, None, None, "2020-02-20")
    assert as_days(start_not_before(dtc, first, end).values) == [
        "2020-03-28", "2020-05-31", "2020-03-05", "2020-03-05", "2020-02-01", "", "2020-01-01",
    ]  # fmt: skip
    assert as_days(start_not_before(dtc, first).values)[-1] == "2020-03-05"


def test_a_date_without_a_year_gives_no_date_and_says_so() -> None:
    dtc, limit = texts("--03-05", "2020", None), dates(*["2020-03-05"] * 3)
    for made in (
        earliest_possible_date(dtc, highest_imputed="D"),
        latest_possible_date(dtc),
        middle_possible_date(dtc),
        start_not_before(dtc, limit),
        end_not_after(dtc, limit),
        latest_possible_end(dtc, dates(None, None, None)),
    ):
        assert told(made) == {0: "no year is known, so there is no date"}


def test_an_offset_from_utc_leaves_the_order_with_the_first_dose_open_on_days_beside_it() -> None:
    """The first dose at 08:30 is by a clock of which ADaM does not know the offset."""
    dtc = texts("2020-03-01T04:00Z", "2020-02-29T18:29Z", "2020-03-02T00:00Z", "2020-03-01T09:00",
                "2020-03-01T08:00")  # fmt: skip
    first = dates(*["2020-03-01"] * 5), numbers(*[30600] * 5)
    made = treatment_emergent(dtc, *first, texts(*[None] * 5))
    assert made.values.fillna("").tolist() == ["Y", "", "Y", "Y", ""]
    assert list(told(made)) == [0]
    before = timed_before_first_dose(dtc, *first)
    assert before.values.fillna("").tolist() == ["Y", "Y", "", "", "Y"]
    assert list(told(before)) == [0]


def test_an_end_is_imputed_within_what_is_known_of_it_and_not_after_its_limit() -> None:
    dtc = texts("2020---28", "2020---30", "2020", "2020-02", "2020-06-30", "2021", "--03-05")
    last = dates("2020-03-05", "2020-02-29", *["2020-03-05"] * 5)
    assert as_days(end_not_after(dtc, last).values) == [
        "2020-02-28", "2020-01-30", "2020-03-05", "2020-02-29", "2020-06-30", "2021-12-31", "",
    ]  # fmt: skip


def test_a_latest_and_a_middle_day_have_a_highest_part_that_may_be_imputed() -> None:
    dtc = texts("2020-02", "2020", "2020-02-10", "2021-02", "2020---31")
    assert as_days(latest_possible_date(dtc, highest_imputed="D").values) == [
        "2020-02-29", "", "2020-02-10", "2021-02-28", "",
    ]  # fmt: skip
    assert as_days(middle_possible_date(dtc).values) == [
        "2020-02-15", "2020-06-30", "2020-02-10", "2021-02-15", "2020-07-31",
    ]  # fmt: skip
    assert as_days(middle_possible_date(dtc, highest_imputed="D").values) == [
        "2020-02-15", "", "2020-02-10", "2021-02-15", "",
    ]  # fmt: skip
    assert imputation_flag(dtc).fillna("").tolist() == ["D", "M", "", "D", "M"]


def test_no_dose_is_summed_over_days_that_are_not_known() -> None:
    """A: an incomplete end is not an ongoing one. B: an incomplete start. C: ends before it starts.
    D: 10 mg on 2 days, and 5 mg from the 3rd through the 4th.
    """
    made = cumulative_dose(
        numbers(10, 10, 10, 10, 5),
        texts("2020-05-01", "2020-05", "2020-05-02", "2020-05-01", "2020-05-03"),
        texts("2020-06", "2020-06-01", "2020-05-01", "2020-05-02", None),
        dates(*["2020-05-04"] * 5),
        texts(*"ABCDD"),
    )
    assert made.values.fillna(-1).to_dict() == {"A": -1, "B": -1, "C": -1, "D": 30}
    assert told(made) == {
        "A": "the end 2020-06 is incomplete; there is no cumulative dose",
        "B": "the start 2020-05 is incomplete; there is no cumulative dose",
        "C": "a record ends before it starts; there is no cumulative dose",
    }


def test_the_end_of_the_last_record_is_none_where_it_is_incomplete() -> None:
    made = last_end(
        texts("2020-04-30", "2020-06", "2020-05-01"),
        texts("2020-03-01", "2020-05-01", "2020-03"),
        texts(*"AAB"),
    )
    assert days_and_findings(made) == (
        {"A": "", "B": "2020-05-01"},
        {"A": "the end 2020-06 of the last record is incomplete, so there is none"},
    )


def test_a_text_or_number_of_records_in_no_certain_order_is_found() -> None:
    order = texts("2020-01", "2020-01-10", "2020-02-01", "2020-02-01", "2020-01-01", "2020-02")
    first = first_text(texts("B", "A", "D", "C", "E", "F"), order, texts(*"RRSSTT"))
    assert first.values.to_dict() == {"R": "A", "S": "C", "T": "E"}
    assert told(first) == {
        "R": "it is not certain which record counts: B (2020-01), A (2020-01-10)",
        "S": "it is not certain which record counts: C (2020-02-01), D (2020-02-01)",
    }
    last = last_number(numbers(1, 2, 4, 3, 5, 6), order, texts(*"RRSSTT"))
    assert last.values.to_dict() == {"R": 2, "S": 4, "T": 6}
    assert list(told(last)) == ["R"]


def test_of_records_that_agree_in_all_keys_the_first_is_flagged_and_found() -> None:
    subject, day = texts("A", "A", "A", "B").rename("USUBJID"), dates(
        "2020-01-01", "2020-01-01", "2020-01-02", "2020-01-01"
    ).rename("ADT")  # fmt: skip
    made = first_flag(subject, day, within=1)
    assert made.values.fillna("").tolist() == ["Y", "", "", "Y"]
    assert list(told(made)) == [0]
    latest = first_flag(subject, day, within=1, descending=("ADT",))
    assert latest.values.fillna("").tolist() == ["", "", "Y", "Y"]
    assert not told(latest)


WEEKS = (
    {"AVISIT": "Week 4", "AVISITN": 4, "AWLO": 15, "AWHI": 42},
    {"AVISIT": "Week 8", "AVISITN": 8, "AWLO": 43, "AWHI": 70},
)


def test_nothing_is_carried_forward_where_an_observed_value_has_no_day() -> None:
    """A was seen at an unknown day, which may lie in Week 8; B was not seen after Week 4."""
    made = carried_forward(
        texts("A", "A", "B", "B"), texts(*"PPPP"), numbers(29, None, 29, None),
        numbers(5, 6, 5, None), windows=WEEKS,
    )  # fmt: skip
    assert made.values.record.tolist() == [2]
    assert made.values.rows["AVISIT"].tolist() == ["Week 8"]
    assert told(made) == {
        1: "the record has a value and no day; nothing is carried forward beside it"
    }


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ([(2, 12), (12, 20)], "the windows of Week 0 and Week 1 overlap: one ends on Day 12"),
        ([(10, 20), (None, 10)], "the windows of Week 1 and Week 0 overlap"),
        ([(12, 2)], "the window of Week 0 begins on Day 12 and ends on Day 2"),
    ],
)
def test_windows_that_overlap_or_end_before_they_begin_are_refused(
    limits: list[tuple[float | None, float]], message: str
) -> None:
    windows: Any = [
        {"AVISIT": f"Week {n}", "AVISITN": n + 1, "AWLO": low, "AWHI": high}
        for n, (low, high) in enumerate(limits)
    ]
    with pytest.raises(SpecError, match=message):
        visit_of_day(numbers(), windows=windows)
    with pytest.raises(SpecError, match=message):
        carried_forward(texts(), texts(), numbers(), numbers(), windows=windows)


@pytest.mark.parametrize(
    ("worst", "flags", "doubts"),
    [
        (None, ["", "Y", "", "Y"], [1, 3]),
        ({"ALT": "highest"}, ["", "Y", "", "Y"], [3]),
        ({"ALT": "highest", "HGB": "lowest"}, ["", "Y", "Y", ""], []),
    ],
)
def test_the_worst_value_of_a_day_has_the_direction_that_is_declared(
    worst: Any, flags: list[str], doubts: list[int]
) -> None:
    part, value, same = texts("ALT", "ALT", "HGB", "HGB"), numbers(5, 9, 80, 120), texts(*"SSSS")
    made = baseline_flag(
        same, part, texts(*"YYYY"), numbers(-1, -1, -1, -1), numbers(*[None] * 4), value, part,
        earliest_day=-28, day_chosen_for="each part", worst=worst,
    )  # fmt: skip
    assert made.values.fillna("").tolist() == flags
    assert list(told(made)) == doubts
    visit = analysis_flag(
        same, part, texts(*["Week 4"] * 4), texts(*[None] * 4), numbers(0, 0, 0, 0),
        numbers(29, 29, 29, 29), numbers(*[None] * 4), value, part, part,
        day_chosen_for="each part", worst=worst,
    )  # fmt: skip
    assert visit.values.fillna("").tolist() == flags
    assert list(told(visit)) == doubts


def test_an_incomplete_date_that_may_be_before_the_first_dose_is_not_before_and_found() -> None:
    dtc = texts("2020-02", "2020-03", "2020", "2020-04", "--02-01", None, "2020---15")
    size = len(dtc)
    made = timed_before_first_dose(dtc, dates(*["2020-03-01"] * size), numbers(*[None] * size))
    assert made.values.fillna("").tolist() == ["Y", "", "", "", "", "", ""]
    assert list(told(made)) == [2, 4, 6]


def test_a_stretch_of_one_dose_carries_the_flags_of_the_dates_that_bound_it() -> None:
    """From an imputed 1 March through 10 March, then another through an imputed 31 March."""
    made = dose_intervals(
        texts("S", "S"), texts("Y", "Y"), texts(None, None), dates("2020-03-01", "2020-03-11"),
        dates("2020-03-10", "2020-03-31"), numbers(10, 5), texts("QD", "QD"), numbers(1, 2),
        texts("D", None), texts(None, "D"),
    ).rows  # fmt: skip
    assert as_days(made["ASTDT"]) == ["", "2020-03-01", "2020-03-11", "2020-04-01"]
    assert made["ASTDTF"].fillna("").tolist() == ["", "D", "", "D"]
    assert made["AENDTF"].fillna("").tolist() == ["D", "", "D", ""]
