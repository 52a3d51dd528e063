"""What was made before, kept in a folder by the content of what made it.

A key says all that a result depends on: `specs.cache.digests` tells models, tables and texts by
what they hold, `product` the program that makes of them what is kept. What is read back is checked,
and what is damaged is as good as not there.
"""

from specs.cache.folder import NO_CACHE, Cache, Contents, cache_folder, opened
from specs.cache.product import product, program

__all__ = ["NO_CACHE", "Cache", "Contents", "cache_folder", "opened", "product", "program"]
