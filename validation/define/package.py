"""Every define.xml of a package, each with the transport files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.findings import all_findings, findings
from validation.define.run import check_define

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd


def check_package(folder: Path) -> pd.DataFrame:
    """Findings of the define.xml files under a folder and of the data beside them.

    The file of a finding is its path from the folder. A folder of transport files without a
    define.xml is a finding itself. RawDataError when a define.xml cannot be read.
    """
    return all_findings(_findings_of_folders(folder))


def _findings_of_folders(folder: Path) -> Iterator[pd.DataFrame]:
    folders = {path.parent for pattern in ("*.xpt", "define.xml") for path in folder.rglob(pattern)}
    for folder_of in sorted(folders):
        define = folder_of / "define.xml"
        file = define.relative_to(folder).as_posix()
        if not define.is_file():
            # Parts of split datasets stand in a folder below the one that has the define.xml.
            if folder_of.name != "split":
                yield findings(
                    severity="error",
                    rule="DD0101",
                    message=f"{folder_of.name} has transport files and no define.xml",
                    file=file,
                )
            continue
        yield check_define(define, datasets=folder_of).assign(file=file)
