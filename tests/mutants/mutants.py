"""Small, realistic errors. Each must be caught by the build or by the library's tests."""

from dataclasses import dataclass

LECTURE = "docs/lectures/01-optimization-and-pytorch-in-1d.md"
SHEET = "docs/lectures/01-cheatsheet.md"
LEDGER = "docs/ledger.json"
GALLERY = "gallery/lecture_1/plot_1_"


@dataclass(frozen=True)
class Mutant:
    """In `file` the text `old`, which stands there (for `nth` = 0 exactly once), becomes `new`."""

    file: str
    old: str
    new: str
    nth: int = 0


ERRORS = [
    # formulas and facts
    Mutant("src/ravine/losses.py", "curvature / 2 * ((w", "0.51 * curvature * ((w"),
    Mutant("src/ravine/losses.py", "lambda w: curvature * (w - m", "lambda w: curvature * (w + m"),
    Mutant("src/ravine/named.py", "(w * w - 1) / 2,", "(w * w - 1) / 2.04,"),
    Mutant("src/ravine/named.py", "lambda w: 2 * w * (w * w - 1)", "lambda w: 2 * w * (w * w + 1)"),
    Mutant("src/ravine/named.py", "6 * w * w - 2", "6 * w * w + 2"),
    Mutant(
        "src/ravine/named.py",
        'StationaryPoint(0.0, 0.5, "max',
        'StationaryPoint(0.0, 0.25, "max',
    ),
    # the loop, the sweep and the method
    Mutant(
        "src/ravine/methods.py",
        "x = x - step_size * direction",
        "x = x + step_size * direction",
    ),
    Mutant(
        "src/ravine/stopping.py",
        "norm <= self.eps_grad",
        "norm < self.eps_grad / 2",
    ),
    Mutant("src/ravine/stopping.py", "k >= self.max_updates", "k > self.max_updates"),
    Mutant("src/ravine/stopping.py", "size > self.escape_radius", "size > 2 * self.escape_radius"),
    Mutant(
        "src/ravine/descent.py", "eps_grad: float | None = 1e-8", "eps_grad: float | None = 1e-7"
    ),
    Mutant(
        "src/ravine/sweeps/_blocks.py",
        "self.updates[runs] = updates",
        "self.updates[runs] = updates + 1",
    ),
    Mutant(
        "src/ravine/sweeps/_kernel.py",
        "runs[slot], counts[slot] = runs[taken], counts[taken]",
        "runs[slot] = runs[taken]",
    ),
    Mutant("src/ravine/sweeps/_sweep.py", " & (k <= self.updates)", ""),
    Mutant("src/ravine/sweeps/_sweep.py", "(outside * (k + 1))", "(outside * k)"),
    Mutant(
        "src/ravine/trace.py",
        "return int(self.logged_at[-1])",
        "return int(self.logged_at[-1]) + 1",
    ),
    Mutant("src/ravine/_evaluation.py", "np.asarray(slope, dtype=kind.dtype)", "np.asarray(slope)"),
    Mutant(
        "src/ravine/_evaluation.py", "            return math.nan * x", "            return 0 * x"
    ),
    Mutant(
        "src/ravine/stepsize.py", "right - left > tolerance *", "right - left > 4 * tolerance *"
    ),
    Mutant("src/ravine/losses.py", "noise = 1e-12", "noise = 1e-5"),
    Mutant("src/ravine/losses.py", "** 2 / 4 + 2 * ridge", "** 2 / 3.5 + 2 * ridge"),
    Mutant("src/ravine/schedule.py", "(k + 1) / self.updates", "k / self.updates"),
    Mutant("src/ravine/projection.py", "distance > self.radius", "distance > 2 * self.radius"),
    # the theory
    Mutant("src/ravine/theory/parabola.py", "return 1 - positive(", "return 1 + positive("),
    Mutant("src/ravine/theory/parabola.py", "if product == 1:", "if product == 1.5:", nth=1),
    Mutant("src/ravine/theory/parabola.py", "math.sqrt(2 * positive(", "math.sqrt(positive("),
    Mutant(
        "src/ravine/theory/quartics.py",
        "return 2 / (self.scale * (start * start - self.square))",
        "return 2 / (self.scale * (start * start + self.square))",
    ),
    Mutant(
        "src/ravine/theory/quartics.py",
        "math.sqrt(self.square + 2 /",
        "math.sqrt(self.square + 3 /",
    ),
    Mutant(
        "src/ravine/theory/quartics.py",
        "step_size = (start - target) / slope",
        "step_size = start / slope",
    ),
    # parameters of figures
    Mutant(GALLERY + "2_convergence_rates.py", "0.9**k", "0.91**k", nth=1),
    Mutant(GALLERY + "3_diagnostics_python.py", "gradient_descent(0.5)", "gradient_descent(0.51)"),
    Mutant(GALLERY + "5_three_step_sizes.py", "(0.001, 0.5, 3.0)", "(0.002, 0.5, 3.0)"),
    Mutant(
        GALLERY + "6_sweep_quadratic.py",
        "target, cap = 5.0, 1e-5, 200",
        "target, cap = 5.0, 1e-6, 200",
    ),
    Mutant(GALLERY + "6_sweep_quadratic.py", "np.arange(1, 221) / 100", "np.arange(1, 220) / 100"),
    Mutant(GALLERY + "7_sweep_double_well.py", "cap = 2.0, 1e-5, 2000", "cap = 2.1, 1e-5, 2000"),
    Mutant(GALLERY + "7_sweep_double_well.py", "escape_radius=1e6", "escape_radius=3"),
    Mutant(
        GALLERY + "b_float32_vs_float64.py",
        "eps_grad, step_size = 1e-10, 0.02",
        "eps_grad, step_size = 1e-10, 0.021",
    ),
    Mutant(GALLERY + "c_never_clearing.py", "        if clear:", "        if not clear:"),
    Mutant(GALLERY + "f_bounded_not_converging.py", "keep = 1.1", "keep = 1.2"),
    Mutant(GALLERY + "5_three_step_sizes.py", "ylabel=", "zlabel="),
    # numbers typed into prose, swapped figures, reworded formats
    Mutant(LECTURE, "{val}`plot_1_1_convex_vs_nonconvex::bend:.3f`", "0.577"),
    Mutant(
        GALLERY + "f_bounded_not_converging.py", "from a start near 1,", "from a start near 1.2,"
    ),
    Mutant(LECTURE, "{val}`crossing_before`", "{val}`crossing`", nth=1),
    Mutant(LECTURE, "{val}`points_logged`", "37.0", nth=1),
    Mutant(LECTURE, ":.3f`", ":.2f`", nth=1),
    Mutant(
        LECTURE,
        "{gallery-figure} plot_1_3_diagnostics_python",
        "{gallery-figure} plot_1_4_diagnostics_torch",
    ),
    Mutant(LECTURE, "(#e28)", "(#e82)", nth=1),
    Mutant(SHEET, "{val}`counts['0.1']`", "{val}`counts['0.5']`"),
    # listings whose code and output disagree
    Mutant(LECTURE, "k={k:2d}  w=", "k={k:3d}  w="),
    Mutant(LECTURE, "w0, eta = 5.0, 0.5", "w0, eta = 5.0, 0.25"),
    Mutant(LECTURE, 'print("after second backward', 'print("after 2nd backward'),
    Mutant(LECTURE, "tags: [raises-exception]", "tags: [remove-cell]", nth=1),
    # the ledger itself
    Mutant(LEDGER, '"k= 1  w=+2.500000', '"k= 1  w=+2.600000'),
    Mutant(LEDGER, '    "autograd: 12.0",\n', ""),
    Mutant(
        LEDGER, '"plot_1_5_three_step_sizes::shown": 30', '"plot_1_5_three_step_sizes::shown": 31'
    ),
    Mutant(LEDGER, '    "w = 2.0",\n', '    "w = 2.0",\n    "w = 2.0",\n'),
]

HARMLESS = [
    # a reformatted formula, renamed local variables, another look
    Mutant("src/ravine/named.py", "lambda w: 6 * w * w - 2", "lambda w: (6 * w * w) - 2"),
    Mutant("src/ravine/descent.py", "    log = _Log(x, ", "    log = _Log( x, "),
    Mutant(
        GALLERY + "5_three_step_sizes.py",
        "start_value = runs[0.5].values[0]",
        "start_value = (runs[0.5]).values[0]",
    ),
    Mutant("src/ravine/plotting.py", '"lines.linewidth": 2.2', '"lines.linewidth": 2.5'),
]

ELSEWHERE = [
    # the same sources on a machine that is set up differently
    {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
    {"MPLBACKEND": "svg"},
    {"TZ": "Pacific/Chatham", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "12345"},
]
