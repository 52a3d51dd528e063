"""REDCap: the data dictionary, and how its fields stand in the columns of an export."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import Field
from sdtm.readers._files import Delimiter, Options, read_delimited
from sdtm.readers._redcap_validation import accepted
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sdtm.accepted import Accepted
    from sdtm.readers._encoding import Shape

# The columns of the dictionary: as the designer's file heads them, and as the API does. Older
# versions have fewer than 18: without the annotation, and before it without the matrix.
_COLUMNS = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Choices OR Calculations": "select_choices_or_calculations",
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

_NEEDED = ("field_name", "form_name", "field_type", "field_label", "select_choices_or_calculations")

EVENT, FORM, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
GROUP = "redcap_data_access_group"
BESIDE = (GROUP, "redcap_survey_identifier")
"""What stands beside the answers of every form; each form has them as fields."""

STRUCTURE = {EVENT, FORM, INSTANCE, *BESIDE}

_YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_NO_NAME = re.compile("[^a-z0-9_]")
_TAG = re.compile(r"<[^>]+>")
_TARGET = re.compile(r"SDTM:\s*(?:IT\.)?([A-Z][A-Z0-9]*(?:\.[A-Z][A-Z0-9]*)+)")


class RedcapOptions(Options):
    """`data`, `dictionary`, `events` and `event_forms` are paths from the study's folder.

    `data` is the flat export as CSV, or the project as XML, which has the rest in it. `missing`
    gives the project's missing-data codes with their meaning; `dates` the order in which numbers
    of unvalidated date texts stand (DMY, MDY, YMD); `decimal` how numbers were exported.
    `deidentified` says that dates were shifted or identifiers taken out.
    """

    data: str
    dictionary: str = ""
    events: str = ""
    event_forms: str = ""
    missing: dict[str, str] = Default(default={})
    dates: str = ""
    delimiter: Delimiter = ""
    decimal: Literal[".", ",", ""] = ""
    encoding: str = ""
    deidentified: bool = False


@dataclass(frozen=True)
class Dictionary:
    """The fields in their order, each with its form; the first is the record id."""

    path: Path
    fields: Mapping[str, Field]
    form_of: Mapping[str, str]
    identifiers: frozenset[str] = frozenset()  # fields marked as identifying a person
    unvalidated: frozenset[str] = frozenset()  # notes, and texts without validation

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
        return {f"{field.name}___{in_column_name(code)}": code for code in codes}


def is_dictionary(head: Iterable[str]) -> bool:
    """Whether a file with that head is a data dictionary, in either dialect."""
    return {"field_name", "form_name"} <= {_COLUMNS.get(name.strip(), name) for name in head}


def read_dictionary(path: Path, options: RedcapOptions, shape: Shape) -> Dictionary:
    """The dictionary; RawDataError where it is none, or defines a field twice."""
    table = _table(path, shape)
    columns = (
        "field_name", "field_label", "field_type", "select_choices_or_calculations",
        "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max",
        "required_field", "branching_logic", "field_annotation",
    )  # fmt: skip
    rows = zip(*(table[name].fillna("") for name in columns), strict=True)
    fields = {
        name: made_field(
            name,
            label,
            kind,
            choices_in(choices, kind),
            valid,
            Asked(accepted(kind, valid, low, high), required.lower() == "y", logic),
            annotation,
            options,
        )
        for name, label, kind, choices, valid, low, high, required, logic, annotation in rows
    }
    validation = table["text_validation_type_or_show_slider_number"]
    free = (table["field_type"] == "notes") | ((table["field_type"] == "text") & validation.isna())
    return Dictionary(
        path,
        fields,
        dict(zip(table["field_name"], table["form_name"], strict=True)),
        frozenset(table["field_name"][table["identifier"].str.lower() == "y"]),
        frozenset(table["field_name"][free]),
    )


def _table(path: Path, shape: Shape) -> pd.DataFrame:
    """The rows of a dictionary that are fields, with all columns; RawDataError for what is none."""
    table = read_delimited(path, shape.delimiter, shape.encoding).rename(columns=_COLUMNS)
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise RawDataError(
            f"the data dictionary has no column {', '.join(missing)}",
            where=f"{path.name} line 1",
            remedy="download the dictionary from REDCap again; it has 15 to 18 columns",
        )
    other = [name for name in _COLUMNS.values() if name not in table.columns]
    table = table.assign(**{name: pd.Series(index=table.index, dtype="str") for name in other})
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
    return table


class Asked(NamedTuple):
    """What a field accepts, whether the form requires an answer, and when it shows the field."""

    accepts: Accepted
    required: bool
    shown_if: str


def made_field(
    name: str,
    label: str,
    kind: str,
    choices: Mapping[str, str],
    validation: str,
    asked: Asked,
    annotation: str,
    options: RedcapOptions,
) -> Field:
    """A field from what a dictionary or a project file says of it."""
    order = (
        validation.rpartition("_")[2].upper() if validation.startswith("date") else options.dates
    )
    dated = validation.startswith("date") or (kind == "text" and not validation)
    numeric = kind == "calc" or validation.startswith("number")
    comma = validation.endswith("_comma_decimal") or (numeric and options.decimal == ",")
    return Field(
        name=name,
        label=_plain(label),
        kind="checkbox" if kind == "checkbox" else "code" if choices else "text",
        choices=MappingProxyType(dict(choices)),
        missing=MappingProxyType(options.missing),
        accepts=asked.accepts,
        required=asked.required,
        shown_if=asked.shown_if.strip(),
        style=DateStyle.from_options(order if dated else "", ""),
        targets=_targets(annotation),
        decimal="," if comma and options.decimal != "." else ".",
    )


def choices_in(text: str, kind: str) -> Mapping[str, str]:
    """The choices of a field of that type: those written in the dictionary, or yes and no."""
    coded = {"radio", "dropdown", "checkbox", "select"}
    return _choices(text) if kind in coded else _YES_NO.get(kind, {})


def _plain(label: str) -> str:
    """A label without mark-up, on one line."""
    return " ".join(_TAG.sub("", html.unescape(label)).split())


def _targets(annotation: str) -> tuple[str, ...]:
    """The variables an annotation names: `SDTM:AE.AETERM`, `SDTM:IT.VS.VSORRES.HEIGHT;`.

    >>> _targets("@HIDDEN SDTM:IT.DM.SEX; SDTM:VS.VSORRES.HEIGHT")
    ('DM.SEX', 'VS.VSORRES.HEIGHT')
    """
    return tuple(_TARGET.findall(annotation))


def _choices(text: str) -> dict[str, str]:
    """`1, Male | 2, Female` as codes and labels; codes stay text.

    >>> _choices("1, Male | -99, Unknown, or not said")
    {'1': 'Male', '-99': 'Unknown, or not said'}
    """
    choices = (choice.partition(",") for choice in text.split("|") if choice.strip())
    return {
        code.strip(): " ".join(html.unescape(label or code).split()) for code, _, label in choices
    }


def in_column_name(code: str) -> str:
    """A checkbox code as it stands in a column name: lower case, other signs as `_`.

    >>> in_column_name("-Five.5")
    '_five_5'
    """
    return _NO_NAME.sub("_", code.lower())
