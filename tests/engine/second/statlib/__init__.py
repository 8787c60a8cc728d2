"""The library of the other course."""


def mean(values):
    """Return the mean."""
    return sum(values) / len(values)
