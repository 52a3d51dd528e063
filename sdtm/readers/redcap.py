"""REDCap: the flat CSV export in raw coding, with its data dictionary and event tables.

One file holds the records of every form: a row is a subject at an event, or one instance of a
repeating instrument or event. The reader splits it into one frame per form.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import TICKED, Field, Form, RawData, context
from sdtm.readers._files import options, read_delimited
from sdtm.readers._redcap_checks import (
    check_coding,
    check_columns,
    check_doubled,
    check_events,
    check_instances,
    read_listing,
)
from sdtm.readers._redcap_dictionary import (
    EVENT,
    FORM,
    INSTANCE,
    STRUCTURE,
    Dictionary,
    RedcapOptions,
    read_dictionary,
)
from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from specs.model import RawSource


def read(source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where its parts do not belong together or rows are doubled."""
    given = options(source, RedcapOptions)
    dictionary = read_dictionary(folder / given.dictionary, given)
    path = folder / given.data
    data = read_delimited(path, given.delimiter, given.encoding)
    check_columns(data, dictionary, path)
    check_coding(data, dictionary, path)
    check_instances(data, dictionary, path)
    paths = [path, dictionary.path]
    if given.events:
        paths.append(folder / given.events)
        check_events(data, folder / given.events, path)
    expected = None
    if given.event_forms:
        paths.append(folder / given.event_forms)
        expected = read_listing(folder / given.event_forms, "unique_event_name", "form")
    check_doubled(data, dictionary.record_id, path)
    forms = dict.fromkeys(dictionary.form_of.values())
    read_forms = [_form(name, data, dictionary, expected, path) for name in forms]
    return RawData(
        MappingProxyType({form.name: form for form, _ in read_forms}),
        tuple(paths),
        all_findings(found for _, of_form in read_forms for found in of_form),
    )


def _form(
    name: str,
    data: pd.DataFrame,
    dictionary: Dictionary,
    expected: pd.DataFrame | None,
    path: Path,
) -> tuple[Form, Iterable[pd.DataFrame]]:
    """A form and what was found: the rows of its own instances, or with an answer or a status."""
    fields = dictionary.of(name)
    blank = pd.Series(index=data.index, dtype="str")
    instrument = data.get(FORM, blank)
    own = instrument == name
    columns = {c for field in fields.values() for c in dictionary.columns(field)}
    columns |= {*STRUCTURE, dictionary.record_id, f"{name}_complete"}
    rows = data.loc[own | instrument.isna(), [c for c in data.columns if c in columns]]
    answers = {
        field.name: column
        for field in fields.values()
        if (column := _answers(field, dictionary.columns(field), rows)) is not None
    }
    frame = pd.DataFrame(answers, index=rows.index)
    status = rows.get(f"{name}_complete", blank.loc[rows.index])
    answered = frame.notna().any(axis=1)
    saved = answered | status.isin(["1", "2"])
    repeats = own.loc[rows.index]
    emptied = repeats & ~saved
    found = (
        *_emptied(name, rows[emptied], dictionary.record_id, path),
        *_unexpected(name, rows[saved & ~repeats], expected, dictionary.record_id, path),
    )
    rows, frame, repeats = rows[saved], frame[saved], repeats[saved]
    instance = rows.get(INSTANCE, blank.loc[rows.index])
    whose = context(
        rows.index,
        path.name,
        rows.index.to_series(),
        subject=rows[dictionary.record_id],
        event=rows.get(EVENT, blank.loc[rows.index]),
        event_repeat=instance.where(~repeats),
        form_repeat=instance.where(repeats),
    )
    fields = {key: field for key, field in fields.items() if key in frame}
    table = pd.concat([whose, frame], axis=1).reset_index(drop=True)
    return Form(name, table, MappingProxyType(fields)), found


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


def _emptied(name: str, rows: pd.DataFrame, record_id: str, path: Path) -> Iterator[pd.DataFrame]:
    if len(rows):
        yield findings(
            severity="notice",
            rule="CK-RAW-EMPTIED",
            form=name,
            subject=rows[record_id],
            seq=rows[INSTANCE],
            message="an instance of the form was saved and then emptied; it gives no record",
            file=path.name,
            line=rows.index.to_series(),
        )


def _unexpected(
    name: str, rows: pd.DataFrame, expected: pd.DataFrame | None, record_id: str, path: Path
) -> Iterator[pd.DataFrame]:
    if expected is None or EVENT not in rows:
        return
    events = expected["unique_event_name"][expected["form"] == name]
    strange = rows[~rows[EVENT].isin(events)]
    if len(strange):
        yield findings(
            severity="warning",
            rule="CK-RAW-EVENT-FORM",
            form=name,
            subject=strange[record_id],
            value=strange[EVENT],
            message=f"the form {name} is not planned at this event",
            file=path.name,
            line=strange.index.to_series(),
        )
