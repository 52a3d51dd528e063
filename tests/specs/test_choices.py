"""The account of records among which a value was chosen: who lost, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adam.derivations.change import baseline_value
from adam.derivations.occurrences import first_flag
from adam.derivations.subjects import last_number
from adam.derivations.windows import baseline_flag
from sdtm.derivations.baseline import last_before_exposure
from specs.choices import EQUAL, below, choices, moved


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def numbers(*values: float | None) -> pd.Series:
    return pd.Series(values, dtype="float64")


def told(frame: pd.DataFrame | None) -> list[tuple[object, ...]]:
    assert frame is not None
    plain = frame.astype({"because": "str"}).fillna({"because": ""})
    return list(plain.itertuples(index=False, name=None))


def test_a_loser_lost_for_the_first_reason_in_which_it_differs() -> None:
    group = pd.Series([0, 0, 0, 1], index=[10, 11, 12, 13])
    chosen = pd.Series([False, True, False, True], index=group.index)
    day = pd.Series([1, 2, 2, 2], index=group.index)
    value = pd.Series([5, 5, 4, 5], index=group.index)
    found = choices(group, chosen, [(day, "another is later"), (value, "another is higher")])
    assert told(found) == [
        (11, 10, "another is later"),
        (11, 11, ""),
        (11, 12, "another is higher"),
        (13, 13, ""),
    ]


def test_what_nothing_tells_apart_is_said_to_be_equal() -> None:
    group = pd.Series([0, 0])
    found = choices(group, pd.Series([True, False]), [(numbers(np.nan, np.nan), "never")])
    assert told(found) == [(0, 0, ""), (0, 1, EQUAL)]


def test_a_group_of_which_none_was_chosen_is_told_under_its_first_record() -> None:
    group = pd.Series([0, 0], index=[7, 8])
    found = choices(group, pd.Series([False, False], index=group.index), [], "nobody won")
    assert told(found) == [(7, 7, "nobody won"), (7, 8, "nobody won")]


def test_an_account_follows_its_rows_and_its_own_records() -> None:
    table = pd.DataFrame(
        {"row": [0, 1], "record": [1, 0], "because": ["", ""], "source": ["ADVS", "VS"]}
    ).assign(variable="BASE")
    found = moved(table, "ADVS", np.array([5, 6]), {"VS": np.array([9])})
    assert found is not None
    assert (found["row"].tolist(), found["record"].tolist()) == ([5, 6], [6, 9])
    assert moved(None, "ADVS", np.array([0])) is None
    assert below([None, table.iloc[:0]]) is None


def test_the_last_before_exposure_tells_those_before_it() -> None:
    date = texts("2020-01-01", "2020-01-03", "2020-01-02", "2020-02-01")
    found = last_before_exposure(
        texts("7", "6", "5", "4"), date, texts(*["2020-01-05"] * 4), texts(*"AAAA")
    )
    assert told(found.choices) == [
        (1, 0, "another is later"),
        (1, 1, ""),
        (1, 2, "another is later"),
    ]


def test_a_baseline_tells_by_which_step_the_others_lost() -> None:
    found = baseline_flag(
        texts(*"SSSSS"),
        texts(*"PPPPP"),
        texts("Y", "Y", "Y", "Y", None),
        numbers(-9, -2, -2, -2, 3),
        pd.to_timedelta(pd.Series([None, 60, 70, 70, None]), unit="s").dt.total_seconds(),
        numbers(9, 9, 1, 2, 9),
        texts(*"VVVVV"),
        earliest_day=-28,
    )
    assert found.values.fillna("").tolist() == ["", "", "", "Y", ""]
    assert told(found.choices) == [
        (3, 0, "another is later"),
        (3, 1, "another of the day is timed later"),
        (3, 2, "another of the day has a worse value"),
        (3, 3, ""),
    ]


def test_a_first_record_tells_in_which_key_others_come_after_it() -> None:
    subject, grade = texts(*"AAB").rename("USUBJID"), numbers(1, 3, 2).rename("AETOXGRN")
    found = first_flag(subject, grade, within=1, descending=("AETOXGRN",))
    assert told(found.choices) == [
        (1, 0, "another is higher in AETOXGRN"),
        (1, 1, ""),
        (2, 2, ""),
    ]


def test_a_baseline_value_tells_the_record_it_is_from() -> None:
    found = baseline_value(numbers(1, 2, 3), texts(None, "Y", None), texts("A", "A", "B"))
    assert told(found.choices) == [(0, 1, ""), (1, 1, "")]


def test_a_value_of_a_subject_tells_among_which_records_it_was_chosen() -> None:
    found = last_number(
        numbers(70, 80, None), texts("2020-01", "2020-02", "2020-03"), texts(*"AAA")
    )
    assert told(found.choices) == [("A", 0, "another is higher in order"), ("A", 1, "")]
