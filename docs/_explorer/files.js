// The picture as a file.

const WIDTH = 640;
const HEIGHT = 440;
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "font", "opacity", "text-anchor", "display"];

/** Return the picture as a file that needs no style sheet.
 * @param {HTMLCanvasElement} canvas the landscape @param {SVGElement} overlay paths and marks
 * @param {{x: number, y: number, title: string}} start where the ring is, in the units of the overlay
 * @returns {Blob} */
export function asSvg(canvas, overlay, { x, y, title }) {
  const copy = /** @type {SVGElement} */ (overlay.cloneNode(true));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(WIDTH));
  copy.setAttribute("height", String(HEIGHT));
  const originals = overlay.querySelectorAll("*");
  for (const [n, element] of copy.querySelectorAll("*").entries()) {
    const style = getComputedStyle(originals[n]);
    for (const name of STYLES) element.setAttribute(name, style.getPropertyValue(name));
  }
  const made = (/** @type {string} */ name, /** @type {Record<string, string | number>} */ attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const ink = getComputedStyle(document.body).getPropertyValue("--explorer-ink").trim();
  const words = made("title", {});
  words.textContent = title;
  copy.prepend(words, made("image", { href: canvas.toDataURL(), width: WIDTH, height: HEIGHT, preserveAspectRatio: "none" }));
  copy.append(made("circle", { cx: x, cy: y, r: 10, fill: "none", stroke: ink, "stroke-width": 3 }));
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
}

/** Turn such a file into pixels, at twice its size.
 * @param {Blob} picture @param {(file: Blob) => void} done */
export function asPng(picture, done) {
  const image = new Image();
  const url = URL.createObjectURL(picture);
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * WIDTH, 2 * HEIGHT];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && done(blob));
    URL.revokeObjectURL(url);
  };
  image.src = url;
}

/** Offer a file to the reader.
 * @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
