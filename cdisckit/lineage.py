"""The lineage of a build on disk: which records every row comes from, and which variables.

`raw_records.parquet` lists every raw record with its form, subject, file and line; `rows.parquet`
links every row of every dataset to raw records or to rows of other datasets; `variables.csv` links
every variable to its sources, and says for which rows. A row's records times a variable's sources
is a cell's lineage. `rules.parquet` tells, for variables of several rules, which of them gave the
value of each row; `choices.parquet` which records a value was chosen among, and why others lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from specs.choices import no_choices
from specs.lineage import variable_lineage
from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.model import Study
    from specs.tables import Table


def write_lineage(study: Study, raw: RawData, tables: Mapping[str, Table], folder: Path) -> None:
    """Write the tables into `folder`, which is made."""
    folder.mkdir()
    raw.records().reset_index().to_parquet(folder / "raw_records.parquet", index=False)
    traces = [table.trace.assign(dataset=name) for name, table in tables.items()]
    rows = pd.concat(traces, ignore_index=True)[["dataset", "row", "source", "record"]]
    rows.astype({"dataset": "category", "source": "category"}).to_parquet(
        folder / "rows.parquet", index=False
    )
    fired = pd.concat([_fired(table) for table in tables.values()], ignore_index=True)
    fired.astype({"dataset": "category", "variable": "category"}).to_parquet(
        folder / "rules.parquet", index=False
    )
    chosen = pd.concat([_chosen(table) for table in tables.values()], ignore_index=True)
    chosen.astype(
        dict.fromkeys(("dataset", "variable", "source", "because"), "category")
    ).to_parquet(folder / "choices.parquet", index=False)
    variables = variable_lineage(study)
    variables = variables[variables["source"].map(lambda source: _is_there(source, study, raw))]
    variables.to_csv(folder / "variables.csv", index=False, lineterminator="\n")


def _chosen(table: Table) -> pd.DataFrame:
    """The records among which values were chosen, in the order of variables, rows and records."""
    choices = no_choices() if table.choices is None else table.choices
    plain = choices.astype({"variable": "str", "source": "str", "because": "str"})
    order = ["variable", "row", "source", "record"]
    plain = plain.sort_values(order, kind="stable", ignore_index=True)
    return plain.assign(dataset=table.name)[["dataset", *order, "because"]]


def _fired(table: Table) -> pd.DataFrame:
    """The rows in which a rule gave a variable its value: dataset, variable, row, rule."""
    frames = [pd.DataFrame({"dataset": [], "variable": [], "row": [], "rule": []})]
    for variable, numbers in ({} if table.rules is None else table.rules).items():
        numbered = numbers[numbers > 0]
        columns = {"row": numbered.index, "rule": numbered.to_numpy()}
        frames.append(pd.DataFrame({"dataset": table.name, "variable": variable, **columns}))
    filled = [frame for frame in frames if len(frame)] or frames
    kinds = {"dataset": "str", "variable": "str", "row": "int64", "rule": "int64"}
    return pd.concat(filled, ignore_index=True).astype(kinds)


def _is_there(source: str, study: Study, raw: RawData) -> bool:
    """Whether a source's form has the field; a rule may name one that only other forms have."""
    form, name = split_source(source)
    if form not in raw.forms or study.has(form) or name.startswith("@"):
        return True
    return name in raw.forms[form].fields
