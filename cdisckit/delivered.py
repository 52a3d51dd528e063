"""What the sources of a rule are in a delivered package: datasets, qualifiers, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

import pandas as pd

from specs.paths import IN_PACKAGE, inside
from specs.references import split_source
from specs.where import all_hold, variables_of
from submission.xpt import read_delivered

if TYPE_CHECKING:
    from pathlib import Path

    from specs.where import Condition
    from submission.define.document import Document

SAS_EPOCH: Final = pd.Timestamp("1960-01-01")

_VISIT: Final = ("USUBJID", "AVISIT")
"""What records of parameters are taken by where nothing else is told."""


_OF_BASELINE: Final = ("BASE", "BASEC")
"""What another dataset tells by its baseline record where a visit has no record."""


class NotRepeatableError(Exception):
    """A derivation that cannot be repeated from the package alone; the text says why."""


class Delivered:
    """The delivered datasets, each read when it is first needed."""

    def __init__(self, documents: list[tuple[Path, Document]]) -> None:
        self._paths = {
            group.name: inside(path.parent, unquote(group.leaf.href), str(path), IN_PACKAGE)
            for path, document in documents
            for group in document.groups
            if group.leaf is not None
        }
        self.names = frozenset(g.name for _, document in documents for g in document.groups)
        self._parameters = {
            group.name: _parameters(document, group.name)
            for _, document in documents
            for group in document.groups
        }
        self._frames: dict[str, pd.DataFrame] = {}
        self._formats: dict[str, dict[str, Literal["s", "D"]]] = {}

    def absent(self) -> dict[str, Path]:
        """The files that define.xml names and that are not there, by dataset."""
        return {name: path for name, path in self._paths.items() if not path.exists()}

    def has(self, dataset: str, name: str) -> bool:
        """Whether a dataset was delivered with a variable."""
        return name in self._frame(dataset)

    def column(self, dataset: str, name: str) -> pd.Series:
        """A column as it was delivered, dates of SAS as numbers; a qualifier by its name."""
        frame = self._frame(dataset)
        if name in frame:
            return frame[name]
        qualifier = self._qualifier(dataset, name)
        if qualifier is None:
            raise NotRepeatableError(f"it reads {name}, which the package does not hold")
        return qualifier

    def meets(self, dataset: str, conditions: tuple[Condition, ...]) -> pd.Series:
        """True for the rows of a dataset that meet conditions."""
        names = variables_of(conditions)
        frame = pd.DataFrame({name: self.dated(dataset, name) for name in names})
        return all_hold(conditions, frame.reindex(self._frame(dataset).index))

    def beside(
        self, dataset: str, source: str, rows: pd.Index, per: tuple[str, ...] = ()
    ) -> pd.Series:
        """A source for rows of a dataset, named by what it is.

        It is the row's own variable, that of the record the row was made from, that of its
        subject, or that of a parameter: of the same assessment (`per`), or the one chosen for the
        visit.
        """
        owner, name = split_source(source)
        if source == "@subject":
            return self._subject_identifier(dataset)[rows]
        if not owner or owner == dataset:
            return self.dated(dataset, name or source)[rows].rename(source)
        if owner in self.names:
            return self._of_record(dataset, owner, name, rows).rename(source)
        return self._of_parameter(dataset, owner, name, rows, per).rename(source)

    def dated(self, dataset: str, name: str) -> pd.Series:
        """A column with the dates of SAS, which its format tells, as datetimes."""
        values = self.column(dataset, name)
        unit = self._formats[dataset].get(name)
        return values if unit is None else SAS_EPOCH + pd.to_timedelta(values, unit=unit)

    def has_parameter(self, dataset: str, code: str) -> bool:
        """Whether a dataset has a parameter."""
        return code in self._parameters.get(dataset, ())

    def of_parameter(self, dataset: str, code: str) -> pd.Index:
        """The records of a parameter."""
        return self._frame(dataset).index[self.column(dataset, "PARAMCD").eq(code)]

    def _of_parameter(
        self, dataset: str, code: str, name: str, rows: pd.Index, per: tuple[str, ...]
    ) -> pd.Series:
        owners = [d for d in (dataset, *self._parameters) if self.has_parameter(d, code)]
        if not owners:
            raise NotRepeatableError(f"it reads {code}.{name}, which the package does not hold")
        owner = owners[0]
        records = self.of_parameter(owner, code)
        if owner != dataset and self.has(owner, "ANL01FL"):
            records = records[self.column(owner, "ANL01FL")[records].eq("Y")]
        keys = list(per) if owner == dataset and per else list(_VISIT)
        values = self.dated(owner, name)[records]
        theirs = self._keyed(owner, keys, records)
        if theirs.has_duplicates:
            raise NotRepeatableError(f"{owner} has several records with {code} for one key")
        mine = self._keyed(dataset, keys, rows)
        matched = values.set_axis(theirs).reindex(mine).set_axis(rows)
        if owner == dataset or name not in _OF_BASELINE or not self.has(owner, "ABLFL"):
            return matched
        flagged = self.of_parameter(owner, code)
        flagged = flagged[self.column(owner, "ABLFL")[flagged].eq("Y")]
        first = self.dated(owner, name)[flagged].set_axis(self.column(owner, "USUBJID")[flagged])
        first = first[~first.index.duplicated()]
        baseline = self.column(dataset, "USUBJID")[rows].map(first)
        return matched.where(mine.isin(theirs), baseline)

    def _keyed(self, dataset: str, keys: list[str], rows: pd.Index) -> pd.MultiIndex:
        """Keys as an index, a missing one being equal to a missing one."""
        columns = [self.column(dataset, key)[rows].astype("object") for key in keys]
        return pd.MultiIndex.from_arrays([c.where(c.notna(), "") for c in columns])

    def _of_record(self, dataset: str, owner: str, name: str, rows: pd.Index) -> pd.Series:
        """A variable of another dataset, by the record that each row was made from."""
        values, subjects = self.dated(owner, name), self.column(owner, "USUBJID")
        mine = self.column(dataset, "USUBJID")[rows]
        if not subjects.duplicated().any():
            return mine.map(values.set_axis(subjects))
        number = self._sequence(owner)
        made_from = self._made_from(dataset, owner, rows)
        if number is None or made_from is None:
            raise NotRepeatableError(f"{owner} has several records per subject")
        theirs = pd.MultiIndex.from_arrays([subjects, number])
        if theirs.has_duplicates:
            raise NotRepeatableError(f"{owner} has several records with one number")
        return (
            values.set_axis(theirs)
            .reindex(pd.MultiIndex.from_arrays([mine, made_from]))
            .set_axis(rows)
        )

    def _sequence(self, owner: str) -> pd.Series | None:
        """The number of each record of a dataset within its subject."""
        for name in (f"{owner[:2]}SEQ", "ASEQ"):
            if self.has(owner, name):
                return self.column(owner, name)
        return None

    def _made_from(self, dataset: str, owner: str, rows: pd.Index) -> pd.Series | None:
        """The number of the record of a dataset that each row was made from, as the row tells.

        Records of derived parameters may name one that they are traced to, and are made from none.
        """
        name = f"{owner[:2]}SEQ"
        if self.has(dataset, name):
            return self.column(dataset, name)[rows]
        if self.has(dataset, "SRCDOM") and self.has(dataset, "SRCSEQ"):
            here = self.column(dataset, "SRCDOM")[rows].eq(owner[:2])
            if self.has(dataset, "PARAMTYP"):
                here &= self.column(dataset, "PARAMTYP")[rows].ne("DERIVED")
            return self.column(dataset, "SRCSEQ")[rows].where(here)
        return None

    def _qualifier(self, dataset: str, name: str) -> pd.Series | None:
        """The values of a qualifier for the records of its parent; None where there is none."""
        supplemental = f"SUPP{dataset}"
        if self._paths.get(supplemental) is None:
            return None
        frame, parent = self._frame(supplemental), self._frame(dataset)
        of_name = frame[frame["QNAM"].eq(name)]
        if of_name.empty:
            return None
        identifiers = of_name["IDVAR"].dropna().unique()
        if len(identifiers) == 0:
            return parent["USUBJID"].map(of_name.set_index("USUBJID")["QVAL"])
        if len(identifiers) > 1 or identifiers[0] not in parent:
            return None
        by = parent[identifiers[0]]
        texts = by.map("{:g}".format) if pd.api.types.is_numeric_dtype(by) else by
        theirs = pd.MultiIndex.from_frame(of_name[["USUBJID", "IDVARVAL"]])
        mine = pd.MultiIndex.from_arrays([parent["USUBJID"], texts])
        return of_name["QVAL"].set_axis(theirs).reindex(mine).set_axis(parent.index)

    def _subject_identifier(self, dataset: str) -> pd.Series:
        """The identifier of the subject as collected, which is SUBJID of DM."""
        if "DM" not in self.names:
            raise NotRepeatableError("it reads the collected subject identifier")
        identifiers = self.column("DM", "SUBJID").set_axis(self.column("DM", "USUBJID"))
        return self.column(dataset, "USUBJID").map(identifiers)

    def _frame(self, dataset: str) -> pd.DataFrame:
        if dataset not in self._frames:
            path = self._paths.get(dataset)
            if path is None or not path.exists():
                raise NotRepeatableError(f"{dataset} is not in the package")
            self._frames[dataset], member = read_delivered(path)
            self._formats[dataset] = {
                column.name: "s" if column.holds == "datetimes" else "D"
                for column in member.columns
                if column.holds in ("dates", "datetimes")
            }
        return self._frames[dataset]


def _parameters(document: Document, dataset: str) -> frozenset[str]:
    """The codes of the parameters of a dataset, as its codelist has them."""
    group = next(g for g in document.groups if g.name == dataset)
    items = (document.item.get(reference.item) for reference in group.references)
    parameter = next((item for item in items if item and item.name == "PARAMCD"), None)
    codelist = document.codelist.get(parameter.codelist) if parameter else None
    return frozenset(term.value for term in codelist.terms) if codelist else frozenset()
