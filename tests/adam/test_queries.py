from __future__ import annotations

import pandas as pd

from adam.derivations import occurrences as functions_of_occurrences
from adam.derivations.occurrences import query_name
from tests.adam.series import numbers, texts, values_of

first_flag = values_of(functions_of_occurrences.first_flag)
treatment_emergent = values_of(functions_of_occurrences.treatment_emergent)


def test_a_query_takes_words_in_the_term_and_classes_without_some_terms() -> None:
    term = texts("ITCHING (SKIN)", "RASH", "HAIR LOSS", "RASH", "HEADACHE", None)
    organ_class = texts("GENERAL", "GENERAL", "SKIN", "SKIN", "NERVOUS", None)
    rows = [3, 4, 5, 6, 7, 8]
    found = query_name(
        term.set_axis(rows), organ_class.set_axis(rows), name="DERMATOLOGIC",
        words=["(SKIN", "RAS"], classes=["SKIN"], not_terms=["HAIR LOSS"],
    )  # fmt: skip
    assert found.fillna("").to_dict() == {
        3: "DERMATOLOGIC", 4: "DERMATOLOGIC", 5: "", 6: "DERMATOLOGIC", 7: "", 8: "",
    }  # fmt: skip


def test_a_query_takes_any_term_of_a_class() -> None:
    found = query_name(
        texts("HEADACHE"), texts("NERVOUS"), name="ANY", words=[], classes=["NERVOUS"], not_terms=[]
    )
    assert found.tolist() == ["ANY"]


def test_of_equal_records_the_one_that_comes_first_is_flagged() -> None:
    """Many records, which a sort that is not stable would mix."""
    site = numbers(*[2, 1] * 500).rename("SITE")
    day = numbers(*[2, 1] * 500).rename("ASTDY")
    for keys in ((site,), (site, day)):
        flag = first_flag(*keys, within=1).fillna("")
        assert flag[flag.eq("Y")].index.tolist() == [0, 1]


def test_the_first_record_is_found_whatever_the_order_of_the_rows() -> None:
    subject, day = texts("A", "A").rename("USUBJID"), numbers(5, 3).rename("ASTDY")
    assert first_flag(subject, day, within=1).fillna("").tolist() == ["", "Y"]


def test_a_missing_value_comes_after_a_known_one() -> None:
    subject, day = texts("A", "A").rename("USUBJID"), numbers(None, 3).rename("ASTDY")
    assert first_flag(subject, day, within=1).fillna("").tolist() == ["", "Y"]
    assert first_flag(subject, day, within=1, descending=("ASTDY",)).fillna("").tolist() == [
        "",
        "Y",
    ]


def test_an_event_on_the_day_of_an_untimed_first_dose_is_treatment_emergent() -> None:
    start = pd.Series(pd.to_datetime(["2017-06-14"]).astype("datetime64[s]"))
    assert treatment_emergent(texts("2017-06-14T08:00"), start, numbers(None)).tolist() == ["Y"]
