"""A table of a system with a row for each record: an item and what stands beside it are one field.

The text as entered counts before the value that the system made of it, the code before its
decode; dates that the system completed are never read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from sdtm.raw import TICKED, UNIT, Field, Form, check_reserved, context
from sdtm.readers._systems import normal
from specs.errors import RawDataError
from specs.findings import findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdtm.readers._system_dictionary import Dictionary
    from sdtm.readers._systems import Layout, Part

Placed = TypeVar("Placed", pd.Series, Field)

_MIDNIGHT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]00:00:00(?:\.0+)?")
_NO_PARENT = "No parent"


def wide_form(
    name: str, data: pd.DataFrame, layout: Layout, path: Path, base: Field, dictionary: Dictionary
) -> tuple[Form, list[pd.DataFrame]]:
    """The form of a table, and what was found; RawDataError for a row without its subject."""
    check_reserved((c for c in map(str, data.columns) if c != "@line"), path.name)
    columns = {normal(c): c for c in data.columns if c != "@line"}

    def role(names: tuple[str, ...]) -> pd.Series:
        named = next((columns[n] for n in names if n in columns and data[columns[n]].notna().any()),
                     "")  # fmt: skip
        return data[named] if named else pd.Series(index=data.index, dtype="str")

    subject = role(layout.subject)
    if subject.isna().any():
        line = data["@line"][subject.isna()].iloc[0]
        raise RawDataError(
            "the row has no subject",
            where=f"{path.name} line {line}",
            remedy="the file was cut or edited; export it again",
        )
    event = role(layout.event)
    event = event.where(event != _NO_PARENT)
    form_repeat = role(layout.form_repeat)
    if "repeatingdatacreationdate" in columns or "reportcreationdate" in columns:
        form_repeat = (subject.groupby(subject).cumcount() + 1).astype("str")
    whose = context(
        data.index,
        path.name,
        data["@line"],
        subject=subject,
        event=event,
        event_repeat=_repeats(role(layout.event_repeat), layout),
        form_repeat=_repeats(form_repeat, layout),
        group_repeat=_repeats(role(layout.group_repeat), layout),
    )
    items = [c for n, c in columns.items() if n not in layout.system or n in layout.answers]
    families = dict(_families(items, layout))
    fields: dict[str, Field] = {}
    texts: dict[str, pd.Series] = {}
    units: dict[str, str] = {}
    notices: list[pd.DataFrame] = []
    for item, beside in families.items():
        text, choices = _text(data, item, beside)
        texts[item] = text
        fields[item] = dictionary.field(base, name, item, choices, "")
        notices += _not_conformant(name, data, item, beside, path)
        if "unit" in beside:
            texts[f"{item}{UNIT}"] = data[beside["unit"][0]]
            fields[f"{item}{UNIT}"] = replace(base, name=f"{item}{UNIT}", label=f"Unit of {item}")
            units[item] = f"{item}{UNIT}"
    texts, fields = _ticked(texts, fields)
    frame = pd.concat([whose, pd.DataFrame(texts, index=data.index)], axis=1)
    system = frozenset(c for n, c in columns.items() if n in layout.system and c in fields)
    form = Form(
        name,
        frame,
        MappingProxyType(fields),
        system,
        label=dictionary.form_label(name),
        units=units,
    )
    return form, notices


def _repeats(number: pd.Series, layout: Layout) -> pd.Series:
    """The repeats; counted from 0 the first is none."""
    number = number.str.replace(r"\.0+$", "", regex=True)
    return number.where(number != "0") if layout.zero else number


def _families(items: list[str], layout: Layout) -> Iterator[tuple[str, dict[Part, list[str]]]]:
    """Each item with the columns that stand beside it, by what they have."""
    lower = {item.lower(): item for item in items}
    owned: set[str] = set()
    families: dict[str, dict[Part, list[str]]] = {}
    for item in items:
        beside: dict[Part, list[str]] = {}
        for end, role in layout.parts.items():
            other = lower.get(f"{item}{end}".lower())
            if other is not None and other != item:
                beside.setdefault(role, []).append(other)
                owned.add(other)
        families[item] = beside
    return ((item, columns) for item, columns in families.items() if item not in owned)


def _text(
    data: pd.DataFrame, item: str, beside: dict[Part, list[str]]
) -> tuple[pd.Series, dict[str, str]]:
    """An item's code, else its text as entered, else its value; with it what codes mean."""
    value = data[item]
    if "code" in beside and data[beside["code"][0]].notna().any():
        code = data[beside["code"][0]]
        pairs = pd.DataFrame({"code": code, "value": value}).dropna().drop_duplicates("code")
        return code.fillna(value), dict(pairs.itertuples(index=False, name=None))
    if "raw" in beside:
        return data[beside["raw"][0]].fillna(value), {}
    filled = value.dropna()
    if len(filled) and filled.str.fullmatch(_MIDNIGHT).all():
        return value.str.slice(0, 10), {}
    return value, {}


def _not_conformant(
    form: str, data: pd.DataFrame, item: str, columns: dict[Part, list[str]], path: Path
) -> Iterator[pd.DataFrame]:
    """A notice for texts of which the system made no value, and which are no date in part."""
    if "raw" not in columns:
        return
    raw = data[columns["raw"][0]]
    lost = raw.notna() & data[item].isna()
    for other in columns.get("beside", []):
        lost &= data[other].isna()
    if lost.any():
        rows = data[lost]
        yield findings(
            severity="notice",
            rule="CK-RAW-NONCONFORMANT",
            form=form,
            variable=item,
            value=raw[lost],
            message="did not fit the format of the field when it was entered; the text is read as"
            " it is",
            file=path.name,
            line=rows["@line"],
        )


def _ticked(
    texts: dict[str, pd.Series], fields: dict[str, Field]
) -> tuple[dict[str, pd.Series], dict[str, Field]]:
    """The boxes of one question, `drugs#Aspirin`, as one field with the options that are ticked."""
    boxes: dict[str, list[str]] = {}
    for column in texts:
        question, sign, option = column.partition("#")
        if sign and question and option:
            boxes.setdefault(question, []).append(column)
    for question, columns in boxes.items():
        if question in fields:
            continue
        options = {column: column.partition("#")[2] for column in columns}
        ticked = pd.Series("", index=texts[columns[0]].index, dtype="str")
        for column, option in options.items():
            ticked = ticked.where(texts[column] != "1", ticked + TICKED + option)
        reasons = texts[columns[0]].where(~texts[columns[0]].isin(["0", "1"]))
        answer = ticked.str.removeprefix(TICKED).replace("", None).fillna(reasons)
        field = replace(
            fields[columns[0]],
            name=question,
            label=question,
            kind="checkbox",
            choices=MappingProxyType({option: option for option in options.values()}),
        )
        texts = _placed(texts, columns, question, answer.astype("str"))
        fields = _placed(fields, columns, question, field)
    return texts, fields


def _placed(
    columns_by_role: dict[str, Placed], columns: list[str], name: str, whole: Placed
) -> dict[str, Placed]:
    """The parts with one in the place of the first of several, and without the others."""
    placed: dict[str, Placed] = {}
    for key, column in columns_by_role.items():
        if key == columns[0]:
            placed[name] = whole
        elif key not in columns:
            placed[key] = column
    return placed
