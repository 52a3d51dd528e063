"""Values as bytes and back: tables, models of this program, plain Python, and nothing else.

What is read back names classes. Only those that hold data are taken, so that a file in the cache
cannot name a function to be run.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from specs.cache.product import PRODUCT

_YAML: Final = (
    "ruamel.yaml.anchor",
    "ruamel.yaml.comments",
    "ruamel.yaml.error",
    "ruamel.yaml.scalarbool",
    "ruamel.yaml.scalarfloat",
    "ruamel.yaml.scalarint",
    "ruamel.yaml.scalarstring",
    "ruamel.yaml.tag",
    "ruamel.yaml.tokens",
)
"""The modules whose classes hold what stood in a file of YAML."""

_TAKEN: Final = frozenset(
    {
        ("builtins", "complex"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("builtins", "slice"),
        ("collections", "OrderedDict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("decimal", "Decimal"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("pandas", "Categorical"),
        ("pandas", "CategoricalDtype"),
        ("pandas", "DataFrame"),
        ("pandas", "DatetimeIndex"),
        ("pandas", "Index"),
        ("pandas", "Int64Dtype"),
        ("pandas", "Int8Dtype"),
        ("pandas", "BooleanDtype"),
        ("pandas", "MultiIndex"),
        ("pandas", "RangeIndex"),
        ("pandas", "Series"),
        ("pandas", "StringDtype"),
        ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
        ("pandas._libs.internals", "_unpickle_block"),
        ("pandas._libs.missing", "NAType"),
        ("pandas._libs.missing", "_pickle_NA"),
        ("pandas.arrays", "ArrowStringArray"),
        ("pandas.arrays", "BooleanArray"),
        ("pandas.arrays", "DatetimeArray"),
        ("pandas.arrays", "IntegerArray"),
        ("pandas.core.arrays.string_", "StringArray"),
        ("pandas.core.indexes.base", "_new_Index"),
        ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
        ("pandas.core.internals.managers", "BlockManager"),
        ("pandas.core.internals.managers", "SingleBlockManager"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("pyarrow.lib", "_restore_array"),
        ("pyarrow.lib", "chunked_array"),
        ("pyarrow.lib", "py_buffer"),
        ("pyarrow.lib", "type_for_alias"),
        ("specs", "frozen"),
    }
)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """A class that holds data; UnpicklingError for anything else."""
        if (module, name) in _TAKEN:
            return super().find_class(module, name)
        if module in _YAML or module.partition(".")[0] in PRODUCT:
            member = None if "." in name else super().find_class(module, name)
            if isinstance(member, type) and (module in _YAML or _holds_data(member)):
                return member
        raise pickle.UnpicklingError(f"{module}.{name} holds no data")


def _holds_data(kind: type) -> bool:
    return is_dataclass(kind) or issubclass(kind, (BaseModel, Enum))


def dumped(value: Any) -> bytes:
    """A value as bytes."""
    return pickle.dumps(value, protocol=5)


def loaded(data: bytes) -> Any:
    """The value of bytes that `dumped` gave; UnpicklingError where they name what is no data."""
    return _Reader(io.BytesIO(data)).load()
