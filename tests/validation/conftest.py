from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from specs.model import Dataset, Study, StudyCodelist, Variable
from specs.tables import Table, no_trace
from specs.terminology import Codelist, Term

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a name tells of its values, in these small tables: numbers, dates of ADaM, else text.
_NUMBER = re.compile(r"(SEQ|DY|STRESN|VISITNUM|AVAL|BASE|CHG|PCHG|AGE|DOSE)$")
_DATE = re.compile(r"^(ADT|TRT[SE]DT|ASTDT|AENDT)$")

NY = StudyCodelist(
    "NY",
    Codelist("C66742", "NY", "No Yes", extensible=False, terms=(Term("", "N"), Term("", "Y"))),
)
SEVERITY = StudyCodelist(
    "AESEV",
    Codelist(
        "C66769",
        "AESEV",
        "Severity",
        extensible=True,
        terms=(Term("", "MILD"), Term("", "MODERATE"), Term("", "SEVERE")),
    ),
)


def read_table(name: str, text: str) -> Table:
    """A table typed as rows of cells between bars, the names first; an empty cell is missing."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0]).astype("str")
    frame = frame.where(frame.ne(""))
    analysis = name.startswith("AD")
    for column in frame:
        if _NUMBER.search(str(column)):
            frame[column] = frame[column].astype("float64")
        elif analysis and _DATE.search(str(column)):
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
        else:
            frame[column] = frame[column].astype("str")
    return Table(name, frame, no_trace())


def variable(name: str, *, analysis: bool = False, **given: Any) -> Variable:
    number = _NUMBER.search(name) or (analysis and _DATE.search(name))
    domain = "ISO 8601 datetime or interval" if name.endswith("DTC") else ""
    return replace(
        Variable(name, name.title(), "Num" if number else "Char", value_domain=domain), **given
    )


def dataset(name: str, variables: tuple[Variable, ...], **given: Any) -> Dataset:
    analysis = name.startswith("AD")
    own = name.removeprefix("SUPP")
    made = Dataset(
        name=name,
        domain=own[:2] if len(own) == 4 and not analysis else own,  # VSBP is a part of VS
        label=name,
        class_="BASIC DATA STRUCTURE" if analysis else "FINDINGS",
        structure="",
        purpose="Analysis" if analysis else "Tabulation",
        standard="ADaMIG" if analysis else "SDTMIG",
        keys=("USUBJID",),
        blocks=(),
        variables=variables,
        parent=name.removeprefix("SUPP") if name.startswith("SUPP") else "",
    )
    return replace(made, **given)


def study(*datasets: Dataset, **given: Any) -> Study:
    made = Study(
        folder=Path(),
        id="S",
        title="A study",
        description="",
        protocol="P",
        usubjid="{study}-{subject}",
        standards=MappingProxyType({}),
        terminology=MappingProxyType({}),
        data_cut=date(2021, 6, 30),
        synthetic="",
        sources=(),
        visits=(),
        tables=MappingProxyType({}),
        datasets=datasets,
        codelists=MappingProxyType({"NY": NY, "AESEV": SEVERITY}),
    )
    return replace(made, **given)


def study_of(tables: Mapping[str, Table], **given: Any) -> Study:
    """A study whose specification has just the variables of the tables."""
    return study(
        *(
            dataset(
                name,
                tuple(variable(v, analysis=name.startswith("AD")) for v in table.frame.columns),
            )
            for name, table in tables.items()
        ),
        **given,
    )


class Make:
    """The makers of small tables and specifications, for the tests beside this file."""

    ny = NY
    read_table = staticmethod(read_table)
    variable = staticmethod(variable)
    dataset = staticmethod(dataset)
    study = staticmethod(study)
    study_of = staticmethod(study_of)


@pytest.fixture(scope="session")
def make() -> type[Make]:
    return Make
