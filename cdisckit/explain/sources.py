"""The sources of a cell: which rule gave its value, and which cells that rule read.

A row's records times a variable's sources are the cells that a value comes from. Where the lineage
links no records, because a variable looks beside its row, they are found by subject, parameter and
visit.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pandas as pd

from cdisckit.explain.cells import Cell, Field, Source
from specs.references import split_source
from specs.where import variables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cdisckit.explain.package import Package, Rule

RESULTS = ("AVAL", "AVALC")
"""The variables that hold what a derived parameter's function gives."""

_KEYS = ("USUBJID", "PARAMCD", "STUDYID")
"""Variables that say which rows belong together: as a source they are not followed."""

_ASSESSMENT = ("USUBJID", "AVISIT", "VISITNUM", "VISIT")


class Tracing:
    """What has been told so far of one package, so that no cell is told twice."""

    def __init__(
        self, package: Package, most: int, raw_value: Callable[[Field], str] | None
    ) -> None:
        self.package = package
        self.most = most
        self.raw_value = raw_value
        self.shown: set[tuple[str, int, str]] = set()
        self.groups: set[tuple[tuple[str, int, str], ...]] = set()

    def cell(
        self, dataset: str, row: int, variable: str, depth: int, above: dict[str, str]
    ) -> Cell:
        """A cell with its sources, as far down as `depth` says; `above` are the keys above it."""
        keys = self.package.keys(dataset, row)
        own = tuple((n, v) for n, v in keys.items() if v and above.get(n) != v)
        value = self.package.text(dataset, variable, row)
        cell = Cell(dataset, variable, row, value, own)
        origin, method = self.package.described(dataset, variable, row)
        cell = replace(cell, origin=origin)
        if (dataset, row, variable) in self.shown:
            return replace(cell, again=True)
        of_cell = self._sources(cell)
        if depth == 0:
            return replace(cell, cut=any(not p.constant for p in of_cell))
        self.shown.add((dataset, row, variable))
        sources = tuple(self._opened(source, depth - 1, {**above, **keys}) for source in of_cell)
        choice = tuple(self._choice(cell))
        return replace(cell, method=method, sources=sources, choice=choice)

    def _choice(self, cell: Cell) -> Iterator[str]:
        """Among how many records a value was chosen, and why the others lost."""
        choices = self.package.choices(cell.dataset, cell.variable, cell.row)
        if len(choices) < 2:
            return
        lost = choices[choices["because"].ne("")]
        own = lost[lost["source"].eq(cell.dataset) & lost["record"].eq(cell.row)]
        yield (
            f"chosen of {len(choices):,} records"
            if own.empty
            else (f"not chosen of {len(choices):,} records, because {own['because'].iloc[0]}")
        )
        others = lost.drop(own.index)
        keys = self.package.keys(cell.dataset, cell.row)
        for source, record, because in others.head(self.most).itertuples(index=False):
            named = self.package.keys(source, record)
            apart = [f"{n} {v}" for n, v in named.items() if v and keys.get(n) != v]
            yield f"lost: {', '.join(apart) or f'row {record + 1}'} because {because}"
        if len(others) > self.most:
            yield f"and {len(others) - self.most:,} more lost"

    def _opened(self, source: Source, depth: int, above: dict[str, str]) -> Source:
        """A source with its first cells: the first of several with its own sources."""
        cells = [one for one in source.inputs if isinstance(one, Cell)]
        group = tuple((one.dataset, one.row, one.variable) for one in cells)
        if len(group) > 1 and group in self.groups:
            return replace(source, inputs=(), more=len(group), note="as above")
        self.groups.add(group)
        if not cells:
            kept = source.inputs[: self.most]
            return replace(source, inputs=kept, more=len(source.inputs) - len(kept))
        first = next((at for at, one in enumerate(cells) if one.value), 0)
        opened: list[Cell | Field] = []
        for at, one in enumerate(cells[: max(self.most, 1)]):
            deeper = depth if at == min(first, self.most - 1) else 0
            opened.append(self.cell(one.dataset, one.row, one.variable, deeper, above))
        return replace(source, inputs=tuple(opened), more=len(cells) - len(opened))

    # which sources

    def _sources(self, cell: Cell) -> tuple[Source, ...]:
        """The sources of the rule that gave a cell its value, their cells without sources."""
        dataset, row, variable = cell.dataset, cell.row, cell.variable
        if dataset.startswith("SUPP") and variable == "QVAL":
            return tuple(self._of_qualifier(cell))
        rules = self.package.rules(dataset, variable, row)
        resolved = [tuple(self._resolved(rule, cell)) for rule in rules]
        for sources in resolved:
            giving = [source for source in sources if _gives(source, cell)]
            constants = [source for source in sources if source.constant]
            if any(s in giving for s in constants) or (
                not constants and any(map(_is_known, giving))
            ):
                return tuple(giving)
        code = self._code(dataset, row)
        derived = self.package.rules(dataset, "", row, code) if code else ()
        if derived and variable in RESULTS:
            return tuple(self._resolved(derived[0], cell))
        common = tuple(self._common(cell)) if cell.value else ()
        if common:
            return common
        if not rules:
            making = self.package.rules(dataset, "", row)
            of_grid = variable.startswith(("AVISIT", "AW"))
            ordered = [*making, *derived] if of_grid else [*derived, *making]
            return tuple(self._resolved(ordered[0], cell)) if ordered else ()
        return next((sources for sources in resolved if sources), ())

    def _code(self, dataset: str, row: int) -> str:
        frame = self.package.frame(dataset)
        return self.package.text(dataset, "PARAMCD", row) if "PARAMCD" in frame else ""

    def _of_qualifier(self, cell: Cell) -> Iterator[Source]:
        """The qualifier beside the record of the domain that a record of SUPP-- belongs to."""
        one = self.package.frame(cell.dataset).iloc[cell.row]
        same: dict[str, Any] = {"USUBJID": one["USUBJID"]}
        if isinstance(one["IDVAR"], str):
            same[one["IDVAR"]] = float(one["IDVARVAL"])
        owner = str(one["RDOMAIN"])
        rows = self.package.rows(owner, same)
        yield self._of_rows(f"{owner}.{one['QNAM']}", owner, rows[:1], str(one["QNAM"]))

    def _common(self, cell: Cell) -> Iterator[Source]:
        """The same variable in the rows of the dataset that a row was made of, if all agree."""
        links = self.package.links(cell.dataset, cell.row)
        rows = links.loc[links["source"].eq(cell.dataset), "record"].tolist()
        name = f"{cell.dataset}.{cell.variable}"
        source = self._of_rows(name, cell.dataset, rows, cell.variable)
        if {one.value for one in source.inputs if isinstance(one, Cell)} == {cell.value}:
            yield replace(source, note="common to the rows it was made of")

    def _resolved(self, rule: Rule, cell: Cell) -> Iterator[Source]:
        """The sources of a rule, each with the cells or fields that a cell was made from."""
        own = {split_source(s)[1] for s in rule.sources if split_source(s)[0] in ("", cell.dataset)}
        taken = self._taken_from(cell)
        if taken:
            yield self._of_taken(rule.sources[0], taken, cell)
            return
        for source in rule.sources:
            name = split_source(source)[1]
            if source.startswith("constant "):
                yield Source(source.removeprefix("constant "), constant=True)
                yield from self._of_conditions(rule, cell)
            elif name not in _KEYS or len(rule.sources) == 1:
                yield self._of_source(source, rule, cell)
        chosen = self.package.choices(cell.dataset, cell.variable, cell.row)
        if "USUBJID" in own and len(rule.sources) > 1 and chosen.empty:
            same = self._same(cell, own & {"USUBJID", "PARAMCD"})
            count = len(self.package.rows(cell.dataset, same))
            yield Source("", note=f"looks over {count:,} rows with the same {' and '.join(same)}")

    def _of_conditions(self, rule: Rule, cell: Cell) -> Iterator[Source]:
        """The variables of the row that decide whether a constant counts."""
        for name in variables_of(rule.when):
            is_column = name in self.package.frame(cell.dataset) and name not in _KEYS
            if is_column and not self._categories({name}):
                yield self._of_rows(name, cell.dataset, [cell.row], name)

    def _of_source(self, source: str, rule: Rule, cell: Cell) -> Source:
        """One source of a rule: fields of a form, cells of a dataset, or of parameters."""
        owner, name = split_source(source)
        links = self.package.links(cell.dataset, cell.row)
        linked = links.loc[links["source"].eq(owner), "record"].tolist()
        names = self.package.names()
        built = owner in names and name in self.package.frame(owner)
        of_forms = set(links["source"]) - set(names) | (set(links["source"]) & self.package.forms())
        if source.startswith("@") and not linked:
            return self._of_context(source, links)
        if owner in of_forms and (rule.origin != "derived" or not built):
            return Source(source, tuple(self._field(owner, name, r) for r in linked))
        if owner in ("", cell.dataset):
            rows = [cell.row] if name in self.package.frame(cell.dataset) else []
            return self._of_rows(source, cell.dataset, rows, name)
        if built:
            beside = self.package.rows(owner, self._same(cell, {"USUBJID"}))
            if not self.package.is_tabulation(cell.dataset):
                beside = beside if len(beside) == 1 else []
            rows = linked if linked and owner not in of_forms else beside
            met = set(self.package.rows(owner, {}, rule.where))
            choices = self.package.choices(cell.dataset, cell.variable, cell.row)
            chosen = choices.loc[choices["source"].eq(owner) & choices["because"].eq(""), "record"]
            if owner != cell.dataset and len(chosen):
                rows = chosen.tolist()
            return self._of_rows(source, owner, [r for r in rows if r in met], name)
        return self._of_parameter(source, owner, name, cell)

    def _of_rows(self, source: str, dataset: str, rows: Sequence[int], name: str) -> Source:
        texts = ((row, self.package.text(dataset, name, row)) for row in rows)
        return Source(source, tuple(Cell(dataset, name, row, text) for row, text in texts))

    def _of_parameter(self, source: str, pattern: str, name: str, cell: Cell) -> Source:
        """A variable of parameters: in the rows linked, else in those of the same assessment."""
        links = self.package.links(cell.dataset, cell.row)
        cells: list[Cell | Field] = []
        for owner in self.package.names():
            frame = self.package.frame(owner) if owner.startswith("AD") else pd.DataFrame()
            if "PARAMCD" not in frame or name not in frame:
                continue
            codes = [c for c in frame["PARAMCD"].unique() if fnmatchcase(str(c), pattern)]
            rows = links.loc[links["source"].eq(owner), "record"]
            linked = [r for r in rows.tolist() if frame["PARAMCD"].iloc[r] in codes]
            if codes and not linked:
                linked = self._of_assessment(owner, codes, cell)
            cells.extend(self._of_rows(source, owner, linked, name).inputs)
        return Source(source, tuple(cells))

    def _of_assessment(self, owner: str, codes: list[str], cell: Cell) -> list[int]:
        """Rows of parameters for the assessment or the visit that a row is about."""
        own = owner == cell.dataset
        have = set(map(str, self.package.frame(owner)))
        names = {n for n in _ASSESSMENT if n in have} | {
            n for n in have if n.endswith("DTC") and own
        }
        names = names if own else {"USUBJID", "AVISIT"}
        same = self._same(cell, names)
        if not own and "ANL01FL" in have:
            same["ANL01FL"] = "Y"
        numbers = [r for code in codes for r in self.package.rows(owner, {**same, "PARAMCD": code})]
        return sorted(numbers)

    def _taken_from(self, cell: Cell) -> list[int]:
        """The other rows of the dataset that a value was taken over from."""
        choices = self.package.choices(cell.dataset, cell.variable, cell.row)
        there = choices["because"].eq("") & choices["source"].eq(cell.dataset)
        taken = choices.loc[there, "record"].tolist()
        return taken if len(choices) == 1 and taken != [cell.row] else []

    def _of_taken(self, source: str, rows: list[int], cell: Cell) -> Source:
        source_of_rows = self._of_rows(source, cell.dataset, rows, split_source(source)[1])
        return replace(source_of_rows, note="of the record taken")

    def _categories(self, names: set[str]) -> set[str]:
        return {name for name in names if name.endswith(("CAT", "TESTCD"))}

    def _same(self, cell: Cell, names: set[str]) -> dict[str, Any]:
        """The values of variables in the row of a cell."""
        one = self.package.frame(cell.dataset).iloc[cell.row]
        return {name: one[name] for name in sorted(names, reverse=True) if name in one}

    # the raw data

    def _of_context(self, source: str, links: pd.DataFrame) -> Source:
        """What a record's context tells: the event, the subject of the raw record."""
        records = links[links["source"].isin(self.package.forms())]["record"].tolist()
        fields = [self._field("", source, record) for record in records]
        return Source(source, tuple(fields))

    def _field(self, form: str, name: str, record: int) -> Field:
        if form.startswith("@"):
            return Field(form, name, record)
        texts = self.package.raw(record)
        field = Field(
            texts["form"],
            name,
            record,
            texts["subject"],
            texts["event"],
            texts["file"],
            texts["line"],
        )
        return replace(field, value=self.raw_value(field)) if self.raw_value else field


def _gives(source: Source, cell: Cell) -> bool:
    """Whether a source has part in the value of a cell."""
    return source.name == cell.value if source.constant else bool(source.inputs or source.note)


def _is_known(source: Source) -> bool:
    return any(isinstance(one, Field) or one.value for one in source.inputs)
