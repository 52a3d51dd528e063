"""The stylesheet that agencies expect beside a define.xml.

It is Lex Jansen's define2-1.xsl (MIT), as the package defineutils carries it. Browsers that still
know XSLT show define.xml with it; define.html needs none.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

STYLESHEET: Final = "define2-1.xsl"


def write_stylesheet(folder: Path) -> Path:
    """Put the stylesheet into a folder, as define.xml refers to it; its path."""
    path = folder / STYLESHEET
    path.write_bytes((_carrier() / "definehtml" / STYLESHEET).read_bytes())
    return path


def _carrier() -> Path:
    """The folder of defineutils, which is not imported: that would load a validator of schemas."""
    spec = find_spec("defineutils")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("defineutils is not installed", name="defineutils")
    return Path(spec.submodule_search_locations[0])
