"""A dataset as one side of a comparison: its values, and what its file says of its variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Kind = Literal[
    "text", "number", "integer", "double", "date", "datetime", "time", "boolean", "untold"
]
"""What the values of a variable are. A transport file tells a number, but not whether it is an
integer or a double; a CSV file tells nothing."""


@dataclass(frozen=True)
class SideVariable:
    """A variable as its file describes it; None is what the format cannot say.

    `length` is in bytes in SAS files, in characters elsewhere.
    """

    name: str
    kind: Kind = "untold"
    label: str | None = None
    length: int | None = None
    format: str | None = None
    informat: str | None = None


@dataclass(frozen=True)
class Side:
    """A dataset: texts of dtype str, numbers of float64, dates and times as SAS counts them.

    `keys` are the variables that its description says tell its records apart. `tells_blanks`
    says that the file tells an empty text from a missing one, `tells_codes` that it tells the
    special missing values .A to .Z.
    """

    name: str
    frame: pd.DataFrame
    variables: tuple[SideVariable, ...]
    label: str | None = None
    keys: tuple[str, ...] = ()
    tells_blanks: bool = False
    tells_codes: bool = False

    def __repr__(self) -> str:
        size = f"{counted(len(self.frame), 'record')}, {counted(len(self.variables), 'variable')}"
        return f"<Side {self.name}: {size}>"

    @cached_property
    def variable(self) -> Mapping[str, SideVariable]:
        """The variables by their names."""
        return {variable.name: variable for variable in self.variables}
