"""Dataset-JSON says of a study's dataset what define.xml says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from specs.model import Dataset, Study, Variable
from submission.attributes import Attributes, DatasetAttributes
from submission.dataset_json import JsonColumn, read_dataset_json, specified, write_dataset_json

if TYPE_CHECKING:
    from pathlib import Path

import pandas as pd

ADSL = Dataset(
    name="ADSL",
    domain="ADSL",
    label="Subject-Level Analysis",
    class_="SUBJECT LEVEL ANALYSIS DATASET",
    structure="One record per subject",
    purpose="Analysis",
    standard="ADaMIG",
    keys=("USUBJID",),
    blocks=(),
    variables=(
        Variable("USUBJID", "Unique Subject Identifier", "Char"),
        Variable("AGE", "Age", "Num"),
        Variable("BMI", "Body Mass Index", "Num"),
        Variable("TRTSDT", "Date of First Exposure", "Num"),
        Variable("DTHDTC", "Date of Death", "Char"),
    ),
)
ATTRIBUTES = DatasetAttributes(
    "ADSL",
    1,
    {
        "USUBJID": Attributes(20, "text", 11),
        "AGE": Attributes(8, "integer", 2),
        "BMI": Attributes(8, "float", 3, 1, "8.1"),
        "TRTSDT": Attributes(8, "integer", 5, None, "DATE9."),
        "DTHDTC": Attributes(10, "partialDate"),
    },
)


class OnlyAnId:
    id = "CK-01"


STUDY = cast("Study", OnlyAnId())


def test_a_dataset_is_described_as_in_define_xml(tmp_path: Path) -> None:
    dataset = specified(STUDY, ADSL, ATTRIBUTES, datetime(2024, 3, 1, 4, 5, 6))

    def column(name: str, label: str, data_type: str, **rest: Any) -> JsonColumn:
        return JsonColumn(f"IT.ADSL.{name}", name, label, data_type, **rest)

    assert dataset.columns == (
        column("USUBJID", "Unique Subject Identifier", "string", length=20, key_sequence=1),
        column("AGE", "Age", "integer"),
        column("BMI", "Body Mass Index", "float", display_format="8.1"),
        column(
            "TRTSDT",
            "Date of First Exposure",
            "date",
            target_data_type="integer",
            display_format="DATE9.",
        ),
        column("DTHDTC", "Date of Death", "date"),
    )
    assert (dataset.item_group_oid, dataset.study_oid) == ("IG.ADSL", "STUDY.CK-01")
    assert (dataset.metadata_version_oid, dataset.records) == ("MDV.CK-01.ADaM", 1)
    assert dataset.created == "2024-03-01T04:05:06"
    frame = pd.DataFrame(
        {
            "USUBJID": ["S-1"],
            "AGE": [41],
            "BMI": [22.5],
            "TRTSDT": pd.to_datetime(["2024-02-29"]),
            "DTHDTC": ["2024-03"],
        }
    )
    path = tmp_path / "adsl.ndjson"
    write_dataset_json(frame, path, dataset)
    assert read_dataset_json(path)[0].iloc[0].tolist() == ["S-1", 41, 22.5, 23435, "2024-03"]
