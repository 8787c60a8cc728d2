// The explorer on a page: controls, picture, chart and words around one plain state.

import { createChart } from "./chart.js";
import { BACKTRACKING, run, settlesAt } from "./engine.js";
import { FormulaError } from "./formula.js";
import { ARMIJO, LANDSCAPES, METHODS } from "./generated.js";
import { factsOf, judged } from "./judge.js";
import { rateMap } from "./maps.js";
import { ownLandscape } from "./own.js";
import { createPicture, drawn, rgb } from "./picture.js";
import { asPython, formulaAsPython } from "./snippet.js";
import { defaults, fromQuery, OWN, readNumber, toQuery } from "./state.js";
import { best, curvatures, hasTheory, mode, threshold, updatesFor } from "./theory.js";
import { outcome, setting, shown } from "./words.js";
import { script } from "./worker.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./engine.js").Run} Run */

const ALL_METHODS = [...METHODS, BACKTRACKING];
const SPEEDS = { slow: 5, normal: 20, fast: 60 };

/** @type {import("./state.js").Options} */
export const OPTIONS = {
  landscapes: Object.fromEntries(LANDSCAPES.map((landscape) => [landscape.key, landscape])),
  methods: ALL_METHODS.map(({ key }) => key),
  first: LANDSCAPES[0].key,
};

/** Make an HTML element.
 * @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} children
 * @returns {any} */
export function html(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

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
  let mapShown = "landscape";
  let changed = { landscape: true, runs: true };
  let frame = 0;
  let lastTime = 0;
  let owed = 0;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const parts = layOut();
  const picture = createPicture(parts.picture, {
    onStart: (x, y, done) => {
      change({ x, y });
      if (done) announceStart();
    },
  });
  const chart = createChart(parts.chart, (k) => change({ k }));

  function layOut() {
    const id = figure.id || `explorer-${document.querySelectorAll(".explorer.live").length}`;
    const field = (/** @type {string} */ label, /** @type {HTMLElement} */ control) =>
      html("label", { class: "field" }, [html("span", {}, [label]), control]);
    const maps = html("select", { name: "map" }, [
      ...LANDSCAPES.map(({ key, label }) => html("option", { value: key }, [label])),
      html("option", { value: OWN }, ["your own formula"]),
    ]);
    const formula = html("input", {
      name: "formula", type: "text", spellcheck: "false", autocomplete: "off",
      placeholder: "x^2 + 3y^2", "aria-describedby": `${id}-formula-says`,
    });
    const formulaSays = html("p", { class: "says", id: `${id}-formula-says`, role: "alert" });
    const x = html("input", { name: "x", type: "number", step: "any" });
    const y = html("input", { name: "y", type: "number", step: "any" });
    const stepSlider = html("input", { name: "step-size-slider", type: "range", "aria-label": "Step size", min: "0", max: "1000", step: "1" });
    const stepText = html("input", { name: "step-size", type: "text", inputmode: "decimal", autocomplete: "off" });
    const stepSays = html("p", { class: "says", role: "alert" });
    const stepMarks = html("div", { class: "choices" });
    const momentumSlider = html("input", { name: "momentum", type: "range", min: "0", max: "0.99", step: "0.01" });
    const momentumShown = html("output", {});
    const methods = ALL_METHODS.map(({ key, label }, look) =>
      html("label", { class: `choice look-${look}` }, [
        html("input", { type: "checkbox", name: "method", value: key }),
        html("span", { class: "swatch", "aria-hidden": "true" }),
        html("span", {}, [label]),
      ]),
    );
    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {string} */ title) =>
      html("button", { type: "button", name, title }, [text]);
    const buttons = {
      run: button("run", "Run", "Play or pause (Space)"),
      back: button("back", "Back", "One update back (,)"),
      step: button("step", "Step", "One update (.)"),
      reset: button("reset", "Reset", "Back to the start (R)"),
      defaults: button("defaults", "Defaults", "The settings this page began with"),
    };
    const speed = html("select", { name: "speed" }, [
      ...Object.keys(SPEEDS).map((name) => html("option", { value: name }, [name])),
      html("option", { value: "instant" }, ["instant"]),
    ]);
    speed.value = "normal";
    const scrub = html("input", { name: "k", type: "range", min: "0", step: "1", "aria-label": "Update shown" });
    const says = html("p", { class: "outcome" });
    const live = html("p", { class: "live", "aria-live": "polite" });
    const readouts = html("table", { class: "readouts" });
    const theory = html("div", { class: "theory", tabindex: "0", role: "region", "aria-label": "Theory beside your run" });
    const code = html("pre", { tabindex: "0" });
    const table = html("table", { class: "points" });
    const pictureBox = html("div", { class: "picture" });
    const chartBox = html("div", { class: "chart-box" });
    const mapChoice = html("select", { name: "shown" }, [
      html("option", { value: "landscape" }, ["the landscape"]),
      html("option", { value: "basins" }, ["where each start ends"]),
    ]);
    const plane = html("canvas", { width: "250", height: "160", class: "plane" });
    const planeBox = html("details", { class: "plane-box" }, [
      html("summary", {}, ["Step size × momentum"]),
      html("p", {}, ["Every pair of settings of the heavy ball at once: the darker, the faster; crossed out where it diverges. Pick a pair with the pointer, or set the two dials."]),
      plane,
    ]);
    const exports = html("p", { class: "exports" }, [
      button("link", "Copy link", "A link to exactly this state"),
      button("svg", "Save SVG", "The picture as a vector file"),
      button("png", "Save PNG", "The picture as pixels"),
    ]);
    const controls = html("div", { class: "controls" }, [
      field("Landscape", maps),
      field("Picture shows", mapChoice),
      html("div", { class: "own", hidden: "" }, [field("L(x, y) =", formula), formulaSays]),
      html("fieldset", {}, [html("legend", {}, ["Start"]), field("x", x), field("y", y)]),
      html("fieldset", { class: "step-size" }, [
        html("legend", {}, ["Step size η"]), stepSlider, stepMarks, field("exactly", stepText), stepSays,
      ]),
      html("fieldset", { class: "methods" }, [html("legend", {}, ["Methods, side by side"]), ...methods]),
      html("label", { class: "field momentum" }, [html("span", {}, ["Momentum β"]), momentumSlider, momentumShown]),
    ]);
    const player = html("div", { class: "player" }, [
      ...Object.values(buttons), field("speed", speed), scrub,
    ]);
    const stage = html("div", { class: "stage" }, [
      pictureBox, player, readouts, says, live, chartBox,
    ]);
    const more = html("div", { class: "more" }, [
      theory, planeBox,
      html("details", {}, [html("summary", {}, ["This run as Python"]), code, button("copy", "Copy", "Copy the code")]),
      html("details", {}, [html("summary", {}, ["The path as a table"]), table]),
      exports,
    ]);
    figure.classList.add("explorer", "live");
    figure.replaceChildren(html("div", { class: "layout" }, [stage, controls, more]));
    return {
      picture: pictureBox, chart: chartBox, maps, own: controls.querySelector(".own"), formula, formulaSays, x, y,
      stepSlider, stepText, stepSays, stepMarks, momentumSlider, momentumShown, methods, buttons, speed, scrub,
      says, live, readouts, theory, code, table, mapChoice, plane, planeBox, exports, controls,
    };
  }

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
    const onlyK = Object.keys(part).every((key) => key === "k");
    if (!onlyK) {
      if (!isNewMap && state.methods.join() !== wasMethods) ghosts = runs;
      state.k = part.k ?? (playing ? 0 : Infinity); // a paused reader sees the whole path of new settings
      changed.runs = true;
    }
    if (part.map !== undefined || part.formula !== undefined) changed.landscape = true;
    if (changed.landscape) mapShown = parts.mapChoice.value = "landscape";
    request();
  }

  function request() {
    if (frame === 0) frame = requestAnimationFrame(render);
  }

  function lastUpdate() {
    return Math.max(0, ...runs.map(({ run: one }) => one.updates));
  }

  // --- computing -------------------------------------------------------------------------------

  function findLandscape() {
    parts.own.hidden = state.map !== OWN;
    parts.formulaSays.textContent = "";
    if (state.map !== OWN) {
      landscape = OPTIONS.landscapes[state.map];
      return;
    }
    try {
      landscape = ownLandscape(state.formula || "x^2 + 3y^2");
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      parts.formulaSays.textContent = `At character ${error.position + 1}: ${error.message}.`;
    }
  }

  function compute() {
    runs = state.methods.map((key) => {
      const method = ALL_METHODS.find((one) => one.key === key) ?? ALL_METHODS[0];
      const settings = {
        .../** @type {any} */ (method).defaults, ...(key === BACKTRACKING.key ? ARMIJO : {}),
        eta: state.stepSize, beta: state.momentum,
      };
      return { method: key, run: run(landscape, method, settings, [state.x, state.y], landscape.maxUpdates) };
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
    if (changed.runs && mapShown === "basins") askForBasins();
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
      owed += Math.min(0.25, (time - lastTime) / 1000) * speed * faster;
      lastTime = time;
      state.k = Math.min(lastUpdate(), state.k + Math.floor(owed));
      owed -= Math.floor(owed);
    }
    if (state.k >= lastUpdate()) stop();
  }

  function drawLandscape() {
    const label = `Contour picture of the ${landscape.label}`;
    const value = (/** @type {number} */ x, /** @type {number} */ y) => landscape.value([x, y]);
    picture.showLandscape(value, landscape.levels, landscape.view, landscape.stationaryPoints, label);
  }

  /** @param {{method: string, run: Run}[]} list */
  function withLook(list) {
    return list.map(({ method, run: one }) => ({ run: one, look: OPTIONS.methods.indexOf(method) }));
  }

  function drawPaths() {
    const old = withLook(ghosts).map((path) => ({ ...path, upTo: path.run.updates, ghost: true }));
    picture.showPaths([...old, ...withLook(runs).map((path) => ({ ...path, upTo: state.k }))]);
    picture.showStart(state.x, state.y, `Start at x ${setting(state.x)}, y ${setting(state.y)}. Arrow keys move it.`);
  }

  function drawSettings() {
    setUnlessTyping(parts.x, String(state.x));
    setUnlessTyping(parts.y, String(state.y));
    setUnlessTyping(parts.stepText, String(state.stepSize));
    setUnlessTyping(parts.formula, state.formula);
    parts.maps.value = state.map;
    for (const axis of [0, 1]) {
      const input = [parts.x, parts.y][axis];
      [input.min, input.max] = landscape.view[axis].map(String);
    }
    parts.stepSlider.value = String(Math.round(1000 * toShare(state.stepSize)));
    parts.stepSlider.setAttribute("aria-valuetext", stepInWords());
    parts.momentumSlider.value = String(state.momentum);
    parts.momentumShown.textContent = `${setting(state.momentum)}; η/(1 − β) = ${setting(state.stepSize / (1 - state.momentum))}`;
    const uses = state.methods.some((key) => key === "heavy_ball" || key === "nesterov");
    parts.controls.querySelector(".momentum").hidden = !uses;
    for (const choice of parts.methods) {
      const box = choice.querySelector("input");
      box.checked = state.methods.includes(box.value);
    }
    drawStepMarks();
    drawTheory();
    drawPlane();
    parts.code.textContent = asPython(state, state.map === OWN ? formulaAsPython(landscape.tree) : "", lastUpdate());
    parts.scrub.max = String(lastUpdate());
    if (usesLink && !linkIsFresh()) history.replaceState(null, "", `?${toQuery(OPTIONS, finite())}${location.hash}`);
  }

  function linkIsFresh() {
    return !figure.dataset.touched;
  }

  function finite() {
    return { ...state, k: Math.min(state.k, lastUpdate()) };
  }

  /** @param {HTMLInputElement} input @param {string} text */
  function setUnlessTyping(input, text) {
    if (document.activeElement !== input) input.value = text;
  }

  /** The slider is logarithmic over three decades below the largest step size.
   * @param {number} stepSize */
  function toShare(stepSize) {
    return Math.min(1, Math.max(0, 1 + Math.log10(stepSize / landscape.largestStepSize) / 3));
  }

  /** @param {number} share */
  function toStepSize(share) {
    return Number((landscape.largestStepSize * 10 ** (3 * (share - 1))).toPrecision(3));
  }

  /** Curvatures that theory speaks about: everywhere on a quadratic, else at the minimizer near the start. */
  function pair() {
    if (landscape.quadratic) return curvatures(landscape, [0, 0]);
    const minima = landscape.stationaryPoints.filter((/** @type {any} */ p) => p.kind === "minimum");
    if (minima.length === 0) return null;
    const away = (/** @type {any} */ { point: [x, y] }) => (x - state.x) ** 2 + (y - state.y) ** 2;
    return minima.toSorted((/** @type {any} */ a, /** @type {any} */ b) => away(a) - away(b))[0].curvatures;
  }

  function stepInWords() {
    const both = pair();
    if (both === null) return setting(state.stepSize);
    const limit = threshold("gradient_descent", both[1], 0);
    const side = state.stepSize < limit ? "below" : state.stepSize > limit ? "above" : "at";
    return `${setting(state.stepSize)}, ${side} the divergence limit ${setting(limit)} of plain descent`;
  }

  function drawStepMarks() {
    const both = pair();
    /** @type {[number, string][]} */
    const marks = both === null || both[1] <= 0 ? [] : [
      [1 / both[1], "1/λmax"], [2 / (both[0] + both[1]), "best"], [2 / both[1], "limit"],
    ];
    parts.stepMarks.replaceChildren(...marks.map(([stepSize, text]) => {
      const title = `Set the step size of plain descent: ${text}`;
      const button = html("button", { type: "button", title }, [`${text} = ${setting(stepSize)}`]);
      button.addEventListener("click", () => change({ stepSize }));
      return button;
    }));
  }

  function drawTheory() {
    const both = pair();
    const rows = [];
    for (const { method, run: one } of runs) {
      if (!hasTheory(method) || both === null || both[0] <= 0) continue;
      /** @type {import("./theory.js").Mode[]} */
      const modes = both.map((/** @type {number} */ c) => mode(method, c, state.stepSize, state.momentum));
      const factor = Math.max(...modes.map((m) => m.factor));
      const predicted = updatesFor(factor, 1e-6 / Math.max(1e-300, one.values[0] - (landscape.optimalValue ?? 0)));
      const label = ALL_METHODS.find(({ key }) => key === method)?.label ?? method;
      const optimum = best(method, both[0], both[1]);
      rows.push(html("tr", {}, [
        html("th", { scope: "row" }, [label]),
        html("td", {}, [modes.map((m) => `λ = ${setting(m.curvature)}: ${m.regime}, ${setting(m.factor)}`).join("; ")]),
        html("td", {}, [factor >= 1 ? "never" : predicted === null ? "–" : `about ${predicted}`]),
        html("td", {}, [taken(one)]),
        html("td", {}, [setting(threshold(method, both[1], state.momentum))]),
        html("td", {}, [`η = ${setting(optimum.stepSize)}${optimum.momentum ? `, β = ${setting(optimum.momentum)}` : ""}`]),
      ]));
    }
    parts.theory.hidden = rows.length === 0;
    const where = landscape.quadratic ? "exact, since L is quadratic" : "a local forecast, near the minimizer closest to the start";
    parts.theory.replaceChildren(html("table", {}, [
      html("caption", {}, [`Theory beside your run (${where})`]),
      html("thead", {}, [html("tr", {}, ["method", "regime and factor an update", "updates to 10⁻⁶, forecast", "updates taken", "limit of η", "best settings"].map((t) => html("th", { scope: "col" }, [t])))]),
      html("tbody", {}, rows),
    ]));
  }

  /** @param {Run} one */
  function taken(one) {
    const settled = landscape.optimalValue === null ? null : settlesAt(one, landscape.optimalValue);
    if (settled !== null) return String(settled);
    return one.ending === "diverged" ? "diverged" : "not settled";
  }

  function drawPlane() {
    const both = pair();
    parts.planeBox.hidden = both === null || both[0] <= 0;
    if (parts.planeBox.hidden || !parts.planeBox.open) return;
    const { width, height } = parts.plane;
    const factors = rateMap("heavy_ball", both, landscape.largestStepSize, width, height);
    const context = parts.plane.getContext("2d");
    const pixels = context.createImageData(width, height);
    const style = getComputedStyle(document.body);
    const [fast, slow] = ["--explorer-floor", "--explorer-wall"].map((name) => rgb(style.getPropertyValue(name).trim()));
    for (let j = 0; j < height; j += 1) {
      for (let i = 0; i < width; i += 1) {
        const factor = factors[j * width + i];
        const at = 4 * ((height - 1 - j) * width + i);
        const crossed = factor > 1 && (i + j) % 6 < 2;
        const share = Math.min(1, factor ** 8);
        const colour = fast.map((part, c) => (crossed ? 128 : part + share * (slow[c] - part)));
        pixels.data.set([...colour, 255], at);
      }
    }
    context.putImageData(pixels, 0, 0);
    context.strokeStyle = style.getPropertyValue("--explorer-ink").trim();
    context.lineWidth = 2;
    const x = (state.stepSize / landscape.largestStepSize) * width;
    const y = height - (state.momentum / 0.999) * height;
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.stroke();
  }

  function drawReadouts() {
    const rows = runs.map(({ method, run: one }) => {
      const k = Math.min(state.k, one.updates);
      const label = ALL_METHODS.find(({ key }) => key === method)?.label ?? method;
      const [x, y] = [one.points[2 * k], one.points[2 * k + 1]];
      const full = `x = ${x}, y = ${y}, L = ${one.values[k]}`;
      return html("tr", { title: full }, [
        html("th", { scope: "row" }, [label]),
        html("td", {}, [String(k)]),
        html("td", {}, [`(${shown(x, 2, { signed: true })}, ${shown(y, 2, { signed: true })})`]),
        html("td", {}, [shown(one.values[k], 3, { signed: true })]),
        html("td", {}, [shown(one.gradientNorms[k], 3)]),
      ]);
    });
    const head = html("thead", {}, [html("tr", {}, ["", "step", "x, y", "L(x, y)", "‖∇L‖"].map((t) => html("th", { scope: "col" }, [t])))]);
    parts.readouts.replaceChildren(head, html("tbody", {}, rows));
    parts.scrub.value = String(state.k);
    const over = state.k >= lastUpdate();
    parts.buttons.run.textContent = playing ? "Pause" : "Run";
    parts.says.textContent = over ? outcomes() : "";
    parts.says.hidden = !over;
    if (parts.table.closest("details").open) drawTable();
  }

  function outcomes() {
    return runs.map(({ method, run: one }) => {
      const label = ALL_METHODS.find(({ key }) => key === method)?.label ?? method;
      const sentence = outcome(one, landscape, landscape.view);
      return runs.length > 1 ? `${label}: ${sentence}` : sentence;
    }).join(" ");
  }

  function drawTable() {
    const one = runs[0].run;
    const wanted = (/** @type {number} */ k) => k < 10 || k % 10 === 0 || k === one.updates;
    const rows = [];
    for (let k = 0; k <= one.updates && rows.length < 300; k += 1) {
      if (!wanted(k)) continue;
      const numbers = [one.points[2 * k], one.points[2 * k + 1], one.values[k], one.gradientNorms[k]];
      rows.push(html("tr", {}, [k, ...numbers].map((n) => html("td", {}, [String(n)]))));
    }
    const head = html("tr", {}, ["k", "x", "y", "L", "‖∇L‖"].map((t) => html("th", { scope: "col" }, [t])));
    parts.table.replaceChildren(html("thead", {}, [head]), html("tbody", {}, rows));
  }

  function announceStart() {
    say(`Start at ${setting(state.x)}, ${setting(state.y)}. ${outcomes()}`);
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

  function stop() {
    playing = false;
    say(`Update ${Math.min(state.k, lastUpdate())}. ${state.k >= lastUpdate() ? outcomes() : ""}`);
  }

  /** @param {number} by */
  function stepBy(by) {
    playing = false;
    change({ k: Math.max(0, Math.min(lastUpdate(), state.k + by)) });
  }

  const actions = {
    run: () => (playing ? (stop(), request()) : play()),
    step: () => stepBy(state.k >= lastUpdate() ? 0 : 1),
    back: () => stepBy(-1),
    reset: () => { playing = false; change({ k: 0 }); },
    defaults: () => { playing = false; ghosts = []; change({ ...usual, k: usual.k }); },
  };
  for (const [name, action] of Object.entries(actions)) {
    parts.buttons[/** @type {"run"} */ (name)].addEventListener("click", action);
  }

  // --- listening -------------------------------------------------------------------------------

  figure.addEventListener("input", () => { figure.dataset.touched = "yes"; }, { capture: true });
  figure.addEventListener("click", () => { figure.dataset.touched = "yes"; }, { capture: true });
  parts.maps.addEventListener("change", () => change({ map: parts.maps.value }));
  parts.formula.addEventListener("input", () => change({ formula: parts.formula.value }));
  for (const [axis, input] of [["x", parts.x], ["y", parts.y]]) {
    input.addEventListener("input", () => {
      const [least, most] = landscape.view[axis === "x" ? 0 : 1];
      const value = input.valueAsNumber;
      if (Number.isFinite(value)) change({ [axis]: Math.min(most, Math.max(least, value)) });
    });
    input.addEventListener("change", announceStart);
  }
  parts.stepSlider.addEventListener("input", () => change({ stepSize: toStepSize(parts.stepSlider.value / 1000) }));
  parts.stepText.addEventListener("input", () => {
    const value = readNumber(parts.stepText.value);
    const accepted = value !== null && value > 0;
    parts.stepSays.textContent = accepted ? "" : parts.stepText.value.includes(",")
      ? "Write the decimal point as a point: 0.04." : "A positive number, such as 0.04, 1e-3 or 2/21.";
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
  parts.scrub.addEventListener("input", () => { playing = false; change({ k: Number(parts.scrub.value) }); });
  picture.handle.addEventListener("keydown", moveByKey);
  figure.addEventListener("keydown", byKey);
  parts.mapChoice.addEventListener("change", showChosenMap);
  parts.planeBox.addEventListener("toggle", drawPlane);
  parts.plane.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const box = parts.plane.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const stepSize = Number((share * landscape.largestStepSize).toPrecision(3));
    const momentum = Number((0.999 * (1 - (event.clientY - box.top) / box.height)).toFixed(2));
    if (stepSize > 0) change({ stepSize, momentum: Math.min(0.99, Math.max(0, momentum)), methods: [...new Set([...state.methods, "heavy_ball"])] });
  });
  parts.table.closest("details").addEventListener("toggle", drawReadouts);
  figure.querySelector("[name=copy]")?.addEventListener("click", () => copy(parts.code.textContent));
  parts.exports.querySelector("[name=link]").addEventListener("click", () => {
    const base = figure.dataset.page ?? location.pathname;
    copy(`${new URL(base, location.href)}?${toQuery(OPTIONS, finite())}`);
  });
  parts.exports.querySelector("[name=svg]").addEventListener("click", () => save(asSvg(), "ravine.svg"));
  parts.exports.querySelector("[name=png]").addEventListener("click", savePng);
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
    if (target.matches("input:not([type=checkbox]), select, pre, summary")) return;
    const keys = { " ": "run", ".": "step", ",": "back", r: "reset" };
    const name = keys[/** @type {" "} */ (event.key)];
    if (!name || (event.key === " " && target.matches("button, input, summary"))) return;
    event.preventDefault();
    actions[/** @type {"run"} */ (name)]();
  }

  // --- maps, copies, files ---------------------------------------------------------------------

  /** @type {Worker | null} */
  let basinWorker = null;
  let basinJob = 0;
  let basinsOf = ""; // the settings of the map that was asked for

  function showChosenMap() {
    mapShown = parts.mapChoice.value;
    basinsOf = "";
    if (mapShown === "landscape") redraw();
    else askForBasins();
  }

  function askForBasins() {
    const momentum = state.methods[0] === "heavy_ball" ? state.momentum : 0;
    const wanted = { map: landscape.key, formula: landscape.formula, stepSize: state.stepSize, momentum };
    if (JSON.stringify(wanted) === basinsOf) return;
    basinsOf = JSON.stringify(wanted);
    basinJob += 1;
    basinWorker ??= startWorker();
    basinWorker.postMessage({ number: basinJob, ...wanted });
  }

  function startWorker() {
    const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => {
      if (data.number !== basinJob || mapShown === "landscape") return;
      picture.showMap(data.classes, data.columns, data.rows, mapColours());
      if (data.complete) say("The map is complete.");
    };
    return worker;
  }

  function mapColours() {
    const style = getComputedStyle(document.body);
    const names = ["--explorer-diverged", "--explorer-unsettled", "--explorer-basin-0", "--explorer-basin-1", "--explorer-basin-2", "--explorer-basin-3"];
    return names.map((name) => rgb(style.getPropertyValue(name).trim()));
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

  function asSvg() {
    const copyOf = /** @type {SVGElement} */ (picture.overlay.cloneNode(true));
    copyOf.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const originals = picture.overlay.querySelectorAll("*");
    for (const [n, element] of copyOf.querySelectorAll("*").entries()) {
      const style = getComputedStyle(originals[n]);
      for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "font", "opacity"]) {
        element.setAttribute(name, style.getPropertyValue(name));
      }
    }
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "image");
    ground.setAttribute("href", picture.canvas.toDataURL());
    ground.setAttribute("width", "640");
    ground.setAttribute("height", "440");
    copyOf.prepend(ground);
    return new Blob([new XMLSerializer().serializeToString(copyOf)], { type: "image/svg+xml" });
  }

  function savePng() {
    const image = new Image();
    const url = URL.createObjectURL(asSvg());
    image.onload = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [1280, 880];
      canvas.getContext("2d")?.drawImage(image, 0, 0, 1280, 880);
      canvas.toBlob((blob) => blob && save(blob, "ravine.png"));
      URL.revokeObjectURL(url);
    };
    image.src = url;
  }

  /** @param {Blob} blob @param {string} name */
  function save(blob, name) {
    const url = URL.createObjectURL(blob);
    html("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  if (!linked) state.k = Infinity;
  request();
  return {
    name: figure.id,
    drawn,
    state: () => state,
    set: change,
    /** @param {string} query */
    open: (query) => {
      const { k, ...settings } = fromQuery(OPTIONS, query);
      change(settings);
      figure.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
      picture.handle.focus({ preventScroll: true });
    },
    runs: () => runs,
    does: (/** @type {[string, string, string][]} */ conditions) =>
      runs.some((one) => judged(conditions, factsOf(state, landscape, one.method, one.run))),
  };
}
