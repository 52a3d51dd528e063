"""A built package as `explain` reads it: datasets, define.xml and lineage, when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from specs.errors import CdisckitError, did_you_mean
from specs.lineage import COLUMNS, conditions_of
from specs.numbers import number_text
from specs.parquet_files import parquet_errors
from specs.paths import IN_PACKAGE, inside
from specs.where import Comparator, Where, all_hold, variables_of
from submission.dataset_json.dates import iso_texts
from submission.define import read_define
from submission.xpt import missing_codes, read_delivered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from specs.where import Condition
    from submission.define.document import Document, Item, ItemGroup, ItemReference


@dataclass(frozen=True)
class Rule:
    """A rule that counts for a row: its origin, and the sources it reads.

    `when` are the conditions that the row has met, `where` those on the records that the rule
    reads of another dataset.
    """

    origin: str
    sources: tuple[str, ...]
    when: tuple[Condition, ...] = ()
    where: tuple[Condition, ...] = ()


class Package:
    """A package's folder; CdisckitError where there is none, or none with lineage."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CdisckitError(
                "there is no such package",
                where=str(folder),
                remedy="name the folder that a build wrote, such as out/STUDY",
            )
        if not (folder / "lineage" / "variables.csv").exists():
            raise CdisckitError(
                "has no lineage",
                where=str(folder),
                remedy="name the folder that a build wrote, with m5 and lineage in it",
            )
        self.folder = folder
        self._frames: dict[str, pd.DataFrame] = {}
        self._dates: dict[str, dict[str, str]] = {}
        self._links: dict[str, pd.DataFrame] = {}
        self._numbers: dict[tuple[str, str], pd.Series] = {}
        self._choices: dict[tuple[str, str], pd.DataFrame] = {}

    @cached_property
    def _described(self) -> dict[str, tuple[Path, Document, ItemGroup]]:
        """Of each dataset its file, its define.xml and its description there."""
        groups = {}
        for path in sorted(self.folder.rglob("define.xml")):
            document = read_define(path)
            for group in document.groups:
                if group.leaf is None:
                    continue
                file = inside(path.parent, unquote(group.leaf.href), str(path), IN_PACKAGE)
                if file.exists():
                    groups[group.name] = (file, document, group)
        return groups

    @cached_property
    def _variables(self) -> pd.DataFrame:
        path = self.folder / "lineage" / "variables.csv"
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        if tuple(table.columns) != COLUMNS:
            raise CdisckitError(
                f"does not have the columns {', '.join(COLUMNS)}",
                where=str(path),
                remedy="build the package again",
            )
        return table

    @cached_property
    def _raw(self) -> pd.DataFrame:
        path = self.folder / "lineage" / "raw_records.parquet"
        with parquet_errors(path):
            table = pd.read_parquet(path)
        return table.astype({"line": "Int64"}).set_index("record")

    def names(self) -> tuple[str, ...]:
        """The datasets of the package."""
        return tuple(self._described)

    def frame(self, dataset: str) -> pd.DataFrame:
        """A dataset as delivered, and its supplemental qualifiers beside it as variables.

        CdisckitError where the package has no such dataset.
        """
        if dataset not in self._described:
            raise CdisckitError(
                f"there is no dataset {dataset}",
                where=str(self.folder),
                remedy=did_you_mean(dataset, self._described),
            )
        if dataset not in self._frames:
            path = self._described[dataset][0]
            frame, member = read_delivered(path)
            self._dates[dataset] = {c.name: c.holds[:-1] for c in member.columns if c.holds}
            self._frames[dataset] = self._with_qualifiers(dataset, frame)
        return self._frames[dataset]

    def _with_qualifiers(self, dataset: str, frame: pd.DataFrame) -> pd.DataFrame:
        supplemental = f"SUPP{dataset}"
        if supplemental not in self._described:
            return frame
        long = self.frame(supplemental)
        wide = long.pivot_table("QVAL", ["USUBJID", "IDVARVAL"], "QNAM", "first", dropna=False)
        sequence = frame.get(f"{dataset}SEQ", pd.Series(np.nan, index=frame.index))
        related = sequence.map(number_text, na_action="ignore").astype("str")
        keys = pd.MultiIndex.from_arrays([frame["USUBJID"], related])
        return frame.join(wide.reindex(keys).set_axis(frame.index))

    def dates(self, dataset: str) -> dict[str, str]:
        """Which variables hold dates, datetimes or times, as numbers."""
        self.frame(dataset)
        return self._dates[dataset]

    def text(self, dataset: str, variable: str, row: int) -> str:
        """A value as it is read: dates as ISO 8601, whole numbers without decimals, "" missing."""
        value: Any = self.frame(dataset)[variable].iloc[row]
        if isinstance(value, str):
            return value
        if pd.isna(value):
            code = missing_codes(pd.Series([value], dtype="float64")).fillna("").iloc[0]
            return str(code) if code != "." else ""
        kind = self.dates(dataset).get(variable, "")
        if kind:
            texts, unfit = iso_texts(np.array([value], dtype="float64"), kind)
            if not len(unfit):
                return str(texts[0].as_py())
        return number_text(float(value))

    def keys(self, dataset: str, row: int) -> dict[str, str]:
        """What tells a row from others: its key variables without STUDYID, and their values."""
        _, document, group = self._described[dataset]
        names = [document.item[r.item].name for r in group.keys if r.item in document.item]
        names = ["PARAMCD" if name == "PARAMN" else name for name in names]
        have = set(self.frame(dataset).columns)
        return {n: self.text(dataset, n, row) for n in names if n in have and n != "STUDYID"}

    def rows(
        self, dataset: str, same: dict[str, Any], where: Iterable[Condition] = ()
    ) -> list[int]:
        """The rows whose variables have these values and which meet conditions."""
        frame = self.frame(dataset)
        mask = all_hold(_readable(where, frame), frame)
        for name, value in same.items():
            if name in frame:
                mask &= frame[name].isna() if pd.isna(value) else frame[name].eq(value)
        return np.flatnonzero(mask).tolist()

    def meets(self, dataset: str, row: int, conditions: Iterable[Condition]) -> bool:
        """Whether a row meets conditions; those on what the dataset does not hold are left out."""
        one = self.frame(dataset).iloc[[row]]
        return bool(all_hold(_readable(conditions, one), one).iloc[0])

    def rules(self, dataset: str, variable: str, row: int, parameter: str = "") -> tuple[Rule, ...]:
        """The rules of a variable, or of a derived parameter, that count for a row, in order."""
        table = self._variables
        of_variable = table[table["dataset"].eq(dataset) & table["variable"].eq(variable)]
        of_variable = of_variable[of_variable["parameter"].eq(parameter)]
        fired = "" if parameter else self._fired(dataset, variable, row)
        if fired:
            of_variable = of_variable[of_variable["rule"].eq(fired)]
        texts = of_variable["when"].unique()
        met = [text for text in texts if self.meets(dataset, row, conditions_of(text))]
        numbered = of_variable[of_variable["when"].isin(met)].groupby("rule", sort=False)
        return tuple(
            Rule(
                str(of_rule["origin"].iloc[0]),
                tuple(of_rule["source"].unique()),
                conditions_of(of_rule["when"].iloc[0]),
                conditions_of(of_rule["where"].iloc[0]),
            )
            for _, of_rule in numbered
        )

    def choices(self, dataset: str, variable: str, row: int) -> pd.DataFrame:
        """The records among which a value was chosen: source, record, and because, "" if chosen.

        Where a variable flags the record chosen, they are those of the group that a row is in.
        """
        path = self.folder / "lineage" / "choices.parquet"
        if (dataset, variable) not in self._choices:
            table = pd.DataFrame({"row": [], "source": [], "record": [], "because": []})
            if path.exists():  # not in a package of an earlier version
                named = [("dataset", "==", dataset), ("variable", "==", variable)]
                with parquet_errors(path):
                    table = pd.read_parquet(path, filters=named)
            texts = table.astype({"source": "str", "because": "str"}).fillna({"because": ""})
            self._choices[dataset, variable] = texts
        table = self._choices[dataset, variable]
        own = table[table["row"].eq(row)]
        if own.empty:
            of_group = table["record"].eq(row) & table["source"].eq(dataset)
            own = table[table["row"].isin(table["row"][of_group])]
        return own[["source", "record", "because"]]

    def _fired(self, dataset: str, variable: str, row: int) -> str:
        """The number of the rule that gave a cell its value, if it was one of several."""
        path = self.folder / "lineage" / "rules.parquet"
        if (dataset, variable) not in self._numbers:
            table = pd.DataFrame({"row": [], "rule": []})
            if path.exists():  # not in a package of an earlier version
                named = [("dataset", "==", dataset), ("variable", "==", variable)]
                with parquet_errors(path):
                    table = pd.read_parquet(path, filters=named)
            self._numbers[dataset, variable] = table.set_index("row")["rule"].astype("str")
        return str(self._numbers[dataset, variable].get(row, ""))

    def links(self, dataset: str, row: int) -> pd.DataFrame:
        """What a row was made from: columns source (a form or dataset) and record."""
        if dataset not in self._links:
            path = self.folder / "lineage" / "rows.parquet"
            with parquet_errors(path):
                table = pd.read_parquet(path, filters=[("dataset", "==", dataset)])
            self._links[dataset] = table.astype({"source": "str"}).set_index("row")
        links = self._links[dataset]
        return links.loc[links.index == row, ["source", "record"]]

    def raw(self, record: int) -> dict[str, str]:
        """A raw record: form, subject, event, file, line and so on; "" is missing."""
        one = self._raw.reindex([record]).astype("str")
        return {str(name): "" if column.hasnans else column.iloc[0] for name, column in one.items()}

    def is_tabulation(self, dataset: str) -> bool:
        """Whether a dataset is SDTM: its rows were made from raw records."""
        return self._described[dataset][2].purpose == "Tabulation"

    def forms(self) -> set[str]:
        """The forms that have records."""
        return set(self._raw["form"])

    def described(self, dataset: str, variable: str, row: int) -> tuple[str, str]:
        """Origin and method of a variable in a row as define.xml has them; "" for what it has not.

        Of the value level counts what holds for the row. A qualifier is value level of QVAL.
        """
        _, document, group = self._described[dataset]
        one = self.frame(dataset).iloc[[row]]
        reference = _reference(document, group, variable)
        if reference is None and f"SUPP{dataset}" in self._described:
            _, document, group = self._described[f"SUPP{dataset}"]
            one = pd.DataFrame({"QNAM": [variable]}, dtype="str")
            reference = _reference(document, group, "QVAL")
        if reference is None:
            return "", ""
        item, method = document.item[reference.item], document.method.get(reference.method)
        for line in _of_value_level(document, item, one):
            own = document.item[line.item]
            method = document.method.get(line.method, method)
            item = own if own.origins else item
        origin = item.origins[0].type if item.origins else ""
        return origin, method.text if method else ""


def _reference(document: Document, group: ItemGroup, variable: str) -> ItemReference | None:
    named = (
        r
        for r in group.references
        if r.item in document.item and document.item[r.item].name == variable
    )
    return next(named, None)


def _of_value_level(document: Document, item: Item, one: pd.DataFrame) -> list[ItemReference]:
    """The first line of an item's value level whose condition a row meets, if any."""
    level = document.value_list.get(item.value_list)
    for line in level.references if level else ():
        if line.item in document.item and any(_holds(document, oid, one) for oid in line.where):
            return [line]
    return []


def _readable(conditions: Iterable[Condition], frame: pd.DataFrame) -> list[Condition]:
    """The conditions on what a frame holds."""
    return [one for one in conditions if all(name in frame for name in variables_of([one]))]


def _holds(document: Document, oid: str, one: pd.DataFrame) -> bool:
    clause = document.where_clause.get(oid)
    if clause is None:
        return False
    checks = [
        Where(
            variable=document.item[check.item].name,
            comparator=Comparator(check.comparator),
            values=check.values,
        )
        for check in clause.checks
        if check.item in document.item
    ]
    return all(w.variable in one for w in checks) and bool(all_hold(checks, one).iloc[0])
