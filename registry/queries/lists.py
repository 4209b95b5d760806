"""Lists of values in statements that are rendered once: the number of places is a power of two.

A list is filled up with its last value, so that a handful of statements serves lists of every length.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa


def places_for(values: Sequence[Any]) -> int:
    """How many places a list of these values takes."""
    return 1 << (len(values) - 1).bit_length()


def filled(name: str, values: Sequence[Any]) -> Mapping[str, Any]:
    """The values under the names of their places. Raises ValueError for no values: nothing is in an empty list."""
    if not values:
        raise ValueError(f"no values for {name}")
    last = len(values) - 1
    return {f"{name}_{n}": values[min(n, last)] for n in range(places_for(values))}


def within(column: sa.ColumnElement[Any], name: str, places: int) -> sa.ColumnElement[bool]:
    """`column IN (…)` with this many places."""
    return column.in_([sa.bindparam(f"{name}_{n}", type_=column.type) for n in range(places)])
