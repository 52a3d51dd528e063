"""The lineage of a build on disk: which records every row comes from, and which variables.

`raw_records.parquet` lists every raw record with its form, subject, file and line; `rows.parquet`
links every row of every dataset to raw records or to rows of other datasets; `variables.csv` links
every variable to its sources, and says for which rows. A row's records times a variable's sources
is a cell's lineage. `rules.parquet` tells, for variables of several rules, which of them gave the
value of each row; `choices.parquet` which records a value was chosen among, and why others lost.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from specs.distinct import texts_at
from specs.lineage import variable_lineage
from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.model import Study
    from specs.tables import Table

_TEXT, _NUMBER = pa.large_string(), pa.int64()

COLUMNS: Final[Mapping[str, Mapping[str, pa.DataType]]] = MappingProxyType(
    {
        "rows": {"dataset": _TEXT, "row": _NUMBER, "source": _TEXT, "record": _NUMBER},
        "rules": {"dataset": _TEXT, "variable": _TEXT, "row": _NUMBER, "rule": _NUMBER},
        "choices": {
            "dataset": _TEXT,
            "variable": _TEXT,
            "row": _NUMBER,
            "source": _TEXT,
            "record": _NUMBER,
            "because": _TEXT,
        },
    }
)
"""The tables about rows, and their columns; each is in the order of datasets and columns."""

BLOCK = 1 << 20
"""How many rows stand in a block of a file, whatever the pieces in which they come."""


def write_lineage(study: Study, raw: RawData, tables: Mapping[str, Table], folder: Path) -> None:
    """Write the tables into `folder`, which is made."""
    folder.mkdir()
    write_records(raw, folder)
    of_tables = [lineage_of(table) for table in tables.values()]
    for kind in COLUMNS:
        write_rows(kind, (of_table[kind] for of_table in of_tables), folder)
    write_variables(study, raw, folder)


def write_records(raw: RawData, folder: Path) -> None:
    """Write which raw records there are."""
    raw.records().reset_index().to_parquet(folder / "raw_records.parquet", index=False)


def write_variables(study: Study, raw: RawData, folder: Path) -> None:
    """Write which sources variables have; of the raw data the fields of the forms count."""
    variables = variable_lineage(study)
    variables = variables[variables["source"].map(lambda source: _is_there(source, study, raw))]
    variables.to_csv(folder / "variables.csv", index=False, lineterminator="\n")


def write_rows(kind: str, pieces: Iterable[pa.Table], folder: Path) -> None:
    """Write one of the tables about rows, from parts that stand below each other.

    Blocks of the file have the same rows however these come, and texts are categories in them.
    """
    columns = COLUMNS[kind]
    schema = pa.schema(
        [(n, pa.dictionary(pa.int32(), _TEXT) if of == _TEXT else of) for n, of in columns.items()]
    )
    waiting: list[pa.Table] = []
    rows = 0
    with pq.ParquetWriter(folder / f"{kind}.parquet", schema) as file:
        for piece in pieces:
            waiting.append(piece)
            rows += piece.num_rows
            while rows >= BLOCK:
                whole = pa.concat_tables(waiting)
                file.write_table(_block(whole.slice(0, BLOCK), schema), row_group_size=BLOCK)
                waiting = [whole.slice(BLOCK)]
                rows -= BLOCK
        if rows:
            file.write_table(_block(pa.concat_tables(waiting), schema), row_group_size=BLOCK)


def _block(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows in one piece, texts as categories in the order of their appearance."""
    columns = [
        column.dictionary_encode() if column.type == _TEXT else column
        for column in table.combine_chunks().columns
    ]
    return pa.table(columns, schema=schema)


def lineage_of(table: Table) -> dict[str, pa.Table]:
    """What the tables about rows say of a dataset."""
    frames = {"rows": table.trace, "rules": _fired(table), "choices": _chosen(table)}
    return {kind: _typed(frame, table.name, COLUMNS[kind]) for kind, frame in frames.items()}


def _typed(
    frame: pd.DataFrame | None, dataset: str, columns: Mapping[str, pa.DataType]
) -> pa.Table:
    schema = pa.schema(list(columns.items()))
    if frame is None or not len(frame):
        return schema.empty_table()
    kinds = {name: "str" if of == _TEXT else "int64" for name, of in columns.items()}
    plain = frame.assign(dataset=dataset)[list(columns)].astype(kinds)
    return pa.Table.from_pandas(plain, schema, preserve_index=False).replace_schema_metadata(None)


def _chosen(table: Table) -> pd.DataFrame | None:
    """The records among which values were chosen, in the order of variables, rows and records."""
    if table.choices is None:
        return None
    plain = table.choices.astype({"variable": "str", "source": "str", "because": "str"})
    order = ["variable", "row", "source", "record"]
    return plain.sort_values(order, kind="stable", ignore_index=True)


def _fired(table: Table) -> pd.DataFrame | None:
    """The rows in which a rule gave a variable its value: variable, row, rule."""
    if table.rules is None or table.rules.empty:
        return None
    names = sorted(map(str, table.rules))
    numbers = [table.rules[name].to_numpy() for name in names]
    rows = [np.flatnonzero(of_variable > 0) for of_variable in numbers]
    number = np.repeat(np.arange(len(names)), list(map(len, rows)))
    variable = texts_at(number, names, pd.RangeIndex(len(number)))
    fired = [of_variable[row] for of_variable, row in zip(numbers, rows, strict=True)]
    labels = table.rules.index.to_numpy()[np.concatenate(rows)]
    columns = {"row": labels, "rule": np.concatenate(fired)}
    return pd.DataFrame({"variable": variable, **columns})


def _is_there(source: str, study: Study, raw: RawData) -> bool:
    """Whether a source's form has the field; a rule may name one that only other forms have."""
    form, name = split_source(source)
    if form not in raw.forms or study.has(form) or name.startswith("@"):
        return True
    return name in raw.forms[form].fields
