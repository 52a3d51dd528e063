"""Digests: what stands for the content of models, tables and programs."""

from __future__ import annotations

import pickle
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel

from specs.cache.files import digest_of_files
from specs.derivation import Derivation
from specs.guard import is_of_study

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specs.model import Study

_SIZE: Final = 16
_PLACE: Final = "place"


def digest_of(*things: Any) -> str:
    """A text that differs where the things do, by content: models, tables, plain values.

    The place of a model in its file does not count. Functions count by their name, those of a study
    also by the files of its folder.
    """
    hashed = _Hashed()
    writer = _Canonical(hashed, protocol=5)
    writer.fast = True  # what was seen before is told again: sharing is no content
    writer.dump(things)
    return hashed.hexdigest()


_OF_DATASETS: Final = frozenset(
    {"folder", "datasets", "explanations", "analyses", "displays", "documents", "files"}
)


def facts_of(study: Study) -> tuple[tuple[str, Any], ...]:
    """What a study says outside of its datasets and of what is made of them, to be digested."""
    return tuple(
        (of.name, getattr(study, of.name)) for of in fields(study) if of.name not in _OF_DATASETS
    )


class _Hashed:
    """A file that keeps the digest of what is written to it, and nothing else."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=_SIZE)

    def write(self, data: Any) -> int:
        self._hash.update(data)
        return len(data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class _Content:
    """Stands in a stream for a thing whose content follows."""


class _Canonical(pickle.Pickler):
    """Writes equal things as equal bytes."""

    def reducer_override(self, thing: Any) -> Any:
        """What stands for a thing, where pickle would tell more or less than its content."""
        if isinstance(thing, type):
            return NotImplemented
        if isinstance(thing, Derivation):
            return _Content, _function(thing)
        if is_dataclass(thing):
            content = ((f.name, _sorted(getattr(thing, f.name))) for f in fields(thing))
            return _Content, (type(thing).__qualname__, *(t for t in content if t[0] != _PLACE))
        if isinstance(thing, BaseModel):
            content = ((name, _sorted(value)) for name, value in thing)
            return _Content, (type(thing).__qualname__, *(t for t in content if t[0] != _PLACE))
        if isinstance(thing, Enum):
            return _Content, (type(thing).__qualname__, thing.value)
        if isinstance(thing, MappingProxyType):
            return _Content, tuple((key, _sorted(value)) for key, value in thing.items())
        if isinstance(thing, pd.DataFrame):
            return _Content, ("frame", thing.index, *((str(n), c.array) for n, c in thing.items()))
        if isinstance(thing, pd.Series):
            return _Content, ("series", thing.index, thing.array)
        if isinstance(thing, pd.RangeIndex):
            return _Content, ("range", thing.start, thing.stop, thing.step)
        if isinstance(thing, pd.Index):
            return _Content, ("index", thing.array)
        if isinstance(thing, (pd.api.extensions.ExtensionArray, np.ndarray)):
            return _Content, _values(thing)
        return NotImplemented


def _function(derivation: Derivation) -> tuple[str, ...]:
    module = derivation.function.__module__
    if not is_of_study(module) and not derivation.declared:
        return "function", module, derivation.name
    file = getattr(sys.modules.get(module), "__file__", None)
    code = digest_of_files(Path(file).parent.glob("*.py"), Path(file).parent) if file else ""
    return "function", module, derivation.name, code


def _sorted(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value


def _values(array: Any) -> Iterable[Any]:
    """The content of an array: its kind, and the bytes of its values."""
    kind = str(array.dtype)
    if isinstance(array, pd.Categorical):
        return kind.partition("[")[0], array.ordered, array.codes.tobytes(), array.categories.array
    if isinstance(array.dtype, pd.StringDtype):
        return kind, _arrow(pa.array(array, type=pa.large_string(), from_pandas=True))
    if isinstance(array, np.ndarray):
        return kind, array.tobytes() if array.dtype.kind != "O" else array.tolist()
    plain = array.isna()
    if plain.any() and array.dtype.kind in "iufb":
        return kind, plain.tobytes(), array[~plain].to_numpy().tobytes()
    values = array.to_numpy()
    return kind, values.tobytes() if values.dtype.kind != "O" else values.tolist()


def _arrow(array: pa.Array | pa.ChunkedArray) -> bytes:
    """The values of texts; those of missing ones are nothing."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    batch = pa.record_batch([whole], names=["_"])
    return bytes(batch.serialize())
