r"""Theory: what gradient descent with a constant step size must do, before it is run.

On :math:`\tfrac{\lambda}{2} w^2` everything is known exactly; on the double well and the quartic the
step size at which runs begin to diverge is; for whole classes of objectives there are bounds.
"""

from ravine.theory.bounds import (
    Count,
    Measure,
    armijo_least_step,
    descent_bound,
    descent_lemma_bound,
    first_order_model,
    linear_distance_bound,
    linear_rate_bound,
    model_decrease,
    sharp_sublinear_bound,
    sublinear_bound,
)
from ravine.theory.momentum import (
    best_momentum,
    heavy_ball_factor,
)
from ravine.theory.parabola import (
    Regime,
    contraction_factor,
    regime,
    step_size_threshold,
    updates_to_target,
)
from ravine.theory.quartics import ON_DOUBLE_WELL, ON_QUARTIC, TwoWells

__all__ = [
    "ON_DOUBLE_WELL",
    "ON_QUARTIC",
    "Count",
    "Measure",
    "Regime",
    "TwoWells",
    "armijo_least_step",
    "best_momentum",
    "contraction_factor",
    "descent_bound",
    "descent_lemma_bound",
    "first_order_model",
    "heavy_ball_factor",
    "linear_distance_bound",
    "linear_rate_bound",
    "model_decrease",
    "regime",
    "sharp_sublinear_bound",
    "step_size_threshold",
    "sublinear_bound",
    "updates_to_target",
]
