// A deck: letters small enough that each slide fits, then reveal.js.
const printing = /print-pdf/.test(location.search);
const phone = !printing && matchMedia("(max-width: 600px) and (orientation: portrait)").matches;
const size = phone
  ? { width: 480, height: Math.round((480 * innerHeight) / innerWidth) }
  : { width: 1280, height: 720 };
// Shares of the usual size. What is still too wide then scrolls; what is still too high fails a test.
const NARROWEST = phone ? 0.8 : 0.55;
const LOWEST = 0.55;

const fontSize = (element) => parseFloat(getComputedStyle(element).fontSize);

function shrink(element, fits, smallest) {
  const usual = fontSize(element) / fontSize(element.parentElement);
  let share = 1;
  while (share > smallest && !fits(element)) {
    share -= 0.03;
    element.style.fontSize = `${usual * share}em`;
  }
}

const wideEnough = (element) => element.scrollWidth <= element.clientWidth + 1;
const highEnough = (slide) => slide.scrollHeight <= slide.clientHeight + 1;

function scrollsByKey(block) {
  block.tabIndex = 0;
  block.setAttribute("role", "region");
  block.setAttribute("aria-label", "Scrolls sideways");
}

async function fit(deck) {
  document.documentElement.style.setProperty("--deck-width", `${size.width}px`);
  document.documentElement.style.setProperty("--deck-height", `${size.height}px`);
  deck.getBoundingClientRect(); // lays the slides out, which asks for their fonts
  await document.fonts.ready;
  for (const slide of deck.querySelectorAll("section")) {
    for (const image of slide.querySelectorAll("img")) image.loading = "eager"; // paper does not wait
    for (const block of slide.querySelectorAll("pre, .katex-display, .table-wrapper")) {
      shrink(block, wideEnough, NARROWEST);
      if (!wideEnough(block)) scrollsByKey(block);
    }
    shrink(slide, highEnough, LOWEST);
  }
  deck.classList.remove("fitting");
}

async function start() {
  if (printing) document.body.dataset.theme = "light"; // paper is white
  document.body.classList.toggle("phone", phone);
  await fit(document.querySelector(".reveal"));
  await Reveal.initialize({
    ...size,
    margin: phone ? 0 : 0.04,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    view: phone ? "scroll" : null,
    scrollActivationWidth: null,
    scrollSnap: false,
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes],
  });
}

start();
