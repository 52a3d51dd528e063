from __future__ import annotations

import pandas as pd
import pytest

from sdtm.derivations.epochs import epoch

STARTS = ["2020-01-01T08:00", "2020-01-15T09:30", "2020-01-15T11:00"]
ENDS = ["2020-01-15T09:30", "2020-01-15T11:00", "2020-06-30"]
EPOCHS = ["SCREENING", "TREATMENT", "FOLLOW-UP"]


@pytest.mark.parametrize(
    ("date", "later", "earlier"),
    [
        ("2019-12-31", None, None),
        ("2020-01-01", "SCREENING", "SCREENING"),
        ("2020-01-01T07:59", None, None),
        ("2020-01-15T09:29", "SCREENING", "SCREENING"),
        ("2020-01-15T09:30", "TREATMENT", "TREATMENT"),
        ("2020-01-15T10", "TREATMENT", "TREATMENT"),
        ("2020-01-15", "FOLLOW-UP", "SCREENING"),
        ("2020-01-16", "FOLLOW-UP", "FOLLOW-UP"),
        ("2020-02", "FOLLOW-UP", "FOLLOW-UP"),
        ("2020-01", None, None),
        ("2020", None, None),
        ("2020-06-30T23:00", "FOLLOW-UP", "FOLLOW-UP"),
        ("2020-07-01", None, None),
        (None, None, None),
    ],
)
def test_a_date_has_the_epoch_of_the_last_element_begun(
    date: str | None, later: str | None, earlier: str | None
) -> None:
    dates = pd.Series([date], index=[7], dtype="str")
    subject = pd.Series(["A"], index=[7])
    elements = [pd.Series(x) for x in (["A"] * 3, STARTS, ENDS, EPOCHS)]
    for day, expected in (("later", later), ("earlier", earlier)):
        made = epoch(dates, subject, *elements, on_start_day=day)
        assert made.index.tolist() == [7]
        assert made.astype(object).where(made.notna(), None).item() == expected


def test_elements_of_other_subjects_do_not_count() -> None:
    dates, subjects = pd.Series(["2020-03-01"] * 2), pd.Series(["A", "B"])
    elements = [pd.Series(x) for x in (["B"], ["2020-01-01"], ["2020-06-30"], ["SCREENING"])]
    assert epoch(dates, subjects, *elements).tolist()[1] == "SCREENING"
    assert epoch(dates, subjects, *elements).isna().tolist() == [True, False]
