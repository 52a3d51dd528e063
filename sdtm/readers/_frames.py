"""Reading files of tables whole and as text: XLSX, SAS7BDAT, XPT, Parquet.

Each gives a frame of text (dtype `str`, blank is NaN) whose index is the row, counted as the
program shows it that the file is opened with, the labels of its columns, and findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from specs.errors import AbsentDataError, RawDataError, did_you_mean, shortened
from specs.findings import findings, no_findings
from specs.heads import check_head
from specs.numbers import number_text
from specs.parquet_files import check_parquet, parquet_errors
from specs.spreadsheets import open_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OF_READSTAT = (ValueError, TypeError, IndexError, OverflowError, MemoryError)
"""What pyreadstat lets through where a damaged file has a variable without name or size."""

_SAS_START = np.datetime64("1960-01-01T00:00:00", "s")
_SAS_DAYS = (-138_061, 6_589_335)  # SAS has dates from 1582 to 19900
_SAS_DATES = ("DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "B8601DA", "IS8601DA", "MONYY",
              "WEEKDATE", "WORDDATE", "JULDAY", "YYMM", "NLDATE", "EURDF")  # fmt: skip
_SAS_STAMPS = ("DATETIME", "E8601DT", "B8601DT", "IS8601DT", "DATEAMPM", "NLDATM", "MDYAMPM")
_SAS_TIMES = ("TIME", "HHMM", "TOD", "E8601TM", "IS8601TM", "HOUR")


@dataclass(frozen=True)
class Sheet:
    """A table as text, plain or as categories, with what is known of it.

    `labels` are those of its columns, `missing` the codes that stand for no answer.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    findings: pd.DataFrame = field(default_factory=no_findings)


def read_xlsx(path: Path, sheet: str = "") -> Sheet:
    """A sheet of a workbook: the one named, else the first that is shown.

    Values are as stored, formulas as last computed; dates are ISO 8601 text.
    """
    _check_file(path)
    workbook = open_spreadsheet(path, RawDataError, from_a1=True)
    if sheet and sheet not in workbook.names:
        raise RawDataError(
            f"has no sheet {shortened(sheet)}",
            where=path.name,
            remedy=did_you_mean(sheet, workbook.names),
        )
    name = sheet or next(iter(workbook.shown), "")
    rows = workbook.rows(name) if name else []
    others = [] if sheet else [n for n in workbook.names if n != name]
    head = next((n for n, row in enumerate(rows) if any(str(v).strip() for v in row)), None)
    if head is None:
        raise RawDataError("the sheet is empty", where=path.name, remedy="name another with sheet:")
    names = [cell_text(value) or "" for value in rows[head]]
    while (
        names
        and not names[-1].strip()
        and not any(str(row[len(names) - 1]).strip() for row in rows[head + 1 :])
    ):
        names.pop()
    check_head(names, f"{path.name} row {head + 1}", RawDataError)
    texts = {
        column: [cell_text(row[position]) for row in rows[head + 1 :]]
        for position, column in enumerate(names)
    }
    index = pd.RangeIndex(head + 2, len(rows) + 1, name="line")
    frame = pd.DataFrame(texts, index=index, dtype="str")
    frame = frame[frame.notna().any(axis=1)]
    notices = no_findings()
    if others:
        notices = findings(
            severity="notice",
            rule="CK-RAW-SHEETS",
            message=f"the sheet {name} was read; declare it, or read others too",
            value=", ".join(others),
            file=path.name,
        )
    return Sheet(frame, findings=notices)


def cell_text(value: object) -> str | None:
    """The value of a cell as text; None where it is blank."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _typed(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="auto")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value) or None if value is not None else None


def _typed(value: float) -> str | None:
    """A number as one would type it: 5, 0.25, 1200000; None for no number."""
    return None if np.isnan(value) else number_text(value)


def read_sas(path: Path, encoding: str = "") -> Sheet:
    """A SAS dataset or transport file; dates and times by their formats are ISO 8601 text.

    A special missing value (.A to .Z) is its text, and a code that stands for no answer.
    """
    import pyreadstat as sas

    _check_file(path)
    how: dict[str, Any] = {"disable_datetime_conversion": True, "encoding": encoding or None}
    try:
        if path.suffix.lower() == ".sas7bdat":
            data, meta = sas.read_sas7bdat(str(path), user_missing=True, **how)
        else:
            data, meta = sas.read_xport(str(path), **how)
    except (sas.ReadstatError, sas.PyreadstatError, *_OF_READSTAT) as error:
        raise RawDataError(
            f"is not a SAS file that can be read ({error})",
            where=path.name,
            remedy="export the data again, or declare the file's encoding:",
        ) from None
    check_head(
        ["" if pd.isna(name) else str(name) for name in data.columns], path.name, RawDataError
    )
    formats = {
        name: str(sas_format or "") for name, sas_format in meta.original_variable_types.items()
    }
    columns = {name: _sas_text(data[name], formats.get(name, "")) for name in data.columns}
    index = pd.RangeIndex(1, len(data) + 1, name="line")
    frame = pd.DataFrame(
        {name: pd.Series(c.to_numpy(), index=index) for name, c in columns.items()}
    )
    special = {t for name in frame for t in frame[name].dropna().unique() if _is_special(t)}
    labels = {str(n): str(label) for n, label in meta.column_names_to_labels.items() if label}
    return Sheet(
        frame.astype("str"), labels, {code: f"special missing {code}" for code in sorted(special)}
    )


def _is_special(text: str) -> bool:
    return len(text) == 2 and text[0] == "." and (text[1].isupper() or text[1] == "_")


def _sas_text(column: pd.Series, sas_format: str) -> pd.Series:
    """A variable's values as text: numbers by their format, special missings as .A."""
    if column.dtype != object and not pd.api.types.is_numeric_dtype(column):
        return column.astype("str").where(column.astype("str") != "")
    number = pd.to_numeric(column, errors="coerce").astype("float64")
    text = column.astype("str").where(column.notna())
    if not number.notna().any() and not text.str.fullmatch("[A-Z_]").any():
        return text.where(text != "")
    if column.dtype == object and (number.isna() & text.notna() & (text.str.len() > 1)).any():
        return text.where(text != "")  # text that holds numbers
    family = sas_format.upper().rstrip("0123456789.")
    days = family.startswith(_SAS_DATES) and not family.startswith(_SAS_STAMPS)
    present = number.dropna()
    if days or family.startswith(_SAS_STAMPS):
        present = present[present.div(1 if days else 86400).between(*_SAS_DAYS)]
    if days:
        stamps = _SAS_START + (present * 86400).round().to_numpy().astype("timedelta64[s]")
        texts = pd.Series(np.datetime_as_string(stamps, unit="D"), index=present.index)
    elif family.startswith(_SAS_STAMPS):
        stamps = _SAS_START + present.round().to_numpy().astype("timedelta64[s]")
        texts = pd.Series(np.datetime_as_string(stamps, unit="s"), index=present.index)
    elif family.startswith(_SAS_TIMES):
        texts = present.map(lambda seconds: cell_text(timedelta(seconds=float(seconds))))
    else:
        texts = present.map(_typed)
    special = ("." + text).where(number.isna() & text.notna())
    beyond = number.drop(present.index).dropna().map(_typed)  # no date, so it stays a number
    whole: pd.Series = pd.concat([texts, beyond]).astype("str")
    return whole.reindex(column.index).fillna(special)


def read_parquet(path: Path) -> Sheet:
    """A Parquet file; dates and times are ISO 8601 text, numbers as one would type them."""
    _check_file(path)
    check_parquet(path, RawDataError)
    with parquet_errors(path):
        table = pq.read_table(path)
        table.validate(full=True)
    check_head(table.column_names, path.name, RawDataError)
    index = pd.RangeIndex(1, table.num_rows + 1, name="line")
    columns = {
        name: pd.Series(_arrow_text(column, name, path).to_numpy(), index=index, dtype="str")
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    frame = pd.DataFrame(columns, index=index)
    return Sheet(frame.where(frame != ""))


def _arrow_text(column: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        texts = [None if v is None else _typed(float(v)) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_timestamp(kind):
        texts = [cell_text(v) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise RawDataError(
            f"column {name} holds {kind}, which is not a value of a table",
            where=path.name,
            remedy="write a column of texts, numbers or dates",
        ) from None


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    if not path.stat().st_size:
        raise RawDataError("is empty", where=path.name, remedy="export the data again")
