from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.derivations.steroids import (
    counted_in_dose,
    dose_intervals,
    highest_dose,
    latest_possible_end,
    prednisone_equivalent,
)
from tests.adam.series import dates, numbers, texts

SYSTEMIC = ["ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS"]


@pytest.mark.parametrize(
    ("dose", "unit", "frequency", "drug", "equivalent"),
    [
        (8, "mg", "QD", "METHYLPREDNISOLONE", 10),
        (1.5, "mg", "QD", "DEXAMETHASONE", 10),
        (0.75, "mg", "BID", "BETAMETHASONE", 10),
        (25, "mg", "3 TIMES PER WEEK", "PREDNISONE", 75 / 7),
        (15, "mg", "QOD", "PREDNISONE", 7.5),
        (10, "mg", "TID", "HYDROCORTISONE", 7.5),
        (0.01, "g", "QD", "PREDNISONE", 10),
        (12, "mg", "QD", "DEFLAZACORT", 10),
        (10, "mg", "Q36H", "PREDNISONE", 20 / 3),
    ],
)
def test_the_prednisone_equivalent_is_exact(
    dose: float, unit: str, frequency: str, drug: str, equivalent: float
) -> None:
    found = prednisone_equivalent(
        pd.Series([dose]), texts(unit), texts(frequency), texts(drug), dates("2018-01-01")
    )
    assert found.values.tolist() == [equivalent]
    assert found.problems.isna().all()


def test_what_makes_a_dose_missing_is_a_finding() -> None:
    found = prednisone_equivalent(
        pd.Series([None, 5, 5, 5, 5], dtype="float64"),
        texts("mg", "TABLET", "mg", "mg", "mg"),
        texts("QD", "QD", "UNKNOWN", "QD", "ONCE"),
        texts("PREDNISONE", "PREDNISONE", "PREDNISONE", "PARAMETHASONE", "PREDNISONE"),
        dates("2018-01-01", "2018-01-01", "2018-01-01", "2018-01-01", None),
    )
    assert found.values.isna().all()
    assert found.problems.tolist() == [
        "the dose is missing",
        "the dose is not in a unit of mass",
        "the frequency has no rate",
        "there is no factor for the steroid",
        "the single dose has no date",
    ]


def test_local_routes_doses_as_needed_and_excluded_drugs_do_not_count() -> None:
    found = counted_in_dose(
        texts("PREDNISONE", "TRIAMCINOLONE", "PREDNISONE", "BUDESONIDE", "PREDNISONE", "CORTISONE"),
        texts("ORAL", "INTRA-ARTICULAR", "ORAL", "ORAL", None, "ORAL"),
        texts(None, None, "Y", None, None, None),
        texts("QD", "ONCE", "QD", "QD", "QD", "PRN"),
        systemic_routes=SYSTEMIC,
    )
    assert found.values.tolist() == ["Y", "N", "N", "N", "Y", "N"]
    assert found.problems.notna().tolist() == [False, False, False, False, True, False]


def test_a_steroid_without_a_route_counts_and_is_a_finding_on_its_own_row() -> None:
    drug = texts("PREDNISONE", "PREDNISONE").set_axis([7, 9])
    found = counted_in_dose(
        drug, texts("TOPICAL", None).set_axis([7, 9]), texts(None, None).set_axis([7, 9]),
        texts("QD", "QD").set_axis([7, 9]), systemic_routes=SYSTEMIC,
    )  # fmt: skip
    assert found.values.to_dict() == {7: "N", 9: "Y"}
    told = "no route is given; the steroid is counted"
    assert found.problems.fillna("").to_dict() == {7: "", 9: told}


def intervals(*records: tuple[Any, ...]) -> pd.DataFrame:
    """Records (subject, counted, answer, first, last, dose, frequency) to intervals."""
    columns = list(zip(*records, strict=True))
    made = dose_intervals(
        *(texts(*columns[i]) for i in (0, 1, 2)),
        dates(*columns[3]),
        dates(*columns[4]),
        numbers(*columns[5]),
        texts(*columns[6]),
    )
    return made.rows


def shown(rows: pd.DataFrame) -> list[list[Any]]:
    days = [rows[name].dt.strftime("%m-%d") for name in ("ASTDT", "AENDT")]
    table = pd.concat([*days, rows["AVAL"], rows["KNOWNDD"]], axis=1).astype("object")
    return table.where(table.notna(), None).to_numpy().tolist()


def test_concurrent_steroids_add_up_and_the_stop_day_counts() -> None:
    rows = intervals(
        ("S", "Y", None, "2018-01-01", "2018-01-10", 10, "QD"),
        ("S", "Y", None, "2018-01-05", None, 2.5, "QD"),
    )
    assert shown(rows) == [
        [None, "12-31", 0, 0],
        ["01-01", "01-04", 10, 10],
        ["01-05", "01-10", 12.5, 12.5],
        ["01-11", None, 2.5, 2.5],
    ]


def test_each_interval_tells_the_records_it_was_made_from() -> None:
    """A day without an active steroid is traced to the first record of its subject."""
    rows = [5, 6, 7]
    made = dose_intervals(
        texts("A", "A", "B").set_axis(rows), texts("Y", "Y", None).set_axis(rows),
        texts(None, None, "N").set_axis(rows),
        dates("2018-01-01", "2018-01-05", None).set_axis(rows),
        dates("2018-01-10", None, None).set_axis(rows),
        numbers(10, 2.5, None).set_axis(rows), texts("QD", "QD", None).set_axis(rows),
    )  # fmt: skip
    assert made.rows["AVAL"].tolist() == [0, 10, 12.5, 2.5, 0]
    pairs = made.made_from[["row", "record"]].sort_values(["row", "record"])
    assert pairs.to_numpy().tolist() == [[0, 5], [1, 5], [2, 5], [2, 6], [3, 6], [4, 7]]


def test_a_missing_dose_leaves_the_known_part() -> None:
    rows = intervals(
        ("S", "Y", None, "2018-01-01", None, 10, "QD"),
        ("S", "Y", None, "2018-01-05", "2018-01-05", None, "QD"),
    )
    assert shown(rows)[2] == ["01-05", "01-05", None, 10]


def test_a_single_dose_counts_on_its_day_whatever_its_end() -> None:
    rows = intervals(("S", "Y", None, "2018-01-05", None, 625, "ONCE"))
    assert shown(rows)[1:] == [["01-05", "01-05", 625, 625], ["01-06", None, 0, 0]]


def test_a_single_dose_without_a_date_makes_the_dose_missing_on_every_day() -> None:
    assert shown(intervals(("S", "Y", None, None, None, 625, "ONCE"))) == [[None, None, None, 0]]


def test_a_missing_start_is_before_everything() -> None:
    assert shown(intervals(("S", "Y", None, None, None, 15, "QD"))) == [[None, None, 15, 15]]


def test_an_end_before_the_start_makes_the_dose_missing_between_them() -> None:
    rows = intervals(("S", "Y", None, "2018-02-01", "2018-01-10", 10, "QD"))
    assert shown(rows)[1] == ["01-10", "02-01", None, 0]


def test_an_end_before_the_start_is_a_finding() -> None:
    found = latest_possible_end(texts("2018-01", "2018-02"), dates("2018-02-01", "2018-02-28"))
    assert found.values.dt.strftime("%m-%d").tolist() == ["01-31", "02-28"]
    assert found.problems.fillna("").tolist() == ["2018-01 is before the start", ""]


EXACT = {10: Fraction(10), 2.5: Fraction(5, 2), 75 / 7: Fraction(75, 7), 20 / 3: Fraction(20, 3)}
DAYS = st.integers(min_value=1, max_value=28)
DOSES = st.sampled_from([10, 2.5, 75 / 7, 20 / 3, None])


@settings(deadline=None)  # the first example builds what later ones reuse
@given(st.lists(st.tuples(DAYS, st.none() | DAYS, DOSES), min_size=1, max_size=6))
def test_the_intervals_say_what_adding_up_day_by_day_says(records: list[Any]) -> None:
    """Records (first day, days it lasts, dose) of one month, against a sum for each day."""
    given_ = [
        (first, None if lasts is None else min(first + lasts, 28), dose)
        for first, lasts, dose in records
    ]
    rows = intervals(
        *(
            (
                "S",
                "Y",
                None,
                f"2018-01-{first:02d}",
                None if last is None else f"2018-01-{last:02d}",
                dose,
                "QD",
            )
            for first, last, dose in given_
        )
    )
    for day in range(1, 32):
        active = [d for first, last, d in given_ if first <= day <= (last or 31)]
        date = pd.Timestamp(2018, 1, day)
        row = rows[~(rows["ASTDT"] > date) & ~(rows["AENDT"] < date)]
        assert len(row) == 1
        known = sum((EXACT[d] for d in active if d is not None), Fraction(0))
        assert row["KNOWNDD"].item() == float(known)
        assert pd.isna(row["AVAL"].item()) == (None in active)


def test_no_steroid_is_dose_0_only_where_the_answer_is_no() -> None:
    rows = intervals(
        ("NO", None, "N", None, None, None, None),
        ("YES", None, "Y", None, None, None, None),
        ("PRN", "N", None, "2018-01-01", None, 5, "QD"),
    )
    assert rows["USUBJID"].tolist() == ["NO", "PRN"]
    assert rows["AVAL"].tolist() == [0, 0]


def highest(
    last: str | None, rows: pd.DataFrame, target: float = 169, days_back: Any = "all"
) -> list[Any]:
    found = highest_dose(
        *(rows[name] for name in ("USUBJID", "ASTDT", "AENDT", "AVAL", "KNOWNDD")),
        texts("S"),
        dates("2017-11-02"),
        pd.Series([target]),
        dates(last),
        first_day=141,
        days_back=days_back,
    ).astype("object")
    return found.where(found.notna(), None)[["AVAL", "KNOWNDD", "TSTDAYS"]].iloc[0].tolist()


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2018-03-21", "2018-03-21", 10),  # Day 140, before the first tested day
        ("2018-03-22", "2018-03-22", 30),  # Day 141
        ("2018-04-18", "2018-04-18", 30),  # Day 168, the day before the assessment
        ("2018-04-19", "2018-04-19", 10),  # Day 169, the assessment day
    ],
)
def test_the_tested_days_end_before_the_assessment(first: str, last: str, expected: float) -> None:
    rows = intervals(
        ("S", "Y", None, "2017-01-01", None, 10, "QD"),
        ("S", "Y", None, first, last, 20, "QD"),
    )
    assert highest("2018-04-19", rows) == [expected, expected, 28]
    assert highest(None, rows) == [expected, expected, 28]


def test_one_tested_day_with_a_missing_dose_makes_the_highest_dose_missing() -> None:
    rows = intervals(
        ("S", "Y", None, "2017-01-01", None, 12.5, "QD"),
        ("S", "Y", None, "2018-04-01", "2018-04-01", None, "QD"),
    )
    assert highest("2018-04-19", rows) == [None, 12.5, 28]


def test_without_steroid_records_the_highest_dose_is_missing() -> None:
    rows = intervals(("OTHER", "Y", None, "2017-01-01", None, 12.5, "QD"))
    assert highest("2018-04-19", rows) == [None, None, 28]


def test_no_day_is_tested_at_a_visit_on_or_before_the_first_tested_day() -> None:
    rows = intervals(("S", "Y", None, "2017-01-01", None, 12.5, "QD"))
    assert highest("2018-03-22", rows) == [None, None, 0]


def test_a_steroid_without_a_start_is_tested_from_the_first_day() -> None:
    rows = intervals(("S", "Y", None, None, None, 15, "QD"))
    assert highest("2018-04-19", rows) == [15, 15, 28]


def test_each_visit_is_tested_to_the_day_before_the_latest_of_its_own_assessments() -> None:
    """20 mg on Day 155 alone: the day of the first visit, a tested day of the second."""
    rows = intervals(
        ("S", "Y", None, "2017-01-01", None, 10, "QD"),
        ("S", "Y", None, "2018-04-05", "2018-04-05", 10, "QD"),
    )
    visits = [3, 9]
    found = highest_dose(
        *(rows[name] for name in ("USUBJID", "ASTDT", "AENDT", "AVAL", "KNOWNDD")),
        texts("S", "S").set_axis(visits), dates("2017-11-02", "2017-11-02").set_axis(visits),
        pd.Series([141.0, 169.0], index=visits),
        dates("2018-04-01", "2018-04-19").set_axis(visits),
        dates("2018-04-05", None).set_axis(visits),
        first_day=141,
    )  # fmt: skip
    assert found["TSTDAYS"].to_dict() == {3: 14, 9: 28}
    assert found["AVAL"].to_dict() == {3: 10, 9: 20}


@pytest.mark.parametrize(
    ("burst", "assessed", "expected"),
    [
        ("2018-04-11", "2018-04-19", [10, 10, 7]),  # Day 161 of tested Days 162 to 168
        ("2018-04-12", "2018-04-19", [30, 30, 7]),
        ("2018-03-21", "2018-03-26", [10, 10, 4]),  # Day 140 of tested Days 141 to 144
        ("2018-02-01", "2018-02-09", [None, None, 0]),  # Day 100
    ],
)
def test_a_week_is_tested_but_no_day_before_the_first(
    burst: str, assessed: str, expected: list[Any]
) -> None:
    rows = intervals(
        ("S", "Y", None, "2017-01-01", None, 10, "QD"),
        ("S", "Y", None, burst, burst, 20, "QD"),
    )
    assert highest(assessed, rows, days_back=7) == expected


def test_doses_as_needed_count_only_where_the_study_says_so() -> None:
    drug, route = texts("PREDNISONE", "PREDNISONE"), texts("ORAL", "ORAL")
    needed, frequency = texts("Y", None), texts("QD", "PRN")
    plain = counted_in_dose(drug, route, needed, frequency, systemic_routes=["ORAL"])
    worst = counted_in_dose(
        drug, route, needed, frequency, systemic_routes=["ORAL"], when_needed="counted"
    )
    assert plain.values.tolist() == ["N", "N"]
    assert worst.values.tolist() == ["Y", "Y"]


def test_an_interval_names_the_record_it_rests_on_where_it_is_one() -> None:
    """10 mg from Day 1 on, 5 mg more on Days 3 and 4: two records there."""
    made = dose_intervals(
        texts("A", "A"), texts("Y", "Y"), texts(None, None),
        dates("2017-11-02", "2017-11-04"), dates(None, "2017-11-05"), numbers(10, 5),
        texts("QD", "QD"), pd.Series([7.0, 8.0]),
    ).rows  # fmt: skip
    assert made["AVAL"].tolist() == [0, 10, 15, 10]
    assert made["SRCSEQ"].fillna(0).tolist() == [0, 7, 0, 7]


def flagged(first: str, last: str, frequency: str) -> list[list[Any]]:
    """Days and flags of the stretches of one record, whose start has flag M and whose end has D."""
    rows = dose_intervals(
        texts("A"), texts("Y"), texts(None), dates(first), dates(last), numbers(5),
        texts(frequency), numbers(1), texts("M"), texts("D"),
    ).rows  # fmt: skip
    shown = rows[["ASTDT", "AENDT"]].apply(lambda day: day.dt.strftime("%m-%d"))
    table = pd.concat([shown, rows[["ASTDTF", "AENDTF"]]], axis=1).astype("object")
    return table.where(table.notna(), None).to_numpy().tolist()


def test_a_day_has_the_flag_of_the_date_that_gives_it() -> None:
    """A start of flag M, an end of flag D; a single dose has its start alone, and where the end is
    before the start the stretch begins on the end.
    """
    assert flagged("2018-01-01", "2018-01-10", "QD") == [
        [None, "12-31", None, "M"], ["01-01", "01-10", "M", "D"], ["01-11", None, "D", None],
    ]  # fmt: skip
    assert flagged("2018-01-05", "2018-01-10", "ONCE") == [
        [None, "01-04", None, "M"], ["01-05", "01-05", "M", "M"], ["01-06", None, "M", None],
    ]  # fmt: skip
    assert flagged("2018-01-10", "2018-01-01", "QD") == [
        [None, "12-31", None, "D"], ["01-01", "01-10", "D", "M"], ["01-11", None, "M", None],
    ]  # fmt: skip
