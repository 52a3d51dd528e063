"""What is in an export: forms, fields, how full they are, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.table import Table as Grid
from rich.text import Text

from cdisckit.terminal import say
from sdtm.dates import iso_dtc
from sdtm.raw import TICKED, Field, Form
from sdtm.records.collapse import UNDECLARED
from specs.distinct import as_category, distinct_values
from specs.errors import OutputError
from specs.output import new_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from sdtm.raw import RawData

SHOWN = 4
"""How many patterns, examples or codes a cell lists."""

_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[A-Za-z]")
_SHAPE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")

FORM_COLUMNS = ("form", "records", "subjects", "events", "repeats", "fields", "values")
FIELD_COLUMNS = ("form", "field", "label", "kind", "filled", "of", "distinct", "range",
                 "date patterns", "not read in full", "codes not in the dictionary")  # fmt: skip

_BEGIN = "<title>Profile of "

_LOOKED_AT = list(FIELD_COLUMNS[FIELD_COLUMNS.index("range") :])


@dataclass(frozen=True)
class Profile:
    """The tables of a profile: one row per form, per field, per event, and the findings."""

    name: str
    forms: pd.DataFrame
    fields: pd.DataFrame
    events: pd.DataFrame
    findings: pd.DataFrame


def profiled(raw: RawData, name: str) -> Profile:
    """The profile of raw data."""
    counts = raw.counts()
    values = dict(zip(counts["form"], counts["values"], strict=True))
    forms = [
        (
            form.name,
            len(form.frame),
            form.frame["@subject"].nunique(),
            form.frame["@event"].nunique(),
            _repeats(form),
            len(form.fields),
            values[form.name],
        )
        for form in raw.forms.values()
    ]
    fields = [_field(form, field) for form in raw.forms.values() for field in form.fields.values()]
    return Profile(
        name,
        pd.DataFrame(forms, columns=list(FORM_COLUMNS)),
        pd.DataFrame(fields, columns=list(FIELD_COLUMNS)),
        _events(raw),
        raw.findings,
    )


def _repeats(form: Form) -> str:
    """What repeats in a form: the events, the form, the item group."""
    kinds = ("event_repeat", "form_repeat", "group_repeat")
    return ", ".join(k.removesuffix("_repeat") for k in kinds if form.frame[f"@{k}"].notna().any())


def _events(raw: RawData) -> pd.DataFrame:
    """For each event and form how many records, and of how many subjects."""
    frames = []
    for form in raw.forms.values():
        event, subject = (as_category(form.frame[f"@{role}"]) for role in ("event", "subject"))
        pairs = pd.DataFrame({"event": event.cat.codes, "subject": subject.cat.codes})
        records = pairs.groupby("event").size()
        subjects = pairs.drop_duplicates().groupby("event").size()
        names = pd.Series([*event.cat.categories, None], dtype="str")
        of_form = pd.DataFrame({"records": records, "subjects": subjects}).reset_index()
        of_form["event"] = names.take(of_form["event"].to_numpy()).to_numpy()
        frames.append(of_form.assign(form=form.name))
    columns = ["event", "form", "records", "subjects"]
    if not frames:
        return pd.DataFrame(columns=columns)
    return pd.concat(frames)[columns].sort_values(["event", "form"], ignore_index=True)


def _field(form: Form, field: Field) -> tuple[object, ...]:
    """What stands in a field; each distinct answer is looked at once."""
    values, codes = distinct_values(as_category(form.frame[field.name]))
    rows = np.bincount(codes % max(len(values), 1), minlength=len(values))
    times = pd.Series(rows, index=values.index).groupby(field.answered(values), sort=False).sum()
    answers = pd.Series(times.index, dtype="str")
    weight = times.reset_index(drop=True)
    return (
        form.name,
        field.name,
        field.label,
        field.kind,
        int(weight.sum()),
        len(form.frame),
        len(answers),
        *_numbers_or_dates(field, answers, weight),
        _strange_codes(field, answers, weight),
    )


def _numbers_or_dates(field: Field, answers: pd.Series, weight: pd.Series) -> tuple[str, str, str]:
    """The range, the shapes of dates, and what is not read in full.

    All are "" where most answers are neither numbers nor look like dates.
    """
    if field.choices or answers.empty:
        return "", "", ""
    numbers = field.numbers(answers)
    if _share(numbers.notna(), weight) > 0.5:
        order = answers[numbers.sort_values().dropna().index]
        lost = numbers.isna()
        return _ends(order), "", _listed("no number", answers[lost], weight[lost])
    parsed = iso_dtc(answers, field.style)
    dates, problem = parsed["dtc"], parsed["problem"]
    either = problem.str.contains(UNDECLARED, regex=False, na=False).astype("bool")
    shaped = answers.str.fullmatch(_SHAPE).astype("bool")
    if field.kind != "date" and _share(dates.notna() | either | shaped, weight) <= 0.5:
        return "", "", ""
    partial = dates.notna() & ~dates.str.match(_FULL_DAY, na=False).astype("bool")
    lost = problem.notna() & ~either
    unclear = [
        f"{weight[partial].sum()} partial" if partial.any() else "",
        f"{weight[either].sum()} ambiguous (declare dates)" if either.any() else "",
        _listed("unreadable", answers[lost], weight[lost]),
    ]
    shapes = answers.str.replace(_DIGIT, "9", regex=True).str.replace(_LETTER, "A", regex=True)
    ends = _ends(dates.dropna().sort_values())
    return ends, _counted(shapes, weight), ", ".join(filter(None, unclear))


def _share(where: pd.Series, weight: pd.Series) -> float:
    """How much of all answers those are."""
    return float(weight[where].sum() / weight.sum())


def _ends(ordered: pd.Series) -> str:
    """The first and the last of ordered values: `1 to 9`; one alone where they are the same."""
    return " to ".join(dict.fromkeys([*ordered.iloc[:1], *ordered.iloc[-1:]]))


def _listed(what: str, values: pd.Series, weight: pd.Series) -> str:
    """How many there are of a kind, and what: `2 unreadable: 31/02/2024 (2)`; "" for none."""
    return f"{weight.sum()} {what}: {_counted(values, weight)}" if len(values) else ""


def _strange_codes(field: Field, answers: pd.Series, weight: pd.Series) -> str:
    if not field.choices:
        return ""
    codes = answers.str.split(TICKED).explode() if field.kind == "checkbox" else answers
    strange = codes[~codes.isin([*field.choices, *field.missing])]
    return _counted(strange, weight.loc[strange.index])


def _counted(values: pd.Series, weight: pd.Series) -> str:
    """The commonest values with their number."""
    times = pd.Series(weight.to_numpy()).groupby(values.to_numpy(), sort=False).sum()
    counts = times.sort_values(ascending=False, kind="stable")
    shown = [f"{value} ({number})" for value, number in counts.head(SHOWN).items()]
    more = len(counts) - SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def print_profile(profile: Profile, console: Console) -> None:
    """The forms, and the fields that need a look, as tables in the terminal."""
    console.print(Text(profile.name, style="bold"))
    console.print(_grid("Forms", profile.forms))
    fields = profile.fields
    fields = fields[(fields[_LOOKED_AT] != "").any(axis=1)]
    rate = (
        (100 * fields["filled"] / fields["of"].where(fields["of"] > 0))
        .round()
        .fillna(0)
        .astype(int)
    )
    fields = fields.assign(filled=rate.astype(str) + " %").drop(
        columns=["label", "kind", "of", "distinct"]
    )
    console.print(_grid("Fields with numbers, dates or codes", fields))
    counts = profile.findings.groupby(["severity", "rule"]).size().rename("count").reset_index()
    if len(counts):
        console.print(_grid("Findings", counts))
    unread = profile.findings[profile.findings["rule"] == "CK-RAW-UNREAD"]
    for name, why in zip(unread["file"], unread["message"], strict=True):
        say(console, f"{name} {why}")


def _grid(title: str, frame: pd.DataFrame) -> Grid:
    grid = Grid(title=title, title_justify="left")
    for name in frame.columns:
        number = pd.api.types.is_numeric_dtype(frame[name])
        grid.add_column(str(name), justify="right" if number else "left")
    for row in frame.itertuples(index=False):
        grid.add_row(*(Text(_shown(value)) for value in row))
    return grid


def _shown(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def page_of(raw: Path) -> Path:
    """Where the page of an export or a study stands unless told: beside it, named after it."""
    whole = raw.resolve()
    return whole.parent / f"{whole.stem if whole.is_file() else whole.name}-profile.html"


def check_page(path: Path) -> None:
    """OutputError when a file is there that is no profile, and may be anything of the user's."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        if _BEGIN.encode() in file.read(1000):
            return
    raise OutputError(
        "is there already, and is not a profile of cdisckit",
        where=str(path),
        remedy="name another file with --out, or move it",
    )


def write_profile(profile: Profile, path: Path) -> None:
    """One page of HTML that needs nothing beside it."""
    sections = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        f"{_BEGIN}{escape(profile.name)}</title>", f"<style>{_STYLE}</style></head>",
        f"<body><h1>Profile of {escape(profile.name)}</h1>",
        *_section("Forms", profile.forms),
        *_section("Events", profile.events),
        *_section("Fields", profile.fields, bar=("filled", "of")),
        *_section("Findings", profile.findings.dropna(axis=1, how="all")),
        "</body></html>\n",
    ]  # fmt: skip
    check_page(path)
    with new_file(path) as partial:
        partial.write_text("\n".join(sections), encoding="utf-8")


_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#222}"
    "table{border-collapse:collapse;margin-bottom:2rem}"
    "th,td{border-bottom:1px solid #ddd;padding:.2rem .7rem;text-align:left;vertical-align:top}"
    "th{position:sticky;top:0;background:#fff}td.number{text-align:right}"
    "td:last-child{max-width:40rem}meter{width:5rem}"
)


def _section(title: str, frame: pd.DataFrame, bar: tuple[str, str] | None = None) -> Iterable[str]:
    """The lines of HTML of a table, numbers to the right, one column with a bar."""
    if frame.empty:
        return
    yield f"<h2>{title}</h2><table><thead><tr>"
    yield "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    yield "</tr></thead><tbody>"
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    for row in frame.itertuples(index=False):
        record = dict(zip(frame.columns, row, strict=True))
        cells = []
        for (name, value), number in zip(record.items(), numeric, strict=True):
            text = escape(_shown(value))
            if bar and name == bar[0] and record[bar[1]]:
                text += f' <meter max="{record[bar[1]]}" value="{value}"></meter>'
            cells.append(f'<td class="number">{text}</td>' if number else f"<td>{text}</td>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"
