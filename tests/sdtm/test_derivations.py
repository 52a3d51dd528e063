from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sdtm.derivations.baseline import last_before_exposure
from sdtm.derivations.identifiers import sequence_number, unique_subject_identifier
from sdtm.derivations.results import (
    as_it_is,
    characters,
    completion_status,
    item_score,
    numeric_result,
    reason_not_done,
    reference_range_indicator,
    rescaled,
    standard_limit,
    standard_result,
    ticked_choices,
    upper_case,
)
from sdtm.derivations.timing import date_of, earliest, exists, latest, study_day


def text(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str", index=range(10, 10 + len(values)))


def number(*values: float | None) -> pd.Series:
    return pd.Series(list(values), dtype="float64", index=range(10, 10 + len(values)))


def told(series: pd.Series) -> list[object]:
    values = series.astype(object)
    return values.where(values.notna(), None).tolist()


# identifiers


def test_the_subject_identifier_follows_its_pattern() -> None:
    made = unique_subject_identifier(text("7", " 8 "), pattern="S1-{subject}-X")
    assert told(made) == ["S1-7-X", "S1-8-X"]


def test_records_are_numbered_within_the_subject_in_the_order_of_the_keys() -> None:
    subject = text("B", "A", "A", "A", "B")
    day = text("2020-02", None, "2020-01", "2019", "2020-01")
    assert told(sequence_number(subject, day)) == [2.0, 3.0, 2.0, 1.0, 1.0]


def test_records_that_agree_in_all_keys_keep_their_order() -> None:
    assert told(sequence_number(text("A", "A", "A"), number(1, None, 1))) == [1.0, 3.0, 2.0]


def test_without_keys_records_are_numbered_as_they_come() -> None:
    assert told(sequence_number(text("A", "B", "A"))) == [1.0, 1.0, 2.0]


# timing


def test_there_is_no_study_day_zero_and_none_without_a_full_date() -> None:
    dates = text("2020-03-01", "2020-02-29", "2020-02-28T23:59", "2020-03", None, "2020-03-02")
    reference = text(*["2020-03-01T08:00"] * 5, None)
    assert told(study_day(dates, reference)) == [1.0, -1.0, -2.0, None, None, None]


def test_earliest_and_latest_are_of_the_subjects_dates() -> None:
    dates, subject = text("2020-02", "2020-01-31", None, None), text("A", "A", "A", "B")
    for made, expected in ((earliest, "2020-01-31"), (latest, "2020-02")):
        found = made(dates, subject)
        assert told(found.values) == [expected, None]
        assert found.values.index.tolist() == ["A", "B"]
        assert found.problems.isna().all()


def test_where_a_partial_date_may_be_earlier_the_earliest_full_date_stands_and_says_so() -> None:
    dates = text("--12-15", "2020-01-10", "2020-01-10T08:30", "2020-05", "2020")
    made = earliest(dates, text("A", "A", "A", "B", "B"))
    assert told(made.values) == ["2020-01-10", None]
    assert told(made.problems) == [
        "--12-15 may be earlier; 2020-01-10 is the earliest complete date",
        "2020 may be earlier than another; no date is complete, so none is given",
    ]


def test_a_subject_with_a_record_has_the_value() -> None:
    made = exists(text("Y", None, None), text("A", "A", "B"))
    assert told(made) == ["Y", None]
    assert told(exists(text("x"), text("A"), value="N")) == ["N"]


def test_the_date_is_what_stands_before_the_time() -> None:
    texts = text("2020-01-02T03:04", "2020-01", "2020-01--T03:04", "-----T03:04", None)
    assert told(date_of(texts)) == ["2020-01-02", "2020-01", "2020-01", None, None]


def test_the_last_before_exposure_may_be_one_whose_date_is_incomplete() -> None:
    """B's partial date is before that of the record flagged; C has no other; D's is after."""
    dates = text("2020-01-02", "2020-01", "2020-01-02", "2019", "2020", "2020-02", "2020-01-10T08")
    by = text("A", "A", "B", "B", "C", "D", "D")
    made = last_before_exposure(
        text(*["7"] * 7), dates, text(*["2020-01-10T08:30"] * 6, "2020-01-10T08:30"), by
    )
    assert told(made.values) == ["Y", None, "Y", None, None, None, "Y"]
    doubt = "the date is incomplete and may be the last before exposure"
    assert told(made.problems) == [None, doubt, None, None, doubt, None, None]


def test_the_last_before_exposure_is_told_by_moments_not_by_texts() -> None:
    dates = text("2020-01-10T09:00+03:00", "2020-01-10T05:30Z", "2020-01-10T08:00Z", "2020-01-09")
    made = last_before_exposure(
        text(*"1234"), dates, text(*["2020-01-10T07:00Z"] * 4), text(*"AAAA")
    )
    assert told(made.values) == ["Y", None, None, None]


# results


def one(result: str, unit: str | None, to: str | None, test: str) -> list[Any]:
    made = standard_result(text(result), text(unit), text(to), text(test))
    return [*told(made.values), *told(made.problems)]


@pytest.mark.parametrize(
    ("result", "unit", "to", "test", "made"),
    [
        ("13.56", "g/dL", "g/L", "HGB", "135.6"),
        ("<0.1", "g/dL", "g/L", "HGB", "<1"),
        ("13.560", "g/L", "g/L", "HGB", "13.56"),
        ("120", "mg/dL", "mmol/L", "GLUC", "6.661"),  # 120 x 10 / 180.156 = 6.66089...
        ("1.2E2", "mg/dL", "mmol/L", "GLUC", "6.661"),
        ("+120", "mg/dL", "mmol/L", "GLUC", "6.661"),
        ("120.", "mg/dL", "mmol/L", "GLUC", "6.661"),
        (".5", "mg/dL", "mmol/L", "GLUC", "0.028"),
        ("<120", "mg/dL", "mmol/L", "GLUC", "<6.661"),
        (">= 120", "mg/dL", "mmol/L", "GLUC", ">=6.661"),
        ("~120", "mg/dL", "mmol/L", "GLUC", "~6.661"),
        ("-5", "mg/dL", "mmol/L", "GLUC", "-0.278"),
        ("97.5", "F", "C", "TEMP", "36.39"),  # 36.38888...
        ("98.6", "F", "C", "TEMP", "37"),
        ("155.4", "LB", "kg", "WEIGHT", "70.49"),  # 70.48825...
        ("1.1", "mg/dL", "umol/L", "CREAT", "97.24"),  # 97.24186...
        ("200", "mg/dL", "mmol/L", "CHOL", "5.172"),  # 5.17244...
        ("0.30000000000000000001", "g/L", "g/L", "PROT", "0.30000000000000000001"),
    ],
)
def test_a_number_is_converted_with_its_qualifier(
    result: str, unit: str, to: str, test: str, made: str
) -> None:
    assert one(result, unit, to, test) == [made, None]


@pytest.mark.parametrize(
    "result",
    ["1,200", "1 200", "1\u2009200", "120-130", "120*", "120 H", "120 mg/dL", "120/80", "1:80",
     "--120", "\uff11\uff12\uff10", "\u2212120", "1.2 E3", "5,5", "1.234,5", "1e400", "Inf", "NaN",
     "infinity", "<LLOQ", "\u2264120", "TRACE"],
)  # fmt: skip
def test_what_is_no_number_beside_a_unit_is_missing_and_a_finding(result: str) -> None:
    for unit, to in (("mg/dL", "mmol/L"), ("mmol/L", "mmol/L")):
        problem = f"stands beside the unit {unit} and is not a number, so it is not converted"
        assert one(result, unit, to, "GLUC") == [None, problem]


def test_a_text_stays_where_no_standard_unit_is_declared() -> None:
    assert one("TRACE", None, None, "PROT") == ["TRACE", None]
    assert one("1.010", None, None, "SPGRAV") == ["1.010", None]
    assert one("1,200", None, None, "SPGRAV") == ["1,200", None]
    assert one("12 0", "mg/dL", None, "GLUC") == [
        "12 0", "stands beside the unit mg/dL and is not a number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ("--", "is neither a number nor words, so it is not converted"),
        ("?", "is neither a number nor words, so it is not converted"),
        ("\u00bd", "is neither a number nor words, so it is not converted"),
        ("+++", None),
    ],
)
def test_without_a_unit_signs_alone_are_kept_and_found_unless_they_are_a_scale(
    result: str, problem: str | None
) -> None:
    assert one(result, None, "g/day", "PROT") == [result, problem]


def test_without_a_unit_words_are_a_result_and_what_looks_like_a_number_is_not() -> None:
    assert one("NEGATIVE", None, "mg/dL", "GLUC") == ["NEGATIVE", None]
    assert one("1,200", None, "mg/dL", "GLUC") == [
        None, "is not a number, so it is not converted",
    ]  # fmt: skip


@pytest.mark.parametrize("result", ["1:320", ">1:640", "<1:40"])
def test_a_titre_has_a_unit_and_is_not_a_number(result: str) -> None:
    assert one(result, "titer", "titer", "ANA") == [result, None]
    assert one(result, "titer", None, "ANA") == [result, None]
    assert one(result, "mg/dL", "mg/dL", "ANA")[0] is None


def test_converted_results_have_the_decimals_declared_for_their_test() -> None:
    """36.38888..., 36.45 (97.61 F) and 6.66089...; a result in the standard unit stays."""
    made = standard_result(
        text("97.5", "97.61", "36.388889", "120"), text("F", "F", "C", "mg/dL"),
        text("C", "C", "C", "mmol/L"), text("TEMP", "TEMP", "TEMP", "GLUC"),
        decimals={"TEMP": 1},
    )  # fmt: skip
    assert told(made.values) == ["36.4", "36.5", "36.388889", "6.661"]


def test_a_half_of_the_last_decimal_is_rounded_away_from_zero() -> None:
    """1.25 and -1.25 g/L of 0.125 and -0.125 g/dL; 2.5 cm of 0.025 m is not a whole number."""
    made = standard_result(
        text("0.125", "-0.125", "0.025", "0.035"), text("g/dL", "g/dL", "m", "m"),
        text("g/L", "g/L", "cm", "cm"), text("HGB", "HGB", "HEIGHT", "HEIGHT"),
        decimals={"HGB": 1, "HEIGHT": 0},
    )  # fmt: skip
    assert told(made.values) == ["1.3", "-1.3", "3", "4"]


def test_the_units_of_the_study_go_before_those_of_the_product() -> None:
    units: Any = [{"unit": "mg%", "to": "mg/dL", "test": None, "factor": 1, "offset": None}]
    made = standard_result(
        text("120"), text("mg%"), text("mmol/L"), text("GLUC"), units=units, decimals={"GLUC": 1}
    )
    assert told(made.values) == ["6.7"]


def test_a_unit_that_is_missing_or_has_no_factor_is_a_problem() -> None:
    made = standard_result(text("1", "2"), text(None, "mg"), text("g/L", "g/L"), text("HGB", "HGB"))
    assert told(made.values) == [None, None]
    assert told(made.problems) == [
        "has no unit, so it cannot be standardised",
        "has unit mg, from which there is no factor to g/L",
    ]
    assert made.values.index.tolist() == [10, 11]


def test_limits_are_converted_as_their_result() -> None:
    made = standard_limit(
        text("12", "1.2E1", "12"),
        text("g/dL", "g/dL", "mg"),
        text(*["g/L"] * 3),
        text(*["HGB"] * 3),
    )
    assert told(made.values) == [120.0, 120.0, None]
    assert told(made.problems) == [None, None, None]


@pytest.mark.parametrize("limit", ["70-110", "<110", ">70", "~5", "3,9", "LOW", "Inf", "1e400"])
def test_a_limit_that_cannot_be_read_is_a_finding(limit: str) -> None:
    made = standard_limit(text(limit), text("mg/dL"), text("mg/dL"), text("GLUC"))
    assert told(made.values) == [None]
    assert told(made.problems) == ["is not a number, so it is not a limit"]


def test_a_limit_of_a_test_without_standard_unit_is_its_number() -> None:
    made = standard_limit(text("1.005"), text(None), text(None), text("SPGRAV"))
    assert told(made.values) == [1.005]


def test_a_titre_as_limit_is_no_number_and_no_finding() -> None:
    made = standard_limit(text("1:40"), text("titer"), text("titer"), text("ANA"))
    assert (told(made.values), told(made.problems)) == ([None], [None])


def test_limits_have_the_decimals_of_their_result() -> None:
    made = standard_limit(text("97.5"), text("F"), text("C"), text("TEMP"), decimals={"TEMP": 1})
    assert told(made.values) == [36.4]


def test_a_value_is_multiplied_by_the_factor_of_its_scale() -> None:
    scales = [{"scale": "1", "factor": 1}, {"scale": "2", "factor": "3/100"}]
    made = rescaled(
        text("1.5", "50", "x", "<1", "1", None), text("1", "2", "2", "2", None, "1"), scales=scales
    )
    assert told(made.values) == ["1.5", "1.5", None, None, None, None]
    assert told(made.problems) == [
        None,
        None,
        "is not a number, so it is not converted",
        "is not a number, so it is not converted",
        "has no known scale, so it is not converted",
        None,
    ]


def test_a_rescaled_value_whose_decimals_do_not_end_is_rounded() -> None:
    scales = [{"scale": "1", "factor": "1/3"}]
    assert told(rescaled(text("5"), text("1"), scales=scales).values) == ["1.67"]
    assert told(rescaled(text("5"), text("1"), scales=scales, decimals=1).values) == ["1.7"]
    assert told(rescaled(text("5"), text("1"), scales=scales, decimals=0).values) == ["2"]


def test_text_is_taken_over_cut_or_raised() -> None:
    assert told(as_it_is(text("a", None))) == ["a", None]
    assert told(characters(text("701-1015", None), first=5, last=8)) == ["1015", None]
    assert told(upper_case(text("Head ache", None))) == ["HEAD ACHE", None]


def test_several_ticked_choices_are_told_by_their_meaning() -> None:
    choices = [{"code": 3, "term": "BLACK"}, {"code": "5", "term": "WHITE"}]
    made = ticked_choices(text("3;5", "3", None, "5;9"), choices=choices)
    assert told(made) == ["BLACK; WHITE", None, None, "WHITE; 9"]


def test_only_a_plain_number_is_a_numeric_result() -> None:
    made = numeric_result(text("1.5", "1.2E2", "<1", "TRACE", "1:80", "1+", None))
    assert told(made.values) == [1.5, 120, None, None, None, None, None]
    assert made.problems.isna().all()


@pytest.mark.parametrize(
    "result", ["1,200", "120-130", "120*", "Inf", "1e400", "\uff15", "\u22125"]
)
def test_what_looks_like_a_number_and_is_none_is_a_finding(result: str) -> None:
    made = numeric_result(text(result))
    assert told(made.values) == [None]
    assert told(made.problems) == ["is not a number, so there is no numeric result"]


def test_an_item_that_is_present_scores_its_weight_and_absent_nothing() -> None:
    scores = [{"item": "SEIZURE", "weight": 8}]
    made = item_score(
        text("Present", "Absent", "Unknown", None, "Present", "Absent"),
        text("SEIZURE", "SEIZURE", "SEIZURE", "SEIZURE", "TOTAL", "TOTAL"),
        present="Present",
        absent="Absent",
        scores=scores,
    )
    assert told(made) == ["8", "0", None, None, None, None]


def test_a_missing_data_code_says_that_and_why_a_test_was_not_done() -> None:
    answer = text("ND", "1.5", None)
    assert told(completion_status(answer, not_done=["ND", "UNK"])) == ["NOT DONE", None, None]
    reasons = [{"code": "ND", "reason": "NOT DONE BY SITE"}]
    assert told(reason_not_done(answer, reasons=reasons)) == ["NOT DONE BY SITE", None, None]


@pytest.mark.parametrize(
    ("result", "low", "high", "indicator"),
    [
        (5, 1, 10, "NORMAL"),
        (1, 1, 10, "NORMAL"),
        (10, 1, 10, "NORMAL"),
        (0.9, 1, 10, "LOW"),
        (10.1, 1, 10, "HIGH"),
        (0.9, 1, None, "LOW"),
        (11, None, 10, "HIGH"),
        (5, None, 10, "NORMAL"),
        (5, None, None, None),
        (None, 1, 10, None),
        (5, 5, 5, "NORMAL"),
        (5, 7, 3, None),
        (8, 7, 3, None),
        (1, 7, 3, None),
    ],
)
def test_a_result_is_low_normal_or_high_by_its_limits(
    result: float | None, low: float | None, high: float | None, indicator: str | None
) -> None:
    made = reference_range_indicator(number(result), number(low), number(high))
    assert told(made.values) == [indicator]


def test_crossed_limits_are_found() -> None:
    made = reference_range_indicator(number(5, 5, None), number(7, 1, 7), number(3, 3, 3))
    assert made.problems is not None
    assert told(made.problems) == [
        "the lower limit is above the upper: no indicator",
        None,
        "the lower limit is above the upper: no indicator",
    ]


@pytest.mark.parametrize(
    ("dates", "flagged", "doubted"),
    [
        (["2020-01-09T09:00", "2020-01-09"], 0, [1]),  # of one day the one with a time
        (["2020-01-09T09", "2020-01-09T09:30"], 1, [0]),  # the minute is open
        (["2020-01-09", "2020-01-09"], 1, []),  # the last collected
        (["2020-01-08", "2020-01-09T09:00"], 1, []),
        (["2020-01-09", "2020-01-10T07:00"], 1, []),
        (["2020-01-10T07:00", "2020-01-10"], 0, [1]),  # it may be before or after the dose
        (["2020-01-09T09:00", "2020-01-09T09:00"], 1, []),
    ],
)
def test_the_last_before_exposure_of_a_day_with_and_without_times(
    dates: list[str], flagged: int, doubted: list[int]
) -> None:
    size = len(dates)
    made = last_before_exposure(
        text(*["7"] * size), text(*dates), text(*["2020-01-10T08:00"] * size), text(*["A"] * size)
    )
    assert [row for row, value in enumerate(made.values) if value == "Y"] == [flagged]
    assert made.problems is not None
    assert np.flatnonzero(made.problems.notna()).tolist() == doubted
