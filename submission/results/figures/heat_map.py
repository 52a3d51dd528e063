"""Grades of each subject's systems by visit, as letters on shades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from adam.analysis import selected
from specs.numbers import number_text
from submission.results.figures.style import INK, QUIET, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from specs.analyses import Display
    from specs.tables import Table

# From nothing to the worst, light to dark, so that the order shows without colour.
_SHADES = ("#f7f7f7", "#e3ecf4", "#9ecae1", "#2171b5", "#08306b")
_COLUMNS = 3


def draw(display: Display, _: pd.DataFrame, tables: Mapping[str, Table]) -> Figure:
    """A panel per subject: a row per parameter, a column per analysis visit, each cell with its
    grade; the one panel of the display selects the records. AVAL gives the shade, from 1 up.
    `legend` of the display names the shades, `missing` the cells without a grade.
    """
    panel = display.panels[0]
    records = selected(panel, tables, display.place)
    records = records[records["AVISITN"].notna()]
    people = tables["ADSL"].frame
    visits = records[["AVISITN", "AVISIT"]].drop_duplicates().sort_values("AVISITN")
    systems = records[["PARAMN", "PARAM"]].drop_duplicates().sort_values("PARAMN")
    names = dict(display.options.get("names", {}))
    rows = (len(people) + _COLUMNS - 1) // _COLUMNS
    figure = sheet(7.6, 0.9 + 2.5 * rows)
    grid = figure.subplots(rows, _COLUMNS, squeeze=False, sharex=True, sharey=True)
    axes_list = [axes for row in grid for axes in row]
    shades = ListedColormap(list(_SHADES))
    for axes, person in zip(axes_list, people.to_dict("records"), strict=False):
        own = records[records["USUBJID"].eq(person["USUBJID"])]
        grid_of = {
            value: own.pivot_table(
                index="PARAMN", columns="AVISITN", values=value, aggfunc="first"
            ).reindex(index=systems["PARAMN"], columns=visits["AVISITN"])
            for value in ("AVAL", panel.variable)
        }
        axes.pcolormesh(
            grid_of["AVAL"].to_numpy(), cmap=shades, vmin=0.5, vmax=5.5, edgecolors="white",
            linewidth=0.8,
        )  # fmt: skip
        _write(axes, grid_of["AVAL"], grid_of[panel.variable])
        axes.set_title(f"Subject {person['SUBJID']}")
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
    for axes in axes_list[len(people) :]:
        axes.set_visible(False)
    first = axes_list[0]
    first.invert_yaxis()
    labels = [names.get(name, name) for name in systems["PARAM"]]
    first.set_yticks([n + 0.5 for n in range(len(systems))], labels)
    weeks = [number_text(number) for number in visits["AVISITN"]]
    for axes in axes_list:
        axes.set_xticks([n + 0.5 for n in range(len(visits))], weeks)
    handles = [
        Patch(facecolor=shade, edgecolor=QUIET, linewidth=0.4, label=str(name))
        for shade, name in zip(_SHADES, display.options.get("legend", ()), strict=False)
    ]
    handles.reverse()
    if "missing" in display.options:
        handles.append(Patch(facecolor="none", label=str(display.options["missing"])))
    if handles:
        figure.legend(
            handles=handles, title=panel.label, loc="outside upper center",
            ncols=len(handles), frameon=False, fontsize=8, title_fontsize=8.5,
        )  # fmt: skip
    for axes in axes_list[-_COLUMNS:]:
        axes.set_xlabel("Week")
    return figure


def _write(axes: Any, level: pd.DataFrame, grade: pd.DataFrame) -> None:
    texts = grade.to_numpy(dtype=object)
    for (row, column), value in _cells(level):
        has_value = value == value
        axes.text(
            column + 0.5, row + 0.53, texts[row, column] if has_value else "-", ha="center",
            va="center", fontsize=7.5,
            color="white" if has_value and value >= 4 else INK if has_value else QUIET,
        )  # fmt: skip


def _cells(level: pd.DataFrame) -> list[tuple[tuple[int, int], float]]:
    values = level.to_numpy(dtype="float64")
    return [
        ((row, column), float(values[row, column]))
        for row in range(values.shape[0])
        for column in range(values.shape[1])
    ]
