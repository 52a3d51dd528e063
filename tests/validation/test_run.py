from __future__ import annotations

from typing import Any

from validation.run import validate_all


def test_a_package_is_validated_by_schemas_and_then_by_checks(make: Any) -> None:
    tables = {
        "DM": make.read_table("DM", "USUBJID | RFSTDTC\nS-1 | 2020-01-10"),
        "AE": make.read_table("AE", "USUBJID | AESEQ | AESTDTC\nS-1 | 1 | 2020-13-01\nS-2 | 1 |"),
        "XX": make.read_table("XX", "USUBJID\nS-1"),
    }
    study = make.study_of({name: tables[name] for name in ("DM", "AE")})
    found = validate_all(study, tables)
    assert found[["rule", "dataset", "subject"]].fillna("").to_numpy().tolist() == [
        ["CK-ISO8601", "AE", "S-1"],
        ["CK-DATASET", "XX", ""],
        ["CK-SUBJECT", "AE", "S-2"],
        ["CK-TS-START", "TS", ""],
    ]
