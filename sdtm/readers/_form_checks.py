"""What was read, held against what the form offers: choices, types, limits, planned events, status.

Each answer is looked at when it is read, whether a rule uses its field or not, so that no rule can
hide what the form did not offer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sdtm.dates import iso_dtc
from sdtm.raw import TICKED, findings_on
from sdtm.readers._redcap_branching import shown
from specs.distinct import as_plain, distinct_values, on_distinct, spread, text_where, trimmed
from specs.findings import findings
from specs.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from sdtm.accepted import Limit
    from sdtm.raw import Field, Form, RawData

UNFINISHED = ("Incomplete", "Unverified", "Without status")
"""The statuses of a form that say that its record may still change."""

_SHOWN = 8


def accounted(raw: RawData) -> Iterator[pd.DataFrame]:
    """What is wrong with the answers of each form, where it was saved, and how far it is."""
    for form in raw.forms.values():
        yield from _unplanned(form)
        yield from _unfinished(form)
        yield from _shown(form)
        for name, field in form.fields.items():
            yield from _answered(form, name, field)


def _shown(form: Form) -> Iterator[pd.DataFrame]:
    """Fields that a record must have and has not, and those it has though the form hides them."""
    fields = {n: f for n, f in form.fields.items() if n in form.frame}
    logic = {f.shown_if: shown(f.shown_if, form) for f in fields.values() if f.shown_if}
    logic[""] = pd.Series(data=True, index=form.frame.index)
    untold = [name for name, field in fields.items() if logic[field.shown_if] is None]
    for name, field in fields.items():
        visible = logic[field.shown_if]
        if visible is None or not (field.required or field.shown_if):
            continue
        column = form.frame[name]
        blank = on_distinct(trimmed, column).isna()
        answered = on_distinct(field.answered, column).notna()
        for rule, rows, message in (
            ("CK-RAW-REQUIRED", blank & visible & field.required,
             "is blank, and the form requires an answer"),
            ("CK-RAW-HIDDEN", answered & ~visible,
             f"has an answer, and the form shows the field only if {field.shown_if}"),
        ):  # fmt: skip
            records = form.frame.index[rows]
            if len(records):
                yield findings_on(
                    form,
                    records,
                    severity="warning",
                    rule=rule,
                    variable=name,
                    value=as_plain(column[records]),
                    message=message,
                )
    if untold:
        yield findings(
            severity="notice",
            rule="CK-RAW-UNCHECKED",
            form=form.name,
            value=", ".join(untold[:_SHOWN]) + (" ..." if len(untold) > _SHOWN else ""),
            message="the branching logic of the fields reaches beyond their form, so it was not"
            " checked which records show them",
        )


def _unplanned(form: Form) -> Iterator[pd.DataFrame]:
    if form.events is None:
        return
    event = as_plain(form.frame["@event"])
    rows = form.frame.index[event.notna() & ~event.isin(list(form.events))]
    if len(rows):
        yield findings_on(
            form,
            rows,
            severity="warning",
            rule="CK-RAW-EVENT-FORM",
            value=event[rows],
            message=f"the form {form.name} is not planned at this event",
        )


def _unfinished(form: Form) -> Iterator[pd.DataFrame]:
    status = as_plain(form.frame["@status"])
    rows = form.frame.index[status.isin(UNFINISHED)]
    if len(rows):
        yield findings_on(
            form,
            rows,
            severity="notice",
            rule="CK-RAW-STATUS",
            value=status[rows],
            message="the form is not marked as complete, so its answers may still change",
        )


def _answered(form: Form, name: str, field: Field) -> Iterator[pd.DataFrame]:
    """The findings of one field: each distinct answer is looked at once."""
    accepts = field.accepts
    declared = accepts.pattern or accepts.limits or accepts.unknown
    if not (field.choices or declared or (field.decimal == "," and name not in form.identity)):
        return
    column = form.frame[name]
    distinct, codes = distinct_values(column)
    answers = field.answered(distinct)
    for severity, rule, problem in _problems(field, answers):
        if isinstance(problem, str):
            yield findings(
                severity=severity, rule=rule, form=form.name, variable=name, message=problem
            )
            continue
        of_rows = as_plain(spread(problem, codes, column.index))
        rows = of_rows.index[of_rows.notna()]
        if len(rows):
            yield findings_on(
                form,
                rows,
                severity=severity,
                rule=rule,
                variable=name,
                value=as_plain(column[rows]),
                message=of_rows[rows],
            )


def _problems(field: Field, answers: pd.Series) -> Iterator[tuple[str, str, pd.Series | str]]:
    """What is wrong with distinct answers: severity, rule, and a sentence for each or for all."""
    if field.choices:
        yield "error", "CK-RAW-CODE", _not_offered(field, answers)
        return
    accepts = field.accepts
    if accepts.unknown and answers.notna().any():
        message = f"the type {accepts.unknown} is not known here; the answers were not checked"
        yield "notice", "CK-RAW-UNCHECKED", message
    written = answers
    if accepts.kind == "date":
        read = iso_dtc(answers, field.style)
        yield "error", "CK-RAW-DATE", read["problem"]
        answers = answers.where(read["problem"].isna())
        written = answers.str.replace(" ", "T", n=1) if accepts.as_written else read["dtc"]
        written = written.where(read["problem"].isna())
    elif accepts.kind == "number":
        written = field.as_read(answers)
    elif accepts.kind == "text" and field.decimal == ",":
        problem = text_where(
            field.misread(answers), "has a point, where the decimal sign of its source is a comma"
        )
        yield "error", "CK-RAW-DECIMAL", problem
    fits = written.str.fullmatch(accepts.pattern or ".*", flags=re.DOTALL).fillna(value=False)
    fits = fits.astype(bool)
    problem = text_where(answers.notna() & ~fits, f"is not {accepts.words}, as the form demands")
    yield "error", "CK-RAW-TYPE", problem
    values = written.where(fits)
    for limit in accepts.limits:
        yield _beyond(limit, values, accepts.kind)


def _not_offered(field: Field, answers: pd.Series) -> pd.Series:
    """Where an answer, or one of several ticked, is none of the choices."""
    offered = {*field.choices, *field.missing}
    strange = answers.notna() & ~answers.isin(list(offered))
    if field.kind == "checkbox":
        strange &= np.array(
            [not set(str(a).split(TICKED)) <= offered for a in answers], dtype="bool"
        )
    more = len(field.choices) - _SHOWN
    choices = ", ".join(list(field.choices)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return text_where(strange, f"is not a choice of the form ({choices})")


def _beyond(limit: Limit, values: pd.Series, kind: str) -> tuple[str, str, pd.Series | str]:
    """Where values do not keep a limit, or why that cannot be said."""
    bounds = [_comparable(text, kind) for text in limit.values]
    ordered = limit.comparator in ("LT", "LE", "GT", "GE")
    if not bounds or None in bounds or (ordered and kind == "text"):
        message = f"the limit '{limit}' cannot be read, so the answers were not held against it"
        return "notice", "CK-RAW-UNCHECKED", message
    lost = [not _keeps(value, limit.comparator, bounds)
            for value in values.dropna().map(lambda text: _comparable(text, kind))]  # fmt: skip
    beyond = pd.Series(lost, index=values.dropna().index, dtype="bool")
    beyond = beyond.reindex(values.index, fill_value=False)
    problem = text_where(beyond, f"is not {limit}, as the form demands")
    return "error" if limit.hard else "warning", "CK-RAW-RANGE", problem


def _comparable(text: str, kind: str) -> Fraction | str | None:
    """A value as it is compared: a number by its amount, a date or time by its ISO 8601 text."""
    if kind == "number":
        return read_number(text.replace(",", "."))
    if kind in ("date", "time"):
        text = text.strip().replace(" ", "T", 1)
        return text if text[:1].isdigit() else None
    return text


def _keeps(value: Any, comparator: str, bounds: list[Any]) -> bool:
    if value is None:
        return True
    match comparator:
        case "LT":
            return bool(value < bounds[0])
        case "LE":
            return bool(value <= bounds[0])
        case "GT":
            return bool(value > bounds[0])
        case "GE":
            return bool(value >= bounds[0])
        case "EQ" | "IN":
            return value in bounds
        case _:
            return value not in bounds
