"""The stylesheet that agencies expect beside a define.xml.

It is Lex Jansen's define2-1.xsl (MIT), as the package defineutils carries it. Browsers that still
know XSLT show define.xml with it; define.html needs none.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STYLESHEET = "define2-1.xsl"


def write_stylesheet(folder: Path) -> Path:
    """Put the stylesheet into a folder, as define.xml refers to it; its path."""
    path = folder / STYLESHEET
    path.write_bytes(files("defineutils.definehtml").joinpath(STYLESHEET).read_bytes())
    return path
