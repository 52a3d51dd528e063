"""Each subject's values at a few visits, a panel per measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.analysis import selected
from submission.results.figures.style import GRID, few, look, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from specs.analyses import Display
    from specs.tables import Table

_COLUMNS = 4


def draw(display: Display, _: pd.DataFrame, tables: Mapping[str, Table]) -> Figure:
    """A line per subject from visit to visit in each panel; `dashed` in the display's options
    names a flag record (dataset, where) whose subjects are drawn dashed with open markers.
    """
    people = tables["ADSL"].frame
    looks = look(people["USUBJID"])
    visits = [str(visit) for visit in display.options.get("visits", ["Baseline", "Week 24"])]
    number = tables[display.panels[0].dataset].frame.set_index("AVISIT")["AVISITN"]
    weeks = [float(number.loc[[visit]].iloc[0]) for visit in visits]
    rows = (len(display.panels) + _COLUMNS - 1) // _COLUMNS
    columns = min(_COLUMNS, len(display.panels))
    figure = sheet(7.6, 0.8 + 2.6 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    axes_list = [axes for row in grid for axes in row]
    named = few(people)
    other = set(display.options.get("dashed", ()))
    for axes, panel in zip(axes_list, display.panels, strict=False):
        records = selected(panel, tables, display.place)
        by_subject = dict(list(records.groupby("USUBJID")))
        none = records[:0]
        for person in people.to_dict("records"):
            own = by_subject.get(person["USUBJID"], none).set_index("AVISIT")
            own = own.reindex(visits)
            colour, marker = looks[str(person["USUBJID"])]
            dashed = named and str(person["SUBJID"]) in other
            axes.plot(
                weeks, own[panel.variable], color=colour, marker=marker if named else None,
                markersize=5, linewidth=1.4 if named else 0.4, alpha=None if named else 0.4,
                linestyle="--" if dashed else "-",
                markerfacecolor="white" if dashed else colour, label=str(person["SUBJID"]),
            )  # fmt: skip
        axes.set_xticks(weeks)
        axes.set_xlim(weeks[0] - 1.5, weeks[-1] + 1.5)
        axes.set_ylim(0, 1.08 * records[records["AVISIT"].isin(visits)][panel.variable].max())
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        axes.set_title(panel.label)
        axes.set_ylabel(panel.unit)
        axes.set_xlabel("Week")
    for axes in axes_list[len(display.panels) :]:
        axes.set_visible(False)
    if not named:
        figure.suptitle(f"{len(people)} subjects", fontsize=9, x=0.01, ha="left")
        return figure
    handles, labels = axes_list[0].get_legend_handles_labels()
    figure.legend(
        handles, [f"{x} (no response)" if x in other else x for x in labels], title="Subject",
        loc="outside upper center", ncols=len(labels), frameon=False, fontsize=8.5,
        title_fontsize=8.5,
    )  # fmt: skip
    return figure
