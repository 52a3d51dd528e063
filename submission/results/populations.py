"""The populations that analyses are of: flags of ADSL by which their records are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.where import Comparator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.analyses import Selection
    from specs.model import Study


def populations(study: Study, selection: Selection) -> Iterator[tuple[str, str]]:
    """The population flags by which records are selected, each with what it is called."""
    if not study.has("ADSL"):
        return
    adsl = study.dataset("ADSL")
    for where in selection.where:
        of_subject = adsl.has(where.variable) and where.comparator is Comparator.EQ
        if of_subject and where.values == ("Y",):
            yield where.variable, adsl.variable(where.variable).label.removesuffix(" Flag")
