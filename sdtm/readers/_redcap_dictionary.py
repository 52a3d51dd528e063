"""REDCap: the data dictionary, and how its fields stand in the columns of an export."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import Field
from sdtm.readers._files import Delimiter, Options, read_delimited
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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

EVENT, FORM, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
STRUCTURE = {EVENT, FORM, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier"}

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
    delimiter: Delimiter = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Dictionary:
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

    @property
    def boxes(self) -> set[str]:
        """The columns of all checkboxes."""
        boxes = (field for field in self.fields.values() if field.kind == "checkbox")
        return {column for field in boxes for column in self.columns(field)}

    def columns(self, field: Field) -> dict[str, str]:
        """The columns of the export that hold a field: code by column for a checkbox."""
        if field.kind != "checkbox":
            return {field.name: ""}
        codes = dict.fromkeys((*field.choices, *field.missing))
        return {f"{field.name}___{_in_column_name(code)}": code for code in codes}


def read_dictionary(path: Path, given: RedcapOptions) -> Dictionary:
    table = read_delimited(path, encoding=given.encoding).rename(columns=_COLUMNS)
    missing = [name for name in _COLUMNS.values() if name not in table.columns]
    if missing:
        raise RawDataError(
            f"the data dictionary has no column {', '.join(missing)}",
            where=f"{path.name} line 1",
            remedy="download the dictionary from REDCap again; it has 18 columns",
        )
    named = table["field_name"].notna() & table["form_name"].notna()
    if table.empty or not named.all():
        raise RawDataError(
            "the data dictionary has no fields" if table.empty else "the field or form has no name",
            where=f"{path.name} line {1 if table.empty else table.index[~named][0]}",
            remedy="download the dictionary again",
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
    return Dictionary(path, fields, dict(zip(table["field_name"], table["form_name"], strict=True)))


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
    return {code.strip(): html.unescape((label or code).strip()) for code, _, label in parts}


def _in_column_name(code: str) -> str:
    """A checkbox code as it stands in a column name: lower case, `-` as `_`."""
    return code.lower().replace("-", "_")
