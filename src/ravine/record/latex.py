"""Formulas as LaTeX, read off the code by SymPy."""

from __future__ import annotations

from typing import Literal

from ravine.objective import Objective


def latex(objective: Objective, derivative: Literal[0, 1, 2] = 0) -> str:
    r"""Return the formula of an objective, or of its slope or curvature, as LaTeX.

    SymPy reads it off the formula itself, so it cannot differ from what is computed.

    Parameters
    ----------
    objective : Objective
        Its formulas must accept a SymPy symbol, as plain arithmetic does.
    derivative : {0, 1, 2}
        0 for the value, 1 for the slope, 2 for the curvature.

    Raises
    ------
    ValueError
        When the objective has no hand-written formula for this derivative.

    Examples
    --------
    >>> from ravine.named import DOUBLE_WELL
    >>> from ravine.named import SHIFTED_QUADRATIC
    >>> print(latex(SHIFTED_QUADRATIC))
    \frac{1}{2} \left(w - 1\right)^{2}
    >>> print(latex(DOUBLE_WELL, derivative=1))
    2 w \left(w^{2} - 1\right)
    """
    import sympy  # here, so that `import ravine` stays light

    formulas = (objective.value, objective.slope, objective.curvature)
    if derivative not in range(len(formulas)):
        raise ValueError(f"derivative must be 0, 1 or 2, got {derivative}")
    formula = formulas[derivative]
    if formula is None:
        raise ValueError(
            f"objective must have a formula for derivative {derivative}, got {objective}"
        )
    exact = sympy.nsimplify(formula(sympy.Symbol("w", real=True)), rational=True)
    factor, rest = exact.as_coeff_Mul()
    if factor.is_Integer:
        return str(sympy.latex(exact))
    return f"{sympy.latex(factor)} {sympy.latex(rest)}"  # a half in front, not a long fraction
