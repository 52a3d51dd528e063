from __future__ import annotations

import pandas as pd

from specs.findings import all_findings, findings, in_order


def found(**given: object) -> pd.DataFrame:
    return findings(**{"severity": "error", "rule": "CK-A", **given})


def test_findings_are_listed_by_severity_rule_and_number_of_the_record() -> None:
    mixed = all_findings(
        [
            found(severity="notice"),
            found(subject="1", seq="10"),
            found(subject="1", seq="9"),
            found(rule="CK-0", subject="2", seq="1"),
        ]
    )
    listed = in_order(mixed)
    assert listed["seq"].fillna("").tolist() == ["1", "9", "10", ""]
    assert in_order(mixed.iloc[::-1]).equals(listed)


def test_what_is_said_of_no_record_is_said_once() -> None:
    of_record, of_study = found(subject="1", seq="1"), found(variable="AETERM")
    told = in_order(all_findings([of_record, of_study, of_record, of_study]))
    assert told["subject"].fillna("").tolist() == ["", "1", "1"]
