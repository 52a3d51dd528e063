"""Conformance checks, one in each module of this package; a new module is found by itself.

The tables that pass and that fail a check are in tests/validation/checks, in a file of its name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from validation.check import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of this package, in the order of its modules' names."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return tuple(
        one for module in modules for one in vars(module).values() if isinstance(one, Check)
    )
