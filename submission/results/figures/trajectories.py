"""Values of each subject over time, a panel per measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from adam.analysis import selected
from submission.results.figures.style import INK, QUIET, dashes, few, look, sheet, week_axis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from specs.analyses import Display, Panel
    from specs.tables import Table

FIRST_DAY, LAST_DAY = -27, 372


def draw(display: Display, _: pd.DataFrame, tables: Mapping[str, Table]) -> Figure:
    """A line per subject in each panel: points where ADY is given, steps between ASTDY and AENDY.

    A panel's limit is a line with its label. Weeks count from Day 1.
    """
    people = tables["ADSL"].frame
    looks, strokes = look(people["USUBJID"]), dashes(people["USUBJID"])
    named = few(people)
    figure = sheet(7.2, 0.7 + 2.3 * len(display.panels))
    axes_list = figure.subplots(len(display.panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, panel in zip(axes_list, display.panels, strict=True):
        records = selected(panel, tables, display.place)
        stepped = "ASTDY" in records
        by_subject = dict(list(records.groupby("USUBJID")))
        none = records[:0]
        for person in people.to_dict("records"):
            own = by_subject.get(person["USUBJID"], none)
            line = _steps(own, person) if stepped else _points(own, panel)
            colour, marker = looks[str(person["USUBJID"])]
            axes.plot(
                line["day"], line["value"], color=colour, label=person["SUBJID"],
                linewidth=1.4 if named else 0.4, linestyle=strokes[str(person["USUBJID"])],
                alpha=None if named else 0.4,
                marker=None if stepped or not named else marker, markersize=4.5,
                markeredgecolor="white",
                markeredgewidth=0.5, drawstyle="steps-post" if stepped else "default",
                clip_on=False,
            )  # fmt: skip
            if stepped and named:
                _marked(axes, line, colour, marker)
        _finish(axes, panel)
    axes_list[-1].set_xlabel("Week from the infusion")
    if not few(people):
        figure.suptitle(f"{len(people)} subjects", fontsize=9, x=0.01, ha="left")
        return figure
    handles = [
        _key(axes_list[0], str(p["SUBJID"]), *looks[str(p["USUBJID"])], strokes[str(p["USUBJID"])])
        for p in people.to_dict("records")
    ]
    figure.legend(
        handles=handles, title="Subject", loc="outside upper center", ncols=len(handles),
        frameon=False, fontsize=8.5, title_fontsize=8.5, handlelength=3.2,
    )  # fmt: skip
    return figure


def _points(own: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    dated = own.dropna(subset=["ADY", panel.variable]).sort_values("ADY", kind="stable")
    return pd.DataFrame({"day": dated["ADY"], "value": dated[panel.variable]})


def _steps(own: pd.DataFrame, person: dict[Any, Any]) -> pd.DataFrame:
    """The doses as steps, from before the infusion to the end of the subject's study."""
    end = LAST_DAY
    if pd.notna(person.get("EOSDT")) and pd.notna(person.get("TRTSDT")):
        end = min(end, (person["EOSDT"] - person["TRTSDT"]).days + 1)
    start = own["ASTDY"].fillna(FIRST_DAY).clip(lower=FIRST_DAY)
    visible = own.assign(start=start)[own["AENDY"].fillna(LAST_DAY).ge(FIRST_DAY) & start.le(end)]
    visible = visible.sort_values("start", kind="stable")
    line = pd.DataFrame({"day": visible["start"], "value": visible["AVAL"]})
    if line.empty:
        return line
    last = pd.DataFrame({"day": [float(end)], "value": [line["value"].iloc[-1]]})
    return pd.concat([line, last], ignore_index=True)


def _marked(axes: Any, line: pd.DataFrame, colour: str, marker: str) -> None:
    axes.plot(
        line["day"], line["value"], linestyle="none", marker=marker, color=colour,
        markersize=3.6, markeredgecolor="white", markeredgewidth=0.4,
    )  # fmt: skip


def _finish(axes: Any, panel: Panel) -> None:
    week_axis(axes)
    axes.set_xlim(FIRST_DAY - 3, LAST_DAY + 3)
    axes.set_ylim(0, 1.06 * axes.get_ylim()[1])
    axes.set_title(panel.label)
    axes.set_ylabel(panel.unit)
    if panel.limit is not None:
        axes.axhline(panel.limit, color=INK, linewidth=0.9, linestyle=(0, (5, 3)))
        axes.annotate(
            panel.limit_label, (1, panel.limit), xycoords=("axes fraction", "data"),
            xytext=(0, 2), textcoords="offset points", ha="right", va="bottom", fontsize=7.5,
            color=QUIET,
        )  # fmt: skip


def _key(axes: Any, label: str, colour: str, marker: str, stroke: Any) -> Any:
    (handle,) = axes.plot(
        [], [], color=colour, marker=marker, markersize=5, label=label, linestyle=stroke
    )
    return handle
