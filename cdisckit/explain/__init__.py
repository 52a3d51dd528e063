"""`cdisckit explain`: from one cell of a package back to the fields on the forms."""

from cdisckit.explain.asked import explained, raw_values
from cdisckit.explain.cells import Cell, Field, Source
from cdisckit.explain.tree import drawn

__all__ = ["Cell", "Field", "Source", "drawn", "explained", "raw_values"]
