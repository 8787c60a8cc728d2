"""Lines."""


def rise(slope, width):
    """Return how far a line rises."""
    return slope * width
