"""What describes the tables of a system: Rave's ALS and view metadata, Castor's structure.

Each gives labels of fields and forms, and what codes mean.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.accepted import TYPES, Accepted
from sdtm.readers._encoding import shape_of
from sdtm.readers._files import read_delimited
from sdtm.readers._systems import normal
from specs.errors import RawDataError
from specs.spreadsheets import open_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sdtm.raw import Field

_TAG = re.compile(r"<[^>]+>")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_TABLES = (".csv", ".txt", ".tsv")
_ALS = frozenset({"Fields", "Forms"})
_METADATA = {"viewname", "varname", "varlabel"}
_STRUCTURE = {"fieldid", "fieldvariablename", "formcollectionname"}
_OPTIONS = {"optiongroupid", "optionname", "optionvalue"}


@dataclass
class Dictionary:
    """By form and field ("" is any form): labels, choices and types; by form its label.

    `fields` are those of Castor by their id: form type, collection, form, name of the variable.
    """

    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    choices: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    types: dict[tuple[str, str], Accepted] = field(default_factory=dict)
    required: set[tuple[str, str]] = field(default_factory=set)
    forms: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)

    def field(
        self, base: Field, form: str, item: str, choices: Mapping[str, str], label: str
    ) -> Field:
        """A field as the dictionary and the data have it; the dictionary's choices count first."""
        keys = [(form.lower(), item.lower()), ("", item.lower())]
        own = next((self.choices[key] for key in keys if self.choices.get(key)), {})
        whole = {**choices, **own}
        kind = "code" if whole else "text"
        return replace(
            base,
            name=item,
            label=next((self.labels[key] for key in keys if self.labels.get(key)), label or item),
            kind=kind,  # type: ignore[arg-type]  # one of the two words
            choices=MappingProxyType(whole),
            accepts=next((self.types[key] for key in keys if key in self.types), base.accepts),
            required=any(key in self.required for key in keys),
        )

    def form_label(self, form: str) -> str:
        """The label of a form; "" where none is told."""
        return self.forms.get(form.lower(), "")

    def joined(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Values of Castor with the names that its structure has for their fields and forms."""
        if not self.fields:
            return cells
        entries = [self.fields.get(item, ("", "", "", item)) for item in cells["item"]]
        kind = [t[0] or form for t, form in zip(entries, cells["form"].fillna(""), strict=True)]
        study = pd.Series([k.lower() == "study" for k in kind], index=cells.index)
        collection = pd.Series([t[1] for t in entries], index=cells.index, dtype="str")
        form = pd.Series([t[2] for t in entries], index=cells.index, dtype="str")
        repeat = cells["form_repeat"].where(~study)
        number = repeat.groupby([cells["subject"], collection]).transform(
            lambda ids: pd.factorize(ids)[0] + 1
        )
        return cells.assign(
            form=form.where(study, collection),
            event=collection.where(study).astype("str"),
            form_repeat=number.where(~study).astype("Int64").astype("str").where(~study),
            item=[t[3] for t in entries],
        )


def is_dictionary(path: Path) -> bool:
    """Whether a file describes the tables of a system."""
    if path.suffix.lower() in _WORKBOOKS:
        return set(open_spreadsheet(path, RawDataError).names) >= _ALS
    if path.suffix.lower() not in _TABLES:
        return False
    head = {normal(name) for name in _table(path).columns}
    return any(names <= head for names in (_METADATA, _STRUCTURE, _OPTIONS))


def read_dictionaries(paths: Iterable[Path]) -> Dictionary:
    """What all these files tell, as one."""
    whole = Dictionary()
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    by_field: dict[tuple[str, str], str] = {}
    for path in paths:
        if path.suffix.lower() in _WORKBOOKS:
            _read_als(path, whole)
            continue
        table = _table(path)
        head = set(table.columns)
        rows = table.fillna("").to_dict("records")
        if head >= _METADATA:
            for row in rows:
                whole.labels["", row["varname"].lower()] = row["varlabel"]
        elif head >= _STRUCTURE:
            for row in rows:
                name = row["fieldvariablename"] or row["fieldid"]
                place = (
                    row.get("formtype", ""),
                    row["formcollectionname"],
                    row.get("formname", ""),
                )
                whole.fields[row["fieldid"]] = (*place, name)
                whole.labels["", name.lower()] = row.get("fieldlabel", "")
                if row.get("fieldoptiongroup"):
                    by_field["", name.lower()] = row["fieldoptiongroup"]
        else:
            for row in rows:
                groups[row["optiongroupid"]][row["optionvalue"]] = row["optionname"]
    whole.choices |= {key: groups[group] for key, group in by_field.items() if group in groups}
    return whole


def _table(path: Path) -> pd.DataFrame:
    """A table of text with its columns named as names are compared; empty where it is none."""
    shape = shape_of(path)
    try:
        table = read_delimited(path, shape.delimiter, shape.encoding)
    except RawDataError:
        return pd.DataFrame()
    return table.rename(columns=lambda name: normal(str(name)))


def _read_als(path: Path, whole: Dictionary) -> None:
    """Rave's loader: fields by the name of their variable, else their own."""
    book = open_spreadsheet(path, RawDataError)
    forms = _sheet(book.rows("Forms"))
    fields = _sheet(book.rows("Fields"))
    entries: dict[str, dict[str, str]] = defaultdict(dict)
    if "DataDictionaryEntries" in book.names:
        for row in _sheet(book.rows("DataDictionaryEntries")):
            entries[row.get("DataDictionaryName", "")][row.get("CodedData", "")] = row.get(
                "UserDataString", ""
            )
    whole.forms |= {
        row["OID"].lower(): row.get("DraftFormName", "") for row in forms if "OID" in row
    }
    for row in fields:
        name = row.get("VariableOID") or row.get("FieldOID", "")
        key = (row.get("FormOID", "").lower(), name.lower())
        label = row.get("SASLabel") or row.get("PreText") or row.get("DraftFieldName", "")
        whole.labels[key] = " ".join(_TAG.sub(" ", html.unescape(label)).split())
        if row.get("DataDictionaryName"):
            whole.choices[key] = dict(entries[row["DataDictionaryName"]])
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)?", row.get("DataFormat", "")):
            whole.types[key] = TYPES["decimal"]
        if row.get("IsRequired", "").upper() == "TRUE":
            whole.required.add(key)


def _sheet(rows: list[list[object]]) -> list[dict[str, str]]:
    head, *body = rows or [[]]
    names = [str(cell).strip() for cell in head]
    return [
        {name: _cell(cell) for name, cell in zip(names, row, strict=False) if _cell(cell)}
        for row in body
    ]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
