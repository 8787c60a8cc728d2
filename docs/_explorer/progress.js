// What a reader has answered, kept in this browser only.
//
// The store is a plain object: question name -> {revision, state, tries}. A question that was edited since has
// another revision and counts as changed. Whatever is damaged or missing counts as nothing done.

/** @typedef {{revision: string, state: "right" | "shown", tries: number}} Entry */
/** @typedef {Record<string, Entry>} Progress */

const KEY = "ravine-progress-1";

/** Read progress from text; null when it is none.
 * @param {string | null} text @returns {Progress | null} */
export function parseProgress(text) {
  if (text === null || text.length > 100000) return null;
  /** @type {unknown} */
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  /** @type {Progress} */
  const progress = Object.create(null);
  for (const [name, entry] of Object.entries(data)) {
    if (isEntry(entry) && /^[\w-]{1,80}$/.test(name)) progress[name] = entry;
  }
  return progress;
}

/** @param {any} entry @returns {entry is Entry} */
function isEntry(entry) {
  return (
    typeof entry === "object" && entry !== null && typeof entry.revision === "string" &&
    (entry.state === "right" || entry.state === "shown") && Number.isInteger(entry.tries)
  );
}

/** Join two records of progress: what was answered in either counts, a right answer before a shown one.
 * @param {Progress} one @param {Progress} other @returns {Progress} */
export function merge(one, other) {
  /** @type {Progress} */
  const joined = Object.assign(Object.create(null), one);
  for (const [name, entry] of Object.entries(other)) {
    const mine = joined[name];
    if (!mine || mine.revision !== entry.revision || (mine.state === "shown" && entry.state === "right")) {
      joined[name] = entry;
    }
  }
  return joined;
}

/** Count the questions of a list that are answered as they stand now.
 * @param {Progress} progress @param {{name: string, revision: string}[]} questions @returns {number} */
export function answered(progress, questions) {
  return questions.filter(({ name, revision }) => progress[name]?.revision === revision).length;
}

/** Progress in the browser's storage; without storage it lives as long as the page.
 * @param {() => Storage} storage */
export function keep(storage) {
  /** @type {Progress} */
  let current = Object.create(null);
  const read = () => {
    try {
      current = parseProgress(storage().getItem(KEY)) ?? current;
    } catch {
      // no storage: a private window, or cookies are off
    }
    return current;
  };
  const write = (/** @type {Progress} */ progress) => {
    current = progress;
    try {
      storage().setItem(KEY, JSON.stringify(progress));
      return true;
    } catch {
      return false;
    }
  };
  return {
    read,
    /** @param {string} name @param {Entry} entry */
    note: (name, entry) => write(merge(read(), { [name]: entry })),
    /** @param {Progress} progress */
    add: (progress) => write(merge(read(), progress)),
    reset: () => write(Object.create(null)),
    key: KEY,
  };
}
