"""Tables of a system that have no row for each record: brought into a row for each value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.readers._cells import CELLS
from sdtm.readers._systems import normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdtm.readers._systems import Layout

_NEW = re.compile(
    r"(?P<item>.+?)_E(?P<event>[0-9]+)(?:_(?P<event_repeat>[0-9]+))?"
    r"(?:_C(?P<form>[0-9]+)(?:_(?P<group_repeat>[0-9]+))?)?_?"
)
_OLD = re.compile(
    r"(?P<item>.+?)_(?P<event>[A-Z\[]{1,2})(?P<form>[0-9]*)(?:_(?P<event_repeat>[0-9]+))?"
    r"(?:_(?P<group>.+?)_(?P<group_repeat>[0-9]+))?"
)
_MARK = re.compile(r"[EC][0-9]+")
_VERSION = re.compile(r"\s*-?\s*\bv?[0-9]+(?:\.[0-9]+)*$", flags=re.IGNORECASE)

SUBJECT, EVENT = "SubjectData", "StudyEventData"
"""The forms of what OpenClinica writes beside the answers, as its ODM has them."""


def of_items(data: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The values of a table with a row for each item; groups that repeat are forms of their own."""
    column = {normal(str(name)): str(name) for name in data.columns}

    def first(names: tuple[str, ...]) -> pd.Series:
        named = next((column[name] for name in names if name in column), "")
        return data[named] if named else pd.Series(index=data.index, dtype="str")

    form, group, repeat = first(layout.form), first(layout.group), first(layout.group_repeat)
    several = group[repeat.notna() & (repeat != "1")].unique()
    repeats = group.isin(list(several)) & group.notna()
    value = data[column[layout.value]]
    if layout.code in column:
        code = data[column[layout.code]]
        value = code.fillna(value)
    cells = pd.DataFrame(
        {
            "form": form.where(~repeats, form + "." + group),
            "subject": first(layout.subject),
            "event": first(layout.event),
            "event_repeat": first(layout.event_repeat),
            "form_repeat": first(layout.form_repeat),
            "group_repeat": repeat.where(repeats),
            "item": data[column[layout.item]],
            "text": value,
            "line": data["@line"],
        }
    )
    keys = [name for name in CELLS if name not in ("item", "text", "line")]
    beside = [
        cells.loc[~cells.duplicated(keys)].assign(item=column[name], text=data[column[name]])
        for name in layout.answers
        if name in column
    ]
    return pd.concat([*beside, cells]).sort_values("line", kind="stable")


def of_openclinica(data: pd.DataFrame, subject: str, preamble: Mapping[str, str]) -> pd.DataFrame:
    """The values of a table with a row for each subject and a column for each item of a visit.

    `Item_E1_C2` is an item of the first event and second form, as the lines above the head number
    them; versions of a form have numbers of their own and are one form.
    """
    frames = []
    for name in map(str, data.columns.drop("@line")):
        if name == subject:
            continue
        match = _NEW.fullmatch(name.strip()) or _OLD.fullmatch(name.strip())
        groups = {k: v for k, v in (match.groupdict() if match else {}).items() if v}
        event = _named(groups.get("event", ""), "E", preamble)
        form = EVENT if event else SUBJECT
        if groups.get("form"):
            numbered = groups.get("event", "").isdigit()
            form = _named(groups["form"], "C", preamble) if numbered else event + groups["form"]
        repeats = "group_repeat" in groups
        group = groups.get("group", "")
        frames.append(
            pd.DataFrame(
                {
                    "form": form + (f".{group or 'repeats'}" if repeats else ""),
                    "subject": data[subject],
                    "event": event or None,
                    "event_repeat": groups.get("event_repeat"),
                    "form_repeat": None,
                    "group_repeat": groups.get("group_repeat"),
                    "item": groups.get("item", name.strip()),
                    "text": data[name],
                    "line": data["@line"],
                }
            )
        )
    cells = pd.concat(frames)
    keys = ["form", "subject", "event", "event_repeat", "group_repeat"]
    filled = cells.groupby(keys, dropna=False)["text"].transform("count") > 0
    kept = cells[filled].sort_values("text", key=pd.isna, kind="stable")
    again = kept["text"].isna() & kept.duplicated([*keys, "item"])  # of another version
    return kept[~again].sort_index(kind="stable").sort_values(["line", "form"], kind="stable")


def _named(number: str, kind: str, preamble: Mapping[str, str]) -> str:
    """The event or form of a number or letter; without its version, so that versions are one."""
    if not number:
        return ""
    name = preamble.get(f"{kind}{number}", f"{kind}{number}" if number.isdigit() else number)
    return _VERSION.sub("", name) if kind == "C" and f"{kind}{number}" in preamble else name


def preamble_of(lines: list[str]) -> dict[str, str]:
    """What the lines above the head of OpenClinica's table name: `E1`, `C2`."""
    marks: dict[str, str] = {}
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if len(cells) >= 2 and _MARK.fullmatch(cells[-1]):
            marks.setdefault(cells[-1], cells[-2])
    return marks


def of_openedc(data: pd.DataFrame, paths: list[str], columns: tuple[str, str]) -> pd.DataFrame:
    """The values of a table with a row for each subject and repeat, items by their path.

    A path is event, form, item group and item, as the line above the head has them.
    """
    subject, repeat = columns
    frames = []
    for name, path in zip(map(str, data.columns.drop("@line")), paths, strict=False):
        steps = path.split("-")
        if len(steps) < 3:
            continue
        frames.append(
            pd.DataFrame(
                {
                    "form": steps[1],
                    "subject": data[subject],
                    "event": steps[0],
                    "event_repeat": data[repeat],
                    "form_repeat": None,
                    "group_repeat": None,
                    "item": name,
                    "text": data[name],
                    "line": data["@line"],
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(CELLS))
    cells = pd.concat(frames)
    keys = ["form", "subject", "event", "event_repeat"]
    filled = cells.groupby(keys, dropna=False)["text"].transform("count") > 0
    return cells[filled].sort_values(["line", "form"], kind="stable")
