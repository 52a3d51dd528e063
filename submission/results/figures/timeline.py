"""The course of each subject: steroid dose, infusion, adverse events, response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from adam.analysis import selected
from submission.results.figures.style import COLOURS, INK, QUIET, sheet, week_axis
from submission.results.figures.trajectories import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from specs.analyses import Display
    from specs.tables import Table

_BLUE, _ORANGE, _GREEN = COLOURS[0], COLOURS[1], COLOURS[2]
_DOSE = "#9ecae1"
_EVENT_MARKERS = {1.0: "o", 2.0: "s"}
_LANE = 1.4  # from one subject to the next; a dose is drawn within 0.5
_ROOM, _BESIDE = 14, 8  # days that the label of a dose and the mark of an event need


def draw(display: Display, _: pd.DataFrame, tables: Mapping[str, Table]) -> Figure:
    """A lane per subject. The display's panels are in this order: daily dose by interval, adverse
    events, response by visit. `decisive` of the display names the visit whose response counts: it
    is ringed, at its target day where there is no assessment, with the reason of a failure.
    """
    decisive = str(display.options.get("decisive", ""))
    doses, events, responses = (selected(p, tables, display.place) for p in display.panels)
    people = tables["ADSL"].frame
    ends = (people["EOSDT"] - people["TRTSDT"]).dt.days.add(1).set_axis(people["USUBJID"])
    doses = _within_view(doses, ends)
    highest = float(doses["AVAL"].max())
    figure = sheet(7.6, 1.1 + 1.12 * len(people))
    axes = figure.subplots()
    for lane, person in enumerate(people.to_dict("records")):
        bottom = -_LANE * lane
        subject = person["USUBJID"]
        end = _day(person["EOSDT"], person["TRTSDT"])
        _dose_area(axes, doses[doses["USUBJID"].eq(subject)], bottom, highest, end)
        _events(axes, events[events["USUBJID"].eq(subject)], bottom + 0.66)
        own = responses[responses["USUBJID"].eq(subject)]
        _responses(axes, own[own["AVISIT"].ne(decisive)], bottom + 1.04)
        _decisive(axes, own[own["AVISIT"].eq(decisive)], bottom + 1.04)
        axes.plot([FIRST_DAY, end], [bottom, bottom], color=QUIET, linewidth=0.7)
        left = person["EOSSTT"] == "DISCONTINUED"
        axes.plot(end, bottom, marker="X" if left else "|", color=INK, markersize=8, zorder=5)
        axes.plot(1, bottom, marker=(3, 0, 180), color=INK, markersize=8, zorder=6)
        started = person.get("NEWTRTDT")
        if pd.notna(started):
            day = _day(started, person["TRTSDT"])
            axes.plot(day, bottom + 0.12, marker="*", color=_ORANGE, markersize=11, zorder=6)
    axes.set_ylim(-_LANE * (len(people) - 1) - 0.2, 1.2)
    axes.set_yticks(
        [0.4 - _LANE * lane for lane in range(len(people))],
        [f"Subject {number}" for number in people["SUBJID"]],
    )
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    week_axis(axes)
    axes.grid(visible=False)
    axes.set_xlim(FIRST_DAY - 3, LAST_DAY + 6)
    axes.set_xlabel("Week from the infusion")
    figure.legend(
        handles=_keys(axes, highest), loc="outside upper center", ncols=4, frameon=False,
        fontsize=8, handletextpad=0.5, columnspacing=1.2,
    )  # fmt: skip
    return figure


def _dose_area(axes: Any, own: pd.DataFrame, bottom: float, highest: float, end: float) -> None:
    """Draw the doses as an area, numbered where they change."""
    shown = own[own["start"].le(end)]
    stop = shown["stop"].clip(upper=end + 1)
    height = 0.5 * shown["AVAL"] / highest
    axes.bar(
        shown["start"], height, width=stop - shown["start"], bottom=bottom, align="edge",
        color=_DOSE, linewidth=0,
    )  # fmt: skip
    previous = 0.0
    for day, days, dose, top in zip(
        shown["start"], stop - shown["start"], shown["AVAL"], height, strict=True
    ):
        short = days < _ROOM
        if dose > 0 and (short or dose != previous):
            axes.annotate(
                f"{dose:.3g}", (day + (days / 2 if short else 1.5), bottom + top),
                xytext=(0, 1), textcoords="offset points", fontsize=7, color="#08306b",
                va="bottom", ha="center" if short else "left",
            )  # fmt: skip
        previous = previous if short else dose


def _within_view(doses: pd.DataFrame, ends: pd.Series) -> pd.DataFrame:
    """The intervals that reach into the figure before the subject's last day, with their first day
    and the day after the last.
    """
    doses = doses[~doses["ASTDY"].gt(doses["USUBJID"].map(ends))]
    start = doses["ASTDY"].fillna(FIRST_DAY).clip(lower=FIRST_DAY)
    stop = doses["AENDY"].fillna(LAST_DAY).clip(upper=LAST_DAY) + 1
    visible = doses.assign(start=start, stop=stop)[doses["AVAL"].notna() & stop.gt(start)]
    return visible.sort_values("start", kind="stable")


def _events(axes: Any, own: pd.DataFrame, height: float) -> None:
    """Events one over the other where there is no room beside."""
    levels: list[float] = []
    ordered = own.sort_values("ASTDY", kind="stable")
    for day, grade, related in zip(
        ordered["ASTDY"], ordered["ATOXGRN"], ordered["AREL"], strict=True
    ):
        free = [n for n, last in enumerate(levels) if day - last >= _BESIDE]
        level = free[0] if free else len(levels)
        levels[level : level + 1] = [day]
        axes.plot(
            day, height + 0.12 * level, marker=_EVENT_MARKERS.get(grade, "D"), markersize=5.5,
            color=_ORANGE, markerfacecolor=_ORANGE if related == "RELATED" else "white",
            linestyle="none",
        )  # fmt: skip


def _responses(axes: Any, own: pd.DataFrame, height: float) -> None:
    dated = own.dropna(subset=["ADY"])
    for day, answer in zip(dated["ADY"], dated["AVALC"], strict=True):
        axes.plot(
            day, height, marker="P" if answer == "Y" else "_", markersize=7, color=_GREEN,
            markeredgewidth=0 if answer == "Y" else 1.6, linestyle="none",
        )  # fmt: skip


def _decisive(axes: Any, own: pd.DataFrame, height: float) -> None:
    """The response that counts, with its reason where it is not met."""
    days = own["ADY"].fillna(own["AWTARGET"])
    for day, answer, reason in zip(days, own["AVALC"], own["NRIREAS"], strict=True):
        axes.plot(
            day, height, marker="o", markersize=10, markerfacecolor="white", color=INK,
            markeredgewidth=0.8, linestyle="none", zorder=4,
        )  # fmt: skip
        axes.plot(
            day, height, marker="P" if answer == "Y" else "_", markersize=6, color=_GREEN,
            markeredgewidth=0 if answer == "Y" else 1.6, linestyle="none", zorder=5,
        )  # fmt: skip
        if answer != "Y" and pd.notna(reason):
            axes.annotate(
                reason, (day, height), xytext=(8, 0), textcoords="offset points", fontsize=6.5,
                va="center", color=INK,
            )  # fmt: skip


def _keys(axes: Any, highest: float) -> list[Any]:
    """The handles of the legend."""

    def key(label: str, **look: Any) -> Any:
        (handle,) = axes.plot([], [], linestyle="none", label=label, **look)
        return handle

    event = {"color": _ORANGE, "markersize": 6}
    empty = {**event, "markerfacecolor": "white"}
    return [
        key("Infusion", marker=(3, 0, 180), color=INK, markersize=8),
        key(f"Prednisone equivalent (mg/day, highest {highest:.3g})", marker="s", color=_DOSE,
            markersize=9),
        key("SRI-4 met at the visit", marker="P", color=_GREEN, markersize=7),
        key("SRI-4 not met", marker="_", color=_GREEN, markersize=7, markeredgewidth=1.6),
        key("ringed: decisive visit", marker="o", color=INK, markerfacecolor="white", markersize=8),
        key("AE grade 1", marker="o", **empty),
        key("AE grade 2", marker="s", **empty),
        key("AE not graded (serious)", marker="D", **empty),
        key("filled: possibly related", marker="s", **event),
        key("End of study", marker="|", color=INK, markersize=8),
        key("Withdrawal", marker="X", color=INK, markersize=7),
        key("New SLE treatment", marker="*", color=_ORANGE, markersize=10),
    ]  # fmt: skip


def _day(date: Any, reference: Any) -> float:
    days = (date - reference).days
    return float(days + 1 if days >= 0 else days)
