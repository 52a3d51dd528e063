"""Two values of each subject against each other, a panel per measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from adam.analysis import selected
from specs.errors import MappingError
from submission.results.figures.style import COLOURS, GRID, QUIET, few, look, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from specs.analyses import Display
    from specs.tables import Table

_COLUMNS = 3


def draw(display: Display, results: pd.DataFrame, tables: Mapping[str, Table]) -> Figure:
    """A point per subject in each panel, with its number where they are few; the panel's title
    has the rank correlation that the display's analyses give for its parameter.
    """
    people = tables["ADSL"].frame.set_index("USUBJID")["SUBJID"]
    looks = look(people.index)
    named = few(people)
    rows = (len(display.panels) + _COLUMNS - 1) // _COLUMNS
    figure = sheet(7.4, 0.5 + 2.7 * rows)
    grid = figure.subplots(rows, min(_COLUMNS, len(display.panels)), squeeze=False)
    axes_list = [axes for row in grid for axes in row]
    for axes, panel in zip(axes_list, display.panels, strict=False):
        if panel.against is None:
            raise MappingError(f"{display.id}: {panel.label} has no against", where=display.place)
        first = selected(panel, tables, display.place)
        second = selected(panel.against, tables, display.place).set_index("USUBJID")
        other = first["USUBJID"].map(second[panel.against.variable])
        taken: list[tuple[float, float]] = []
        height = first[panel.variable].abs().max()
        for subject, x, y in zip(first["USUBJID"], other, first[panel.variable], strict=True):
            colour, marker = looks[str(subject)]
            if not named:
                axes.plot(x, y, marker=".", color=COLOURS[0], markersize=4, linestyle="none")
                continue
            crowded = any(x == left and abs(y - low) < 0.08 * height for left, low in taken)
            taken.append((x, y))
            axes.plot(x, y, marker=marker, color=colour, markersize=7, linestyle="none")
            axes.annotate(
                str(people[subject]), (x, y), xytext=(-6 if crowded else 6, 3),
                textcoords="offset points", fontsize=8, ha="right" if crowded else "left",
            )  # fmt: skip
        axes.axhline(0, color=QUIET, linewidth=0.8)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.margins(0.18)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_title(f"{panel.label}\n{_correlation(display, results, first)}", fontsize=8)
        axes.set_ylabel(panel.unit)
        axes.set_xlabel(str(display.options.get("x", "")))
    for axes in axes_list[len(display.panels) :]:
        axes.set_visible(False)
    return figure


def _correlation(display: Display, results: pd.DataFrame, records: pd.DataFrame) -> str:
    names = records["PARAM"].unique()
    mine = results[results["analysis"].isin(display.analyses) & results["value1"].isin(names)]
    shown = mine.set_index("statistic")["shown"]
    if not {"RHO", "P", "N"} <= set(shown.index):
        return ""
    kind = mine.set_index("statistic")["label"]["P"]
    return f"rho {shown['RHO']}, {kind.lower()} {shown['P']}, n {shown['N']}"
