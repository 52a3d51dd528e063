"""How figures look: colours that the colour-blind tell apart, a marker for each subject, sizes.

Colours are those of Okabe and Ito (2008), but for a yellow that is dark enough to print. Every
subject has a marker of its own as well, so that nothing rests on colour alone. The files are the
same bytes at every run: no dates, fixed ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sized
    from pathlib import Path

    import pandas as pd

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[tuple[float, ...], ...] = (
    (), (6, 1.2), (5, 1.2, 1, 1.2), (2.5, 1), (6, 1.2, 1, 1.2, 1, 1.2), (1.2, 0.8), (9, 2),
)  # fmt: skip
INK, QUIET, GRID = "#1b1b1b", "#5a5a5a", "#dedede"
WEEKS = (0, 4, 8, 12, 16, 20, 24, 36, 52)
DOTS_PER_INCH = 200

_SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "svg.hashsalt": "cdisckit",
    "svg.fonttype": "path",
}


NAMED = 12
"""So many subjects have names in a figure; of more it tells the number."""


def few(people: Sized) -> bool:
    """Whether each subject is named and looks like no other."""
    return len(people) <= NAMED


def sheets_of(people: pd.DataFrame, each: int) -> list[pd.DataFrame]:
    """The subjects in parts that one sheet has room for."""
    return [people[n : n + each] for n in range(0, max(len(people), 1), max(each, 1))]


def settings() -> Any:
    """The context in which a figure is drawn."""
    return rc_context(_SETTINGS)


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches, without the state of pyplot."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def look(subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each subject."""
    return {
        subject: (COLOURS[n % len(COLOURS)], MARKERS[n % len(MARKERS)])
        for n, subject in enumerate(subjects)
    }


def dashes(subjects: Iterable[str]) -> dict[str, tuple[float, tuple[float, ...]]]:
    """A line style of each subject, so that of lines on one another all show, in grey too."""
    return {subject: (0, DASHES[n % len(DASHES)]) for n, subject in enumerate(subjects)}


def week_axis(axes: Any, last: float = 52) -> None:
    """Days from Day 1 as weeks, with a line at the infusion."""
    weeks = [week for week in WEEKS if week <= last]
    axes.set_xticks([7 * week + 1 for week in weeks], [str(week) for week in weeks])
    axes.axvline(1, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)))
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def warning(figure: Figure, text: str) -> None:
    """The words that say that the data are synthetic, under the figure."""
    figure.supxlabel(text, fontsize=7.5, color="#8a3b00", x=0.01, ha="left")


def save(figure: Figure, folder: Path, name: str) -> tuple[str, ...]:
    """The figure as SVG and PNG, the same bytes for the same figure; the names of the files."""
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    figure.savefig(
        folder / f"{name}.png", dpi=DOTS_PER_INCH, metadata={"Software": None, "Date": None}
    )
    return f"{name}.svg", f"{name}.png"
