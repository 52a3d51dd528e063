"""The whole of a comparison in files: a CSV for each kind of difference, and a workbook of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cdisckit.compare.lineage import with_lineage
from cdisckit.compare.printed import by_variable
from specs.output import check_new, new_folder
from specs.workbooks.sheets import write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from cdisckit.compare.files import Compared

MOST_ROWS: Final = 1_048_575
"""How many rows a sheet holds beneath its head."""


def write_report(result: Compared, folder: Path) -> None:
    """Write the tables of a comparison into a folder, which is new or empty."""
    check_new(folder)
    tables = _tables(result)
    with new_folder(folder) as aside:
        for name, table in tables.items():
            table.to_csv(aside / f"{name}.csv", index=False, lineterminator="\n")
        write_tables({n: t.head(MOST_ROWS) for n, t in tables.items()}, aside / "comparison.xlsx")


def _tables(result: Compared) -> dict[str, pd.DataFrame]:
    """The sheets of a report, by name."""
    each = list(result.comparisons.values())
    values = pd.concat([one.values for one in each], ignore_index=True)
    datasets = [
        {
            "dataset": one.dataset,
            "keys": " ".join(one.keys),
            "same": "yes" if one.same else "no",
            "base_records": one.base_records,
            "compare_records": one.compare_records,
            "paired": one.paired,
            "variables": len(one.variables),
            "notes": "; ".join(one.notes),
        }
        for one in each
    ]
    for names, side in ((result.only_base, "base"), (result.only_compare, "compare")):
        datasets += [
            {"dataset": name, "same": "no", "notes": f"only in {side}: {path.name}"}
            for name, path in names.items()
        ]
    return {
        "datasets": pd.DataFrame(datasets),
        "variables": by_variable(values),
        "attributes": pd.concat([one.attributes for one in each], ignore_index=True),
        "records": pd.concat([one.unpaired for one in each], ignore_index=True),
        "values": with_lineage(values, result),
    }
