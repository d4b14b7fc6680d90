"""The best way to give each beat a clip of its own: the assignment problem, by the Hungarian method."""

from collections.abc import Mapping, Sequence

Row = Mapping[str, float]

REPEAT_COST = 1_000.0
"""What a clip loses when it is used a second time: more than any scores can make up for."""


def assign(rows: Sequence[Row]) -> list[str]:
    """For each row one of its names, so that the values add up to the most and no name is used twice.

    A name is used twice only where the rows leave no other way. Equal sums are broken by the order of rows and names.

    Args:
        rows: for each beat the value of each clip that is offered for it; none may be empty.

    >>> assign([{"C01": 0.9, "C02": 0.8}, {"C01": 0.7}])
    ['C02', 'C01']
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    best = [max(row, key=lambda name: (row[name], -names.index(name))) for row in rows]
    # One spare column per row stands for "the best of this row once more".
    costs = [
        [-row[name] if name in row else 4 * REPEAT_COST for name in names]
        + [REPEAT_COST - row[best[k]] if spare == k else 4 * REPEAT_COST for spare in range(len(rows))]
        for k, row in enumerate(rows)
    ]
    return [names[column] if column < len(names) else best[k] for k, column in enumerate(_columns(costs))]


def _columns(costs: list[list[float]]) -> list[int]:
    """The column of each row in a cheapest assignment; there are at least as many columns as rows."""
    row_price, column_price = [0.0] * len(costs), [0.0] * (len(costs[0]) if costs else 0)
    owner: list[int | None] = [None] * len(column_price)
    for row in range(len(costs)):
        _place(row, costs, (row_price, column_price), owner)
    taken = {own: column for column, own in enumerate(owner) if own is not None}
    return [taken[row] for row in range(len(costs))]


def _place(
    row: int, costs: list[list[float]], prices: tuple[list[float], list[float]], owner: list[int | None]
) -> None:
    """Find the cheapest chain of changes that gives one more row a column, and make it."""
    row_price, column_price = prices
    slack = [float("inf")] * len(column_price)
    came_from: list[int | None] = [None] * len(column_price)
    reached: list[int] = []
    last: int | None = None
    current: int | None = row
    while current is not None:
        open_columns = [column for column in range(len(column_price)) if column not in reached]
        for column in open_columns:
            rest = costs[current][column] - row_price[current] - column_price[column]
            if rest < slack[column]:
                slack[column], came_from[column] = rest, last
        nearest = min(open_columns, key=lambda column: slack[column])
        step = slack[nearest]
        row_price[row] += step
        for column in reached:
            row_price[owner[column] or 0] += step
            column_price[column] -= step
        for column in open_columns:
            slack[column] -= step
        reached.append(nearest)
        last, current = nearest, owner[nearest]
    while last is not None:
        before = came_from[last]
        owner[last] = row if before is None else owner[before]
        last = before
