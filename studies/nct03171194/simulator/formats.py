"""The same data as other systems hand them over: REDCap project XML, ODM 2.0, one table per form.

Each function reads the flat export that lies in a folder and writes the other format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from .odm import as_odm_2
from .redcap_xml import as_redcap_xml
from .saved import FORM, KIND, NAME, Export, answer, choices

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["as_odm_2", "as_redcap_xml", "as_tables"]


def as_tables(folder: Path, out: Path, kind: Literal["csv", "xpt"]) -> None:
    """Write one table per form as SAS programmers keep them, and `codes.csv`, what codes mean."""
    export = Export(folder)
    rows: dict[str, list[dict[str, str]]] = {form: [] for form in export.forms}
    for saved in export.saved():
        told = {"SUBJECT": saved.subject, "EVENT": saved.event, "EVENTREP": saved.event_repeat,
                "FORMREP": saved.form_repeat}  # fmt: skip
        told |= {field[NAME]: ";".join(answer(field, saved.row)) for field in export.of(saved.form)}
        rows[saved.form].append(told)
    for form, records in rows.items():
        table = pd.DataFrame(records)
        if kind == "csv":
            table.to_csv(out / f"{form}.csv", index=False, lineterminator="\n")
        else:
            import pyreadstat

            pyreadstat.write_xport(table, out / f"{form}.xpt", file_format_version=8)
    codes = [
        (field[FORM], field[NAME], code, label, "Y" if field[KIND] == "checkbox" else "")
        for field in export.fields
        for code, label in choices(field).items()
    ]
    head = ["form", "field", "code", "label", "several"]
    pd.DataFrame(codes, columns=head).to_csv(out / "codes.csv", index=False, lineterminator="\n")
