"""How a file of a table is to be read, by its first rows: its head, its subject, event and dates.

Whatever is taken without being told is a guess, and said so.
"""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sdtm.readers._encoding import DELIMITERS, shape_of
from sdtm.readers._layout import head_of, separator, unnamed
from sdtm.readers.table import KINDS, TableOptions, read_sheet
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOOKED_AT = 60
"""How many rows of a file are looked at."""

SUBJECTS = ("usubjid", "subjid", "subject", "subjectid", "subjectno", "subjno", "subj", "patno",
            "patnum", "patient", "patientid", "patientno", "patid", "ptno", "ptid", "participantid",
            "participant", "recordid", "mnpaid", "subjectkey", "screeningnumber", "screeningno",
            "scrnid", "id")  # fmt: skip
EVENTS = ("event", "visit", "foldername", "folderoid", "instancename", "visitname", "folder",
          "visitid", "visitcode", "timepoint", "visitnum")  # fmt: skip
_NEVER = ("study", "protocol", "project", "domain", "site", "centre", "center", "country",
          "date", "time")  # fmt: skip
_DAY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2[0-9]{4}\b")


class Guess(NamedTuple):
    """What was taken without being told: a role of a form, the column or value, and why."""

    form: str
    role: str
    value: str
    why: str


def first_rows(file: Path) -> tuple[list[list[str]], int, str]:
    """The head of a file and rows below it, the line of the head (0: the first), its delimiter."""
    if KINDS[file.suffix.lower()] != "csv":
        frame = read_sheet(file, TableOptions(file=file.name, subject="?")).frame
        body = frame.head(LOOKED_AT).astype("str").fillna("").to_numpy().tolist()
        return [[str(c) for c in frame.columns], *body], 0, ""
    shape = shape_of(file)
    with file.open(encoding=shape.encoding, errors="replace", newline="") as text:
        lines = [line.removeprefix("\ufeff") for line in islice(text, LOOKED_AT)]
    skipped = 1 if lines and separator(lines[0].encode()) else 0
    rows = {
        sign: _rows(lines[skipped:], sign) for sign in dict.fromkeys((shape.delimiter, *DELIMITERS))
    }
    heads = {sign: head_of([row for _, row in of]) for sign, of in rows.items()}
    width = {sign: len(of[heads[sign]][1]) if of else 0 for sign, of in rows.items()}
    sign = max(rows, key=lambda sign: (width[sign], sign == shape.delimiter))
    of_sign = rows[sign]
    if not of_sign:
        return [], 0, sign
    head = of_sign[heads[sign]][0] + skipped if heads[sign] else 0
    return [row for _, row in of_sign[heads[sign] :]], head, sign


def _rows(lines: Sequence[str], sign: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=sign)
    rows, before = [], 0
    try:
        for row in reader:
            if row:
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error:
        return rows
    return rows


def form_name(file: Path) -> str:
    """The name of a form after its file: in lower case, as a dataset AE is made from a form ae."""
    return file.stem.lower()


def table_of(file: Path) -> tuple[dict[str, Any], list[Guess]]:
    """The options of a table, and the guesses among them; RawDataError where it has no rows."""
    rows, head, _ = first_rows(file)
    if not rows:
        raise RawDataError("is empty", where=file.name, remedy="export the data again")
    columns, body = unnamed(rows[0]), rows[1:]
    form = form_name(file)
    guesses: list[Guess] = []
    options: dict[str, Any] = {"file": file.name}
    if head:
        options["head"] = head
        why = "the lines above have fewer cells than those below"
        guesses.append(Guess(form, "head", str(head), why))
    by_name = {_normal(column): column for column in reversed(columns)}
    values = {
        column: {row[n].strip() for row in body if n < len(row)} - {""}
        for n, column in enumerate(columns)
    }
    subject = next((by_name[n] for n in SUBJECTS if n in by_name), "")
    if subject:
        why = "its name"
    else:
        subject, why = _likeliest(columns, values, len(body))
    options["subject"] = subject
    guesses.append(Guess(form, "subject", subject, why))
    event = next((by_name[n] for n in EVENTS if n in by_name and by_name[n] != subject), "")
    if event:
        options["event"] = event
        guesses.append(Guess(form, "event", event, "its name"))
    order = _order({value for of in values.values() for value in of})
    if order:
        options["dates"] = order
        guesses.append(Guess(form, "dates", order, "the only order in which all dates exist"))
    return options, guesses


def _normal(name: str) -> str:
    return re.sub(r"[\s_.-]", "", name.lower())


def _likeliest(columns: Sequence[str], values: dict[str, set[str]], rows: int) -> tuple[str, str]:
    """The first column that can tell subjects apart, where no name says so; never a constant."""
    possible = [c for c in columns if not any(word in c.lower() for word in _NEVER)] or columns
    varying = [column for column in possible if len(values[column]) > 1 or rows <= 1]
    if varying:
        return varying[0], "the first column that is not the same in all rows; name the subject"
    return possible[0], "no column is known by its name; name the subject"


def _order(values: set[str]) -> str:
    """DMY or MDY where days above 12 show which of them is meant, and none shows the other."""
    days = [match for value in values if (match := _DAY.match(value))]
    first = any(int(day[1]) > 12 for day in days)
    second = any(int(day[3]) > 12 for day in days)
    return "DMY" if first and not second else "MDY" if second and not first else ""
