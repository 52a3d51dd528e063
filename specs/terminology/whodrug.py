"""WHODrug as its maintainers deliver it: names of drugs with their codes, and their ATC classes.

Read are the B3 format (DD, DDA, INA) and the C3 format (MP, ThG, ATC), each with fixed columns
(.txt) or separated by commas (.csv) without a head. Of a drug's names the preferred one is that
of sequence numbers 01 and 001.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.errors import TerminologyError
from specs.terminology.dictionary_files import fixed, found_file, needed_file, separated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAMES_B3: Final = {
    "record": 6, "seq1": 2, "seq2": 3, "check": 1, "designation": 1, "year": 2, "source": 4,
    "country": 3, "company": 5, "ingredients": 2, "salt": 1, "quarter": 3, "name": 1500,
}  # fmt: skip
_CLASSES_B3: Final = {"record": 6, "seq1": 2, "seq2": 3, "check": 1, "atc": 7}
_ATC_B3: Final = {"atc": 7, "level": 1, "text": 110}

_NAMES_C3: Final = {
    "id": 10, "medid": 35, "record": 6, "seq1": 2, "seq2": 3, "seq3": 10, "seq4": 10,
    "generic": 1, "name": 1500,
}  # fmt: skip
_CLASSES_C3: Final = {"group": 10, "atc": 10, "created": 8, "official": 1, "id": 10}
_ATC_C3: Final = {"atc": 10, "level": 1, "text": 110}


@dataclass(frozen=True)
class WhoDrug:
    """A release of WHODrug.

    `names` has a row per name: name, record (the drug) and whether it is the drug's preferred one.
    `classes` has a row per ATC class of a drug: record, atc. `texts` has the classes' names.
    """

    names: pd.DataFrame = field(repr=False)
    classes: pd.DataFrame = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)


def read_whodrug(folder: Path) -> WhoDrug:
    """Read the B3 or C3 files in a folder; TerminologyError when it has neither."""
    c3 = found_file(folder, "MP.txt", "MP.csv")
    b3 = found_file(folder, "DD.txt", "DD.csv", "DD.dd")
    if c3 is None and b3 is None:
        raise TerminologyError(
            "has neither DD (B3 format) nor MP (C3 format)",
            where=str(folder),
            remedy="name the folder of the files as they were delivered",
        )
    if c3 is not None:
        names = _read(c3, _NAMES_C3)
        classes = _read(needed_file(folder, "ThG.txt", "ThG.csv"), _CLASSES_C3)
        classes = classes.merge(names[["id", "record"]], on="id")
        texts = _read(needed_file(folder, "ATC.txt", "ATC.csv"), _ATC_C3)
    else:
        names = _read(needed_file(folder, "DD.txt", "DD.csv", "DD.dd"), _NAMES_B3)
        classes = _read(needed_file(folder, "DDA.txt", "DDA.csv", "DDA.dd"), _CLASSES_B3)
        texts = _read(needed_file(folder, "INA.txt", "INA.csv", "INA.dd"), _ATC_B3)
    preferred = names["seq1"].eq("01") & names["seq2"].eq("001")
    return WhoDrug(
        names[["name", "record"]].assign(preferred=preferred),
        classes[["record", "atc"]].drop_duplicates(ignore_index=True),
        dict(zip(texts["atc"], texts["text"], strict=True)),
    )


def _read(path: Path, widths: Mapping[str, int]) -> pd.DataFrame:
    if path.suffix.casefold() == ".csv":
        return separated(path, widths, ",")
    return fixed(path, widths)
