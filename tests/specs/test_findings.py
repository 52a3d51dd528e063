from __future__ import annotations

import pandas as pd
import pytest

from specs.findings import FINDING_COLUMNS, all_findings, findings, no_findings


def test_scalars_alone_make_one_row() -> None:
    table = findings(rule="CK-X", message="wrong")
    assert list(table.columns) == list(FINDING_COLUMNS)
    assert table["rule"].tolist() == ["CK-X"]
    assert table["value"].isna().all()
    assert (table.dtypes == "str").all()


def test_scalars_are_repeated_beside_series_whatever_their_index() -> None:
    subject = pd.Series(["1", None], index=[7, 3], dtype="str")
    table = findings(rule="CK-X", subject=subject, line=pd.Series([4, 5], dtype="Int64"))
    assert table["rule"].tolist() == ["CK-X", "CK-X"]
    assert table["subject"].isna().tolist() == [False, True]
    assert table["line"].tolist() == ["4", "5"]


def test_missing_numbers_are_missing_text() -> None:
    table = findings(rule="CK-X", line=pd.Series([4, None], dtype="Int64"))
    assert table["line"].isna().tolist() == [False, True]


def test_a_column_of_no_rows_makes_no_rows() -> None:
    assert len(findings(rule="CK-X", value=pd.Series(dtype="str"))) == 0
    assert len(no_findings()) == 0
    assert list(no_findings().columns) == list(FINDING_COLUMNS)


def test_tables_stand_below_each_other() -> None:
    table = all_findings([findings(rule="A"), no_findings(), findings(rule="B")])
    assert table["rule"].tolist() == ["A", "B"]
    assert len(all_findings([])) == 0


def test_a_column_that_findings_do_not_have_is_a_fault_of_the_code() -> None:
    with pytest.raises(ValueError, match="not a column of findings: colour"):
        findings(colour="red")
