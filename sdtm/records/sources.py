"""What records are made of when they are not collected: tables of the study, other datasets.

Both are read as forms are, so that a rule does not know the difference.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from engine.values import as_text
from sdtm.raw import CONTEXT, Field, Form
from specs.distinct import as_category, as_plain, on_distinct, trimmed
from specs.errors import SpecError, did_you_mean
from specs.tables import no_trace
from specs.where import all_hold, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Study
    from specs.where import Condition


TABLE = "@"
"""What the name of a study's table begins with where a form could be named."""


def table_form(name: str, study: Study, place: str) -> Form:
    """A table of study.yaml (`@visits`) as a form: one record per row, nobody's."""
    rows = study.tables.get(name.removeprefix(TABLE))
    if rows is None:
        raise SpecError(
            f"study.yaml has no table {name.removeprefix(TABLE)}",
            where=place,
            remedy=did_you_mean(name.removeprefix(TABLE), study.tables),
        )
    columns = list(rows[0]) if rows else []
    frame = pd.DataFrame(
        {
            column: pd.Series(
                [None if row[column] is None else str(row[column]) for row in rows], dtype="str"
            )
            for column in columns
        }
    )
    frame = frame.reindex(columns=[*CONTEXT, *columns]).astype(dict.fromkeys(CONTEXT, "str"))
    frame["@line"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return Form(name, frame, {column: Field(column) for column in columns})


def dataset_form(name: str, context: pd.DataFrame, values: Mapping[str, pd.Series]) -> Form:
    """The variables made so far of another dataset as a form, with the context of its records."""
    texts = {variable: as_text(as_plain(column)) for variable, column in values.items()}
    frame = pd.concat([context[list(CONTEXT)], pd.DataFrame(texts, index=context.index)], axis=1)
    return Form(name, frame, {variable: Field(variable) for variable in texts})


def traced_through(rows: pd.DataFrame, owner: pd.DataFrame) -> pd.DataFrame:
    """A trace to records of another dataset, replaced by what those records come from."""
    met = rows.merge(owner, left_on="record", right_on="row", suffixes=("", "_of"))
    traced = pd.DataFrame(
        {"row": met["row"], "source": met["source_of"], "record": met["record_of"]}
    )
    return traced.drop_duplicates(ignore_index=True) if len(traced) else no_trace()


def met(
    conditions: Iterable[Condition], form: Form, bind: Mapping[str, str] = MappingProxyType({})
) -> pd.Series:
    """The records of a form that meet conditions on its fields, or on names bound to them.

    A code that stands for no answer is missing, unless a condition names it. Shape: Series of bool
    on the index of the form's frame.
    """
    names = {name: bind.get(name, name) for name in variables_of(conditions)}
    texts = {name: form.texts(field) for name, field in names.items()}
    unanswered = {n: form.fields[f].unanswered for n, f in names.items() if f in form.fields}
    return all_hold(conditions, pd.DataFrame(texts, index=form.frame.index), unanswered)


def answered_keys(form: Form, records: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """What records agree in, by the names of columns: texts without blanks at their ends, and
    without what stands for no answer.
    """
    return pd.DataFrame({name: answered(form, name, records) for name in names}, records.index)


def answered(form: Form, name: str, records: pd.DataFrame) -> pd.Series:
    """A column of some records of a form, without what stands for no answer."""
    column = records[name]
    if name in form.fields:
        column = on_distinct(form.fields[name].answered, as_category(column))
    elif isinstance(column.dtype, pd.CategoricalDtype):
        column = on_distinct(trimmed, column)
    return as_plain(column)
