// What scrolls sideways must be reachable by keyboard: give it a tab stop and a name while it overflows.
const scrollers = "pre, .math .katex-display, .table-wrapper, .gallery-figure";

function name(element) {
  if (element.matches("pre")) return "Code or output, scrolls sideways";
  return element.matches(".table-wrapper") ? "Table, scrolls sideways" : "Formula, scrolls sideways";
}

function update() {
  for (const element of document.querySelectorAll(scrollers)) {
    if (element.scrollWidth > element.clientWidth + 1) {
      element.tabIndex = 0;
      element.setAttribute("role", "region");
      element.setAttribute("aria-label", name(element));
    } else if (element.getAttribute("role") === "region") {
      element.removeAttribute("tabindex");
      element.removeAttribute("role");
      element.removeAttribute("aria-label");
    }
  }
}

// A fold is called what it says: "Show code cell source", not the same two words for each.
for (const summary of document.querySelectorAll("summary[aria-label]")) summary.removeAttribute("aria-label");

update();
addEventListener("resize", update);
document.fonts.ready.then(update);

// A link to something inside a fold opens it by itself; a link to the fold's own heading must, too.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const own = target?.matches("details.fold") ? target : target?.querySelector(":scope > details.fold");
  if (own) own.open = true;
}

openTarget();
addEventListener("hashchange", openTarget);
