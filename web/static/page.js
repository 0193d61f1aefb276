// What every page can do beyond HTML: keys, the list of keys, and choices of language and colours
// that come back to where the reader is now. Without this file nothing is lost but comfort.

const box = () => document.querySelector("[data-search-box]");
const results = () => [...document.querySelectorAll("[data-result]")];
const keys = document.querySelector("[data-keys]");
const offer = document.querySelector("[data-keys-offer]");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function toBox() {
  const found = box();
  if (!found) return false;
  found.focus();
  found.select();
  return true;
}

// From the result that has the focus, else from the box: to the first one.
function move(step) {
  const all = results();
  const at = all.indexOf(document.activeElement);
  if (at < 0 && step < 0) return false;
  if (at === 0 && step < 0) return toBox();
  const next = all[at + step];
  if (!next) return false;
  next.focus({ preventScroll: true });
  (next.closest("li") ?? next).scrollIntoView({ block: "nearest" });
  return true;
}

function showKeys() {
  if (keys && !keys.open) keys.showModal();
  return keys !== null;
}

const actions = {
  "/": toBox,
  "?": showKeys,
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  j: () => move(1),
  k: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (keys?.open) return;
  if (typing(event.target)) {
    if (event.target !== box()) return;
    if (event.key === "ArrowDown" && move(1)) event.preventDefault();
    if (event.key === "Escape") {
      event.preventDefault(); // browsers empty a search field
      event.target.blur();
    }
    return;
  }
  if (Object.hasOwn(actions, event.key) && actions[event.key]()) event.preventDefault();
});

if (keys && offer) {
  offer.hidden = false;
  offer.firstElementChild.addEventListener("click", showKeys);
}

// Whether a syllable is being composed, told to scripts that come too late to have seen it begin.
document.addEventListener("compositionstart", ({ target }) => { target.dataset.composing = ""; });
document.addEventListener("compositionend", ({ target }) => { delete target.dataset.composing; });

// Suggestions are fetched only by those who are about to type.
document.addEventListener("focusin", ({ target }) => {
  if (target.dataset?.suggestScript) import(target.dataset.suggestScript).catch(() => {});
});

// The address may have changed since the page was made: by a search, or by a jump to a part.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-preference]");
  if (!link) return;
  const address = new URL(link.href);
  address.searchParams.set("next", location.pathname + location.search);
  link.href = address.href;
});
