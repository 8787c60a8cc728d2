"""Formulas as data: written as LaTeX or as code in another language, and torch's record of a loss."""

from ravine.record.graph import (
    RecordedGraph,
    RecordedOperation,
    recorded_graph,
)
from ravine.record.latex import (
    latex,
)
from ravine.record.tape import (
    Comparison,
    Constants,
    Language,
    Recorded,
    Tape,
    python,
    python_function,
)

__all__ = [
    "Comparison",
    "Constants",
    "Language",
    "Recorded",
    "RecordedGraph",
    "RecordedOperation",
    "Tape",
    "latex",
    "python",
    "python_function",
    "recorded_graph",
]
