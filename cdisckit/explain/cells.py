"""What an explanation is made of.

Cell ── Source ─┬─ Cell ...
                └─ Field of a raw record
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field of a raw record; `value` is known where the raw data were read."""

    form: str
    name: str
    record: int
    subject: str = ""
    event: str = ""
    file: str = ""
    line: str = ""
    value: str | None = None


@dataclass(frozen=True)
class Source:
    """A source of a cell: a constant, fields, or cells, of which `inputs` are the first ones."""

    name: str
    inputs: tuple[Cell | Field, ...] = ()
    more: int = 0
    constant: bool = False
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A value of a dataset, how it came about, and its sources.

    `keys` tell its row from that of the cell above. `again` says that it stands above with its
    sources, `cut` that its sources are beyond the depth that was asked for. `choice` tells among
    how many records its value was chosen, and why others lost.
    """

    dataset: str
    variable: str
    row: int
    value: str
    keys: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    method: str = ""
    sources: tuple[Source, ...] = ()
    again: bool = False
    cut: bool = False
    choice: tuple[str, ...] = ()
