"""One analysis dataset: its rows, its derived parameters, its variables, its order.

1. Rows come from the blocks. Records of SDTM or ADaM become rows of the parameter whose condition
   they meet; rows without a parameter are a grid, on which derived parameters take place.
2. Derived parameters follow, in the order of their sources, one row per `per` key or grid row.
3. The remaining variables are computed over all rows.
4. The rows are sorted by the keys, once.
"""

from __future__ import annotations

import re
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from adam.lookup import NONE, SEVERAL, matched, pairs, placed, taken
from adam.order import columns_read, variable_needs, variables_needed
from adam.rows import FROM, block_rows
from engine.calls import outcome_of
from engine.order import sorted_by_need
from engine.rules import Making
from engine.values import empty_table, in_rows, typed
from specs.calls import VALUES
from specs.distinct import all_once_each, as_plain
from specs.errors import CdisckitError, MappingError, SpecError, did_you_mean
from specs.findings import no_findings
from specs.numbers import number_text
from specs.references import parameters_named, split_source
from specs.tables import Table, stable_order
from specs.where import all_hold, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from adam.library import Library
    from specs.derivation import Derivation
    from specs.model import Dataset, Parameter, Rule, Variable

_GRID = "@grid"
_SEQUENCE: Final = re.compile(r"[A-Z]{2}SEQ")
"""Column with the row of the grid that a row stands on."""

_PERSON = "@person"
"""Column with the number of the subject of a row."""

_OF_BASELINE: Final = ("BASE", "BASEC")
"""Variables whose value is that of a subject's baseline, whatever the visit."""


class AnalysisDataset(Making):
    """A dataset of ADaM in the making; `built` gives the result."""

    def __init__(
        self, dataset: Dataset, library: Library, errors: list[CdisckitError] | None = None
    ) -> None:
        super().__init__(dataset, errors)
        self.library = library
        self.frame = pd.DataFrame()
        self.grid: pd.DataFrame | None = None
        self.derived: dict[str, pd.DataFrame] = {}
        self._grid_from: list[tuple[str, NDArray[np.int64], NDArray[np.int64]]] = []
        self._next_row = 0
        self._described = False
        self._chosen: dict[str, tuple[str, NDArray[np.int64]]] = {}

    def built(self) -> tuple[Table, pd.DataFrame]:
        """The dataset with the trace of its rows, and the findings."""
        try:
            self.frame, grid = block_rows(self.dataset, self.library, self.account)
        except CdisckitError as error:
            self.go_on(error)
            return empty_table(self.dataset), no_findings()
        self._check_dates()
        self._next_row = len(self.frame)
        if grid is not None:
            self.grid = grid.assign(**{_GRID: range(len(grid))})
            self._grid_from = list(self.account.made_from(grid.index))
            self._next_row += len(grid)
        own = [s for p in self.dataset.parameters for s in self._own_columns(p)]
        self._compute(variables_needed(self.dataset, own))
        if self.dataset.parameters and not self._parameters_derived():
            return empty_table(self.dataset), no_findings()
        every = (variable.name for variable in self.dataset.variables)
        self._compute(variables_needed(self.dataset, every))
        return self._sorted()

    def _check_dates(self) -> None:
        """SpecError where records made for a parameter should bring their date, and do not."""
        for parameter in self.dataset.parameters:
            if not parameter.dated and "ADT" not in self.frame:
                error = SpecError(
                    f"{parameter.code} has no date: its records are made without ADT",
                    where=parameter.place,
                    remedy="say that it has none with variables: {ADT: none}, or give it one there",
                )
                self.go_on(error)

    def _own_columns(self, parameter: Parameter) -> Iterator[str]:
        """The variables of this dataset that a derived parameter reads."""
        if parameter.rule is None:
            return
        yield from parameter.per
        for source in parameter.rule.sources:
            owner, name = split_source(source)
            if not owner or parameters_named(self.dataset, owner):
                yield name

    def _parameters_derived(self) -> bool:
        """Add the rows of derived parameters; False if one of them cannot be derived."""
        by_code = {p.code: p for p in self.dataset.parameters if p.rule}
        needs = {
            code: {
                named.code
                for source in _ruled(parameter)[0].sources
                for named in parameters_named(self.dataset, split_source(source)[0])
                if named.rule
            }
            for code, parameter in by_code.items()
        }
        failed: set[str] = set()
        for code in sorted_by_need(needs, lambda code: by_code[code].place):
            try:
                if not needs[code] & failed:
                    self.derived[code] = self._rows_of_rule(by_code[code])
                    continue
            except CdisckitError as error:
                self.go_on(error)
            failed.add(code)
        if self.derived:
            self.frame = pd.concat([self.frame, *self.derived.values()])
            self.derived = {}
            self._described = False
        return not failed

    def _rows_of_rule(self, parameter: Parameter) -> pd.DataFrame:
        """The rows of a derived parameter, with the columns that its function gives."""
        rule, derivation = _ruled(parameter)
        self._check_per(parameter)
        base = self._distinct(parameter) if self.grid is None else self.grid
        kept = np.flatnonzero(self._meets(rule, base))
        row_of = np.full(len(base), NONE)
        row_of[kept] = np.arange(len(kept))
        base = base.iloc[kept]
        rows = base.set_axis(pd.RangeIndex(self._next_row, self._next_row + len(base)))
        self._next_row += len(rows)
        rows[_PERSON] = self.library.numbered(rows["USUBJID"])
        for origin, positions, record in self._grid_from:
            hit = row_of[positions] != NONE
            self.account.trace(rows.index[row_of[positions[hit]]], origin, record[hit])
        series: list[pd.Series] = []
        for source in rule.sources:
            owner, name = split_source(source)
            own = parameters_named(self.dataset, owner) if owner else ()
            if own and derivation.scope == "dataset":
                series.append(self._all_of(own, name, rows))
            elif own:
                series.extend(self._beside(p, name, rows, parameter) for p in own)
            else:
                series.extend(self._resolved(source, rows, rule))
                self._trace_visits(owner, rows)
        outcome = outcome_of(
            rule,
            series,
            lambda label: f"a record of subject {rows['USUBJID'].get(label, label)}",
            gives=(*VALUES, pd.DataFrame),
            index=rows.index,
        )
        values = outcome.values
        if not isinstance(values, pd.DataFrame):
            name = "AVALC" if isinstance(values.dtype, pd.StringDtype) else "AVAL"
            values = values.to_frame(name)
        if outcome.problems is not None:
            self.account.derived(derivation, "AVAL", values.iloc[:, 0], outcome.problems)
        return rows.assign(PARAMCD=parameter.code, **{str(n): c for n, c in values.items()})

    def _check_per(self, parameter: Parameter) -> None:
        """SpecError where what a parameter has one record for is not told, or not by the grid."""
        per = list(parameter.per)
        if self.grid is None:
            if not per:
                raise SpecError(
                    f"{parameter.code} does not say what it has one record for",
                    where=parameter.place,
                    remedy="name the variables of an assessment with per:, or make a grid",
                )
            own = [variable.name for variable in self.dataset.variables]
            unknown = [name for name in per if name not in own]
            if unknown:
                raise SpecError(
                    f"per names {unknown[0]}, which {self.dataset.name} does not have",
                    where=parameter.place,
                    remedy=did_you_mean(unknown[0], own),
                )
            return
        names = [name for name in map(str, self.grid) if not name.startswith(FROM)]
        strange = [name for name in per if name not in names]
        if strange:
            raise SpecError(
                f"per names {strange[0]}, which the records of the grid do not have",
                where=parameter.place,
                remedy=f"leave per: out, for a record for each of the grid;"
                f" {did_you_mean(strange[0], names)}",
            )
        if per and self.grid.duplicated(per).any():
            raise SpecError(
                f"the grid has several records for one {' and '.join(per)}",
                where=parameter.place,
                remedy="leave per: out, for a record for each of the grid",
            )

    def _meets(self, rule: Rule, base: pd.DataFrame) -> pd.Series:
        """True for the records that a parameter is derived for."""
        names = [name for name in map(str, base) if not name.startswith(FROM)]
        for name in variables_of(rule.when):
            if name not in names:
                raise SpecError(
                    f"when: the records that the parameter is derived for have no {name}",
                    where=rule.place,
                    remedy=did_you_mean(name, names),
                )
        return all_hold(rule.when, base)

    def _distinct(self, parameter: Parameter) -> pd.DataFrame:
        """The distinct values of a parameter's `per` among the rows of its sources."""
        codes = {
            own.code
            for source in _ruled(parameter)[0].sources
            for own in parameters_named(self.dataset, split_source(source)[0])
        }
        rows = [self._rows_of(code, parameter.per) for code in sorted(codes)]
        filled = [one for one in rows if len(one)] or rows
        return pd.concat(filled).drop_duplicates()

    def _rows_of(self, code: str, names: Iterable[str]) -> pd.DataFrame:
        """Columns of the rows of a parameter of this dataset."""
        columns = list(dict.fromkeys(names))
        if code in self.derived:
            return self.derived[code][columns]
        return self.frame[columns][self.frame["PARAMCD"].eq(code)]

    def _all_of(self, own: tuple[Parameter, ...], name: str, rows: pd.DataFrame) -> pd.Series:
        """A column of all rows of parameters of this dataset, for a function that aligns itself."""
        others = pd.concat([self._rows_of(p.code, ("USUBJID", name)) for p in own])
        mine, theirs = pairs(rows[_PERSON].to_numpy(), self.library.numbered(others["USUBJID"]))
        self.account.trace(rows.index[mine], self.dataset.name, others.index[theirs])
        return others[name].rename(f"{own[0].code}.{name}")

    def _beside(
        self, own: Parameter, name: str, rows: pd.DataFrame, parameter: Parameter
    ) -> pd.Series:
        """A column of a parameter of this dataset, for each of `rows` from that with its key."""
        keys = list(parameter.per) if self.grid is None else [_GRID]
        if name not in self.derived.get(own.code, self.frame):
            raise MappingError(
                f"{own.code} has no {name} yet when {parameter.code} is derived",
                where=parameter.place,
                remedy=f"let the derivation of {own.code} give it",
            )
        others = self._rows_of(own.code, (*keys, name))
        positions = matched(rows[keys], others[keys])
        several = positions == SEVERAL
        if several.any():
            message = f"there are several records with {own.code} for one assessment; none is used"
            self.account.report(
                "CK-ASSESSMENT-RECORDS",
                "warning",
                own.code,
                taken(others[name], positions, rows.index),
                pd.Series(message, index=rows.index[several]),
            )
        hit = positions >= 0
        self.account.trace(rows.index[hit], self.dataset.name, others.index[positions[hit]])
        return taken(others[name], positions, rows.index).rename(f"{own.code}.{name}")

    def _compute(self, names: set[str]) -> None:
        needs = variable_needs(self.dataset)
        if not self._described:
            self._describe_rows()
        for name in sorted_by_need(
            {n: needs[n] & names for n in names & set(needs)}, self.dataset.place_of
        ):
            variable = self.dataset.variable(name)
            first = typed(self.frame[name], variable) if name in self.frame else None
            self.frame[name] = as_plain(self.ruled(variable, first))

    def _describe_rows(self) -> None:
        """Give the rows the number of their subject and what the spec says of their parameter."""
        self._described = True
        self.frame[_PERSON] = self.library.numbered(self.frame["USUBJID"])
        if "PARAMCD" not in self.frame:
            return
        parameters = {p.code: p for p in self.dataset.parameters}
        code = self.frame["PARAMCD"]
        unknown = set(code.unique()) - set(parameters)
        if unknown:
            raise MappingError(
                f"records are assigned to PARAMCD {', '.join(sorted(unknown))}",
                where=self.dataset.file,
                remedy=did_you_mean(min(unknown), parameters),
            )
        facts = {"PARAM": "label", "PARAMN": "number", "PARCAT1": "category"}
        named = [name for name in facts if self.dataset.has(name)]
        of_code = [{c: getattr(p, facts[n]) for c, p in parameters.items()} for n in named]
        columns = all_once_each([methodcaller("map", to) for to in of_code], code)
        for name, column in zip(named, columns, strict=True):
            self.frame[name] = column

    # how a source resolves

    @property
    def index(self) -> pd.Index:
        """The labels of the rows."""
        return self.frame.index

    @property
    def subjects(self) -> pd.Series:
        """USUBJID of the rows."""
        return self.frame["USUBJID"]

    def column(self, name: str, place: str) -> pd.Series:
        """A column of the rows made so far."""
        if name not in self.frame:
            raise MappingError(
                f"{self.dataset.name} has no {name} here",
                where=place,
                remedy=did_you_mean(
                    name, [n for n in map(str, self.frame) if not n.startswith(FROM)]
                ),
            )
        return self.frame[name]

    def taken(self, rule: Rule, variable: Variable, rows: pd.Series) -> pd.Series:
        """The values of the source of a rule."""
        return self.sources(rule, rows)[0]

    def sources(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """Own columns, those of the record a row was made from, of the subject, of parameters."""
        frame = self.frame
        if not rows.all():
            read = {"USUBJID", *columns_read(self.dataset, rule)}
            columns = [n for n in map(str, frame) if n in read or n.startswith(FROM)]
            frame = frame[columns][rows]
        return [s for source in rule.sources for s in self._resolved(source, frame, rule)]

    def many_records(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        """Variables of the records of another dataset, those of its subject, and its USUBJID."""
        owner = split_source(rule.sources[0])[0]
        kept = np.flatnonzero(self.library.where(owner, rule.where, rule.place))
        records = pd.Index(kept)
        person = pd.Series(self.library.people(owner, rule.place)[kept], index=records)
        frame = in_rows(rows, self.frame)
        series = []
        for source in [*rule.sources, f"{owner}.USUBJID"]:
            of, name = split_source(source)
            if of == owner:
                series.append(taken(self.library.column(of, name, rule.place), kept, records))
            elif of:
                series.append(self.library.of_subject(of, name, person, rule.place))
            else:
                positions = placed(person.to_numpy(), frame[_PERSON].to_numpy())
                series.append(taken(self.column(name, rule.place)[rows], positions, records))
        mine, theirs = pairs(frame[_PERSON].to_numpy(), person.to_numpy())
        self.account.trace(frame.index[mine], owner, kept[theirs])
        return series

    def record(self, rule: Rule, label: Any) -> str:
        """A record of the sources of a rule, by its subject."""
        of_many = rule.derivation is not None and rule.derivation.scope == "subject"
        owner = split_source(rule.sources[0])[0]
        subjects = self.library.column(owner, "USUBJID", rule.place) if of_many else self.subjects
        return f"a record of subject {subjects[label]}"

    def _resolved(self, source: str, rows: pd.DataFrame, rule: Rule) -> list[pd.Series]:
        """The Series a source stands for, on the index of `rows`, each named by what it is."""
        owner, name = split_source(source)
        if not owner:
            column = rows[name] if name in rows else self.column(name, rule.place)
            return [column.rename(source)]
        if FROM + owner in rows:
            column = self.library.column(owner, name, rule.place)
            positions = np.asarray(rows[FROM + owner].fillna(NONE), dtype=np.int64)
            return [taken(column, positions, rows.index).rename(source)]
        own = parameters_named(self.dataset, owner)
        if own:
            return [self._of_assessment(p, name, rows) for p in own]
        if owner in self.library.tables:
            values = self.library.of_subject(owner, name, rows[_PERSON], rule.place)
            return [values.rename(source)]
        return [self._of_visit(code, name, rows, rule) for code in self.library.owners(owner)]

    def _of_assessment(self, own: Parameter, name: str, rows: pd.DataFrame) -> pd.Series:
        """A column of a parameter of this dataset, by the key it has one record for."""
        if not own.per and self.grid is None:
            raise SpecError(
                f"{own.code}.{name} is of the same assessment, and {own.code} does not say what it"
                " has one record for",
                where=own.place,
                remedy="name the variables of an assessment with per:",
            )
        if name not in self.frame and rows.empty:  # it is read for records yet to be derived
            return pd.Series([], index=rows.index, dtype="str", name=f"{own.code}.{name}")
        keys = list(own.per) or [_GRID]
        columns = list(dict.fromkeys((*keys, name)))
        others = self.frame[columns][self.frame["PARAMCD"].eq(own.code)]
        positions = matched(rows[keys], others[keys])
        return taken(others[name], positions, rows.index).rename(f"{own.code}.{name}")

    def _of_visit(self, code: str, name: str, rows: pd.DataFrame, rule: Rule) -> pd.Series:
        """A column of another dataset's parameter: its record chosen for the visit of the row."""
        if self.grid is None:
            raise MappingError(
                f"{code}.{name} is taken by analysis visit, and the rows are on no grid of visits",
                where=rule.place,
                remedy="make the records of the dataset with a grid such as visit_grid",
            )
        dataset, positions = self._positions(code, rows)
        if name in _OF_BASELINE:  # known of a visit without a record as well
            baseline = self.library.at_baseline(dataset, code, rows[_PERSON])
            positions = np.where(positions == NONE, baseline, positions)
        column = self.library.column(dataset, name, rule.place)
        return taken(column, positions, rows.index).rename(f"{code}.{name}")

    def _positions(self, code: str, rows: pd.DataFrame) -> tuple[str, NDArray[np.int64]]:
        """The dataset of a parameter, and the position of its chosen record for each row."""
        if code not in self._chosen and self.grid is not None:
            dataset = self.library.owners(code)[code]
            self._chosen[code] = dataset, self.library.chosen(dataset, code, self.grid)
        dataset, on_grid = self._chosen[code]
        grid = np.asarray(rows[_GRID].fillna(NONE), dtype=np.int64)
        return dataset, np.where(grid < 0, NONE, on_grid[grid])

    def _trace_visits(self, owner: str, rows: pd.DataFrame) -> None:
        if owner in self.library.tables or not owner:
            return
        for code in self.library.owners(owner):
            dataset, positions = self._positions(code, rows)
            hit = positions != NONE
            self.account.trace(rows.index[hit], dataset, positions[hit])

    def _sorted(self) -> tuple[Table, pd.DataFrame]:
        """The finished dataset in the order of its keys, and its findings."""
        names = [variable.name for variable in self.dataset.variables]
        order = stable_order([self.frame[key] for key in self.dataset.keys], len(self.frame))
        position = np.full(self._next_row, NONE)
        position[self.frame.index[order]] = np.arange(len(order))
        frame = self.frame[names].take(order).reset_index(drop=True)
        rules = self.account.rules(self.frame.index[order])
        choices = self.account.choices(position)
        trace = self.account.traced(position)
        table = Table(self.dataset.name, frame, trace, rules=rules, choices=choices)

        def located(_: pd.Index, positions: NDArray[np.int64]) -> Mapping[str, pd.Series]:
            rows = frame.iloc[positions].reset_index(drop=True)
            where = {"subject": rows["USUBJID"]}
            numbered = [n for n in map(str, frame) if n == "ASEQ" or _SEQUENCE.fullmatch(n)]
            if numbered:
                seq = "ASEQ" if "ASEQ" in numbered else numbered[0]
                where["seq"] = rows[seq].map(number_text, na_action="ignore")
            if "AVISIT" in rows:
                where["event"] = rows["AVISIT"]
            return where

        return table, self.account.findings(position, located)


def _ruled(parameter: Parameter) -> tuple[Rule, Derivation]:
    """The rule of a derived parameter, and its function."""
    if parameter.rule is None or parameter.rule.derivation is None:
        raise MappingError("only a derivation makes records", where=parameter.place)
    return parameter.rule, parameter.rule.derivation
