"""From answers to values: the verbs collected, assigned and protocol, where they read a field.

An answer is decoded by its form's choices, then read as a date, a number or a term of a codelist,
as the variable demands. What cannot be read so keeps its text where the variable can hold it, and
is a finding in any case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates import combine_dtc, date_without_time, iso_dtc
from sdtm.raw import TICKED
from specs.distinct import (
    as_plain,
    distinct_values,
    missing,
    on_distinct,
    spread,
    stacked,
    text_where,
    trimmed,
)
from specs.findings import findings
from specs.terminology import coded, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdtm.raw import Field
    from sdtm.records import Records
    from specs.model import Rule, StudyCodelist, Variable

_NO_DATE = "is a time without a date"

MULTIPLE = "MULTIPLE"
"""What stands for several ticked choices, whatever the codelist (SDTMIG 3.4, section 4.2.8.3)."""


class Answers:
    """Reads answers of the records of one dataset, and keeps the findings met on the way."""

    def __init__(self, dataset: str, records: Records) -> None:
        met = records.findings
        self.findings = [met.assign(dataset=dataset)] if len(met) else []
        self._dataset = dataset
        self._records = records

    def text(self, name: str) -> pd.Series:
        """A name as collected: codes undecoded, missing-data codes kept, blank ends removed."""
        column = self._records.column(name)
        if name.startswith("@"):
            return column
        if not self._with_comma(name):
            return on_distinct(trimmed, column)
        read = [
            on_distinct(field.as_read, on_distinct(trimmed, answers))
            for field, answers in self._columns(name, self._everywhere)
        ]
        return _of_rows(read, column.index)

    def misread(self, name: str) -> pd.Series:
        """True where an answer to a name has a point that is not the decimal sign of its source."""
        if not self._with_comma(name):
            return ~self._everywhere
        read = [
            field.misread(on_distinct(trimmed, answers))
            for field, answers in self._columns(name, self._everywhere)
        ]
        points: pd.Series = pd.concat(read).reindex(self._records.index, fill_value=False)
        return points

    @property
    def _everywhere(self) -> pd.Series:
        return pd.Series(data=True, index=self._records.index)

    def _with_comma(self, name: str) -> bool:
        """Whether a source of a name writes its numbers with a decimal comma."""
        fields = self._records.fields.items()
        return any(field.decimal == "," for (bound, _), (_, field) in fields if bound == name)

    def values(
        self, rule: Rule, variable: Variable, codelist: StudyCodelist | None, rows: pd.Series
    ) -> pd.Series:
        """The values of a variable in the given rows (a mask), else NaN.

        They are read from one name, or from a date's and a time's.
        """
        name = rule.sources[0]
        index = self._records.index
        if name.startswith("@"):
            return self._records.column(name)
        columns = [
            self._read(
                name,
                replace(field, choices={}) if rule.read_as == "code" else field,
                column,
                variable,
                codelist,
            )
            for field, column in self._columns(name, rows)
        ]
        values = _of_rows(columns, index) if columns else missing(index)
        if len(rule.sources) == 2 and variable.is_date:
            return self._with_time(as_plain(values), rule.sources[1], rows)
        return values

    def _columns(self, name: str, rows: pd.Series) -> Iterator[tuple[Field, pd.Series]]:
        """The answers to one name, in one column for all blocks whose fields are alike."""
        column, number = self._records.column(name), self._records.column("@block")
        alike: dict[tuple[object, ...], tuple[Field, list[int]]] = {}
        for (bound, block), (_, field) in self._records.fields.items():
            if bound == name:
                key = (
                    field.kind,
                    field.style,
                    field.decimal,
                    field.accepts.kind,
                    tuple(field.choices.items()),
                    tuple(field.missing.items()),
                )
                alike.setdefault(key, (field, []))[1].append(block)
        for field, blocks in alike.values():
            chosen = rows & number.isin(blocks)
            yield field, column if chosen.all() else column[chosen]

    def _read(
        self,
        name: str,
        field: Field,
        column: pd.Series,
        variable: Variable,
        codelist: StudyCodelist | None,
    ) -> pd.Series:
        """The values of a column of answers: each distinct answer is read once."""

        def read(distinct: pd.Series) -> pd.Series:
            answers = field.answered(distinct)
            if variable.is_date:
                dates = iso_dtc(answers, field.style)
                if field.accepts.kind != "date":  # else the reader has told it
                    self._find("CK-RAW-DATE", name, column, answers, dates["problem"])
                alone = dates["dtc"].str.startswith("-----T").fillna(value=False)
                self._find("CK-RAW-TIME", name, column, answers, text_where(alone, _NO_DATE))
                unread = answers.where(dates["problem"].notna())
                return dates["dtc"].fillna(date_without_time(unread, field.style))
            meant, strange = _decoded(field, answers)
            if variable.type == "Num":
                number = field.numbers(meant)
                if field.accepts.kind != "number":
                    problem = text_where(meant.notna() & number.isna(), "is not a number")
                    self._find("CK-RAW-NUMBER", name, column, answers, problem)
                return number
            if codelist is None:
                return field.with_point(meant)
            value, problem = _coded(answers, meant, ~strange, codelist)
            self._find("CK-CT-COLLECTED", name, column, answers, problem)
            return value

        return on_distinct(read, column)

    def _with_time(self, dates: pd.Series, name: str, rows: pd.Series) -> pd.Series:
        times = [on_distinct(field.answered, column) for field, column in self._columns(name, rows)]
        column = _of_rows(times, dates.index) if times else missing(dates.index)
        read = combine_dtc(dates, as_plain(column))
        alone = read["problem"].isna() & dates.isna() & read["dtc"].notna()
        problem = read["problem"].fillna(text_where(alone, _NO_DATE))
        self._add_findings("CK-RAW-TIME", name, column, problem)
        return read["dtc"]

    def _find(
        self,
        rule: str,
        name: str,
        column: pd.Series,
        answers: pd.Series,
        problem: pd.Series,
    ) -> None:
        """Keep a finding for each row of a column whose distinct answer has a problem."""
        if problem.notna().any():
            codes = distinct_values(column)[1]
            of_rows = (spread(values, codes, column.index) for values in (answers, problem))
            self._add_findings(rule, name, *of_rows)

    def _add_findings(self, rule: str, name: str, answers: pd.Series, problem: pd.Series) -> None:
        """Keep a finding for each row with a problem."""
        problem = problem[problem.notna()]
        if problem.empty:
            return
        rows = self._records.contexts(problem.index, name)
        fields = pd.Series(
            [self._records.fields[name, block][1].name for block in rows["@block"]],
            index=rows.index,
            dtype="str",
        )
        forms = pd.Series(
            [self._records.fields[name, block][0] for block in rows["@block"]],
            index=rows.index,
            dtype="str",
        )
        self.findings.append(
            findings(
                severity="error",
                rule=rule,
                dataset=self._dataset,
                form=forms,
                subject=rows["@subject"],
                event=rows["@event"],
                seq=rows["@form_repeat"],
                variable=fields,
                value=answers.loc[problem.index],
                message=problem,
                file=rows["@file"],
                line=rows["@line"],
            )
        )


def _of_rows(columns: list[pd.Series], index: pd.Index) -> pd.Series:
    """Columns of some rows each as one column of all; missing in rows of none."""
    if len(columns) == 1 and len(columns[0]) == len(index):
        return columns[0]
    labels = columns[0].index.append([column.index for column in columns[1:]])
    return stacked(columns).set_axis(labels).reindex(index)


def _decoded(field: Field, answers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """What the answers mean by the form's choices, and where they are none of them.

    The reader has told those.
    """
    if not field.choices:
        return answers, pd.Series(data=False, index=answers.index)
    meant = answers.map(dict(field.choices)).astype("str")
    if field.kind == "checkbox":
        several = answers.str.contains(TICKED, regex=False, na=False).astype(bool)
        meant = meant.where(~several, MULTIPLE)
    strange = meant.isna() & answers.notna()
    return meant.where(~strange, answers), strange


def _coded(
    answers: pd.Series, meant: pd.Series, offered: pd.Series, codelist: StudyCodelist
) -> tuple[pd.Series, pd.Series]:
    """The terms by meaning, else by code, and what is wrong with known answers that are no term.

    What is no term stays as collected.
    """
    by_meaning = coded(meant, codelist.codelist, codelist.own)
    problem = pd.Series(index=meant.index, dtype="str")
    if by_meaning["matched"].all():
        return by_meaning["value"], problem
    by_code = coded(answers, codelist.codelist, codelist.own)
    by_code_alone = by_code["matched"] & ~by_meaning["matched"]
    value = by_meaning["value"].where(~by_code_alone, by_code["value"])
    strange = meant.notna() & ~by_meaning["matched"] & ~by_code["matched"] & (meant != MULTIPLE)
    for text in meant[strange & offered].unique():
        near = nearest(text, codelist.codelist)
        hint = f"; nearest are {', '.join(near)}" if near else ""
        problem = problem.mask(
            strange & offered & (meant == text), f"is not a term of codelist {codelist.name}{hint}"
        )
    return value, problem
