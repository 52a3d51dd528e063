"""Reading files of tables whole and as text: workbooks and Parquet.

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

from sdtm.readers._layout import PLAIN, joined_heads, unnamed
from specs.errors import AbsentDataError, RawDataError, did_you_mean, shortened
from specs.findings import all_findings, findings, no_findings
from specs.heads import check_head
from specs.numbers import number_text
from specs.parquet_files import check_parquet, parquet_errors
from specs.spreadsheet_errors import ERRORS, cell_errors
from specs.spreadsheets import open_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sdtm.readers._layout import Layout


@dataclass(frozen=True)
class Sheet:
    """A table as text, plain or as categories, with what is known of it.

    `labels` are those of its columns, `missing` the codes that stand for no answer, `choices` what
    codes mean, by column.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    findings: pd.DataFrame = field(default_factory=no_findings)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_xlsx(path: Path, sheet: str = "", layout: Layout = PLAIN) -> Sheet:
    """A sheet of a workbook: the one named, several joined by `, `, else the first that is shown.

    Values are as stored, formulas as last computed, those that failed as the text of their error;
    dates are ISO 8601 text.
    """
    check_file(path)
    workbook = open_spreadsheet(path, RawDataError, from_a1=True)
    names = [sheet] if sheet in workbook.names else [s.strip() for s in sheet.split(",") if sheet]
    for name in names:
        if name not in workbook.names:
            raise RawDataError(
                f"has no sheet {shortened(name)}",
                where=path.name,
                remedy=did_you_mean(name, workbook.names),
            )
    chosen = names or list(workbook.shown)[:1]
    frames = [_sheet(path, workbook.rows(name), name, layout) for name in chosen]
    if not frames:
        raise RawDataError("the sheet is empty", where=path.name, remedy="name another with sheet:")
    frame = frames[0] if len(frames) == 1 else pd.concat(frames)
    others = [] if sheet else [n for n in workbook.names if n not in chosen]
    notices = [*_failed(frame, path)]
    if others:
        notices.append(
            findings(
                severity="notice",
                rule="CK-RAW-SHEETS",
                message=f"the sheet {chosen[0]} was read; declare it, or read others too",
                value=", ".join(others),
                file=path.name,
            )
        )
    return Sheet(frame, findings=all_findings(notices))


def _sheet(path: Path, rows: list[list[Any]], name: str, layout: Layout) -> pd.DataFrame:
    """The rows of a sheet as text, the index their number; those that are blank are left out."""
    filled = (n for n, row in enumerate(rows) if any(str(v).strip() for v in row))
    head = layout.head - 1 if layout.head else next(filled, None)
    if head is None or head >= len(rows):
        raise RawDataError("the sheet is empty", where=path.name, remedy="name another with sheet:")
    for (row, column), text in cell_errors(path, name).items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    heads = [[cell_text(v) or "" for v in row] for row in rows[head : head + layout.heads]]
    columns = joined_heads(heads) if layout.heads > 1 else heads[0]
    first = head + layout.heads + layout.below
    body = rows[first : len(rows) - layout.foot]
    blank = [
        n
        for n, column in enumerate(columns)
        if not column.strip() and not any(str(row[n]).strip() for row in body)
    ]
    columns = unnamed(columns)
    check_head([c for n, c in enumerate(columns) if n not in blank], f"{path.name} row {head + 1}",
               RawDataError)  # fmt: skip
    texts = {
        column: _texts([row[n] for row in body])
        for n, column in enumerate(columns)
        if n not in blank
    }
    index = pd.RangeIndex(first + 1, first + 1 + len(body), name="line")
    frame = pd.DataFrame(texts, index=index, dtype="str")
    return frame[frame.notna().any(axis=1)]


def _texts(values: list[Any]) -> list[str | None]:
    """The cells of a column; midnight is a time where other cells of it have one."""
    stamps = [v for v in values if isinstance(v, datetime)]
    timed = any(v.time() != time() for v in stamps)
    if not timed:
        return [cell_text(v) for v in values]
    of_days = (datetime.combine(v, time()) if type(v) is date else v for v in values)
    return [stamp_text(v) if isinstance(v, datetime) else cell_text(v) for v in of_days]


def _failed(frame: pd.DataFrame, path: Path) -> Iterator[pd.DataFrame]:
    """A finding for each cell that holds the error of a formula."""
    for column in frame:
        rows = frame[column][frame[column].isin(ERRORS)]
        if len(rows):
            yield findings(
                severity="error",
                rule="CK-RAW-CELL",
                variable=str(column),
                value=rows,
                message="is the error of a formula, not a value; mend the workbook",
                file=path.name,
                line=rows.index.to_series(),
            )


def cell_text(value: object) -> str | None:
    """The value of a cell as text; None where it is blank."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return typed(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else stamp_text(value)
    if isinstance(value, time):
        return stamp_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return clock_text(value.total_seconds())
    return str(value) or None if value is not None else None


def stamp_text(value: datetime | time) -> str:
    """A time as ISO 8601, with no more decimals of its seconds than it has."""
    text = value.isoformat(timespec="auto")
    return text.rstrip("0") if "." in text else text


def clock_text(seconds: float) -> str:
    """Seconds as hours, minutes and seconds, with the decimals that they have.

    >>> clock_text(86399.7), clock_text(129600)
    ('23:59:59.7', '36:00:00')
    """
    sign = "-" if seconds < 0 else ""
    whole, microseconds = divmod(round(abs(seconds) * 1_000_000), 1_000_000)
    decimals = f".{microseconds:06d}".rstrip("0") if microseconds else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{decimals}"


def typed(value: float) -> str | None:
    """A number as one would type it: 5, 0.25, 1200000; None for no number."""
    return None if np.isnan(value) else number_text(value)


def read_parquet(path: Path) -> Sheet:
    """A Parquet file; dates and times are ISO 8601 text, numbers as one would type them."""
    check_file(path)
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
    """A column of Parquet as texts; RawDataError for what is not a value."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        texts = [None if v is None else typed(float(v)) for v in column.to_pylist()]
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


def check_file(path: Path) -> None:
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    if not path.stat().st_size:
        raise RawDataError("is empty", where=path.name, remedy="export the data again")
