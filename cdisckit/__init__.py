"""From the raw data of a clinical trial to SDTM and ADaM in XPT with define.xml.

docs/python.md shows what is here at work; `help(cdisckit.build)` and the like describe it. It is
imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdisckit.building import Build
    from cdisckit.python import (
        build,
        check_spec,
        load_study,
        read_define,
        read_raw,
        schema,
    )
    from specs.derivation import derivation
    from specs.errors import CdisckitError
    from specs.model import Study
    from specs.tables import Table
    from submission.xpt import Column, read_xpt, write_xpt

    __version__: str

__all__ = [
    "Build",
    "CdisckitError",
    "Column",
    "Study",
    "Table",
    "__version__",
    "build",
    "check_spec",
    "derivation",
    "load_study",
    "read_define",
    "read_raw",
    "read_xpt",
    "schema",
    "write_xpt",
]

_HOMES = {
    "Build": "cdisckit.building",
    "CdisckitError": "specs.errors",
    "Column": "submission.xpt",
    "Study": "specs.model",
    "Table": "specs.tables",
    "build": "cdisckit.python",
    "check_spec": "cdisckit.python",
    "derivation": "specs.derivation",
    "load_study": "cdisckit.python",
    "read_define": "cdisckit.python",
    "read_raw": "cdisckit.python",
    "read_xpt": "submission.xpt",
    "schema": "cdisckit.python",
    "write_xpt": "submission.xpt",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("cdisckit")
    elif name in _HOMES:
        from cdisckit.house import check_house

        check_house()
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=None)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
