"""One SDTM dataset in the making: its records, then a variable at a time, then the table.

A source is a field of the record's form, a variable made before, or a variable of another dataset:
of its one record for the subject, or of all its records for functions that look there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.rules import Making
from engine.values import in_rows, no_values, typed
from sdtm.answers import Answers
from sdtm.derivations.identifiers import unique_subject_identifier
from sdtm.ledger import Usage
from sdtm.records import collect_records
from sdtm.records.blocks import RESULT
from sdtm.records.sources import dataset_form
from specs.distinct import as_category, as_plain, on_distinct, spread
from specs.errors import MappingError, SpecError
from specs.findings import all_findings
from specs.model import Origin
from specs.numbers import read_qualified
from specs.references import split_source
from specs.tables import Table, sorted_trace, stable_order
from specs.where import all_hold, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdtm.raw import RawData
    from sdtm.records import Records
    from specs.model import Dataset, Rule, Study, Variable

RECORDS = "@records"
"""Stands, in the order of the build, for the records of a dataset, before any variable."""

_READ = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)


@dataclass(frozen=True)
class Restored:
    """What other datasets read of one that is made: some variables, and its records.

    `context` has whose record each is and where it was read, `trace` what it is made of.
    """

    values: Mapping[str, pd.Series]
    context: pd.DataFrame
    trace: pd.DataFrame

    @property
    def index(self) -> pd.Index:
        """One row per record."""
        return self.context.index

    def contexts(self, rows: pd.Index) -> pd.DataFrame:
        """The context of some rows, and their block."""
        return self.context.loc[rows]


class Tabulation(Making):
    """A dataset of SDTM in the making; `parts` are all of them, by name, itself included."""

    def __init__(
        self, dataset: Dataset, study: Study, raw: RawData, tabulations: Mapping[str, Tabulation]
    ) -> None:
        super().__init__(dataset)
        own = (*dataset.variables, *dataset.supplemental, *dataset.working)
        self.variables = {v.name: v for v in own}
        self.records: Records
        self._restored: Restored | None = None
        self._answers: Answers
        self._study = study
        self._raw = raw
        self._tabulations = tabulations
        self._datasets = {d.name for d in study.datasets}
        self._values: dict[str, pd.Series] = {}
        self._read_as: dict[str, pd.Series] = {}
        self._finding_tables: list[pd.DataFrame] = []

    # what is needed first

    def needs_of_records(self) -> Iterator[tuple[str, str]]:
        """The (dataset, variable) that records made of other datasets need."""
        owners = self._owners()
        names = set(self._raw_names()) if owners else set()
        for block in self.dataset.blocks:
            for _, owner, name in block.among:
                if owner in owners:
                    yield owner, RECORDS
                    if name in owners[owner].variables:
                        yield owner, name
            for join in block.joins:
                if join.form in owners:
                    yield join.form, RECORDS
                    of_join = {n.partition(".")[2] for n in names if n.startswith(f"{join.name}.")}
                    of_join |= {join.first, join.last, *variables_of(join.where)}
                    of_join |= {theirs for _, theirs in join.by}
                    variables = owners[join.form].variables
                    yield from ((join.form, name) for name in sorted(of_join) if name in variables)
            if block.form in owners:
                yield block.form, RECORDS
                read = names | set(variables_of(block.where)) | {RESULT}
                read |= {own for own, _, _ in block.among}
                fields = {block.bind.get(name, name) for name in read}
                variables = owners[block.form].variables
                yield from ((block.form, field) for field in sorted(fields) if field in variables)

    def needs(self, variable: Variable) -> Iterator[tuple[str, str]]:
        """The (dataset, variable) that the rules of a variable read."""
        if variable.name == f"{self.dataset.domain}SEQ":
            yield from ((s.dataset.name, s.dataset.person) for s in self._splits_before())
        for rule in variable.rules:
            for name in variables_of(rule.when):
                if name in self.variables:
                    yield self.dataset.name, name
            if rule.origin in _READ:
                continue
            for source in rule.sources:
                owner, name = split_source(source)
                if source in self.variables:
                    yield self.dataset.name, source
                elif owner in self._tabulations:
                    yield owner, name
                    if self._tabulations[owner].dataset.person == "USUBJID":
                        yield owner, "USUBJID"
                    if self.dataset.person == "USUBJID":
                        yield self.dataset.name, "USUBJID"
                    yield from ((owner, read) for read in variables_of(rule.where))

    def _owners(self) -> Mapping[str, Tabulation]:
        """The datasets that records are made of; a form of the same name goes before."""
        blocks = self.dataset.blocks
        named = {name for b in blocks for name in (b.form, *(j.form for j in b.joins))}
        named |= {owner for block in blocks for _, owner, _ in block.among}
        named -= set(self._raw.forms)
        return {name: self._tabulations[name] for name in sorted(named & set(self._tabulations))}

    def _raw_names(self) -> Mapping[str, str]:
        """The names that rules read of the records, each with the place of the first rule."""
        names: dict[str, str] = {}
        for variable in self.variables.values():
            for rule in variable.rules:
                read = [s for s in rule.sources if rule.origin in _READ or not self._is_built(s)]
                read += [n for n in variables_of(rule.when) if n not in self.variables]
                for name in read:
                    names.setdefault(name, rule.place)
        return names

    def _is_built(self, source: str) -> bool:
        owner, _ = split_source(source)
        return source in self.variables or owner in self._datasets

    # what is made

    def collect(self) -> None:
        """Collect the records, before any variable is made."""
        others = {
            name: (
                dataset_form(name, owner.read.contexts(owner.index), owner._values),
                owner.read.trace,
            )
            for name, owner in self._owners().items()
        }
        self.records = collect_records(
            self.dataset, self._study, self._raw, self._raw_names(), others
        )
        self._answers = Answers(self.dataset.name, self.records)

    @property
    def read(self) -> Records | Restored:
        """The records as other datasets read them."""
        return self._restored or self.records

    def restorable(self, names: Iterable[str]) -> Restored:
        """What other datasets read: the variables of these names, those that are made, and records.

        Asked for before the table, which lets the variables go.
        """
        values = {name: self._values[name] for name in sorted(names) if name in self._values}
        return Restored(values, self.records.contexts(self.index), self.records.trace)

    def restore(self, restored: Restored) -> None:
        """Take what was made before; nothing but what others read is there then."""
        self._restored = restored
        self._values = dict(restored.values)

    def make(self, name: str) -> None:
        """Make one variable: what its block assigns, then the first rule that gives a value."""
        variable = self.variables.get(name) or self.dataset.variable(name)
        values = self.ruled(variable, self._assigned_by_block(variable))
        if name == f"{self.dataset.domain}SEQ":
            values = self._numbered_on(values)
        self._values[name] = as_category(values) if variable.type == "Char" else values
        self._keep_misread(variable)

    def _keep_misread(self, variable: Variable) -> None:
        """Keep apart what functions and conditions read where a point is not the decimal sign.

        The variable has the text as collected, and they must not take it for another number.
        """
        if variable.type == "Num" or variable.is_date:
            return
        names = {r.sources[0] for r in variable.rules if r.origin in _READ and r.sources}
        misread = [self._answers.misread(name) for name in sorted(names) if name[0] != "@"]
        rows = np.logical_or.reduce(misread) if misread else np.array([False])
        if rows.any():
            values = as_plain(self._values[variable.name])
            swapped = values.str.replace(".", ",", regex=False)
            self._read_as[variable.name] = as_category(values.mask(rows, swapped))

    def _splits_before(self) -> Iterator[Tabulation]:
        """The datasets before this one into which its domain is split (VSBP before VSWT)."""
        for name, other in self._tabulations.items():
            if name == self.dataset.name:
                return
            if other.dataset.code == self.dataset.code:
                yield other

    def _numbered_on(self, numbers: pd.Series) -> pd.Series:
        """Sequence numbers that go on where those of the parts before end, for each subject."""
        for split in self._splits_before():
            person = self.dataset.person
            taken = as_plain(split._values[person]).value_counts()
            numbers = numbers + as_plain(self._values[person]).map(taken).fillna(0)
        return numbers

    def _assigned_by_block(self, variable: Variable) -> pd.Series:
        """The constants that blocks assign to a variable, missing where a block assigns none."""
        constants = {
            number: block.assign[variable.name]
            for number, block in enumerate(self.dataset.blocks)
            if variable.name in block.assign
        }
        if constants:
            by_block = [constants.get(number) for number in range(len(self.dataset.blocks))]
            values = typed(pd.Series(by_block), variable)
            return spread(values, self.records.column("@block").to_numpy(), self.index)
        if not variable.rules:
            raise SpecError(
                f"{variable.name} has no rule",
                where=variable.place,
                remedy="give it a verb: collected, derived, assigned, protocol or predecessor",
            )
        return no_values(variable, self.index)

    # how a source resolves

    @property
    def index(self) -> pd.Index:
        """One label for each record, in the order collected."""
        return self.read.index

    @property
    def subjects(self) -> pd.Series:
        """USUBJID of the records; of associated persons that of the subject they are related to."""
        if "USUBJID" in self._values or self.dataset.person == "USUBJID":
            return self._values["USUBJID"]
        pattern = self._study.usubjid.replace("{study}", self._study.id)
        subjects = as_plain(self.records.column("@subject"))
        return as_category(unique_subject_identifier(subjects, pattern=pattern))

    def column(self, name: str, place: str = "") -> pd.Series:
        """A variable made before, text as categories, or a field as collected."""
        if name in self._values:
            return self._read_as.get(name, self._values[name])
        return self._answers.text(name)

    def shown(self, name: str, column: pd.Series) -> pd.Series:
        """A source as it was collected, where a point in it is kept from being read as decimal."""
        return self._values[name] if name in self._read_as else column

    def unanswered(self, name: str) -> frozenset[str]:
        """The codes of a field that stand for no answer; a variable has none."""
        if name in self._values:
            return frozenset()
        fields = self.records.fields.items()
        return frozenset().union(*(f.unanswered for (bound, _), (_, f) in fields if bound == name))

    def taken(self, rule: Rule, variable: Variable, rows: pd.Series) -> pd.Series:
        """What a field tells of the variable, or the value of another dataset's variable."""
        if rule.origin is Origin.PREDECESSOR:
            return self._of_subject(rule.sources[0], rule)
        codelist = self._study.codelists.get(rule.codelist or variable.codelist)
        return self._answers.values(rule, variable, codelist, rows)

    def sources(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """Own columns and those of the subject; of a look-up all records of the other dataset."""
        everywhere = rule.derivation is not None and rule.derivation.scope == "lookup"
        return [
            in_rows(rows, self.column(source))
            if source in self.variables or not self._is_built(source)
            else self._everywhere(source, rule)
            if everywhere
            else in_rows(rows, self._of_subject(source, rule))
            for source in rule.sources
        ]

    def many_records(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """Variables of another dataset and its USUBJID, of the records that meet `where`."""
        owners = {split_source(source)[0] for source in rule.sources}
        if len(owners) != 1 or not owners <= set(self._tabulations):
            raise SpecError(
                "the sources must be variables of one other dataset",
                where=rule.place,
                remedy="write from: [DATASET.VARIABLE]",
            )
        other = self._tabulations[owners.pop()]
        names = [split_source(source)[1] for source in rule.sources]
        read = (*names, *variables_of(rule.where))
        frame = pd.DataFrame({name: as_plain(other._values[name]) for name in read})
        frame = frame[all_hold(rule.where, frame)]
        return [*(frame[name] for name in names), as_plain(other.subjects)[frame.index]]

    def record(self, rule: Rule, label: Any) -> str:
        """A record of the sources of a rule: subject, form, file and line."""
        of_many = rule.derivation is not None and rule.derivation.scope == "subject"
        at = self._tabulations[split_source(rule.sources[0])[0]] if of_many else self
        context = at.read.contexts(pd.Index([label])).iloc[0]
        form = at.dataset.blocks[context["@block"]].form
        return f"subject {context['@subject']} ({form}, {context['@file']} line {context['@line']})"

    def _other(self, source: str, rule: Rule) -> tuple[str, str, Tabulation]:
        """The dataset that a source is of, the name of its variable there, and its making."""
        owner, name = split_source(source)
        if owner not in self._tabulations:
            raise SpecError(
                f"{source}: {owner} is made after the records of {self.dataset.name}",
                where=rule.place,
                remedy="name a variable of a dataset that has records of its own",
            )
        return owner, name, self._tabulations[owner]

    def _everywhere(self, source: str, rule: Rule) -> pd.Series:
        """A variable of another dataset, for all its records that meet `where`."""
        _, name, other = self._other(source, rule)
        if not rule.where:
            return other._values[name]
        frame = pd.DataFrame({name: other._values[name] for name in variables_of(rule.where)})
        return other._values[name][all_hold(rule.where, frame)]

    def _of_subject(self, source: str, rule: Rule) -> pd.Series:
        """A variable of another dataset with one record per subject, for each own record."""
        owner, name, other = self._other(source, rule)
        values = other._values[name].set_axis(pd.Index(as_plain(other.subjects)))
        if values.index.has_duplicates:
            subject = values.index[values.index.duplicated()][0]
            raise MappingError(
                f"{owner} has several records for subject {subject}, so {source} is not one value",
                where=rule.place,
                remedy="use a derivation that takes one of them, such as earliest or latest",
            )
        of_subject = as_plain(values).reindex

        def value_of(subjects: pd.Series) -> pd.Series:
            return of_subject(pd.Index(subjects)).reset_index(drop=True)

        return on_distinct(value_of, self.subjects)

    # what comes of it

    def table(self) -> Table:
        """The finished dataset, sorted by its keys, numbers as categories.

        Asked for once, as its parts are let go: of millions of records two copies would not fit
        where one does.
        """
        self._report_unplanned()
        self._blank_units()
        self._finding_tables = self._answers.findings
        del self._answers
        keys = [v.name for k in self.dataset.keys for v in self.dataset.variables if v.name == k]
        index = self.index
        order = stable_order([self._values[key] for key in keys], len(index))
        self._finding_tables.append(self._findings(order))

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
            sorted_trace(self.records.trace, order, self.dataset.name),
            sorted_columns(self.dataset.supplemental),
            self.account.rules(order),
            self.account.choices(_positions(order)),
        )

    def findings(self) -> pd.DataFrame:
        """What was found while the variables were made; complete once the table is."""
        return all_findings(self._finding_tables)

    def usage(self) -> Usage:
        """What the ledger needs to know of this dataset, once its table is made."""
        records = self.records
        return Usage(self.dataset, records.fields, records.left_out, records.merged)

    def _findings(self, order: np.ndarray) -> pd.DataFrame:
        position = _positions(order)

        def located(rows: pd.Index, _: np.ndarray) -> Mapping[str, pd.Series]:
            contexts = self.records.contexts(rows)
            return {name: contexts[f"@{name}"] for name in ("subject", "file", "line")}

        return self.account.findings(position, located)

    def _blank_units(self) -> None:
        """Leave the standard unit blank where there is no result in it (CG0426).

        Before, rules convert by it, so a table of tests names it for every record; a word such as
        NEGATIVE that was collected without a unit is in none.
        """
        prefix = self.dataset.domain
        result, unit, collected = (f"{prefix}{name}" for name in ("STRESC", "STRESU", "ORRESU"))
        if self.dataset.class_ != "FINDINGS" or not {result, unit} <= set(self._values):
            return
        texts = self._values[result]
        of_number = on_distinct(_read_as_numbers, texts).eq(True)
        if collected in self._values:
            of_number |= self._values[collected].notna() & texts.notna()
        self._values[unit] = self._values[unit].where(of_number)

    def _report_unplanned(self) -> None:
        """Findings for records at an event that is no visit of the study, if visits are told."""
        if "VISITNUM" not in self.variables:
            return
        event, repeat = (self.records.column(name) for name in ("@event", "@event_repeat"))
        unplanned = event.notna() & self.records.column("@visitnum").isna()
        planned = event.isin([visit.event for visit in self._study.visits])
        message = pd.Series("the event is none of the visits in study.yaml", index=self.index)
        repeated = "the repeat " + as_plain(repeat) + " of the event is not a number from 0 to 99"
        message = message.mask(planned, repeated.astype("str"))
        message = message[unplanned].dropna()  # of one without a repeat, its form has told it
        self.account.report("CK-VISIT-EVENT", "error", "VISITNUM", event, message)


def _positions(order: np.ndarray) -> np.ndarray:
    """For each record, in the order collected, the place at which an order puts it."""
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    return position


def _read_as_numbers(texts: pd.Series) -> pd.Series:
    """Whether each text is a number, with a qualifier or without."""
    return texts.map(lambda text: read_qualified(str(text)) is not None, na_action="ignore")
