"""What is a dataset: the specification model, its files, the standards and the terminology."""

import copyreg
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def frozen(items: Mapping[Any, Any]) -> MappingProxyType[Any, Any]:
    """A view of items that nobody else holds, as a pickled one is read back."""
    return MappingProxyType(items)


# Python pickles no such view; what a study is made of goes to worker processes.
copyreg.pickle(MappingProxyType, lambda view: (frozen, (dict(view),)))
