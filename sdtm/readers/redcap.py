"""REDCap: the flat CSV export in raw coding, with its data dictionary and event tables.

One file holds the records of every form: a row is a subject at an event, or one instance of a
repeating instrument or event. The reader splits it into one frame per form.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import TICKED, Field, Form, RawData
from sdtm.readers._files import Options, options, read_delimited
from specs.errors import RawDataError, did_you_mean
from specs.findings import all_findings, findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from specs.model import RawSource

# The 18 columns of the dictionary: as the designer's file heads them, and as the API does.
_COLUMNS = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Field Note": "field_note",
    "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
    "Text Validation Min": "text_validation_min",
    "Text Validation Max": "text_validation_max",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching_logic",
    "Required Field?": "required_field",
    "Custom Alignment": "custom_alignment",
    "Question Number (surveys only)": "question_number",
    "Matrix Group Name": "matrix_group_name",
    "Matrix Ranking?": "matrix_ranking",
    "Field Annotation": "field_annotation",
}

_EVENT, _FORM, _INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
_STRUCTURE = {_EVENT, _FORM, _INSTANCE, "redcap_data_access_group", "redcap_survey_identifier"}

_YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_TAG = re.compile(r"<[^>]+>")


class RedcapOptions(Options):
    """`data`, `dictionary`, `events` and `event_forms` are paths from the study's folder.

    `missing` gives the project's missing-data codes with their meaning; `dates` the order in which
    numbers of unvalidated date texts stand (DMY, MDY, YMD).
    """

    data: str
    dictionary: str
    events: str = ""
    event_forms: str = ""
    missing: dict[str, str] = Default(default={})
    dates: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class _Dictionary:
    """The fields in their order, each with its form; the first is the record id."""

    path: Path
    fields: Mapping[str, Field]
    form_of: Mapping[str, str]

    @property
    def record_id(self) -> str:
        return next(iter(self.fields))

    def of(self, form: str) -> dict[str, Field]:
        return {
            name: field
            for name, field in self.fields.items()
            if self.form_of[name] == form and name != self.record_id
        }

    def columns(self, field: Field) -> dict[str, str]:
        """The columns of the export that hold a field: code by column for a checkbox."""
        if field.kind != "checkbox":
            return {field.name: ""}
        return {f"{field.name}___{_in_column_name(code)}": code for code in field.choices}


def read(source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where its parts do not belong together or rows are doubled."""
    given = options(source, RedcapOptions)
    dictionary = _read_dictionary(folder / given.dictionary, given)
    path = folder / given.data
    data = read_delimited(path, given.delimiter, given.encoding)
    _check_columns(data, dictionary, path)
    paths = [path, dictionary.path]
    if given.events:
        paths.append(folder / given.events)
        _check_events(data, folder / given.events, path)
    expected = None
    if given.event_forms:
        paths.append(folder / given.event_forms)
        expected = read_delimited(folder / given.event_forms)
    _check_doubled(data, dictionary.record_id, path)
    forms = dict.fromkeys(dictionary.form_of.values())
    read_forms = [_form(name, data, dictionary, expected, path) for name in forms]
    return RawData(
        MappingProxyType({form.name: form for form, _ in read_forms}),
        tuple(paths),
        all_findings(found for _, found in read_forms),
    )


def _read_dictionary(path: Path, given: RedcapOptions) -> _Dictionary:
    table = read_delimited(path, encoding=given.encoding).rename(columns=_COLUMNS)
    missing = [name for name in _COLUMNS.values() if name not in table.columns]
    if missing:
        raise RawDataError(
            f"the data dictionary has no column {', '.join(missing)}",
            where=f"{path.name} line 1",
            remedy="download the dictionary from REDCap again; it has 18 columns",
        )
    table = table[table["field_type"] != "descriptive"]
    doubled = table["field_name"][table["field_name"].duplicated()]
    if len(doubled):
        raise RawDataError(
            f"field {doubled.iloc[0]} is defined twice",
            where=f"{path.name} line {doubled.index[0]}",
            remedy="download the dictionary again",
        )
    columns = ("field_name", "field_label", "field_type", "select_choices_or_calculations")
    validation = table["text_validation_type_or_show_slider_number"].fillna("")
    rows = zip(*(table[name].fillna("") for name in columns), validation, strict=True)
    fields = {
        name: _field(name, label, kind, choices, valid, given)
        for name, label, kind, choices, valid in rows
    }
    return _Dictionary(
        path, fields, dict(zip(table["field_name"], table["form_name"], strict=True))
    )


def _field(
    name: str, label: str, kind: str, choices: str, validation: str, given: RedcapOptions
) -> Field:
    coded = {"radio", "dropdown", "checkbox", "select"}
    meaning = _choices(choices) if kind in coded else _YES_NO.get(kind, {})
    order = validation.rpartition("_")[2].upper() if validation.startswith("date") else given.dates
    dated = validation.startswith("date") or (kind == "text" and not validation)
    return Field(
        name=name,
        label=_TAG.sub("", html.unescape(label)).strip(),
        kind="checkbox" if kind == "checkbox" else "code" if meaning else "text",
        choices=MappingProxyType(meaning),
        missing=MappingProxyType(given.missing),
        style=DateStyle.from_options(order if dated else "", ""),
    )


def _choices(text: str) -> dict[str, str]:
    """`1, Male | 2, Female` as codes and labels; codes stay text.

    >>> _choices("1, Male | -99, Unknown, or not said")
    {'1': 'Male', '-99': 'Unknown, or not said'}
    """
    parts = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): html.unescape(label.strip()) for code, _, label in parts}


def _in_column_name(code: str) -> str:
    """A checkbox code as it stands in a column name: lower case, `-` as `_`."""
    return code.lower().replace("-", "_")


def _check_columns(data: pd.DataFrame, dictionary: _Dictionary, path: Path) -> None:
    where = f"{path.name} line 1"
    known = {c for field in dictionary.fields.values() for c in dictionary.columns(field)}
    complete = {f"{form}_complete" for form in dictionary.form_of.values()}
    stamps = {f"{form}_timestamp" for form in dictionary.form_of.values()}
    if dictionary.record_id not in data.columns:
        raise RawDataError(
            f"has no column {dictionary.record_id}, the first field of {dictionary.path.name}",
            where=where,
            remedy=did_you_mean(dictionary.record_id, data.columns),
        )
    unknown = [name for name in data.columns if name not in known | complete | stamps | _STRUCTURE]
    # a checkbox answered with a missing-data code has a column for that code
    boxes = {f"{f.name}___" for f in dictionary.fields.values() if f.kind == "checkbox"}
    unknown = [name for name in unknown if not any(name.startswith(box) for box in boxes)]
    if unknown:
        raise RawDataError(
            f"column {unknown[0]} is not in {dictionary.path.name}"
            + (f" (nor {len(unknown) - 1} more)" if len(unknown) > 1 else ""),
            where=where,
            remedy=f"{did_you_mean(unknown[0], known)} Export data and dictionary together",
        )


def _check_events(data: pd.DataFrame, events: Path, path: Path) -> None:
    known = read_delimited(events)
    if _EVENT not in data.columns:
        raise RawDataError(
            f"has no column {_EVENT}, though {events.name} lists events",
            where=f"{path.name} line 1",
            remedy="export the data of a longitudinal project with its events",
        )
    if "unique_event_name" not in known.columns:
        raise RawDataError(
            "has no column unique_event_name", where=f"{events.name} line 1", remedy="export it"
        )
    names = known["unique_event_name"]
    strange = data[_EVENT][~data[_EVENT].isin(names)]
    if len(strange):
        raise RawDataError(
            f"event {strange.iloc[0]} is not in {events.name}",
            where=f"{path.name} line {strange.index[0]}",
            remedy=f"{did_you_mean(str(strange.iloc[0]), names)} Export data and events together",
        )


def _check_doubled(data: pd.DataFrame, record_id: str, path: Path) -> None:
    blank = data[record_id].isna()
    if blank.any():
        raise RawDataError(
            f"the row has no {record_id}",
            where=f"{path.name} line {data.index[blank][0]}",
            remedy="the file was cut or edited; export it again",
        )
    keys = [name for name in (record_id, _EVENT, _FORM, _INSTANCE) if name in data.columns]
    doubled = data.duplicated(subset=keys, keep=False)
    if doubled.any():
        first = data.loc[doubled, keys].iloc[0]
        same = (data[keys] == first).fillna(value=False) | (data[keys].isna() & first.isna())
        lines = data.index[same.all(axis=1)]
        key = ", ".join(f"{name} {value}" for name, value in first.items() if not pd.isna(value))
        raise RawDataError(
            f"the record {key} is there twice",
            where=f"{path.name} lines {lines[0]} and {lines[1]}",
            remedy="exports were joined or a row was copied; export the data again",
        )


def _form(
    name: str,
    data: pd.DataFrame,
    dictionary: _Dictionary,
    expected: pd.DataFrame | None,
    path: Path,
) -> tuple[Form, pd.DataFrame]:
    """A form's records: the rows of its own instances, else those with an answer or a status."""
    fields = dictionary.of(name)
    blank = pd.Series(index=data.index, dtype="str")
    instrument = data.get(_FORM, blank)
    own = instrument == name
    rows = data[own | instrument.isna()]
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
    found = all_findings(
        [
            _emptied(name, rows[emptied], dictionary.record_id, path),
            _unexpected(name, rows[saved & ~repeats], expected, dictionary.record_id, path),
        ]
    )
    rows, frame, repeats = rows[saved], frame[saved], repeats[saved]
    instance = rows.get(_INSTANCE, blank.loc[rows.index])
    context = pd.DataFrame(
        {
            "@subject": rows[dictionary.record_id],
            "@event": rows.get(_EVENT, blank.loc[rows.index]),
            "@event_repeat": instance.where(~repeats),
            "@form_repeat": instance.where(repeats),
            "@file": path.name,
            "@line": rows.index.astype("Int64"),
        }
    ).astype({"@file": "str"})
    fields = {key: field for key, field in fields.items() if key in frame}
    table = pd.concat([context, frame], axis=1).reset_index(drop=True)
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


def _emptied(name: str, rows: pd.DataFrame, record_id: str, path: Path) -> pd.DataFrame:
    if rows.empty:
        return no_findings()
    return findings(
        severity="notice",
        rule="CK-RAW-EMPTIED",
        form=name,
        subject=rows[record_id],
        seq=rows[_INSTANCE],
        message="an instance of the form was saved and then emptied; it gives no record",
        file=path.name,
        line=pd.Series(rows.index.astype("str"), dtype="str"),
    )


def _unexpected(
    name: str, rows: pd.DataFrame, expected: pd.DataFrame | None, record_id: str, path: Path
) -> pd.DataFrame:
    if expected is None or _EVENT not in rows:
        return no_findings()
    events = expected["unique_event_name"][expected["form"] == name]
    strange = rows[~rows[_EVENT].isin(events)]
    if strange.empty:
        return no_findings()
    return findings(
        severity="warning",
        rule="CK-RAW-EVENT-FORM",
        form=name,
        subject=strange[record_id],
        value=strange[_EVENT],
        message=f"the form {name} is not planned at this event",
        file=path.name,
        line=pd.Series(strange.index.astype("str"), dtype="str"),
    )
