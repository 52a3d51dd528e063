"""Tables of results, by the name that a display gives under `shows`.

A table is a frame of texts ready to print: the first column heads the rows.
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from adam.analysis import selected
from specs.errors import MappingError, did_you_mean
from specs.numbers import fixed_text, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from specs.analyses import Display
    from specs.tables import Table

    Maker = Callable[[Display, pd.DataFrame, Mapping[str, Table]], pd.DataFrame]

NONE = "-"


def table(display: Display, results: pd.DataFrame, tables: Mapping[str, Table]) -> pd.DataFrame:
    """The table a display declares; MappingError where there is none of that name."""
    if display.shows not in TABLES:
        raise MappingError(
            f"{display.id}: there is no table {display.shows}",
            where=display.place,
            remedy=did_you_mean(display.shows, TABLES),
        )
    return TABLES[display.shows](display, results, tables)


def proportions(display: Display, results: pd.DataFrame, _: Mapping[str, Table]) -> pd.DataFrame:
    """Each proportion with both intervals."""
    wide = _wide(display, results)
    return pd.DataFrame(
        {
            "": wide["row"],
            "n/N": wide["EVENTS"] + "/" + wide["TOTAL"],
            "%": wide["PERCENT"],
            "95 % CI, exact": wide["CPLOW"] + " to " + wide["CPHIGH"],
            "95 % CI, Wilson": wide["WILSONLOW"] + " to " + wide["WILSONHIGH"],
            "Missing": wide["MISSING"],
        }
    )


def changes(display: Display, results: pd.DataFrame, _: Mapping[str, Table]) -> pd.DataFrame:
    """Each change summarised, with its exact test where there is one.

    `unit` of the display is the unit of all, where that is not the one the row names.
    """
    wide = _wide(display, results)
    text = str(display.options.get("unit", ""))
    unit = f", {text}" if text else ""
    shown = pd.DataFrame(
        {
            "": wide["row"],
            "n": wide["N"],
            f"Median{unit}": wide["MEDIAN"],
            f"Range{unit}": wide["MIN"] + " to " + wide["MAX"],
            f"Mean (SD){unit}": wide["MEAN"] + " (" + wide["SD"] + ")",
        }
    )
    return shown.assign(**{"Exact p": wide["P"]}) if "P" in wide else shown


def correlations(display: Display, results: pd.DataFrame, _: Mapping[str, Table]) -> pd.DataFrame:
    """Each rank correlation, with the kind of its p-value."""
    wide, label = _wide(display, results), _wide(display, results, "label")
    rows = {"": wide["row"], "n": wide["N"], "Spearman rho": wide["RHO"]}
    kinds = set(label["P"])
    if len(kinds) == 1:
        return pd.DataFrame({**rows, kinds.pop(): wide["P"]})
    return pd.DataFrame({**rows, "p": wide["P"], "Kind of p": label["P"]})


def times(display: Display, results: pd.DataFrame, _: Mapping[str, Table]) -> pd.DataFrame:
    """Each time to an event."""
    wide = _wide(display, results)
    return pd.DataFrame(
        {
            "": wide["row"],
            "n": wide["N"],
            "Events": wide["EVENTS"],
            "Censored": wide["CENSORED"],
            "Median (days)": wide["MEDIAN"].replace("", "not reached"),
        }
    )


def event_grid(
    display: Display, results: pd.DataFrame, tables: Mapping[str, Table]
) -> pd.DataFrame:
    """Events of the first analysis, its first group down and the second across, with totals.

    `percent_of` of the display names a flag of ADSL: then each cell has the subjects who had the
    events, their percentage of those with the flag, and the events. As a subject may be in several
    cells, the further analyses count those of the totals, by one of the groups or by none.

    `missing` of the display says how a group without a value is called, `rows` and `columns` name
    those that are shown even when they are empty. `names` are what groups are called; rows with a
    `row_prefix` are called by that and their value.
    """
    cells = results[results["analysis"].eq(display.analyses[0])]
    cells = cells[cells["statistic"].eq("EVENTS")]
    missing = str(display.options.get("missing", "Missing"))
    across = [str(name) for name in display.options.get("columns", ())]
    down = [str(name) for name in display.options.get("rows", ())]
    cells = cells.assign(
        value1=cells["value1"].replace("", missing), value2=cells["value2"].replace("", missing)
    )
    grid = cells.pivot_table(
        index="value1", columns="value2", values="value", aggfunc="sum", fill_value=0
    )
    rows = [*down, *(name for name in grid.index if name not in down)]
    columns = [*across, *(name for name in grid.columns if name not in across)]
    grid = grid.reindex(index=rows, columns=columns, fill_value=0).astype("int64")
    grid["Total"] = grid.sum(axis=1)
    grid.loc["Total"] = grid.sum(axis=0)
    shown = grid.astype("str")
    if "percent_of" in display.options:
        whole = int(tables["ADSL"].frame[display.options["percent_of"]].eq("Y").sum())
        for (row, column), subjects in _subjects(display, results, missing).items():
            share = fixed_text(Fraction(100 * subjects, whole), 1)
            shown.at[row, column] = f"{subjects} ({share}) " + str(shown.at[row, column])
    names = dict(display.options.get("names", {}))
    prefix = str(display.options.get("row_prefix", ""))
    heads = [prefix + name if prefix else names.get(name, name) for name in shown.index[:-1]]
    shown.index = pd.Index([*heads, "Total"])
    shown.columns = pd.Index([names.get(name, name) for name in shown.columns])
    return shown.rename_axis(None, axis=1).rename_axis("").reset_index()


def _subjects(display: Display, results: pd.DataFrame, missing: str) -> dict[tuple[str, str], int]:
    """The number of subjects of each cell of a grid, totals included."""
    counts = results[results["statistic"].eq("SUBJECTS")]
    grid = counts[counts["analysis"].eq(display.analyses[0])]
    subjects: dict[tuple[str, str], int] = {}
    for name in display.analyses:
        for row in counts[counts["analysis"].eq(name)].to_dict("records"):
            of = {row["group1"]: row["value1"], row["group2"]: row["value2"]}
            cell = [
                of[group] or missing if group in of else "Total"
                for group in grid[["group1", "group2"]].iloc[0]
            ]
            subjects[cell[0], cell[1]] = int(row["value"])
    return subjects


def by_subject(display: Display, _: pd.DataFrame, tables: Mapping[str, Table]) -> pd.DataFrame:
    """One row per subject and one column per panel, with the value as it stands in the dataset."""
    columns = {}
    for panel in display.panels:
        records = selected(panel, tables, display.place)
        subject = records["USUBJID"]
        if subject.duplicated().any():
            raise MappingError(
                f"{display.id}: {panel.label} has several records for a subject",
                where=display.place,
                remedy="narrow its where clause",
            )
        columns[panel.label] = _texts(records[panel.variable]).set_axis(subject)
    number = tables["ADSL"].frame.set_index("USUBJID")["SUBJID"]
    wide = pd.DataFrame(columns).reindex(number.index).fillna(NONE)
    return wide.set_axis(number.to_numpy()).rename_axis("Subject").reset_index()


TABLES: Mapping[str, Maker] = MappingProxyType(
    {
        maker.__name__: maker
        for maker in (proportions, changes, correlations, times, event_grid, by_subject)
    }
)


def _wide(display: Display, results: pd.DataFrame, column: str = "shown") -> pd.DataFrame:
    """One row per analysis and group of a display, a column per statistic: what is told of it."""
    shown = results[results["analysis"].isin(display.analyses)]
    rank = shown["analysis"].map({name: n for n, name in enumerate(display.analyses)})
    shown = shown.assign(place=rank).sort_values("place", kind="stable")
    keys = ["analysis", "title", "value1"]
    wide = shown.pivot_table(
        index=keys, columns="statistic", values=column, aggfunc="first", sort=False
    ).reset_index()
    grouped = wide["value1"].ne("")
    return wide.assign(row=wide["value1"].where(grouped, wide["title"]))


def _texts(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.StringDtype):
        return values
    return values.map(number_text, na_action="ignore").astype("str")
