"""Dataset-JSON as a study's specification wants it: types, lengths, keys and OIDs of define.xml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.dataset_json.description import JsonColumn, JsonDataset
from submission.xpt import Column

if TYPE_CHECKING:
    from datetime import datetime

    from specs.model import Dataset, Study, Variable
    from submission.attributes import Attributes, DatasetAttributes

_STANDARDS = {"SDTMIG": "SDTM", "ADaMIG": "ADaM"}
_OF_TEXTS = {
    "date": "date",
    "partialDate": "date",
    "datetime": "datetime",
    "partialDatetime": "datetime",
    "incompleteDatetime": "datetime",
    "time": "time",
    "partialTime": "time",
}


def specified(
    study: Study, dataset: Dataset, attributes: DatasetAttributes, created: datetime
) -> JsonDataset:
    """How Dataset-JSON describes a dataset of the study, from what define.xml says of it.

    Types, lengths and formats are those that were measured for define.xml, and so are the OIDs.
    """
    keys = {name: number for number, name in enumerate(dataset.keys, start=1)}
    return JsonDataset(
        name=dataset.name,
        label=dataset.label,
        item_group_oid=f"IG.{dataset.name}",
        columns=tuple(
            _column(dataset, variable, attributes.variables[variable.name], keys)
            for variable in dataset.variables
        ),
        created=created.isoformat(timespec="seconds"),
        records=attributes.records,
        file_oid=f"{study.id}.{dataset.name}",
        study_oid=f"STUDY.{study.id}",
        metadata_version_oid=f"MDV.{study.id}.{_STANDARDS[dataset.standard]}",
        metadata_ref="define.xml",
    )


def _column(
    dataset: Dataset, variable: Variable, measured: Attributes, keys: dict[str, int]
) -> JsonColumn:
    """A column as the specification and the measured attributes describe it."""
    if variable.type == "Char":
        data_type = _OF_TEXTS.get(measured.data_type, "string")
        target = ""
    else:
        dated = Column(variable.name, "", "Num", 8, measured.display_format).holds[:-1]
        data_type = dated or ("float" if measured.data_type == "float" else "integer")
        target = "integer" if dated else ""
    return JsonColumn(
        item_oid=f"IT.{dataset.name}.{variable.name}",
        name=variable.name,
        label=variable.label,
        data_type=data_type,
        target_data_type=target,
        length=measured.size if data_type == "string" else None,
        display_format=measured.display_format,
        key_sequence=keys.get(variable.name),
    )
