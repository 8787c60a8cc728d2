// The explorer on a page: what the reader does, and what follows from it. One plain state, drawn once a frame.

import { showBeside, curvaturesFor, whyDiverged } from "./beside.js";
import { createChart } from "./chart.js";
import { run, settlesAt } from "./engine.js";
import { asPng, asSvg, save } from "./files.js";
import { FormulaError } from "./formula.js";
import { LANDSCAPES } from "./generated.js";
import { factsOf, judged, shortfalls } from "./judge.js";
import { button, html, layOut, row, SPEEDS, table } from "./layout.js";
import { FIRST_MINIMIZER } from "./maps.js";
import { ALL_METHODS, methodOf, settingsOf } from "./methods.js";
import { ownLandscape } from "./own.js";
import { createPicture, drawn, rgb } from "./picture.js";
import { paintPlane, planeInWords } from "./plane.js";
import { asPython, formulaAsPython } from "./snippet.js";
import { defaults, fromQuery, OWN, readNumber, STEP_SIZES, toQuery } from "./state.js";
import { hasTheory, mode, threshold } from "./theory.js";
import { outcome, place, setting, shown, underWay } from "./words.js";
import { script } from "./worker.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./engine.js").Run} Run */

const QUIET = 400; // milliseconds without a change, after which it is told and the link is written
const BASINS = 4; // colours for ends
const READOUTS = ["", "step", "x, y", "L(x, y)", "‖∇L‖"];

/** @type {import("./state.js").Options} */
export const OPTIONS = {
  landscapes: Object.fromEntries(LANDSCAPES.map((landscape) => [landscape.key, landscape])),
  methods: ALL_METHODS.map(({ key }) => key),
  first: LANDSCAPES[0].key,
};

/** Put an explorer into a figure that holds its static twin.
 * @param {HTMLElement} figure */
export function mount(figure) {
  /** @type {{preset?: string, x?: number, y?: number, eta?: number, beta?: number, methods?: string[],
   *   link?: boolean}} */
  const given = JSON.parse(figure.dataset.explorer ?? "{}");
  const usesLink = given.link === true;
  const initial = defaults(OPTIONS, given.preset ?? OPTIONS.first);
  const usual = {
    ...initial,
    x: given.x ?? initial.x,
    y: given.y ?? initial.y,
    stepSize: given.eta ?? initial.stepSize,
    momentum: given.beta ?? initial.momentum,
    methods: given.methods ?? initial.methods,
  };
  const linked = usesLink && new URLSearchParams(location.search).has("map");
  /** @type {State} */
  let state = linked ? fromQuery(OPTIONS, location.search) : usual;
  /** @type {any} */
  let landscape = OPTIONS.landscapes[usual.map];
  /** @type {{method: string, run: Run}[]} */
  let runs = [];
  /** @type {{method: string, run: Run}[]} */
  let ghosts = [];
  let playing = false;
  let changed = { landscape: true, runs: true };
  let frame = 0;
  let lastTime = 0;
  let owed = 0;
  let quiet = 0;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const parts = layOut(figure);
  const picture = createPicture(parts.picture, { onStart: (x, y) => change({ x, y }) });
  const chart = createChart(parts.chart, (k) => goTo(k));

  // --- state -----------------------------------------------------------------------------------

  /** @param {Partial<State>} part */
  function change(part) {
    const wasMap = state.map;
    const wasMethods = state.methods.join();
    state = { ...state, ...part };
    const isNewMap = part.map !== undefined && part.map !== wasMap;
    if (part.map !== undefined && isNewMap) {
      const next = defaults(OPTIONS, part.map);
      state = { ...next, formula: state.formula, ...part };
      ghosts = [];
    }
    const isSameRun = Object.keys(part).every((key) => key === "k" || key === "shows");
    if (!isSameRun) {
      if (!isNewMap && state.methods.join() !== wasMethods) ghosts = runs;
      state.k = part.k ?? (playing ? 0 : Infinity); // a paused reader sees the whole path of new settings
      changed.runs = true;
    }
    if (part.map !== undefined || part.formula !== undefined || part.shows !== undefined) changed.landscape = true;
    request();
    whenQuiet();
  }

  function request() {
    if (frame === 0) frame = requestAnimationFrame(render);
  }

  function lastUpdate() {
    return Math.max(0, ...runs.map(({ run: one }) => one.updates));
  }

  /** The state as a link has it: at the end of a run there is no k. */
  function asLink() {
    return toQuery(OPTIONS, { ...state, k: state.k >= lastUpdate() ? Infinity : state.k });
  }

  /** Once the reader pauses, say what there is and write the link: a screen reader is not talked over, and a
   * browser that limits how often an address may change is not asked too often. */
  function whenQuiet() {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      if (playing) return;
      say(status());
      describe();
      if (usesLink && figure.dataset.touched) history.replaceState(null, "", `?${asLink()}${location.hash}`);
    }, QUIET);
  }

  // --- computing -------------------------------------------------------------------------------

  function findLandscape() {
    parts.own.hidden = state.map !== OWN;
    parts.formulaSays.textContent = "";
    parts.formula.removeAttribute("aria-invalid");
    if (state.map !== OWN) {
      landscape = OPTIONS.landscapes[state.map];
      return;
    }
    try {
      landscape = ownLandscape(state.formula || "x^2 + 3y^2");
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      parts.formula.setAttribute("aria-invalid", "true");
      parts.formulaSays.textContent = `At character ${error.position + 1}: ${error.message}.`;
    }
  }

  function compute() {
    runs = state.methods.map((method) => {
      const settings = settingsOf(method, state.stepSize, state.momentum);
      return { method, run: run(landscape, methodOf(method), settings, [state.x, state.y], landscape.maxUpdates) };
    });
  }

  // --- drawing ---------------------------------------------------------------------------------

  /** @param {number} time */
  function render(time) {
    const began = performance.now();
    frame = 0;
    if (changed.landscape) findLandscape();
    if (changed.landscape || changed.runs) compute();
    if (changed.landscape) drawLandscape();
    advance(time);
    state.k = Math.min(state.k, lastUpdate());
    drawPaths();
    if (changed.landscape || changed.runs) drawSettings();
    if (state.shows === "basins") askFor("starts");
    chart.show(withLook(runs), landscape.optimalValue, state.k);
    drawReadouts();
    changed = { landscape: false, runs: false };
    drawn.milliseconds = performance.now() - began;
    if (playing) request();
  }

  /** @param {number} time */
  function advance(time) {
    if (!playing) return;
    if (calm.matches || parts.speed.value === "instant") {
      state.k = lastUpdate();
    } else {
      const speed = SPEEDS[/** @type {"normal"} */ (parts.speed.value)];
      const faster = Math.max(1, lastUpdate() / 600); // a long run takes half a minute at most
      // a frame may have begun before the button was pressed
      owed += Math.min(0.25, Math.max(0, time - lastTime) / 1000) * speed * faster;
      lastTime = time;
      state.k = Math.min(lastUpdate(), state.k + Math.floor(owed));
      owed -= Math.floor(owed);
    }
    if (state.k >= lastUpdate()) pause();
  }

  function drawLandscape() {
    const value = (/** @type {number} */ x, /** @type {number} */ y) => landscape.value([x, y]);
    picture.showLandscape(value, landscape.levels, landscape.view, landscape.stationaryPoints);
    parts.mapChoice.value = state.shows;
    parts.legend.hidden = true;
    basinsOf = "";
    if (landscape.mathml) parts.about.innerHTML = landscape.mathml; // made when the site was built
    else parts.about.textContent = `L(x, y) = ${landscape.formula}`;
  }

  /** @param {{method: string, run: Run}[]} list */
  function withLook(list) {
    return list.map(({ method, run: one }) => ({ run: one, look: OPTIONS.methods.indexOf(method) }));
  }

  /** The runs before, of methods that do not run now. */
  function ghostsShown() {
    return ghosts.filter(({ method }) => !state.methods.includes(method));
  }

  function drawPaths() {
    const old = withLook(ghostsShown()).map((path) => ({ ...path, upTo: path.run.updates, ghost: true }));
    picture.showPaths([...old, ...withLook(runs).map((path) => ({ ...path, upTo: state.k }))]);
    picture.showStart(state.x, state.y, `Start at x ${setting(state.x)}, y ${setting(state.y)}. Arrow keys move it.`);
  }

  function drawSettings() {
    setUnlessTyping(parts.x, String(state.x));
    setUnlessTyping(parts.y, String(state.y));
    setUnlessTyping(parts.stepText, String(state.stepSize));
    setUnlessTyping(parts.formula, state.formula);
    if (document.activeElement !== parts.stepText) parts.stepSays.textContent = "";
    parts.maps.value = state.map;
    for (const axis of [0, 1]) {
      const input = [parts.x, parts.y][axis];
      [input.min, input.max] = landscape.view[axis].map(String);
    }
    parts.stepSlider.value = String(Math.round(1000 * toShare(state.stepSize)));
    parts.stepSlider.setAttribute("aria-valuetext", stepInWords());
    parts.momentumSlider.value = String(state.momentum);
    parts.momentumShown.textContent = `${setting(state.momentum)}; η/(1 − β) = ${setting(state.stepSize / (1 - state.momentum))}`;
    parts.momentum.hidden = !state.methods.some((key) => key === "heavy_ball" || key === "nesterov");
    for (const choice of parts.methods) {
      const box = choice.querySelector("input");
      box.checked = state.methods.includes(box.value);
    }
    drawStepMarks();
    drawPlane();
    parts.scrub.max = String(lastUpdate());
  }

  /** @param {HTMLInputElement} input @param {string} text */
  function setUnlessTyping(input, text) {
    if (document.activeElement !== input) input.value = text;
  }

  /** The slider is logarithmic over two decades below the largest step size.
   * @param {number} stepSize */
  function toShare(stepSize) {
    return Math.min(1, Math.max(0, 1 + Math.log10(stepSize / landscape.largestStepSize) / 2));
  }

  /** @param {number} share */
  function toStepSize(share) {
    return Number((landscape.largestStepSize * 10 ** (2 * (share - 1))).toPrecision(3));
  }

  function stepInWords() {
    const both = curvaturesFor(landscape, state);
    if (both === null) return setting(state.stepSize);
    const limit = threshold("gradient_descent", both[1], 0);
    const side = state.stepSize < limit ? "below" : state.stepSize > limit ? "above" : "at";
    return `${setting(state.stepSize)}, ${side} the divergence limit ${setting(limit)} of plain descent`;
  }

  /** Mark the regimes of plain descent along the slider, and offer their boundaries as buttons. */
  function drawStepMarks() {
    const both = curvaturesFor(landscape, state);
    /** @type {[number, string, string][]} */
    const marks = both === null || both[1] <= 0 ? [] : [
      [1 / both[1], "1/λmax", "monotone below, alternating above"],
      [2 / (both[0] + both[1]), "best", "the best factor in the worst direction"],
      [2 / both[1], "limit", "2/λmax: diverges above"],
    ];
    const [one, , limit] = marks.map(([stepSize]) => toShare(stepSize));
    parts.track.hidden = marks.length === 0;
    if (marks.length > 0) {
      parts.track.replaceChildren(
        zone("monotone", 0, one), zone("alternating", one, limit), zone("divergent", limit, 1),
        ...marks.map(([stepSize, text]) => html("i", { style: `left: ${100 * toShare(stepSize)}%`, title: text })),
      );
    }
    parts.stepMarks.replaceChildren(...marks.map(([stepSize, text, title]) => {
      const mark = button("mark", `${text} = ${setting(stepSize)}`, `Plain descent: ${title}`);
      mark.addEventListener("click", () => change({ stepSize }));
      return mark;
    }));
  }

  /** @param {string} name @param {number} from @param {number} to */
  function zone(name, from, to) {
    return html("span", { class: name, title: name, style: `left: ${100 * from}%; width: ${100 * (to - from)}%` });
  }

  function drawReadouts() {
    const rows = runs.map(({ method, run: one }) => {
      const k = Math.min(state.k, one.updates);
      const [x, y] = [one.points[2 * k], one.points[2 * k + 1]];
      return row(READOUTS, [
        methodOf(method).label,
        String(k),
        `(${shown(x, 2, { signed: true })}, ${shown(y, 2, { signed: true })})`,
        shown(one.values[k], 3, { signed: true }),
        shown(one.gradientNorms[k], 3),
      ], `x = ${x}, y = ${y}, L = ${one.values[k]}`);
    });
    parts.readouts.replaceChildren(...table(READOUTS, rows));
    parts.scrub.value = String(state.k);
    parts.scrub.setAttribute("aria-valuetext", `update ${state.k} of ${lastUpdate()}`);
    parts.buttons.run.textContent = playing ? "Pause" : "Run";
    parts.says.replaceChildren(...sentences().map((sentence) => html("p", {}, [sentence])));
    drawRescue();
    showBeside(parts.theory, landscape, state, runs);
    if (parts.pointsBox.open) drawTable();
    if (parts.codeBox.open) drawCode();
  }

  /** What each run does at the update shown, one sentence a method, and what the run before did. */
  function sentences() {
    const said = runs.map(({ method, run: one }) => {
      const sentence = state.k < one.updates
        ? underWay(one, landscape.view, state.k, playing)
        : outcome(one, landscape, landscape.view, whyDiverged(landscape, state, method));
      return runs.length > 1 ? `${methodOf(method).label}: ${sentence}` : sentence;
    });
    const before = ghostsShown().map(({ method, run: one }) => {
      const settled = landscape.optimalValue === null ? null : settlesAt(one, landscape.optimalValue);
      const how = settled === null ? "did not settle" : `settled at update ${settled}`;
      return `The faint path is the ${methodOf(method).label} of before, which ${how}.`;
    });
    return [...said, ...before];
  }

  function status() {
    return sentences().join(" ");
  }

  /** After a divergence, a button leads back to where this method converges. */
  function drawRescue() {
    const lost = runs.find(({ run: one }) => one.ending === "diverged" && state.k >= one.updates);
    const stepSize = lost === undefined || lost.method === "backtracking" ? null : safeStepSize(lost.method);
    parts.rescue.hidden = stepSize === null || stepSize >= state.stepSize;
    parts.rescue.textContent = `Set η to ${setting(stepSize ?? 0)}`;
  }

  /** @param {string} method */
  function safeStepSize(method) {
    const both = landscape.quadratic && hasTheory(method) ? curvaturesFor(landscape, state) : null;
    if (both === null) return landscape.stepSize;
    return Number((0.9 * threshold(method, both[1], state.momentum)).toPrecision(3));
  }

  function describe() {
    const start = `from ${place(state.x, state.y)} with step size ${setting(state.stepSize)}`;
    picture.describe(`Contour picture of the ${landscape.label} and the path ${start}. ${status()}`);
  }

  function drawCode() {
    const formula = state.map === OWN ? formulaAsPython(landscape.tree) : "";
    const updates = runs.map(({ run: one }) => Math.min(state.k, one.updates));
    parts.code.textContent = asPython(state, formula, updates);
  }

  function drawTable() {
    const head = ["k", "x", "y", "L", "‖∇L‖"];
    parts.points.replaceChildren(...runs.map(({ method, run: one }) => {
      const every = Math.max(10, 10 * Math.ceil(one.updates / 2000));
      const rows = [];
      for (let k = 0; k <= one.updates; k += k < 10 ? 1 : Math.min(every, Math.max(1, one.updates - k))) {
        const numbers = [k, one.points[2 * k], one.points[2 * k + 1], one.values[k], one.gradientNorms[k]];
        rows.push(html("tr", {}, numbers.map((n) => html("td", {}, [Number.isFinite(n) ? String(n) : "–"]))));
      }
      return html("table", {}, table(head, rows, methodOf(method).label));
    }));
  }

  /** @param {string} text */
  function say(text) {
    parts.live.textContent = text;
  }

  // --- playing ---------------------------------------------------------------------------------

  function play() {
    if (state.k >= lastUpdate()) state.k = 0;
    playing = true;
    lastTime = performance.now();
    owed = 0;
    request();
  }

  function pause() {
    playing = false;
    whenQuiet();
  }

  /** @param {number} k */
  function goTo(k) {
    playing = false;
    change({ k: Math.max(0, Math.min(lastUpdate(), k)) });
  }

  const actions = {
    run: () => (playing ? (pause(), request()) : play()),
    step: () => goTo(state.k + 1),
    back: () => goTo(state.k - 1),
    reset: () => goTo(0),
    defaults: () => { playing = false; change({ ...usual, shows: state.shows }); ghosts = []; },
  };
  for (const [name, action] of Object.entries(actions)) {
    parts.buttons[/** @type {"run"} */ (name)].addEventListener("click", action);
  }

  // --- listening -------------------------------------------------------------------------------

  const touched = () => { figure.dataset.touched = "yes"; };
  for (const kind of ["input", "click", "keydown", "pointerdown"]) figure.addEventListener(kind, touched, { capture: true });
  parts.maps.addEventListener("change", () => change({ map: parts.maps.value }));
  parts.formula.addEventListener("input", () => change({ formula: parts.formula.value }));
  for (const [axis, input] of [["x", parts.x], ["y", parts.y]]) {
    input.addEventListener("input", () => {
      const [least, most] = landscape.view[axis === "x" ? 0 : 1];
      const value = input.valueAsNumber;
      if (Number.isFinite(value)) change({ [axis]: Math.min(most, Math.max(least, value)) });
    });
    input.addEventListener("change", () => { input.value = String(state[/** @type {"x" | "y"} */ (axis)]); });
  }
  parts.stepSlider.addEventListener("input", () => change({ stepSize: toStepSize(parts.stepSlider.value / 1000) }));
  parts.stepText.addEventListener("input", () => {
    const value = readNumber(parts.stepText.value);
    const accepted = value !== null && value >= STEP_SIZES[0] && value <= STEP_SIZES[1];
    parts.stepSays.textContent = accepted ? "" : "A positive number, such as 0.04, 1e-3 or 2/21.";
    if (accepted) change({ stepSize: value });
  });
  parts.momentumSlider.addEventListener("input", () => change({ momentum: Number(parts.momentumSlider.value) }));
  for (const choice of parts.methods) {
    choice.querySelector("input").addEventListener("change", () => {
      const chosen = parts.methods.map((one) => one.querySelector("input")).filter((box) => box.checked);
      if (chosen.length === 0) choice.querySelector("input").checked = true; // at least one runs
      else change({ methods: chosen.map((box) => box.value) });
    });
  }
  parts.scrub.addEventListener("input", () => goTo(Number(parts.scrub.value)));
  parts.rescue.addEventListener("click", () => {
    const lost = runs.find(({ run: one }) => one.ending === "diverged");
    if (lost) change({ stepSize: safeStepSize(lost.method) });
    parts.stepSlider.focus(); // the button goes
  });
  picture.handle.addEventListener("keydown", moveByKey);
  figure.addEventListener("keydown", byKey);
  parts.mapChoice.addEventListener("change", () => change({ shows: parts.mapChoice.value }));
  parts.planeBox.addEventListener("toggle", drawPlane);
  parts.plane.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const box = parts.plane.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const stepSize = Number((share * landscape.largestStepSize).toPrecision(3));
    const momentum = Number((0.99 * (1 - (event.clientY - box.top) / box.height)).toFixed(2));
    if (stepSize > 0) change({ stepSize, momentum: Math.min(0.99, Math.max(0, momentum)), methods: [...new Set([...state.methods, "heavy_ball"])] });
  });
  parts.pointsBox.addEventListener("toggle", () => parts.pointsBox.open && drawTable());
  parts.codeBox.addEventListener("toggle", () => parts.codeBox.open && drawCode());
  parts.codeBox.querySelector("[name=copy]").addEventListener("click", () => copy(parts.code.textContent));
  parts.exports.querySelector("[name=link]").addEventListener("click", () => {
    // an explorer that does not read the page's address is shown on the page of the whole explorer
    const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
    const page = usesLink ? new URL(location.pathname, location.href) : new URL("explore/index.html", root);
    copy(`${page}?${asLink()}#${usesLink ? figure.id : "explorer"}`);
  });
  parts.exports.querySelector("[name=svg]").addEventListener("click", () => save(file(), "ravine.svg"));
  parts.exports.querySelector("[name=png]").addEventListener("click", () => asPng(file(), (png) => save(png, "ravine.png")));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });

  function redraw() {
    changed.landscape = true;
    request();
  }

  /** @param {KeyboardEvent} event */
  function moveByKey(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const direction = directions[/** @type {"ArrowLeft"} */ (event.key)];
    if (event.key === "Home") {
      change({ x: landscape.start[0], y: landscape.start[1] });
    } else if (direction) {
      const by = event.shiftKey ? 0.5 : event.altKey ? 0.005 : 0.05;
      const moved = [state.x, state.y].map((value, axis) => {
        const [least, most] = landscape.view[axis];
        return Number(Math.min(most, Math.max(least, value + by * direction[axis])).toFixed(6));
      });
      change({ x: moved[0], y: moved[1] });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Shortcuts, only inside the explorer and not while something is typed.
   * @param {KeyboardEvent} event */
  function byKey(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input:not([type=checkbox]), select, pre, summary, [role=region]")) return;
    const keys = { " ": "run", ".": "step", ",": "back", r: "reset", ArrowRight: "step", ArrowLeft: "back" };
    const name = keys[/** @type {" "} */ (event.key)];
    if (!name || (event.key === " " && target.matches("button:not(.handle), input"))) return;
    event.preventDefault();
    actions[/** @type {"run"} */ (name)]();
  }

  // --- maps, copies, files ---------------------------------------------------------------------

  /** @type {Worker | null} */
  let worker = null;
  const jobs = { starts: 0, settings: 0 };
  let basinsOf = ""; // the settings of the map of starts that was asked for
  let planeOf = "";
  /** @type {any} */
  let plane = null;

  /** Ask the worker for a map, unless it is there or on its way.
   * @param {"starts" | "settings"} kind */
  function askFor(kind) {
    const { map, stepSize: eta, momentum: beta, x, y } = state;
    const method = kind === "starts" ? state.methods[0] : "heavy_ball";
    const wanted = { kind, map, formula: landscape.formula, method, eta, beta, start: [x, y] };
    const key = JSON.stringify(kind === "starts" ? { ...wanted, start: 0 } : { ...wanted, eta: 0, beta: 0 });
    if (key === (kind === "starts" ? basinsOf : planeOf)) return;
    if (kind === "starts") basinsOf = key;
    else planeOf = key;
    jobs[kind] += 1;
    worker ??= startWorker();
    worker.postMessage({ number: jobs[kind], ...wanted });
  }

  function startWorker() {
    const started = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    started.onmessage = ({ data }) => {
      if (data.number !== jobs[/** @type {"starts"} */ (data.kind)]) return;
      if (data.kind === "settings") {
        plane = data;
        drawPlane();
      } else if (state.shows === "basins") {
        picture.showMap(data.classes, data.columns, data.rows, mapColours(data.ends.length));
        drawLegend(data);
        if (data.complete) say("The map is complete.");
      }
    };
    return started;
  }

  /** @param {number} ends */
  function mapColours(ends) {
    const names = Array.from({ length: ends }, (_, n) => `--explorer-basin-${n % BASINS}`);
    return ["--explorer-diverged", "--explorer-unsettled", ...names].map(colourOf);
  }

  /** @param {string} name */
  function colourOf(name) {
    return rgb(getComputedStyle(document.body).getPropertyValue(name).trim());
  }

  /** Say which colour is which end, and how much of the picture leads there.
   * @param {{classes: Uint8Array, ends: [number, number][]}} map */
  function drawLegend({ classes, ends }) {
    const names = ["diverged", "not settled in 500 updates", ...ends.map(([x, y]) => `to ${place(x, y)}`)];
    const colours = mapColours(ends.length);
    const shares = names.map((_, n) => classes.reduce((sum, one) => sum + Number(one === n), 0) / classes.length);
    const order = [...names.keys()].sort((a, b) => Number(a < FIRST_MINIMIZER) - Number(b < FIRST_MINIMIZER));
    const of = `${methodOf(state.methods[0]).label}, η = ${setting(state.stepSize)}`;
    parts.legend.replaceChildren(html("li", {}, [of]), ...order.filter((n) => shares[n] > 0).map((n) =>
      html("li", {}, [
        html("span", { class: "patch", "aria-hidden": "true", style: `background: rgb(${colours[n]})` }),
        `${names[n]}: ${(100 * shares[n]).toFixed(1)} %`,
      ])));
    parts.legend.hidden = false;
  }

  function drawPlane() {
    if (!parts.planeBox.open) return;
    askFor("settings");
    const curvature = landscape.quadratic ? (curvaturesFor(landscape, state)?.[1] ?? null) : null;
    const isOfNow = plane !== null && plane.number === jobs.settings;
    const largest = landscape.largestStepSize;
    if (isOfNow) paintPlane(parts.plane, plane, { largest, stepSize: state.stepSize, momentum: state.momentum, curvature });
    const words = planeInWords(isOfNow ? plane : null, largest, curvature !== null);
    parts.planeSays.textContent = words;
    parts.plane.setAttribute("aria-label", words);
  }

  /** @param {string} text */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      prompt("Copy this text:", text);
    }
  }

  function file() {
    const title = `${landscape.label}, step size ${setting(state.stepSize)}: ${status()}`;
    return asSvg(picture.canvas, picture.overlay, { ...picture.locate(state.x, state.y), title });
  }

  request();
  whenQuiet();
  return {
    name: figure.id,
    drawn,
    state: () => state,
    set: change,
    /** @param {string} query */
    open: (query) => {
      playing = false;
      figure.dataset.touched = "yes";
      change(fromQuery(OPTIONS, query));
      parts.picture.scrollIntoView({ block: "nearest", behavior: calm.matches ? "instant" : "smooth" });
      picture.handle.focus({ preventScroll: true });
    },
    runs: () => runs,
    does: (/** @type {[string, string, string][]} */ conditions) =>
      runs.some((one) => judged(conditions, factsOf(state, landscape, one.method, one.run))),
    /** What the run that comes nearest lacks, in words.
     * @param {[string, string, string][]} conditions */
    lacks: (conditions) => {
      const each = runs.map((one) => shortfalls(conditions, factsOf(state, landscape, one.method, one.run)));
      return each.reduce((a, b) => (b.length < a.length ? b : a));
    },
  };
}
