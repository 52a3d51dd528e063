"""The checks that are functions, by what they are about; a new module is found by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from validation.define.check import Check


@cache
def family_checks() -> tuple[Check, ...]:
    """Every check declared in this package, in the order of its modules' names."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return tuple(
        one for module in modules for one in vars(module).values() if isinstance(one, Check)
    )
