"""One SDTM dataset in the making: its records, then a variable at a time, then the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sdtm.answers import Answers
from sdtm.blocks import RESULT
from sdtm.exact import as_text
from sdtm.ledger import Usage
from sdtm.records import collect_records
from sdtm.sources import dataset_form
from sdtm.values import as_declared, combined, in_rows, typed, values_called
from specs.derivation import Outcome
from specs.distinct import as_category, as_plain, missing, on_distinct, spread
from specs.errors import MappingError, SpecError
from specs.findings import all_findings, findings
from specs.model import Origin
from specs.references import split_source
from specs.tables import Table, sorted_trace, stable_order
from specs.where import all_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdtm.raw import RawData
    from sdtm.records import Records
    from specs.derivation import Derivation
    from specs.model import Dataset, Rule, Study, Variable

RECORDS = "@records"
"""Stands, in the order of the build, for the records of a dataset, before any variable."""

_READ = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)


class Building:
    """A dataset in the making: its records, and the variables made so far."""

    def __init__(self, dataset: Dataset, study: Study, raw: RawData) -> None:
        self.dataset = dataset
        self.variables = {v.name: v for v in (*dataset.variables, *dataset.supplemental)}
        self.records: Records
        self._answers: Answers
        self._study = study
        self._raw = raw
        self._datasets = {d.name for d in study.datasets}
        self._values: dict[str, pd.Series] = {}
        self._found: list[pd.DataFrame] = []

    @property
    def _index(self) -> pd.Index:
        return self.records.index

    def _owners(self, parts: Mapping[str, Building]) -> Mapping[str, Building]:
        """The datasets that records are made of; a form of the same name goes before."""
        named = {block.form for block in self.dataset.blocks} - set(self._raw.forms)
        return {name: parts[name] for name in sorted(named & set(parts))}

    def needs_of_records(self, parts: Mapping[str, Building]) -> Iterator[tuple[str, str]]:
        """The (dataset, variable) that records made of other datasets need."""
        owners = self._owners(parts)
        names = set(self._raw_names()) if owners else set()
        for block in self.dataset.blocks:
            if block.form in owners:
                yield block.form, RECORDS
                read = names | {clause.variable for clause in block.where} | {RESULT}
                fields = {block.bind.get(name, name) for name in read}
                known = owners[block.form].variables
                yield from ((block.form, field) for field in sorted(fields) if field in known)

    def collect(self, parts: Mapping[str, Building]) -> None:
        """Collect the records, before any variable is made."""
        others = {
            name: (
                dataset_form(name, part.context(), part.made_so_far()),
                part.records.trace,
            )
            for name, part in self._owners(parts).items()
        }
        self.records = collect_records(
            self.dataset, self._study, self._raw, self._raw_names(), others
        )
        self._answers = Answers(self.dataset.name, self.records)

    def context(self) -> pd.DataFrame:
        """The context of all records."""
        return self.records.places(self._index)

    def made_so_far(self) -> Mapping[str, pd.Series]:
        """The variables made so far, by name."""
        return self._values

    def _raw_names(self) -> Iterator[str]:
        for variable in self.variables.values():
            for rule in variable.rules:
                for source in rule.sources:
                    if rule.origin in _READ or not self._is_built(source):
                        yield source
                for clause in rule.when:
                    if clause.variable not in self.variables:
                        yield clause.variable

    def _is_built(self, source: str) -> bool:
        owner, _ = split_source(source)
        return source in self.variables or owner in self._datasets

    def needs(self, variable: Variable, parts: Mapping[str, Building]) -> Iterator[tuple[str, str]]:
        """The (dataset, variable) that the rules of a variable read."""
        for rule in variable.rules:
            for clause in rule.when:
                if clause.variable in self.variables:
                    yield self.dataset.name, clause.variable
            if rule.origin in _READ:
                continue
            for source in rule.sources:
                owner, name = split_source(source)
                if source in self.variables:
                    yield self.dataset.name, source
                elif owner in parts:
                    yield owner, name
                    yield owner, "USUBJID"
                    yield self.dataset.name, "USUBJID"
                    for clause in rule.where:
                        yield owner, clause.variable

    def make(self, name: str, parts: Mapping[str, Building]) -> None:
        """Make one variable: what its block assigns, then the first rule that gives a value."""
        variable = self.variables.get(name) or self.dataset.variable(name)
        values = self._assigned_by_block(variable)
        for rule in variable.rules:
            rows = values.isna() & self._when(rule) if rule.when else values.isna()
            made = typed(self._applied(rule, variable, parts, rows), variable, self._index, rule)
            values = made if rows.all() else combined(values, rows, made)
        self._values[name] = values

    def _assigned_by_block(self, variable: Variable) -> pd.Series:
        constants = {
            number: block.assign[variable.name]
            for number, block in enumerate(self.dataset.blocks)
            if variable.name in block.assign
        }
        if constants:
            by_block = [constants.get(number) for number in range(len(self.dataset.blocks))]
            values = as_declared(pd.Series(by_block), variable)
            return spread(values, self.records.column("@block").to_numpy(), self._index)
        if not variable.rules:
            raise SpecError(
                f"{variable.name} has no rule",
                where=variable.place,
                remedy="give it a verb: collected, derived, assigned, protocol or predecessor",
            )
        if variable.type == "Num":
            return pd.Series(index=self._index, dtype="float64")
        return missing(self._index)

    def _when(self, rule: Rule) -> pd.Series:
        columns = {clause.variable: self._column(clause.variable) for clause in rule.when}
        return all_hold(rule.when, pd.DataFrame(columns, index=self._index))

    def _column(self, name: str) -> pd.Series:
        return self._values[name] if name in self._values else self._answers.text(name)

    def _applied(
        self, rule: Rule, variable: Variable, parts: Mapping[str, Building], rows: pd.Series
    ) -> pd.Series | str | int | float:
        if rule.constant is not None:
            return float("nan") if rule.constant == "" else rule.constant
        if rule.derivation is not None:
            return self._derived(rule, variable, parts, rows)
        if rule.origin is Origin.PREDECESSOR:
            return self._of_subject(rule.sources[0], rule, parts)
        codelist = self._study.codelists.get(variable.codelist)
        return self._answers.values(rule, variable, codelist, rows)

    def _derived(
        self, rule: Rule, variable: Variable, parts: Mapping[str, Building], rows: pd.Series
    ) -> pd.Series:
        derivation = rule.derivation
        if derivation is None:
            raise SpecError(f"{variable.name} names no derivation", where=rule.place)
        if derivation.scope == "subject":
            made = self._reduced(rule, derivation, parts)
            if isinstance(made, Outcome):
                self._find(variable.name, derivation, made.problems, as_text(made.values))
            return made.values if isinstance(made, Outcome) else made
        columns = [
            in_rows(rows, self._column(source))
            if source in self.variables or not self._is_built(source)
            else self._looked_up(source, rule, parts)
            if derivation.scope == "lookup"
            else in_rows(rows, self._of_subject(source, rule, parts))
            for source in rule.sources
        ]
        made = values_called(derivation, columns, rule, self._record)
        if isinstance(made, Outcome):
            self._find(variable.name, derivation, made.problems, columns[0])
            made = made.values
        return made if made.index is self._index else made.reindex(self._index)

    def _other(
        self, source: str, rule: Rule, parts: Mapping[str, Building]
    ) -> tuple[str, str, Building]:
        """The dataset that a source is of, the name of its variable there, and its building."""
        owner, name = split_source(source)
        if owner not in parts:
            raise SpecError(
                f"{source}: {owner} is made after the records of {self.dataset.name}",
                where=rule.place,
                remedy="name a variable of a dataset that has records of its own",
            )
        return owner, name, parts[owner]

    def _looked_up(self, source: str, rule: Rule, parts: Mapping[str, Building]) -> pd.Series:
        """A variable of another dataset, for all its records that meet `where`."""
        _, name, other = self._other(source, rule, parts)
        if not rule.where:
            return other.value(name)
        frame = pd.DataFrame({c.variable: other.value(c.variable) for c in rule.where})
        return other.value(name)[all_hold(rule.where, frame)]

    def _of_subject(self, source: str, rule: Rule, parts: Mapping[str, Building]) -> pd.Series:
        """A variable of another dataset with one record per subject, for each own record."""
        owner, name, other = self._other(source, rule, parts)
        values = other.value(name).set_axis(pd.Index(as_plain(other.value("USUBJID"))))
        if values.index.has_duplicates:
            subject = values.index[values.index.duplicated()][0]
            raise MappingError(
                f"{owner} has several records for subject {subject}, so {source} is not one value",
                where=rule.place,
                remedy="use a derivation that takes one of them, such as earliest or latest",
            )
        of_subject = as_plain(values).reindex

        def found(subjects: pd.Series) -> pd.Series:
            return of_subject(pd.Index(subjects)).reset_index(drop=True)

        return on_distinct(found, self.value("USUBJID"))

    def _reduced(
        self, rule: Rule, derivation: Derivation, parts: Mapping[str, Building]
    ) -> pd.Series | Outcome:
        """One value per subject from the records of another dataset that meet `where`."""
        owners = {split_source(source)[0] for source in rule.sources}
        if len(owners) != 1 or not owners <= set(parts):
            raise SpecError(
                "the sources must be variables of one other dataset",
                where=rule.place,
                remedy="write from: [DATASET.VARIABLE]",
            )
        other = parts[owners.pop()]
        names = [split_source(source)[1] for source in rule.sources]
        frame = pd.DataFrame(
            {
                n: as_plain(other.value(n))
                for n in (*names, *(c.variable for c in rule.where), "USUBJID")
            }
        )
        frame = frame[all_hold(rule.where, frame)]
        columns = [frame[name] for name in (*names, "USUBJID")]
        made = values_called(derivation, columns, rule, other._record)

        def beside(of_subject: pd.Series) -> pd.Series:
            subjects = as_plain(self.value("USUBJID"))
            return as_plain(of_subject).reindex(subjects).set_axis(self._index)

        if isinstance(made, Outcome):
            return Outcome(beside(made.values), beside(made.problems))
        return beside(made)

    def _record(self, row: Any) -> str:
        """A row of the records as a message names it: subject, form, file and line."""
        found = self.records.places(pd.Index([row])).iloc[0]
        form = self.dataset.blocks[found["@block"]].form
        return f"subject {found['@subject']} ({form}, {found['@file']} line {found['@line']})"

    def value(self, name: str) -> pd.Series:
        """A variable made before, text as categories; it is, by the order of the build."""
        return self._values[name]

    def _find(
        self, name: str, derivation: Derivation, problems: pd.Series, source: pd.Series
    ) -> None:
        problems = problems[problems.notna()]
        if problems.empty:
            return
        rows = self.records.places(problems.index)
        self._found.append(
            findings(
                severity="error",
                rule=f"CK-{derivation.name.upper().replace('_', '-')}",
                dataset=self.dataset.name,
                subject=rows["@subject"],
                variable=name,
                value=source.loc[problems.index],
                message=problems,
                file=rows["@file"],
                line=rows["@line"],
            )
        )

    def _unplanned(self) -> Iterator[pd.DataFrame]:
        """Findings for records at an event that is no visit of the study, if visits are told."""
        if "VISITNUM" not in self.variables:
            return
        event = self.records.column("@event")
        unplanned = event.notna() & self.records.column("@visitnum").isna()
        rows = self.records.places(self._index[unplanned])
        if len(rows):
            yield findings(
                severity="error",
                rule="CK-VISIT-EVENT",
                dataset=self.dataset.name,
                subject=rows["@subject"],
                variable="VISITNUM",
                value=rows["@event"],
                message="the event is none of the visits in study.yaml",
                file=rows["@file"],
                line=rows["@line"],
            )

    def table(self) -> Table:
        """The finished dataset, sorted by its keys, numbers as categories.

        Asked for once, as its parts are let go: of millions of records two copies would not fit
        where one does.
        """
        self._found = [*self._answers.findings, *self._found, *self._unplanned()]
        del self._answers
        keys = [v.name for k in self.dataset.keys for v in self.dataset.variables if v.name == k]
        index = self._index
        order = stable_order([self._values[key] for key in keys], len(index))

        def in_order(variable: Variable) -> pd.Series:
            values = self._values.pop(variable.name).array.take(order)
            column = pd.Series(values, index=index, copy=False)
            return as_plain(column) if variable.type == "Char" else as_category(column)

        def sorted_columns(variables: tuple[Variable, ...]) -> pd.DataFrame:
            columns = {variable.name: in_order(variable) for variable in variables}
            return pd.DataFrame(columns, index=index, copy=False)

        return Table(
            self.dataset.name,
            sorted_columns(self.dataset.variables),
            sorted_trace(self.records.trace, order),
            sorted_columns(self.dataset.supplemental),
        )

    def findings(self) -> pd.DataFrame:
        """What was found while the variables were made; complete once the table is."""
        return all_findings(self._found)

    def usage(self) -> Usage:
        """What the ledger needs to know of this dataset, once its table is made."""
        records = self.records
        return Usage(self.dataset, records.fields, records.left_out, records.merged)
