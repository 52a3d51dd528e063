"""From answers to values: the verbs collected, assigned and protocol, where they read a field.

An answer is decoded by its form's choices, then read as a date, a number or a term of a codelist,
as the variable demands. What cannot be read so keeps its text where the variable can hold it, and
is a finding in any case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates import combine_dtc, iso_dtc
from sdtm.raw import TICKED
from specs.findings import findings
from specs.terminology import coded, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdtm.raw import Field
    from sdtm.records import Records
    from specs.model import Rule, StudyCodelist, Variable

MULTIPLE = "MULTIPLE"
"""What stands for several ticked choices, whatever the codelist (SDTMIG 3.4, section 4.2.8.3)."""


class Answers:
    """Reads answers of the records of one dataset, and keeps the findings met on the way."""

    def __init__(self, dataset: str, records: Records) -> None:
        self.findings: list[pd.DataFrame] = []
        self._dataset = dataset
        self._records = records

    def text(self, name: str) -> pd.Series:
        """A name as collected: codes undecoded, missing-data codes kept, blank ends removed."""
        column = self._records.frame[name]
        if name.startswith("@"):
            return column
        trimmed = column.str.strip()
        return trimmed.where(trimmed != "")

    def values(
        self, rule: Rule, variable: Variable, codelist: StudyCodelist | None, rows: pd.Series
    ) -> pd.Series:
        """The values of a variable in the given rows (a mask), else NaN.

        They are read from one name, or from a date's and a time's.
        """
        name = rule.sources[0]
        if name.startswith("@"):
            return self._records.frame[name]
        parts = [
            self._read(
                name,
                replace(field, choices={}) if rule.read_as == "code" else field,
                column,
                variable,
                codelist,
            )
            for field, column in self._columns(name, rows)
        ]
        values = pd.concat(parts) if parts else pd.Series(dtype="str")
        values = values.reindex(self._records.frame.index)
        if len(rule.sources) == 2 and variable.is_date:
            return self._with_time(values, rule.sources[1], rows)
        return values

    def _columns(self, name: str, rows: pd.Series) -> Iterator[tuple[Field, pd.Series]]:
        """The answers to one name, in one column for all blocks whose fields are alike."""
        frame = self._records.frame
        alike: dict[tuple[object, ...], tuple[Field, list[int]]] = {}
        for (bound, block), (_, field) in self._records.fields.items():
            if bound == name:
                key = (
                    field.kind,
                    field.style,
                    tuple(field.choices.items()),
                    tuple(field.missing.items()),
                )
                alike.setdefault(key, (field, []))[1].append(block)
        for field, blocks in alike.values():
            column = frame.loc[rows & frame["@block"].isin(blocks), name]
            yield field, column

    def _read(
        self,
        name: str,
        field: Field,
        column: pd.Series,
        variable: Variable,
        codelist: StudyCodelist | None,
    ) -> pd.Series:
        answers = field.answered(column)
        if variable.is_date:
            read = iso_dtc(answers, field.style)
            self._find("CK-RAW-DATE", name, answers, read["problem"])
            return read["dtc"]
        meant, known = self._decoded(name, field, answers)
        if variable.type == "Num":
            number = field.numbers(meant)
            problem = _sentence(meant.notna() & number.isna(), "is not a number")
            self._find("CK-RAW-NUMBER", name, answers, problem)
            return number
        if codelist is None:
            return meant
        return self._coded(name, answers, meant, known, codelist)

    def _decoded(self, name: str, field: Field, answers: pd.Series) -> tuple[pd.Series, pd.Series]:
        """What the answers mean by the form's choices, and which of them are choices."""
        if not field.choices:
            return answers, answers.notna()
        meant = answers.map(dict(field.choices)).astype("str")
        if field.kind == "checkbox":
            several = answers.str.contains(TICKED, regex=False, na=False).astype(bool)
            meant = meant.where(~several, MULTIPLE)
        strange = meant.isna() & answers.notna()
        if not strange.any():
            return meant, ~strange
        choices = ", ".join(list(field.choices)[:8])
        problem = _sentence(strange, f"is no choice of the form ({choices})")
        self._find("CK-RAW-CODE", name, answers, problem)
        return meant.where(~strange, answers), ~strange

    def _coded(
        self,
        name: str,
        answers: pd.Series,
        meant: pd.Series,
        known: pd.Series,
        codelist: StudyCodelist,
    ) -> pd.Series:
        """The terms by meaning, else by code; what is no term stays as collected."""
        by_meaning = coded(meant, codelist.codelist, codelist.own)
        if by_meaning["matched"].all():
            return by_meaning["value"]
        by_code = coded(answers, codelist.codelist, codelist.own)
        by_code_alone = by_code["matched"] & ~by_meaning["matched"]
        value = by_meaning["value"].where(~by_code_alone, by_code["value"])
        strange = meant.notna() & ~by_meaning["matched"] & ~by_code["matched"] & (meant != MULTIPLE)
        problem = pd.Series(index=meant.index, dtype="str")
        for text in meant[strange & known].unique():
            near = nearest(text, codelist.codelist)
            hint = f"; nearest are {', '.join(near)}" if near else ""
            problem = problem.mask(
                strange & known & (meant == text), f"is no term of codelist {codelist.name}{hint}"
            )
        self._find("CK-CT-COLLECTED", name, answers, problem)
        return value

    def _with_time(self, dates: pd.Series, name: str, rows: pd.Series) -> pd.Series:
        times = pd.Series(index=dates.index, dtype="str")
        for field, column in self._columns(name, rows):
            answers = field.answered(column)
            times.loc[answers.index] = answers
        read = combine_dtc(dates, times)
        self._find("CK-RAW-TIME", name, times, read["problem"])
        return read["dtc"]

    def _find(self, rule: str, name: str, answers: pd.Series, problem: pd.Series) -> None:
        """Keep a finding for each row with a problem."""
        problem = problem[problem.notna()]
        if problem.empty:
            return
        rows = self._records.frame.loc[problem.index]
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
                seq=rows["@form_repeat"],
                variable=fields,
                value=answers.loc[problem.index],
                message=problem,
                file=rows["@file"],
                line=rows["@line"],
            )
        )


def _sentence(wrong: pd.Series, text: str) -> pd.Series:
    """The text where something is wrong, else missing."""
    return pd.Series(index=wrong.index, dtype="str").mask(wrong, text)
