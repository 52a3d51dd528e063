"""The rules of a variable run over the records of a dataset: the first that gives a value counts.

A rule is for the records that meet its `when`. A function sees all of these, so that it may look
beside a record; what it gives, and what it finds wrong, counts where no earlier rule gave a value.
How a source resolves is told by the dataset in the making, of SDTM or of ADaM.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.account import Account
from engine.calls import outcome_of
from engine.values import combined, no_values, typed
from specs.choices import COLUMNS
from specs.distinct import as_plain, spread
from specs.errors import CdisckitError, MappingError, SpecError
from specs.references import split_source
from specs.where import all_hold, clauses_in, variables_of

if TYPE_CHECKING:
    from specs.derivation import Derivation
    from specs.model import Dataset, Rule, Variable
    from specs.where import Condition


class Making(ABC):
    """A dataset in the making, record by record known by the labels of `index`.

    Given a list for `errors`, a variable that cannot be made is left missing and its error added
    there, so that all can be told at once; else the first ends the build.
    """

    def __init__(self, dataset: Dataset, errors: list[CdisckitError] | None = None) -> None:
        self.dataset = dataset
        self.account = Account(dataset.name)
        self.errors = errors
        self._not_made: dict[str, pd.Index] = {}

    @property
    @abstractmethod
    def index(self) -> pd.Index:
        """The labels of the records."""

    @property
    @abstractmethod
    def subjects(self) -> pd.Series:
        """USUBJID of the records."""

    @abstractmethod
    def column(self, name: str, place: str) -> pd.Series:
        """What a condition reads of the records; an error at `place` where it is not there."""

    def shown(self, name: str, column: pd.Series) -> pd.Series:
        """A source of a function as a finding shows it, where it reads something else."""
        return column

    def unanswered(self, name: str) -> frozenset[str]:
        """The texts that stand for no answer in what a condition reads."""
        return frozenset()

    @abstractmethod
    def taken(self, rule: Rule, variable: Variable, rows: pd.Series) -> pd.Series:
        """What a rule without a function reads from its source, in the rows of a mask."""

    @abstractmethod
    def sources(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """The sources of a function, on the labels of the rows of a mask."""

    @abstractmethod
    def many_records(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """The sources of a function of many records, and USUBJID of each of these."""

    @abstractmethod
    def record(self, rule: Rule, label: Any) -> str:
        """A record of the sources of a rule, by its label, as a message names it."""

    def ruled(self, variable: Variable, first: pd.Series | None = None) -> pd.Series:
        """The values of a variable: those given, else of the first rule that gives one."""
        before = no_values(variable, self.index) if first is None else first
        try:
            return self._ruled(variable, before)
        except CdisckitError as error:
            self.go_on(error)
            return before

    def go_on(self, error: CdisckitError) -> None:
        """Keep an error, if all are to be told; else raise it."""
        if self.errors is None:
            raise error
        self.errors.append(error)

    def _ruled(self, variable: Variable, values: pd.Series) -> pd.Series:
        several = len(variable.rules) > 1 or any(rule.when for rule in variable.rules)
        several &= variable not in self.dataset.working
        for number, rule in enumerate(variable.rules, start=1):
            met = self._met(rule.when, rule.place, variable.name)
            rows = met & values.isna()
            new = typed(self._by_rule(rule, variable, met, rows), variable, rule.place)
            values = new if rows.all() else combined(values, rows, new)
            if several:
                self.account.fired(variable.name, number, rows & new.notna())
        return values

    def _met(self, conditions: tuple[Condition, ...], place: str, variable: str) -> pd.Series:
        """True for the records that meet the conditions; a text compared as a number is found."""
        if not conditions:
            return pd.Series(data=True, index=self.index)
        names = variables_of(conditions)
        columns = {name: self.column(name, place) for name in names}
        unanswered = {name: self.unanswered(name) for name in names}
        for clause in clauses_in(conditions):
            name = clause.variable
            unread = clause.without_number(columns[name], unanswered[name])
            if unread.any():
                problem = as_plain(columns[name])[unread].astype("str")
                problem = (
                    f"{name} is " + problem + f", which is not a number, so {clause} does not hold"
                )
                self.account.report("CK-CONDITION", "warning", variable, columns[name], problem)
        try:
            return all_hold(conditions, pd.DataFrame(columns, index=self.index), unanswered)
        except SpecError as error:
            raise SpecError(error.what, where=error.where or place, remedy=error.remedy) from None

    def _by_rule(
        self, rule: Rule, variable: Variable, met: pd.Series, rows: pd.Series
    ) -> pd.Series:
        """What a rule gives, on the index of all records; it counts in `rows`."""
        if rule.derivation is not None:
            values = self._derived(rule, rule.derivation, variable, met, rows)
        elif rule.sources:
            values = self.taken(rule, variable, rows)
        elif rule.constant in (None, ""):
            values = no_values(variable, self.index)
        else:
            one = typed(pd.Series([rule.constant]), variable, rule.place)
            values = spread(one, np.zeros(len(self.index), "int8"), self.index)
        return values if values.index is self.index else values.reindex(self.index)

    def _derived(
        self,
        rule: Rule,
        derivation: Derivation,
        variable: Variable,
        met: pd.Series,
        rows: pd.Series,
    ) -> pd.Series:
        """The values that the function of a rule gives, its findings and choices accounted for."""
        if derivation.scope == "dataset":
            raise MappingError(
                f"{derivation.name} makes records, not the values of a variable",
                where=rule.place,
                remedy="name it under records:",
            )
        record = partial(self.record, rule)
        if derivation.scope == "subject":
            outcome = outcome_of(rule, self.many_records(rule, met), record)
            values, problems = self._of_subjects(outcome.values), outcome.problems
            if problems is not None:
                problems = self._of_subjects(problems)
            source = values
        else:
            columns = self.sources(rule, rows if derivation.scope == "value" else met)
            outcome = outcome_of(rule, columns, record)
            values, problems = outcome.values, outcome.problems
            source = self.shown(rule.sources[0], columns[0]) if columns else values
        if outcome.choices is not None:
            self._account_for(rule, variable, outcome.choices, rows)
        if problems is not None:
            wrong = problems[problems.notna()]
            wrong = wrong[rows[wrong.index]]
            self.account.derived(derivation, variable.name, source, wrong)
            missing = wrong.index[values.reindex(wrong.index).isna()]
            before = self._not_made.get(variable.name, missing)
            self._not_made[variable.name] = before.union(missing)
        return self._certain(values, rule) if derivation.certain else values

    def _certain(self, values: pd.Series, rule: Rule) -> pd.Series:
        """The values where no source is missing for a finding: nothing is made of that."""
        for source in rule.sources:
            lost = self._not_made.get(source)
            if lost is not None and len(lost):
                still = self.column(source, rule.place).loc[lost].isna()
                values = as_plain(values).mask(values.index.isin(lost[still]))
        return values

    def _account_for(
        self, rule: Rule, variable: Variable, choices: pd.DataFrame, rows: pd.Series
    ) -> None:
        """Account for the records among which a rule chose, where its values count."""
        source = self.dataset.name
        if rule.derivation is not None and rule.derivation.scope == "subject":
            source = split_source(rule.sources[0])[0]
            labels = pd.Series(self.index, index=as_plain(self.subjects))[rows.to_numpy()]
            of_rows = choices.merge(labels.rename("label"), left_on="row", right_index=True)
            choices = of_rows.assign(row=of_rows["label"])[list(COLUMNS)]
        self.account.chosen(variable.name, source, choices[rows.loc[choices["row"]].to_numpy()])

    def _of_subjects(self, values: pd.Series) -> pd.Series:
        """Values of subjects for each of their records."""
        return as_plain(values).reindex(as_plain(self.subjects)).set_axis(self.index)
