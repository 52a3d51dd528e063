"""A SAS7BDAT file as a side of a comparison: numbers by their formats are dates and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.errors import RawDataError
from specs.formats import shown_as
from submission.xpt import special_missing
from validation.comparison import Side, SideVariable

if TYPE_CHECKING:
    from pathlib import Path

    from validation.comparison.sides import Kind

_UNREADABLE = (ValueError, TypeError, IndexError, OverflowError)
"""What pyreadstat lets through where a file is damaged."""


def read_sas7bdat(path: Path) -> Side:
    """The dataset of a file; RawDataError where it cannot be read."""
    import pyreadstat as sas

    if not path.is_file():
        raise RawDataError("there is no such file", where=str(path))
    try:
        data, meta = sas.read_sas7bdat(
            str(path), user_missing=True, disable_datetime_conversion=True
        )
    except (sas.ReadstatError, sas.PyreadstatError, *_UNREADABLE) as error:
        raise RawDataError(f"cannot be read as a SAS dataset ({error})", where=str(path)) from None
    variables = tuple(
        SideVariable(
            name,
            _kind(meta.readstat_variable_types[name], meta.original_variable_types[name]),
            meta.column_names_to_labels[name] or "",
            meta.variable_storage_width[name],
            _format(meta.original_variable_types[name]),
        )
        for name in map(str, data.columns)
    )
    frame = pd.DataFrame(
        {
            v.name: _texts(data[v.name]) if v.kind == "text" else _numbers(data[v.name])
            for v in variables
        }
    )
    name = (meta.table_name or path.stem).upper()
    return Side(name, frame, variables, meta.file_label or "", tells_codes=True)


def _kind(storage: str, display: str | None) -> Kind:
    if storage == "string":
        return "text"
    held: dict[str, Kind] = {"dates": "date", "datetimes": "datetime", "times": "time"}
    return held.get(shown_as(_format(display)), "number")


def _format(display: str | None) -> str:
    """A format as transport files write it, with its point: DATE9 is DATE9."""
    if not display or display == "NULL":
        return ""
    return display if "." in display else f"{display}."


def _texts(values: pd.Series) -> pd.Series:
    texts = values.astype("str")
    return texts.where(values.notna() & texts.ne(""))


def _numbers(values: pd.Series) -> pd.Series:
    """Numbers; a letter stands for a special missing value."""

    def number(value: Any) -> float:
        return special_missing(value) if isinstance(value, str) else float(value)

    if values.dtype != object:
        return values.astype("float64")
    return values.map(number).astype("float64")
