"""Specifications as workbooks, in the three layouts of Pinnacle 21 that are in circulation.

A is Community for Define-XML 2.0, B Enterprise for 2.0, C for 2.1. A workbook made here adds
columns to Variables and ValueLevel (Rule, Sources, Constants, Condition), and sheets of its own
(Files, Records, Tests, Rules, Terms) with all that the layout has no place for.
"""

from specs.workbooks.editing import import_study
from specs.workbooks.exporting import exported
from specs.workbooks.places import located
from specs.workbooks.sheets import Sheet, Workbook, read_workbook, write_workbook

__all__ = [
    "Sheet",
    "Workbook",
    "exported",
    "import_study",
    "located",
    "read_workbook",
    "write_workbook",
]
