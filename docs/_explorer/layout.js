// What an explorer consists of: the elements, their names and their order. Nothing happens here.

import { LANDSCAPES } from "./generated.js";
import { ALL_METHODS } from "./methods.js";
import { OWN } from "./state.js";

export const SPEEDS = { slow: 5, normal: 20, fast: 60 }; // updates a second

/** Make an HTML element.
 * @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} children
 * @returns {any} */
export function html(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A labelled control.
 * @param {string} label @param {...HTMLElement} controls */
export function field(label, ...controls) {
  return html("label", { class: "field" }, [html("span", {}, [label]), ...controls]);
}

/** @param {string} name @param {string} text @param {string} title */
export function button(name, text, title) {
  return html("button", { type: "button", name, title }, [text]);
}

/** A table with a head, and a body to be filled.
 * @param {string[]} head @param {HTMLElement[]} rows @param {string} [caption] */
export function table(head, rows, caption) {
  const columns = head.map((text) => html("th", { scope: "col" }, [text]));
  return [
    ...(caption ? [html("caption", {}, [caption])] : []),
    html("thead", {}, [html("tr", {}, columns)]),
    html("tbody", {}, rows),
  ];
}

/** A row whose cells know the heads of their columns, for windows too narrow for a table.
 * @param {string[]} head @param {string[]} cells the first is the row's head @param {string} [title] */
export function row(head, cells, title) {
  return html("tr", title ? { title } : {}, cells.map((text, n) =>
    n === 0 ? html("th", { scope: "row" }, [text]) : html("td", { "data-head": head[n] }, [text])));
}

/** Lay out an explorer in a figure, in place of what stood there.
 * @param {HTMLElement} figure */
export function layOut(figure) {
  const id = figure.id || `explorer-${document.querySelectorAll(".explorer.live").length}`;
  const maps = html("select", { name: "map" }, [
    ...LANDSCAPES.map(({ key, label }) => html("option", { value: key }, [label])),
    html("option", { value: OWN }, ["your own formula"]),
  ]);
  const about = html("p", { class: "about" });
  const formula = html("input", {
    name: "formula", type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    placeholder: "x^2 + 3y^2", "aria-describedby": `${id}-formula-says`,
  });
  const formulaSays = html("p", { class: "says", id: `${id}-formula-says`, role: "alert" });
  const own = html("div", { class: "own", hidden: "" }, [field("L(x, y) =", formula), formulaSays]);
  const x = html("input", { name: "x", type: "number", step: "any" });
  const y = html("input", { name: "y", type: "number", step: "any" });
  const stepSlider = html("input", { name: "step-size-slider", type: "range", "aria-label": "Step size", min: "0", max: "1000", step: "1" });
  const track = html("div", { class: "track", "aria-hidden": "true" });
  const stepMarks = html("div", { class: "choices" });
  const stepText = html("input", { name: "step-size", type: "text", inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-step-says` });
  const stepSays = html("p", { class: "says", id: `${id}-step-says`, role: "alert" });
  const momentumSlider = html("input", { name: "momentum", type: "range", min: "0", max: "0.99", step: "0.01" });
  const momentumShown = html("output", {});
  const methods = ALL_METHODS.map(({ key, label }, look) =>
    html("label", { class: `choice look-${look}` }, [
      html("input", { type: "checkbox", name: "method", value: key }),
      html("span", { class: "swatch", "aria-hidden": "true" }),
      html("span", {}, [label]),
    ]),
  );
  const buttons = {
    run: button("run", "Run", "Play or pause (Space)"),
    back: button("back", "Back", "One update back (comma or arrow left)"),
    step: button("step", "Step", "One update (point or arrow right)"),
    reset: button("reset", "Reset", "Back to the start (R)"),
    defaults: button("defaults", "Defaults", "The settings this page began with"),
  };
  const speed = html("select", { name: "speed" }, [
    ...Object.keys(SPEEDS).map((name) => html("option", { value: name }, [name])),
    html("option", { value: "instant" }, ["instant"]),
  ]);
  speed.value = "normal";
  const scrub = html("input", { name: "k", type: "range", min: "0", step: "1", "aria-label": "Update shown" });
  const says = html("div", { class: "outcome" });
  const rescue = button("rescue", "", "A step size at which this method converges");
  rescue.hidden = true;
  const live = html("p", { class: "live", "aria-live": "polite" });
  const readouts = html("table", { class: "readouts" });
  const theory = html("div", { class: "theory", tabindex: "0", role: "region", "aria-label": "Theory beside your run" });
  const code = html("pre", { tabindex: "0" });
  const points = html("div", { class: "points", tabindex: "0", role: "region", "aria-label": "The path as a table" });
  const picture = html("div", { class: "picture" });
  const chart = html("div", { class: "chart-box" });
  const mapChoice = html("select", { name: "shows" }, [
    html("option", { value: "landscape" }, ["the landscape"]),
    html("option", { value: "basins" }, ["where each start ends"]),
  ]);
  const legend = html("ul", { class: "legend", hidden: "" });
  const plane = html("canvas", { width: "500", height: "320", class: "plane", role: "img" });
  const planeSays = html("p", {});
  const planeBox = html("details", { class: "plane-box" }, [
    html("summary", {}, ["Step size × momentum: every pair at once"]), planeSays, plane,
  ]);
  const codeBox = html("details", {}, [html("summary", {}, ["This run as Python"]), code, button("copy", "Copy", "Copy the code")]);
  const pointsBox = html("details", {}, [html("summary", {}, ["The path as a table"]), points]);
  const exports = html("p", { class: "exports" }, [
    button("link", "Copy link", "A link to exactly this state"),
    button("svg", "Save SVG", "The picture as a vector file"),
    button("png", "Save PNG", "The picture as pixels"),
  ]);
  const momentum = html("label", { class: "field momentum" }, [html("span", {}, ["Momentum β"]), momentumSlider, momentumShown]);
  figure.classList.add("explorer", "live");
  figure.replaceChildren(html("div", { class: "layout" }, [
    html("div", { class: "view" }, [picture, about]),
    html("div", { class: "dials" }, [
      field("Landscape", maps), own,
      html("fieldset", { class: "step-size" }, [
        html("legend", {}, ["Step size η"]), stepSlider, track, stepMarks, field("exactly", stepText), stepSays,
      ]),
      html("fieldset", { class: "start" }, [html("legend", {}, ["Start"]), field("x", x), field("y", y)]),
    ]),
    html("div", { class: "stage" }, [
      html("div", { class: "player" }, [...Object.values(buttons), field("speed", speed), scrub]),
      readouts, says, rescue, live, chart,
    ]),
    html("div", { class: "setup" }, [
      html("fieldset", { class: "methods" }, [html("legend", {}, ["Methods, side by side"]), ...methods, momentum]),
      field("Picture shows", mapChoice), legend,
    ]),
    html("div", { class: "more" }, [theory, planeBox, codeBox, pointsBox, exports]),
  ]));
  return {
    picture, chart, maps, about, own, formula, formulaSays, x, y, stepSlider, track, stepMarks, stepText, stepSays,
    momentum, momentumSlider, momentumShown, methods, buttons, speed, scrub, says, rescue, live, readouts, theory,
    code, codeBox, points, pointsBox, mapChoice, legend, plane, planeSays, planeBox, exports,
  };
}
