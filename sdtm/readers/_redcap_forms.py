"""REDCap: one frame per form, from rows in the shape of a flat export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import TICKED, Field, Form, context
from sdtm.readers._redcap_dictionary import (
    BESIDE,
    EVENT,
    FORM,
    GROUP,
    INSTANCE,
    STRUCTURE,
    Dictionary,
)
from specs.findings import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


STATUS = MappingProxyType({"0": "Incomplete", "1": "Unverified", "2": "Complete"})
"""What the codes of a form's status stand for."""


NOT_COMPLETED = MappingProxyType({"[not completed]": "the survey was begun and not completed"})
"""What stands for the time at which a survey was completed, where it was not."""


@dataclass(frozen=True)
class Export:
    """Rows of an export with the line of each, and the forms planned at each event, if told.

    `only_saved` says that a form never saved has no status, so that one with any was saved.
    """

    data: pd.DataFrame
    lines: pd.Series
    dictionary: Dictionary
    path: Path
    expected: pd.DataFrame | None = None
    only_saved: bool = False


def form_of(name: str, export: Export) -> tuple[Form, Iterable[pd.DataFrame]]:
    """A form and what was found: the rows of its own instances, or with an answer or a status."""
    data, dictionary = export.data, export.dictionary
    blank = pd.Series(index=data.index, dtype="str")
    fields = dictionary.of(name)
    instrument = data.get(FORM, blank)
    own = instrument == name
    of_form = {c for field in fields.values() for c in dictionary.columns(field)}
    of_form |= {f"{name}_complete", f"{name}_timestamp"}
    columns = of_form | {*STRUCTURE, dictionary.record_id}
    rows = data.loc[own | instrument.isna(), [c for c in data.columns if c in columns]]
    answers = {
        field.name: column
        for field in fields.values()
        if (column := _answers(field, dictionary.columns(field), rows)) is not None
    }
    frame = pd.DataFrame(answers, index=rows.index)
    status = rows.get(f"{name}_complete", blank.loc[rows.index])
    started = rows.get(f"{name}_timestamp", blank.loc[rows.index]).notna()
    saved = frame.notna().any(axis=1) | status.isin(["1", "2"]) | started
    repeats = own.loc[rows.index]
    if export.only_saved:
        saved |= status.notna() & ~repeats
    finding_tables = (
        *_emptied(name, rows[repeats & ~saved], export),
        *_gaps(name, rows[repeats], export),
    )
    rows, frame = rows[saved], frame[saved]
    whose = _context(name, rows, repeats[saved], export)
    fields = {key: field for key, field in fields.items() if key in frame}
    beside = [c for c in (*BESIDE, f"{name}_timestamp") if c in rows]
    fields |= {column: Field(column, column) for column in beside}
    if f"{name}_timestamp" in fields:
        fields[f"{name}_timestamp"] = replace(fields[f"{name}_timestamp"], missing=NOT_COMPLETED)
    table = pd.concat([whose, frame, rows[beside]], axis=1).reset_index(drop=True)
    counted = [c for c in rows.columns if c in of_form]
    first = name == dictionary.form_of[dictionary.record_id]
    form = Form(
        name,
        table,
        MappingProxyType(fields),
        identity=frozenset({GROUP} & set(fields)),
        columns=len(counted) + first,
        values=int(rows[counted].notna().to_numpy().sum()),
        events=_planned(name, export),
    )
    return form, finding_tables


def _context(name: str, rows: pd.DataFrame, repeats: pd.Series, export: Export) -> pd.DataFrame:
    """The context of the records of a form, some of which (a mask) repeat within the form."""
    blank = pd.Series(index=rows.index, dtype="str")
    instance = rows.get(INSTANCE, blank)
    return context(
        rows.index,
        export.path.name,
        export.lines.loc[rows.index],
        subject=rows[export.dictionary.record_id],
        event=rows.get(EVENT, blank),
        event_repeat=instance.where(~repeats),
        form_repeat=instance.where(repeats),
        status=_status(name, rows),
    )


def _status(name: str, rows: pd.DataFrame) -> pd.Series:
    """What the status of each record of a form is; missing where the export has no such column."""
    column = f"{name}_complete"
    if column not in rows:
        return pd.Series(index=rows.index, dtype="str")
    return rows[column].map(STATUS).fillna("Without status").astype("str")


def _answers(field: Field, columns: Mapping[str, str], rows: pd.DataFrame) -> pd.Series | None:
    """A field's answers; for a checkbox the ticked codes, separated by TICKED."""
    present = {column: code for column, code in columns.items() if column in rows}
    if not present:
        return None
    if field.kind != "checkbox":
        return rows[field.name]
    ticked = pd.Series("", index=rows.index, dtype="str")
    for column, code in present.items():
        ticked = ticked.where(rows[column] != "1", ticked + TICKED + code)
    return ticked.str.removeprefix(TICKED).replace("", None)


def _emptied(name: str, rows: pd.DataFrame, export: Export) -> Iterator[pd.DataFrame]:
    if len(rows):
        yield findings(
            severity="notice",
            rule="CK-RAW-EMPTIED",
            form=name,
            subject=rows[export.dictionary.record_id],
            event=rows.get(EVENT, pd.Series(index=rows.index, dtype="str")),
            seq=rows[INSTANCE],
            message="an instance of the form was saved and then emptied; it gives no record",
            file=export.path.name,
            line=export.lines.loc[rows.index],
        )


def _gaps(name: str, rows: pd.DataFrame, export: Export) -> Iterator[pd.DataFrame]:
    """A notice where the instances of a form are not numbered through."""
    if rows.empty:
        return
    keys = [key for key in (export.dictionary.record_id, EVENT) if key in rows]
    number = rows[INSTANCE].astype("int64")
    groups = number.groupby([rows[key] for key in keys], dropna=False)
    last = rows[(groups.transform("max") == number) & (groups.transform("size") < number)]
    if len(last):
        yield findings(
            severity="notice",
            rule="CK-RAW-GAP",
            form=name,
            subject=last[export.dictionary.record_id],
            event=last.get(EVENT, pd.Series(index=last.index, dtype="str")),
            value=last[INSTANCE],
            message="the instances of the form are fewer than the number of the last; some were"
            " deleted, or are not in the export",
            file=export.path.name,
            line=export.lines.loc[last.index],
        )


def _planned(name: str, export: Export) -> frozenset[str] | None:
    """The events a form is planned at; None where the export does not tell, or has no events."""
    if export.expected is None or EVENT not in export.data:
        return None
    listed = export.expected["form"] == name
    return frozenset(export.expected["unique_event_name"][listed])
