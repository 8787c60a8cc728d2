// Turn every figure that asks for it into an explorer.

import { run } from "./engine.js";
import { mount } from "./explorer.js";
import { LANDSCAPES } from "./generated.js";
import { mountLine } from "./line.js";
import { methodOf, settingsOf } from "./methods.js";

const explorers = [...document.querySelectorAll("figure[data-explorer]")].map((figure) =>
  mount(/** @type {HTMLElement} */ (figure)),
);

for (const figure of document.querySelectorAll("figure[data-line]")) {
  mountLine(/** @type {HTMLElement} */ (figure));
}

// A link on this page to a state of its explorer sets the state, without a new page.
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest?.("a[href*='?map=']");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const address = new URL(link.href);
  const explorer = explorers.find(({ name }) => `#${name}` === address.hash);
  if (address.pathname !== location.pathname || !explorer) return;
  event.preventDefault();
  explorer.open(address.search);
});

// for tests, and for readers with a console
Object.assign(globalThis, { ravineExplorers: explorers, ravineEngine: { run, LANDSCAPES, methodOf, settingsOf } });
