"""The library of the small course."""
