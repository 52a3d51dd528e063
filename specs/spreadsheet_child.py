"""A sheet of a workbook read in a process of its own, whose memory and time are limited.

For formats that cannot be looked through beforehand. It is called with a path, the number of a
sheet (-1 for none) and 1 where empty rows and columns before the data are left out; it writes
(names, names of those shown, rows) or the text of an error, pickled.
"""

from __future__ import annotations

import pickle
import sys
from typing import Final

import python_calamine as calamine

MEMORY: Final = 1 << 30
SECONDS: Final = 8


def main() -> None:
    """Read what the arguments name."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        pass
    else:
        for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
            hard = resource.getrlimit(kind)[1]
            soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (soft, hard))
    path, number, skip = sys.argv[1:]
    answer: object
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        rows = (
            book.get_sheet_by_index(int(number)).to_python(skip_empty_area=skip == "1")
            if int(number) >= 0
            else []
        )
        answer = (tuple(book.sheet_names), shown(book), rows)
    except (calamine.CalamineError, OSError) as error:
        answer = f"{type(error).__name__}: {error}"
    pickle.dump(answer, sys.stdout.buffer)


def shown(book: calamine.CalamineWorkbook) -> tuple[str, ...]:
    """The names of the sheets of cells that are not hidden."""
    return tuple(
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    )


if __name__ == "__main__":
    main()
