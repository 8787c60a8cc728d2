"""Many runs at once: step sizes, starts, both."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ravine._arguments import number, positive, radius, tolerance, whole
from ravine._arguments import step_sizes as checked_step_sizes
from ravine.derivative import Loss
from ravine.descent import check_objective, known_optimal_value
from ravine.methods import Method, gradient_descent
from ravine.objective import Number, Objective, point_shape
from ravine.stepsize import LineSearch
from ravine.stopping import StoppingRules
from ravine.sweeps._blocks import Array, Ends, Problem, Settings, check_apart
from ravine.sweeps._kernel import Kernel, available, kernel
from ravine.sweeps._spread import cores, spread
from ravine.trace import StopReason

if TYPE_CHECKING:
    from concurrent.futures import Executor

AnyArray = TypeVar("AnyArray", bound=npt.NDArray[Any])

# In runs times updates at most. Most runs end long before the cap.
WORTH_THREADS = 10**7
WORTH_COMPILING = 10**9  # numba takes a second or two, NumPy some seconds for this


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The ends of many runs: values that cannot be changed. All arrays have one shape, that of the sweep.

    Of an objective of n numbers, `starts` and `x` hold points and have one axis more, the first, with n
    entries; and `iterates` the second.

    Parameters
    ----------
    step_sizes, starts : array
        The setting of each run.
    updates : array of int
        How many updates each run made.
    stop : array of int
        Why each run stopped: compare it with a `StopReason`, as in
        ``result.stop == StopReason.CAP``.
    x : array
        The last iterate of each run, in the dtype of the starts.
    value, gradient_norm : array
        The objective and the absolute slope there, in float64.
    iterates : array, optional
        All iterates, if they were to be kept: entry k holds those after k updates, in the shape
        of the sweep, and is not a number where a run had ended before.
    settings : mapping of str to array
        The other settings of the method that were given, the momentum of each run for example.

    Examples
    --------
    >>> from ravine import CENTRED_QUADRATIC
    >>> result = sweep(CENTRED_QUADRATIC, step_size=np.array([0.5, 1.0, 2.0, 3.0]), start=5.0,
    ...                max_updates=200, eps_obj=1e-5, escape_radius=1e6)
    >>> result.updates
    array([ 11,   1, 200,  18])
    >>> result.step_sizes[result.fastest()]
    array([1.])
    >>> print(result)
    4 runs: 2 reached the target, 1 diverged, 1 stopped at the cap; fewest updates: 1, \
at step size 1
    """

    step_sizes: Array
    starts: Array
    updates: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int8]
    x: Array
    value: npt.NDArray[np.float64]
    gradient_norm: npt.NDArray[np.float64]
    iterates: Array | None = None
    settings: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Copy the arrays that somebody could change and make the copies read-only."""
        for entry in fields(self):
            array = getattr(self, entry.name)
            if entry.name == "settings" or array is None or not _changeable(array):
                continue
            array = np.array(array)
            array.setflags(write=False)
            object.__setattr__(self, entry.name, array)

    @property
    def reached(self) -> npt.NDArray[np.bool_]:
        """Which runs brought the objective gap within its tolerance."""
        return np.equal(self.stop, StopReason.OBJECTIVE)

    @property
    def escaped(self) -> npt.NDArray[np.bool_]:
        """Which runs left the escape radius or the finite numbers."""
        return np.isin(self.stop, (StopReason.ESCAPED, StopReason.NOT_FINITE))

    @property
    def capped(self) -> npt.NDArray[np.bool_]:
        """Which runs used up their updates."""
        return np.equal(self.stop, StopReason.CAP)

    @property
    def reached_count(self) -> int:
        """How many runs brought the objective gap within its tolerance."""
        return int(self.reached.sum())

    @property
    def escaped_count(self) -> int:
        """How many runs left the escape radius or the finite numbers."""
        return int(self.escaped.sum())

    @property
    def capped_count(self) -> int:
        """How many runs used up their updates."""
        return int(self.capped.sum())

    def count(self, reason: StopReason) -> int:
        """Return how many runs stopped for this reason."""
        return int((self.stop == reason).sum())

    def fastest(self) -> npt.NDArray[np.int64]:
        """Return the positions of all runs that reached the target in the fewest updates.

        Positions count through the flattened arrays; there are none when no run reached it.
        """
        if not self.reached.any():
            return np.array([], dtype=np.int64)
        fewest = self.updates[self.reached].min()
        return np.flatnonzero(self.reached & (self.updates == fewest))

    def nearest_minimizer(self, objective: Objective) -> Array:
        """Return, for each run that reached the target, the minimizer it ended next to.

        Parameters
        ----------
        objective : Objective
            It must know its minimizers.

        Returns
        -------
        array
            Of the shape of `x`; not a number where the target was not reached.

        Examples
        --------
        >>> from ravine import DOUBLE_WELL
        >>> result = sweep(
        ...     DOUBLE_WELL, step_size=np.array([1 / 12, 1 / 6, 1 / 4]), start=2.0, eps_obj=1e-5
        ... )
        >>> result.nearest_minimizer(DOUBLE_WELL)
        array([ 1., nan, -1.])
        """
        if not objective.minimizers:
            raise ValueError(f"objective must know its minimizers, got {objective}")
        minimizers = np.array(objective.minimizers)
        if minimizers.ndim == 1:
            nearest = np.abs(self.x[..., None] - minimizers).argmin(axis=-1)
            return np.where(self.reached, minimizers[nearest], np.nan)
        away = self.x[:, None] - minimizers.T.reshape(*minimizers.T.shape, *(1,) * self.stop.ndim)
        nearest = (away * away).sum(axis=0).argmin(axis=0)
        return np.where(self.reached, np.moveaxis(minimizers[nearest], -1, 0), np.nan)

    def settling_times(self, objective: Objective, target: float = 1e-6) -> npt.NDArray[np.float64]:
        r"""Return, for each run, the first k from which it stays within a target to its end.

        "First within the target" would flatter methods that shoot past the minimizer and come back.
        It needs the iterates, and a run that a rule ends early says nothing of what would have come.

        Parameters
        ----------
        objective : Objective
            What was swept; its optimal value must be known.
        target : float
            What the objective gap :math:`L(w_k) - L^\ast` has to stay within.

        Returns
        -------
        array
            Of the shape of the sweep. Not a number where a run is not within the target at its end.

        Examples
        --------
        With momentum a run through a narrow ravine settles sooner, with too much of it later:

        >>> from ravine import heavy_ball, quadratic_form
        >>> ravine = quadratic_form([[1.0, 0.0], [0.0, 20.0]])
        >>> ends = sweep(
        ...     ravine,
        ...     method=heavy_ball,
        ...     step_size=0.04,
        ...     momentum=np.array([0.0, 0.7, 0.9]),
        ...     start=np.array([1.8, 0.5]),
        ...     max_updates=400,
        ...     keep_iterates=True,
        ... )
        >>> ends.settling_times(ravine)
        array([176.,  42., 143.])
        """
        if objective.optimal_value is None:
            raise ValueError(f"objective must know its optimal value, got {objective!r}")
        if self.iterates is None:
            raise ValueError("settling times need the iterates: sweep with keep_iterates=True")
        points = self.iterates if self.x.ndim == self.stop.ndim else self.iterates.swapaxes(0, 1)
        flat = points.reshape(*points.shape[: self.x.ndim - self.stop.ndim], -1)
        with np.errstate(over="ignore", invalid="ignore"):
            gaps = np.asarray(objective.value(cast("Number", flat))) - objective.optimal_value
        k = np.arange(len(self.iterates)).reshape(-1, *(1,) * self.stop.ndim)
        outside = ~(gaps.reshape(-1, *self.stop.shape) <= target) & (k <= self.updates)
        settled = (outside * (k + 1)).max(axis=0, initial=0)
        return np.where(settled <= self.updates, settled, np.nan)

    def __str__(self) -> str:
        """Tell the sweep in one line."""
        told = [f"{self.reached_count} reached the target"] if self.reached_count else []
        told += [f"{self.escaped_count} diverged"] if self.escaped_count else []
        told += [f"{self.capped_count} stopped at the cap"] if self.capped_count else []
        flat = self.count(StopReason.GRADIENT)
        told += [f"{flat} stopped at a small gradient"] if flat else []
        return f"{self.updates.size} runs: {', '.join(told)}{self._winners()}"

    def _winners(self) -> str:
        fastest = self.fastest()
        if not fastest.size:
            return ""
        step_sizes = np.unique(self.step_sizes.ravel()[fastest])
        shown = ", ".join(f"{step_size:.6g}" for step_size in step_sizes[:3])
        more = f" and {len(step_sizes) - 3} more" if len(step_sizes) > 3 else ""
        noun = "step size" if len(step_sizes) == 1 else "step sizes"
        return f"; fewest updates: {self.updates.ravel()[fastest[0]]}, at {noun} {shown}{more}"

    def __repr__(self) -> str:
        """Tell the sweep in one line."""
        return f"<Sweep: {self}>"


def _changeable(array: npt.NDArray[Any]) -> bool:
    owner: object = array if array.base is None else array.base
    return array.flags.writeable or not isinstance(owner, np.ndarray) or owner.flags.writeable


def sweep(
    objective: Objective | Loss,
    *,
    method: Callable[..., Method[Any]] = gradient_descent,
    step_size: float | Array,
    start: float | Array,
    max_updates: int = 1000,
    eps_grad: float | None = None,
    eps_obj: float | None = None,
    escape_radius: float = math.inf,
    keep_iterates: bool = False,
    memory_limit: float = 2**30,
    compiled: bool | None = None,
    executor: Executor | None = None,
    progress: bool | Callable[[int, int], object] = False,
    **settings: float | Array,
) -> Sweep:
    """Run a method from many starts, with many step sizes or other settings, each run as `minimize` would.

    The answers are those of `minimize`, run by run and bit for bit, as long as the formulas are
    plain arithmetic: both follow the same rules, and ``+ - * /`` round alike in floats and arrays.
    (Norms of points of several numbers may differ in the last bit.)
    Only the ends are kept. They do not depend on how the runs are made: in NumPy or compiled, in
    one thread or in all that there are cores for, here or elsewhere. Large compiled sweeps use all
    cores, or as many threads as OMP_NUM_THREADS says.

    Parameters
    ----------
    objective : Objective or callable
        A function that treats each run by itself. Of one number it gets an array with an entry for each
        run; of n numbers, as its `dimension` says, an array of shape (n, runs), and it returns one value
        for each run: so sum over axis 0 only. Without a hand-written slope it is differentiated by torch.
    method : callable
        Makes a `Method` from ``step_size=`` and the further settings below, as the classes of
        `ravine.methods` do.
    step_size : float or array
        The step size, or one for each run.
    start : float or array
        The start, or one for each run; the runs are made in its dtype. Of n numbers it has the shape (n,),
        or (n, ...) with one start for each run in the other axes.
    **settings : float or array
        Further settings of the method by their names, such as ``momentum=``. Step sizes, settings and
        starts are broadcast against each other: arrays of shape (n,) give n runs, and
        ``step_size=etas[:, None], momentum=betas[None, :]`` a map.
    max_updates, eps_grad, eps_obj, escape_radius
        As in `minimize`, but the gradient rule is off unless asked for: at a maximum it would
        call a run finished that never reaches the target.
    keep_iterates : bool
        Keep all iterates too, in `Sweep.iterates`.
    memory_limit : float
        The most bytes that kept iterates may take if every run goes to the cap, 1 GiB by default.
        While they are collected they can take twice that.
    compiled : bool, optional
        Whether numba compiles the loop. It needs numba, a slope by hand, and a formula and an
        update rule of ``+ - * /``, squares and square roots. By default it does when it can and the
        sweep is large enough to repay the second that compiling takes, a billion updates if every run goes
        to the cap; what cannot be compiled is then made in NumPy, with the same answers, without a word.
    executor : concurrent.futures.Executor, optional
        Where to make the runs: a pool of processes, or what a cluster offers as an executor, such
        as ``distributed.Client.get_executor()``. The pieces that its dying workers did not deliver
        are made here, with a RuntimeWarning, so the sweep is always complete.
    progress : bool or callable
        True writes one line to stderr that says how far the sweep is. A callable is called with the
        number of runs that are done and of all runs.

    Raises
    ------
    TypeError, ValueError
        When an argument is not what is said above, iterates would need more than the limit, or the
        objective mixes runs.
    ModuleNotFoundError
        When `compiled` is True and numba is not installed.

    Examples
    --------
    >>> from ravine import DOUBLE_WELL
    >>> step_sizes, starts = np.array([0.1, 0.2, 0.3]), np.array([-2.0, 2.0, 3.0])
    >>> ends = sweep(DOUBLE_WELL, step_size=step_sizes[:, None], start=starts, eps_obj=1e-5)
    >>> ends.nearest_minimizer(DOUBLE_WELL)
    array([[-1.,  1., -1.],
           [ 1., -1., nan],
           [ 1., -1., nan]])

    Iterates are kept when that is asked for:

    >>> sweep(
    ...     DOUBLE_WELL,
    ...     step_size=np.array([0.0625, 0.125]),
    ...     start=2.0,
    ...     max_updates=2,
    ...     keep_iterates=True,
    ... ).iterates
    array([[2.        , 2.        ],
           [1.25      , 0.5       ],
           [1.16210938, 0.59375   ]])

    A map over step size and momentum, in the plane:

    >>> from ravine import heavy_ball, quadratic_form
    >>> ravine = quadratic_form([[1.0, 0.0], [0.0, 20.0]])
    >>> ends = sweep(
    ...     ravine,
    ...     method=heavy_ball,
    ...     step_size=np.array([[0.05], [0.09]]),
    ...     momentum=np.array([0.0, 0.5, 0.7]),
    ...     start=np.array([1.8, 0.5]),
    ...     eps_obj=1e-6,
    ... )
    >>> ends.updates
    array([[140,  61,  43],
           [ 76,  25,  39]])
    """
    check_objective(objective)
    if not callable(method):
        raise TypeError(
            "method must make a Method from step_size and further settings, as gradient_descent does, "
            f"got {method!r}"
        )
    rules = StoppingRules(
        max_updates=whole("max_updates", max_updates, at_least=0),
        eps_grad=tolerance("eps_grad", eps_grad),
        eps_obj=tolerance("eps_obj", eps_obj),
        eps_plateau=None,
        patience=1,
        escape_radius=radius("escape_radius", escape_radius),
        optimal_value=known_optimal_value(objective, eps_obj),
    )
    _check_executor(executor)
    x0 = _checked_starts(start, objective)
    points = x0.ndim - len(point_shape(objective))
    given = {"step_size": np.asarray(_checked_step_sizes(step_size), dtype=x0.dtype)}
    given |= {name: _checked_setting(name, value, x0.dtype) for name, value in settings.items()}
    shape = _common_shape(
        {name: value.shape for name, value in given.items()}, x0.shape[x0.ndim - points :]
    )
    given = {name: _spread_out(value, shape) for name, value in given.items()}
    whole_shape = (*x0.shape[: x0.ndim - points], *shape)
    x0 = _spread_out(_with_axes(x0, points, len(shape)), whole_shape)
    if keep_iterates:
        _check_memory(x0, rules.max_updates, positive("memory_limit", memory_limit))
    problem = Problem(objective, method, rules, keep_iterates)
    flat = {name: value.ravel() for name, value in given.items()}
    ends = Ends.of(np.array(x0).reshape((*x0.shape[: x0.ndim - len(shape)], -1)))
    if ends.runs:
        _check_method(method(**{name: value[:1] for name, value in flat.items()}))
        check_apart(objective, ends.x)
    bound = ends.runs * rules.max_updates
    work = _work(problem, ends.x, flat, compiled, bound)
    # NumPy's blocks hold Python's lock between their many short operations: two threads are slower than one
    threads = cores() if isinstance(work, Kernel) and bound >= WORTH_THREADS else 1
    report = _report(progress, ends.runs)
    paths: list[tuple[slice, list[Array]]] = []
    for piece, found in spread(work, flat, ends, executor, threads=threads):
        paths.append((piece, found.iterates))
        report(found.runs)
    return Sweep(
        given.pop("step_size"),
        x0,
        updates=_frozen(ends.updates).reshape(shape),
        stop=_frozen(ends.stop).reshape(shape),
        x=_frozen(ends.x).reshape(whole_shape),
        value=_frozen(ends.value).reshape(shape),
        gradient_norm=_frozen(ends.gradient_norm).reshape(shape),
        iterates=_joined(paths, x0, ends.runs) if keep_iterates else None,
        settings=MappingProxyType(given),
    )


def _spread_out(array: AnyArray, shape: tuple[int, ...]) -> AnyArray:
    """Return a read-only array of this shape, of a copy of the entries that are there."""
    return cast("AnyArray", np.broadcast_to(_frozen(np.array(array)), shape))


def _with_axes(x0: Array, points: int, wanted: int) -> Array:
    """Return starts with axes of length 1 in front of those of their runs, as broadcasting adds them."""
    first = x0.shape[: x0.ndim - points]
    return x0.reshape((*first, *(1,) * (wanted - points), *x0.shape[x0.ndim - points :]))


def _common_shape(shapes: dict[str, tuple[int, ...]], starts: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes.values(), starts)
    except ValueError:
        told = ", ".join(f"{name} {shape}" for name, shape in {**shapes, "start": starts}.items())
        raise ValueError(
            f"step_size, start and settings must fit together, got shapes: {told}"
        ) from None


def _checked_step_sizes(step_size: object) -> float | Array:
    given = np.array(step_size, float) if isinstance(step_size, list | tuple) else step_size
    return checked_step_sizes("step_size", given)


def _checked_setting(name: str, value: object, dtype: np.dtype[Any]) -> Array:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be a number or an array of numbers, got {value!r}")
    return array.astype(dtype)


def _check_method(method: object) -> None:
    """Refuse what sweeps cannot make: no method, or one that looks for its step sizes."""
    if not isinstance(method, Method):
        raise TypeError(f"method must make a Method, as gradient_descent does, got {method!r}")
    if isinstance(method.step_size, LineSearch):
        raise TypeError(f"method must have a step size or a schedule in a sweep, got {method!r}")


def _check_executor(executor: object) -> None:
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            "executor must be None or an executor with submit(), such as a ProcessPoolExecutor, "
            f"got {executor!r}"
        )


def _work(
    problem: Problem, x: Array, settings: Settings, compiled: bool | None, bound: int
) -> Problem | Kernel:
    """Return what makes the runs: NumPy, or a kernel if one is asked for or worth it."""
    if compiled is None:
        compiled = bound >= WORTH_COMPILING and available()
        if not compiled:
            return problem
        try:
            return kernel(problem, x, settings)
        except Exception:  # noqa: BLE001 (whatever a formula does to recorded numbers)
            return problem
    if not compiled:
        return problem
    if not available():
        raise ModuleNotFoundError("compiled=True needs numba: pip install 'ravine[fast]'")
    try:
        return kernel(problem, x, settings)
    except Exception as error:
        raise ValueError(f"compiled must be None or False here: {error}") from error


def _check_memory(x0: Array, max_updates: int, limit: float) -> None:
    """Refuse to keep more iterates than the limit before any is made."""
    needed = x0.size * (max_updates + 1) * x0.itemsize
    if needed > limit:
        raise ValueError(
            f"keep_iterates must be False for {x0.size} runs of up to {max_updates + 1} points: "
            f"they take up to {needed / 1e9:.3g} GB, and memory_limit is {limit / 1e9:.3g} GB"
        )


def _joined(paths: list[tuple[slice, list[Array]]], x0: Array, runs: int) -> Array:
    """Return the iterates of all pieces in one array, not a number where a run has ended."""
    longest = max((len(path) for _, path in paths), default=0)
    coordinates = paths[0][1][0].shape[:-1] if longest else ()
    iterates = np.full((longest, *coordinates, runs), np.nan, x0.dtype)
    for piece, path in paths:
        for k, points in enumerate(path):
            iterates[k, ..., piece] = points
    return _frozen(iterates).reshape(longest, *x0.shape)


def _frozen(array: AnyArray) -> AnyArray:
    """Return an array of our own, read-only; a `Sweep` need not copy what nobody can change."""
    array.setflags(write=False)
    return array


def _report(progress: bool | Callable[[int, int], object], total: int) -> Callable[[int], None]:
    """Return what is told how many more runs are done."""
    tell = _one_line if progress is True else progress
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        if callable(tell):
            tell(done, total)

    return report


def _one_line(done: int, total: int) -> None:
    """Write how far a sweep is, over what was written before."""
    end = "\n" if done == total else ""
    sys.stderr.write(f"\rsweep: {done:,} of {total:,} runs, {done / total:.0%}{end}")
    sys.stderr.flush()


def _checked_starts(start: float | Array, objective: object) -> Array:
    x0 = np.asarray(start)
    if x0.ndim == 0 and not np.issubdtype(x0.dtype, np.floating):
        x0 = np.asarray(number("start", start))
    if not np.issubdtype(x0.dtype, np.floating):
        raise TypeError(f"start must hold floats, got an array of {x0.dtype}")
    if not np.isfinite(x0).all():
        raise ValueError(f"start must be finite, got {x0[~np.isfinite(x0)][0]}")
    if isinstance(objective, Objective):
        wanted = point_shape(objective)
        if wanted and x0.shape[:1] != wanted:
            raise ValueError(
                f"start must have shape {wanted} or ({wanted[0]}, ...) for the {objective.name}, "
                f"got shape {x0.shape}"
            )
        left, right = objective.domain
        outside = (x0 < left) | (x0 > right)
        if outside.any():
            raise ValueError(
                f"start must lie in the domain [{left:g}, {right:g}] of the {objective.name}, "
                f"got {x0[outside][0]}"
            )
    return x0
