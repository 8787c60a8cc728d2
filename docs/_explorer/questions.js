// Questions on the page, and how far the reader has come.

import { judgeChoice, judgeNumber, judgeOrder } from "./answers.js";
import { answered, keep, parseProgress } from "./progress.js";

/** @typedef {import("./answers.js").Verdict} Verdict */
/** All questions of the site, in order: the address of a page from the site's root, and its questions.
 * @typedef {{page: string, questions: {name: string, revision: string}[]}[]} Index */

const TRIES_BEFORE_ANSWER = 3;

const store = keep(() => globalThis.localStorage);

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children
 * @returns {any} */
function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Bring one question to life.
 * @param {HTMLFormElement} form */
function prepare(form) {
  const { name = "", kind = "", revision = "" } = form.dataset;
  const key = JSON.parse(form.querySelector("script")?.textContent ?? "{}");
  const says = /** @type {HTMLElement} */ (form.querySelector(".question-says"));
  const answer = /** @type {HTMLDetailsElement} */ (form.querySelector(".question-answer"));
  const explanation = [...answer.querySelectorAll(".question-right")];
  const mark = element("span", { class: "question-mark" });
  form.querySelector("legend")?.append(" ", mark);
  let tries = store.read()[name]?.tries ?? 0;

  const check = element("button", { type: "submit" }, [kind === "judged" ? "Check my run" : "Check"]);
  says.before(element("p", { class: "question-buttons" }, [check]));
  answer.hidden = true; // until it is earned or asked for
  if (kind === "order") makeMovable(form);

  function judge() {
    const boxes = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=answer]"))];
    if (kind === "number") return judgeNumber(boxes[0].value, key);
    if (kind === "order") {
      const items = [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".question-order li"))];
      return judgeOrder(items.map((item) => Number(item.dataset.item)), key);
    }
    if (kind === "judged") return judgeRun(key);
    return judgeChoice(boxes.filter((box) => box.checked).map((box) => Number(box.value)), key);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const verdict = judge();
    if (verdict.kind === "unread") {
      speak("unread", verdict.says);
      return;
    }
    tries += 1;
    if (verdict.kind === "right") {
      store.note(name, { revision, state: "right", tries });
      speak("right", "Right.", explanation);
    } else {
      const wrong = form.querySelectorAll(":scope > .question-wrong"); // not those said before
      const because = verdict.because === null ? [] : [wrong[verdict.because]];
      speak("wrong", `Not yet.${verdict.says ? ` ${verdict.says}` : ""}`, because);
      const hint = /** @type {HTMLDetailsElement | null} */ (form.querySelector(".question-hint"));
      if (hint && because.length === 0) hint.open = true;
    }
    if (verdict.kind === "right" || tries >= TRIES_BEFORE_ANSWER) answer.hidden = false;
    showAll();
  });

  answer.addEventListener("toggle", () => {
    const done = store.read()[name];
    if (answer.open && done?.revision !== revision) {
      store.note(name, { revision, state: "shown", tries });
      showAll();
    }
  });

  /** @param {string} verdict @param {string} text @param {Element[]} more */
  function speak(verdict, text, more = []) {
    const symbol = { right: "✓", wrong: "✗", unread: "…" }[verdict] ?? "";
    const copies = more.map((one) => {
      const copy = /** @type {HTMLElement} */ (one.cloneNode(true));
      copy.hidden = false;
      return copy;
    });
    says.dataset.verdict = verdict;
    says.replaceChildren(element("p", {}, [element("span", { "aria-hidden": "true" }, [symbol]), ` ${text}`]), ...copies);
  }

  return () => {
    const done = store.read()[name];
    const state = !done ? "" : done.revision !== revision ? "changed since you answered" : done.state === "right" ? "✓ answered" : "answer seen";
    mark.textContent = state;
    form.dataset.state = !done || done.revision !== revision ? "" : done.state;
    if (done?.revision === revision) answer.hidden = false;
  };
}

/** @param {{judge: [string, string, string][], explorer: string}} key @returns {Verdict} */
function judgeRun({ judge, explorer }) {
  const found = /** @type {any} */ (globalThis).ravineExplorers?.find((/** @type {any} */ one) => one.name === explorer);
  if (!found) return { kind: "unread", says: "The explorer of this question is not on the page." };
  if (found.does(judge)) return { kind: "right" };
  return { kind: "wrong", because: null, says: `In your run ${found.lacks(judge).join("; ")}.` };
}

/** Give each item of an order two buttons.
 * @param {HTMLFormElement} form */
function makeMovable(form) {
  const list = /** @type {HTMLElement} */ (form.querySelector(".question-order"));
  for (const item of list.children) {
    const move = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ how) => {
      const button = element("button", { type: "button", "aria-label": `${label}: ${item.textContent?.trim()}` }, [text]);
      button.addEventListener("click", () => {
        how();
        button.focus();
      });
      return button;
    };
    item.append(
      move("↑", "Move up", () => item.previousElementSibling?.before(item)),
      move("↓", "Move down", () => item.nextElementSibling?.after(item)),
    );
  }
}

/** @returns {Index} */
function readIndex() {
  return /** @type {any} */ (window).ravineQuestions ?? [];
}

const refreshers = [.../** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.question"))].map(prepare);
const index = readIndex();

/** Show everywhere what is done: on each question, on the page, and in the contents. */
function showAll() {
  for (const refresh of refreshers) refresh();
  const progress = store.read();
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll(".sidebar-tree a.reference, .toctree-wrapper a.reference")
  )];
  for (const { page, questions } of index) {
    const done = answered(progress, questions);
    const address = new URL(page, root).pathname;
    for (const link of links.filter(({ href, hash }) => hash === "" && new URL(href).pathname === address)) {
      link.dataset.progress = done === 0 ? "" : done === questions.length ? "✓" : `${done}/${questions.length}`;
      link.title = `${done} of ${questions.length} questions answered`;
    }
    const here = /** @type {HTMLElement | null} */ (document.querySelector("[data-page-progress]"));
    if (here && address === location.pathname) showPage(here, done, questions.length);
  }
}

/** @param {HTMLElement} place @param {number} done @param {number} all */
function showPage(place, done, all) {
  const complete = done === all ? " Lesson complete. Well walked." : "";
  const text = `${done} of ${all} questions answered.${complete}`;
  const line = place.querySelector("p") ?? place.appendChild(element("p", { role: "status" }));
  if (line.textContent !== text) line.textContent = text;
  if (!place.querySelector("details")) place.append(tools());
}

/** Reset, save and load, behind a fold. */
function tools() {
  const file = element("input", { type: "file", accept: ".json,application/json" });
  const says = element("p", { role: "status" });
  const button = (/** @type {string} */ text, /** @type {() => void} */ action) => {
    const made = element("button", { type: "button" }, [text]);
    made.addEventListener("click", action);
    return made;
  };
  file.addEventListener("change", async () => {
    const read = parseProgress((await file.files[0]?.text()) ?? null);
    if (read) store.add(read);
    says.textContent = read ? "Loaded." : "This file holds no progress of this site.";
    showAll();
  });
  const save = () => {
    const blob = new Blob([JSON.stringify(store.read(), null, 1)], { type: "application/json" });
    const url = URL.createObjectURL(blob);
    element("a", { href: url, download: "ravine-progress.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  let asked = false;
  const reset = button("Forget all my answers", () => {
    if (!asked) {
      asked = true;
      reset.textContent = "Really forget? Press again.";
      return;
    }
    store.reset();
    location.reload();
  });
  return element("details", { class: "fold" }, [
    element("summary", {}, ["Your progress"]),
    element("p", {}, ["Questions are a self-check. What you answered stays in this browser and goes nowhere else."]),
    button("Save as a file", save),
    element("label", {}, [" Load a file ", file]),
    element("p", {}, [reset]),
    says,
  ]);
}

addEventListener("storage", (event) => {
  if (event.key === store.key) showAll();
});
showAll();
