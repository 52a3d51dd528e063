"""The data against define.xml: every file, variable, key, value and condition, both ways."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from specs.errors import RawDataError
from validation.define.check import Fault, as_findings, finding
from validation.define.data.columns import column_findings
from validation.define.data.delivered import deliveries
from validation.define.data.records import record_findings, result_findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from validation.define.data.delivered import Row
    from validation.define.model import Define


TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DEFINE-076": "A variable or value without any data has def:HasNoData",
        "CK-DEFINE-UNREADABLE": "The file of a dataset can be read",
        "CK-DEFINE-EXTRA-FILE": "Every transport file of the folder is a dataset of define.xml",
        "CK-DEFINE-NAME": "The data are called as SASDatasetName",
        "CK-DEFINE-LABEL": "The label of a dataset is that of its data",
        "CK-DEFINE-VARIABLE": "Data and define.xml have the same variables",
        "CK-DEFINE-ORDER": "The variables are in the same order",
        "CK-DEFINE-VARIABLE-LABEL": "The label of a variable is that in the data",
        "CK-DEFINE-TYPE": "Values are of the type of their variable",
        "CK-DEFINE-LENGTH": "Values fit the Length of their variable",
        "CK-DEFINE-DIGITS": "Values have no more decimals than SignificantDigits",
        "CK-DEFINE-FORMAT": "The display format of a variable is that in the data",
        "CK-DEFINE-KEY": "Records are unique by the keys",
        "CK-DEFINE-MANDATORY": "A mandatory variable is never missing",
        "CK-DEFINE-TERM": "Values are terms of their code list",
        "CK-DEFINE-UNUSED-TERM": "Terms of a code list occur in the data",
        "CK-DEFINE-NO-DATA": "What has def:HasNoData has no data",
        "CK-DEFINE-WHERE": "A where clause selects records",
        "CK-DEFINE-COVER": "Each value is under one condition of its value list",
    }
)


def data_findings(define: Define, folder: Path) -> pd.DataFrame:
    """Findings of the transport files in a folder against the define.xml, dataset by dataset.

    A file is where its def:leaf says, or in the folder.
    """
    rows: list[Row] = []
    delivered = deliveries(define, folder, rows)
    by_name = {one.name: one for one in delivered}
    for one in delivered:
        try:
            rows.extend(column_findings(one))
        except RawDataError as error:
            del by_name[one.name]
            message = f"the data of {one.name} cannot be compared: {error}"
            rows.append(finding(define, "CK-DEFINE-UNREADABLE", Fault(one.dataset, message)))
        else:
            rows.extend(record_findings(one, by_name))
    rows.extend(delivered[0].terms.findings() if delivered else ())
    rows.extend(result_findings(by_name, define.at("arm:AnalysisDataset")))
    return as_findings(rows)
