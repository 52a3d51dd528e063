"""The build of the SDTM datasets: every variable of every dataset, in the order of its sources.

The order is one of variables, not of datasets: DM takes its reference dates from EX, whose study
days need those dates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from sdtm.answers import Answers
from sdtm.exact import as_text
from sdtm.ledger import Ledger, ledger
from sdtm.records import RESULT, collect_records
from sdtm.sources import dataset_form
from sdtm.supplemental import supplemental_table
from specs.derivation import Outcome
from specs.errors import CdisckitError, MappingError, SpecError
from specs.findings import all_findings, findings
from specs.model import Origin
from specs.references import split_source
from specs.tables import Table, sorted_trace, stable_order
from specs.where import all_hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdtm.raw import RawData
    from sdtm.records import Records
    from specs.derivation import Derivation
    from specs.model import Dataset, Rule, Study, Variable

_RECORDS = "@records"
"""Stands, in the order of the build, for the records of a dataset, before any variable."""

_READ = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)


@dataclass(frozen=True)
class SdtmBuild:
    """The built datasets by name, SUPP-- among them, what was found, and the account of records."""

    tables: Mapping[str, Table]
    findings: pd.DataFrame
    ledger: Ledger


def build_sdtm(study: Study, raw: RawData) -> SdtmBuild:
    """Build every SDTM dataset of the study from its raw data.

    SpecError or MappingError where a rule cannot be applied; what is wrong in the data is in
    the findings.
    """
    parts = {
        dataset.name: _Part(dataset, study, raw) for dataset in study.of("SDTMIG") if dataset.blocks
    }
    for owner, name in _order(parts):
        if name == _RECORDS:
            parts[owner].collect(parts)
        else:
            parts[owner].make(name, parts)
    tables: dict[str, Table] = {}
    for part in parts.values():
        table = part.table()
        tables[table.name] = table
        if part.dataset.supplemental:
            qualifiers = supplemental_table(part.dataset, table)
            tables[qualifiers.name] = qualifiers
    used = ledger(study, raw, [part.usage() for part in parts.values()])
    found = [raw.findings, *(f for part in parts.values() for f in part.findings()), used.findings]
    return SdtmBuild(MappingProxyType(tables), all_findings(found), used)


def tried(study: Study, raw: RawData) -> tuple[CdisckitError, ...]:
    """Every error met in building, not the first alone; what needs what failed is left out.

    With raw data that have forms and no records it tells what is wrong in the specification.
    """
    parts = {d.name: _Part(d, study, raw) for d in study.of("SDTMIG") if d.blocks}
    problems: list[CdisckitError] = []
    try:
        order = _order(parts)
    except SpecError as error:
        return (error,)
    failed: set[tuple[str, str]] = set()
    for owner, name in order:
        part = parts[owner]
        if name == _RECORDS:
            needs = set(part.needs_of_records(parts))
        else:
            found = part.variables.get(name)
            needs = {(owner, _RECORDS), *(part.needs(found, parts) if found else ())}
        if needs & failed:
            failed.add((owner, name))
            continue
        try:
            part.collect(parts) if name == _RECORDS else part.make(name, parts)
        except CdisckitError as error:
            problems.append(error)
            failed.add((owner, name))
    return tuple(problems)


def _order(parts: Mapping[str, _Part]) -> Iterable[tuple[str, str]]:
    """All (dataset, variable), each after its dataset's records and what its rules read."""
    graph = {
        (part.dataset.name, variable.name): {
            (part.dataset.name, _RECORDS),
            *part.needs(variable, parts),
        }
        for part in parts.values()
        for variable in part.variables.values()
    }
    graph |= {(p.dataset.name, _RECORDS): set(p.needs_of_records(parts)) for p in parts.values()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " from ".join(".".join(node) for node in error.args[1])
        raise SpecError(
            f"the rules go in a circle: {circle}", remedy="derive one of them from raw fields"
        ) from None


class _Part:
    """One dataset in the making: its records, and the variables made so far."""

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
    def index(self) -> pd.Index:
        return self.records.frame.index

    # records

    def _owners(self, parts: Mapping[str, _Part]) -> Mapping[str, _Part]:
        """The datasets that records are made of; a form of the same name goes before."""
        named = {block.form for block in self.dataset.blocks} - set(self._raw.forms)
        return {name: parts[name] for name in sorted(named & set(parts))}

    def needs_of_records(self, parts: Mapping[str, _Part]) -> Iterator[tuple[str, str]]:
        """The (dataset, variable) that records made of other datasets need."""
        owners = self._owners(parts)
        names = set(self._raw_names()) if owners else set()
        for block in self.dataset.blocks:
            if block.form in owners:
                yield block.form, _RECORDS
                read = names | {clause.variable for clause in block.where} | {RESULT}
                fields = {block.bind.get(name, name) for name in read}
                known = owners[block.form].variables
                yield from ((block.form, field) for field in sorted(fields) if field in known)

    def collect(self, parts: Mapping[str, _Part]) -> None:
        """Collect the records, before any variable is made."""
        others = {
            name: (
                dataset_form(name, part.records.frame, part.made_so_far()),
                part.records.trace,
            )
            for name, part in self._owners(parts).items()
        }
        self.records = collect_records(
            self.dataset, self._study, self._raw, self._raw_names(), others
        )
        self._answers = Answers(self.dataset.name, self.records)

    def made_so_far(self) -> Mapping[str, pd.Series]:
        """The variables made so far, by name."""
        return self._values

    # what a rule reads

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

    def needs(self, variable: Variable, parts: Mapping[str, _Part]) -> Iterator[tuple[str, str]]:
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

    # making values

    def make(self, name: str, parts: Mapping[str, _Part]) -> None:
        """Make one variable: what its block assigns, then the first rule that gives a value."""
        variable = self.variables.get(name) or self.dataset.variable(name)
        values = self._assigned_by_block(variable)
        for rule in variable.rules:
            rows = values.isna() & self._when(rule) if rule.when else values.isna()
            made = _typed(self._applied(rule, variable, parts, rows), variable, self.index, rule)
            values = made if rows.all() else values.where(~rows, made)
        self._values[name] = values

    def _assigned_by_block(self, variable: Variable) -> pd.Series:
        constants = {
            number: block.assign[variable.name]
            for number, block in enumerate(self.dataset.blocks)
            if variable.name in block.assign
        }
        if constants:
            by_block = [constants.get(number) for number in range(len(self.dataset.blocks))]
            values = _typed(pd.Series(by_block), variable, pd.RangeIndex(len(by_block)))
            blocks = self.records.frame["@block"].to_numpy()
            return pd.Series(values.array.take(blocks), index=self.index)
        if not variable.rules:
            raise SpecError(
                f"{variable.name} has no rule",
                where=variable.place,
                remedy="give it a verb: collected, derived, assigned, protocol or predecessor",
            )
        return pd.Series(index=self.index, dtype="float64" if variable.type == "Num" else "str")

    def _when(self, rule: Rule) -> pd.Series:
        columns = {clause.variable: self._column(clause.variable) for clause in rule.when}
        return all_hold(rule.when, pd.DataFrame(columns, index=self.index))

    def _column(self, name: str) -> pd.Series:
        return self._values[name] if name in self._values else self._answers.text(name)

    def _applied(
        self, rule: Rule, variable: Variable, parts: Mapping[str, _Part], rows: pd.Series
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
        self, rule: Rule, variable: Variable, parts: Mapping[str, _Part], rows: pd.Series
    ) -> pd.Series:
        derivation = rule.derivation
        if derivation is None:
            raise SpecError(f"{variable.name} names no derivation", where=rule.place)
        if derivation.scope == "subject":
            return self._reduced(rule, parts)
        columns = [
            _in(rows, self._column(source))
            if source in self.variables or not self._is_built(source)
            else self._looked_up(source, rule, parts)
            if derivation.scope == "lookup"
            else _in(rows, self._of_subject(source, rule, parts))
            for source in rule.sources
        ]
        made = _called(derivation, columns, rule)
        if isinstance(made, Outcome):
            self._find(variable.name, derivation, made.problems, columns[0])
            return made.values.reindex(self.index)
        return made.reindex(self.index)

    def _looked_up(self, source: str, rule: Rule, parts: Mapping[str, _Part]) -> pd.Series:
        """A variable of another dataset, for all its records that meet `where`."""
        owner, name = split_source(source)
        if owner not in parts:
            raise SpecError(
                f"{source}: {owner} is made after the records of {self.dataset.name}",
                where=rule.place,
                remedy="name a variable of a dataset that has records of its own",
            )
        other = parts[owner]
        if not rule.where:
            return other.value(name)
        frame = pd.DataFrame({c.variable: other.value(c.variable) for c in rule.where})
        return other.value(name)[all_hold(rule.where, frame)]

    def _of_subject(self, source: str, rule: Rule, parts: Mapping[str, _Part]) -> pd.Series:
        """A variable of another dataset with one record per subject, for each own record."""
        owner, name = split_source(source)
        if owner not in parts:
            raise SpecError(
                f"{source}: {owner} is made after the records of {self.dataset.name}",
                where=rule.place,
                remedy="name a variable of a dataset that has records of its own",
            )
        other = parts[owner]
        values = other.value(name).set_axis(pd.Index(other.value("USUBJID")))
        if values.index.has_duplicates:
            subject = values.index[values.index.duplicated()][0]
            raise MappingError(
                f"{owner} has several records for subject {subject}, so {source} is not one value",
                where=rule.place,
                remedy="use a derivation that takes one of them, such as earliest or latest",
            )
        codes, subjects = pd.factorize(self.value("USUBJID"))
        found = values.reindex(pd.Index(subjects))
        return pd.Series(found.array.take(codes, allow_fill=True), index=self.index)

    def _reduced(self, rule: Rule, parts: Mapping[str, _Part]) -> pd.Series:
        """One value per subject from the records of another dataset that meet `where`."""
        owners = {split_source(source)[0] for source in rule.sources}
        if len(owners) != 1 or rule.derivation is None or not owners <= set(parts):
            raise SpecError(
                "the sources must be variables of one other dataset",
                where=rule.place,
                remedy="write from: [DATASET.VARIABLE]",
            )
        other = parts[owners.pop()]
        names = [split_source(source)[1] for source in rule.sources]
        frame = pd.DataFrame(
            {n: other.value(n) for n in (*names, *(c.variable for c in rule.where), "USUBJID")}
        )
        frame = frame[all_hold(rule.where, frame)]
        columns = [frame[name] for name in (*names, "USUBJID")]
        made = _called(rule.derivation, columns, rule)
        values = made.values if isinstance(made, Outcome) else made
        return values.reindex(self.value("USUBJID")).set_axis(self.index)

    def value(self, name: str) -> pd.Series:
        """A variable made before; it is, by the order of the build."""
        return self._values[name]

    def _find(
        self, name: str, derivation: Derivation, problems: pd.Series, source: pd.Series
    ) -> None:
        problems = problems[problems.notna()]
        if problems.empty:
            return
        rows = self.records.frame.loc[problems.index]
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
        frame = self.records.frame
        rows = frame[frame["@event"].notna() & frame["@visitnum"].isna()]
        if "VISITNUM" in self.variables and len(rows):
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

    # results

    def table(self) -> Table:
        """The finished dataset, sorted by its keys; asked for once, as its parts are let go.

        Of millions of records two copies would not fit where one does.
        """
        self._found = [*self._answers.findings, *self._found, *self._unplanned()]
        del self._answers
        keys = [v.name for k in self.dataset.keys for v in self.dataset.variables if v.name == k]
        size = len(self.index)
        self.records = replace(self.records, frame=self.records.frame.iloc[:0].copy())
        order = stable_order([self._values[key] for key in keys], size)

        def sorted_columns(variables: tuple[Variable, ...]) -> pd.DataFrame:
            columns = {v.name: self._values.pop(v.name).array.take(order) for v in variables}
            return pd.DataFrame(columns, index=pd.RangeIndex(size))

        return Table(
            self.dataset.name,
            sorted_columns(self.dataset.variables),
            sorted_trace(self.records.trace, order),
            sorted_columns(self.dataset.supplemental),
        )

    def findings(self) -> Iterator[pd.DataFrame]:
        """What was found while the variables were made; complete once the table is."""
        yield from self._found

    def usage(self) -> tuple[Dataset, Records]:
        """What the ledger needs to know of this dataset."""
        return self.dataset, self.records


def _called(
    derivation: Derivation, columns: Iterable[pd.Series], rule: Rule
) -> pd.Series | Outcome:
    """What a derivation gives; MappingError where it cannot use its sources or constants."""
    try:
        made: pd.Series | Outcome = derivation.function(*columns, **rule.arguments)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MappingError(
            f"{derivation.name} cannot use what it is given ({type(error).__name__}: {error})",
            where=rule.place,
            remedy="check the types of its sources and its constants under with",
        ) from error
    return made


def _in(rows: pd.Series, column: pd.Series) -> pd.Series:
    """The column in the given rows; as it is where these are all."""
    return column if rows.all() else column[rows]


def _typed(made: Any, variable: Variable, index: pd.Index, rule: Rule | None = None) -> pd.Series:
    """Values as the variable's type: Num float64, Char str."""
    values: pd.Series = made if isinstance(made, pd.Series) else pd.Series(made, index=index)
    if variable.type == "Num":
        try:
            return values.astype("float64")
        except ValueError as error:
            raise MappingError(
                f"{variable.name} is numeric, its rule gives text ({error})",
                where=rule.place if rule else variable.place,
                remedy="read a field as collected, or use a derivation that gives numbers",
            ) from None
    return as_text(values)
