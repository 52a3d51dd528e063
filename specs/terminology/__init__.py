"""Controlled terminology: codelists by C-code or short name, and coding of collected text.

    terminology = load_terminology(sdtm="2025-03-28", adam="2025-03-28")
    terminology.codelist("NY").term("Y").preferred      # "Yes"
    coded(answers, terminology.codelist("NY"), own={"1": "Y", "0": "N"})

cdisckit ships a selection of each package. A whole package, as NCI EVS publishes it, is added to
the user's cache by `specs.terminology.nci.add_package`.
"""

from __future__ import annotations

from specs.terminology.codelist import Codelist, Package, Term, Terminology, paired
from specs.terminology.coding import coded, nearest
from specs.terminology.packages import latest_versions, load_terminology, versions

__all__ = [
    "Codelist",
    "Package",
    "Term",
    "Terminology",
    "coded",
    "latest_versions",
    "load_terminology",
    "nearest",
    "paired",
    "versions",
]
