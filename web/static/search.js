// Results as you type. The server makes the page; this puts the part of it that changes with a
// search in place of the one that is there, and keeps address, title and history in step.
//
// Typing rewrites the address; Enter and links make a step that "back" undoes. While a Korean
// syllable is being composed nothing is asked, since it stands for no word yet. But the last
// syllable of a word stays in composition until the next key: so after a pause, and where no bare
// letter (ㅋ) is left, the word counts as written.

const WAIT = 130; // milliseconds after a key
const PAUSE = 900; // milliseconds without a key that end a word still in composition
const SLOW = 600; // milliseconds after which waiting is shown
const TELL = 700; // milliseconds of rest before a count is read out
const KEPT = 20; // regions kept for "back"
const BARE_LETTER = /[\u1100-\u11ff\u3131-\u318e]/;

const form = document.querySelector("[data-search-form]");
const box = form.querySelector("[data-search-box]");
const told = document.querySelector("[data-search-status]");
const trouble = document.querySelector("[data-search-trouble]");
const kept = new Map();
const region = () => document.getElementById("search-region");
const home = new URL(form.action).pathname;

// One spelling of an address, however a link or a form wrote it; readable where that is allowed.
function plain(address) {
  const { origin, pathname, searchParams } = new URL(address, location.href);
  const query = `${searchParams}`.replaceAll("%3A", ":").replaceAll("%2C", ",");
  return origin + pathname + (query && `?${query}`);
}

let committed = plain(location.href); // the address that "back" should find
let asked = committed; // the address whose results are shown or under way
let request = null;
let waiting = 0;
let telling = 0;

function keep(address, html) {
  kept.delete(address);
  kept.set(address, html);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

const queryOf = (address) => new URL(address).searchParams.get("q") ?? "";

function addressOf(query) {
  const address = new URL(home, location.href);
  if (query.trim()) address.searchParams.set("q", query.trim());
  const sort = new URL(asked).searchParams.get("sort");
  if (sort && query.trim()) address.searchParams.set("sort", sort);
  return plain(address);
}

// What tells a link from the others, though its address may have changed with the search.
function keyOf(link) {
  const facet = link.closest(".facet")?.getAttribute("aria-labelledby");
  return link.dataset.key ?? (facet && `${facet} ${link.querySelector("span").textContent}`);
}

// What was unfolded, and what had the focus, stays so.
function put(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const next = holder.content.querySelector("#search-region");
  if (!next) throw new Error("no results in the answer");
  const old = region();
  for (const fold of old.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(fold.id)}`)?.setAttribute("open", "");
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const key = focused && keyOf(focused);
  old.replaceWith(next);
  if (focused) {
    const again = key && [...next.querySelectorAll("a")].find((link) => keyOf(link) === key);
    (again || next.querySelector("#results-heading"))?.focus({ preventScroll: true });
  }
  document.title = next.dataset.title;
  trouble.hidden = true;
  clearTimeout(telling);
  telling = setTimeout(() => { told.textContent = next.dataset.status; }, TELL);
}

async function show(address, { fresh = true } = {}) {
  request?.abort();
  request = null;
  asked = address;
  if (!fresh && kept.has(address)) {
    put(kept.get(address));
    return;
  }
  const mine = (request = new AbortController());
  const slow = setTimeout(() => region().setAttribute("aria-busy", "true"), SLOW);
  try {
    const fragment = new URL(address);
    fragment.searchParams.set("fragment", "1");
    const answer = await fetch(fragment, { signal: mine.signal });
    const html = await answer.text();
    if (request !== mine) return; // a later search has overtaken this one
    put(html);
    if (answer.ok) keep(address, html);
  } catch (error) {
    if (request !== mine || error.name === "AbortError") return;
    trouble.hidden = false;
  } finally {
    clearTimeout(slow);
    if (request === mine) region().removeAttribute("aria-busy");
  }
}

function typed() {
  clearTimeout(waiting);
  const address = addressOf(box.value);
  if (address === asked) return;
  history.replaceState(null, "", address);
  show(address);
}

// A step in history: from what was committed before, whatever was typed since.
function commit(address) {
  clearTimeout(waiting);
  if (address !== committed) {
    if (plain(location.href) !== committed) history.replaceState(null, "", committed);
    history.pushState(null, "", address);
    committed = address;
  }
}

function later(milliseconds) {
  clearTimeout(waiting);
  waiting = setTimeout(typed, milliseconds);
}

box.addEventListener("input", (event) => {
  if (!event.isComposing) later(WAIT);
  else if (BARE_LETTER.test(box.value)) clearTimeout(waiting);
  else later(PAUSE);
});
box.addEventListener("compositionstart", () => clearTimeout(waiting));
box.addEventListener("compositionend", () => later(WAIT));

form.addEventListener("submit", (event) => {
  if (!trouble.hidden) return; // fetching failed: let the browser do it
  event.preventDefault();
  const address = addressOf(box.value);
  commit(address);
  if (address !== asked) show(address);
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("#search-region a");
  if (!link) return;
  const address = plain(link.href.baseVal ?? link.href); // one inside a drawing is animated
  if (address.split("?")[0] !== location.origin + home) return;
  event.preventDefault();
  commit(address);
  box.value = queryOf(address);
  const turned = link.hasAttribute("data-page-turn");
  show(address).then(() => {
    if (!turned) return;
    const heading = document.getElementById("results-heading");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  });
});

addEventListener("popstate", () => {
  committed = plain(location.href);
  box.value = queryOf(committed);
  if (committed !== asked) show(committed, { fresh: false });
});

keep(asked, region().outerHTML);
