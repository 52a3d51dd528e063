"""Specifications as workbooks, in the three layouts of Pinnacle 21 that are in circulation.

A is Community for Define-XML 2.0, B Enterprise for 2.0, C for 2.1. To the sheets and columns of the
layout a workbook made here adds sheets of its own (Files, Records, Tests, Rules, Terms) with what
the layout has no place for: rules, sources, constants.
"""

from specs.workbooks.exporting import exported
from specs.workbooks.importing import import_study
from specs.workbooks.sheets import Sheet, Workbook, read_workbook, write_workbook

__all__ = [
    "Sheet",
    "Workbook",
    "exported",
    "import_study",
    "read_workbook",
    "write_workbook",
]
