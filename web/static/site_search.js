// The search of a static site: Pagefind's index, asked with the words and filters of the query.
// Loaded as a plain script, so that it can say so where the page was opened as a file.

const FILTERS = ["service", "cause", "severity", "year"];
const NAMES = { 서비스: "service", 원인: "cause", 심각도: "severity", 상태: "status", 날짜: "date" };
// The index finds what begins with a word, so a Korean word is asked for without its particle.
const PARTICLE = /^(\p{Script=Hangul}{2,}?)(?:에서는|에서|에게|으로|까지|부터|을|를|이|가|은|는|의|에|와|과|로)$/u;
const PAGE = 20;
const WHOLE = 5; // Below so many entries with all words, those with some of them are shown as well.

const form = document.querySelector("main form");
const box = form.querySelector("[name=q]");
const part = (name) => document.querySelector(`[data-site-${name}]`);
let pagefind;
let asked = 0;

// A query as words and filters: service:a,b cause: severity: status: date:2024 date:2024-07, each
// also with a minus before it. What else has a colon is told and left out.
function read(query) {
  const words = [];
  const filters = {};
  const ignored = [];
  for (const [piece] of query.matchAll(/-?[^\s:"]+:(?:"[^"]*"|\S+)|-?"[^"]*"|\S+/g)) {
    const named = piece.match(/^(-?)([\p{L}-]+):(.+)$/u);
    const field = named && (NAMES[named[2]] ?? named[2].toLowerCase());
    if (!named) {
      if (/^-|^OR$|^AND$|^NOT$/.test(piece)) ignored.push(piece);
      else words.push(piece.replace(/[*~()]+/g, "").replace(PARTICLE, "$1"));
      continue;
    }
    const values = named[3].replaceAll('"', "").split(",").filter(Boolean);
    if (["service", "cause", "severity", "status"].includes(field)) add(filters, field, named[1], values);
    else if (field === "date" && values.every((value) => /^\d{4}$/.test(value))) add(filters, "year", named[1], values);
    else if (field === "date" && values.every((value) => /^\d{4}-\d\d$/.test(value))) add(filters, "month", named[1], values);
    else ignored.push(piece);
  }
  return { words: words.filter(Boolean), filters, ignored };
}

function add(filters, field, minus, values) {
  filters[field] ??= {};
  const kind = minus ? "none" : "any";
  filters[field][kind] = [...(filters[field][kind] ?? []), ...values];
}

// Entries with all words; where they are few, also those with some, the more words the higher.
async function find({ words, filters }) {
  const options = { filters };
  if (!words.length) return pagefind.search(null, { ...options, sort: { date: "desc" } });
  const whole = await pagefind.search(words.join(" "), options);
  if (words.length === 1 || whole.results.length >= WHOLE) return whole;
  const scores = new Map(whole.results.map((result) => [result.id, { result, score: 1000 + result.score }]));
  for (const word of words) {
    for (const result of (await pagefind.search(word, options)).results) {
      const known = scores.get(result.id) ?? { result, score: 0 };
      scores.set(result.id, { result: known.result, score: known.score + result.score });
    }
  }
  const results = [...scores.values()].sort((one, other) => other.score - one.score).map(({ result }) => result);
  return { ...whole, results };
}

// The section that holds most of the words, else the page's own excerpt. Pagefind marks words with
// <mark>; of its HTML nothing but text and marks is taken.
function excerpt(data) {
  const sections = data.sub_results.filter((one) => one.url.includes("#"));
  const [best] = sections.sort((one, other) => other.locations.length - one.locations.length);
  const paragraph = document.createElement("p");
  paragraph.className = "snippet";
  if (best) {
    const address = addressOf(data.raw_url) + best.url.slice(best.url.indexOf("#"));
    const section = linked(best.title, address);
    section.className = "snippet-section";
    paragraph.append(section, " ");
  }
  const text = (best ?? data).excerpt;
  for (const node of new DOMParser().parseFromString(text, "text/html").body.childNodes) {
    const piece = node.nodeName === "MARK" ? document.createElement("mark") : document.createElement("span");
    piece.textContent = node.textContent;
    paragraph.append(piece);
  }
  return paragraph;
}

function linked(text, address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = text;
  return link;
}

const addressOf = (found) => found.replace(/^\/+/, "");

async function hit(result) {
  const data = await result.data();
  const item = document.createElement("li");
  item.className = "hit";
  const heading = document.createElement("h3");
  heading.append(linked(data.meta.title ?? data.raw_url, addressOf(data.raw_url)));
  const facts = document.createElement("p");
  facts.className = "hit-facts";
  facts.textContent = [...(data.filters.severity ?? []), ...(data.filters.month ?? []), ...(data.filters.service ?? []).slice(0, 3)].join(" · ");
  item.append(heading, facts, excerpt(data));
  return item;
}

// A filter's values with how many of the found entries have them, as links that add them or take
// them away.
function showFilters(counts, query) {
  const holder = part("filters");
  const labels = JSON.parse(holder.dataset.labels);
  holder.replaceChildren();
  for (const name of FILTERS) {
    const field = name === "year" ? "date" : name;
    const values = Object.entries(counts[name] ?? {}).filter(([, count]) => count > 0);
    values.sort(([a, x], [b, y]) => (name === "year" ? b.localeCompare(a) : y - x || a.localeCompare(b)));
    if (!values.length) continue;
    const group = document.createElement("div");
    const list = document.createElement("ul");
    group.append(labels[name], list);
    for (const [value, count] of values.slice(0, 8)) {
      const term = /\s/.test(value) ? `${field}:"${value}"` : `${field}:${value}`;
      const chosen = query.split(/\s+/).includes(term);
      const next = chosen ? query.split(/\s+/).filter((piece) => piece !== term).join(" ") : `${query} ${term}`.trim();
      const item = document.createElement("li");
      const link = linked(value, `?${new URLSearchParams({ q: next })}`);
      if (chosen) {
        link.className = "chosen";
        link.setAttribute("aria-current", "true");
      }
      item.append(link, ` ${count}`);
      list.append(item);
    }
    holder.append(group);
  }
}

async function show(query) {
  const turn = ++asked;
  const empty = !query.trim();
  part("found").hidden = empty;
  part("newest").hidden = !empty;
  if (empty) return;
  const understood = read(query);
  const found = await find(understood);
  if (turn !== asked) return;
  const status = document.getElementById("found");
  const count = found.results.length;
  status.textContent = count === 0 ? status.dataset.none : count === 1 ? status.dataset.one : status.dataset.many.replace("{count}", count);
  const ignored = part("ignored");
  ignored.hidden = !understood.ignored.length;
  ignored.textContent = ignored.dataset.text.replace("{parts}", understood.ignored.join(" "));
  showFilters(found.filters, query.trim());
  const list = part("hits");
  list.replaceChildren();
  const more = part("more");
  let shown = 0;
  const next = async () => {
    const items = await Promise.all(found.results.slice(shown, shown + PAGE).map(hit));
    if (turn !== asked) return;
    list.append(...items);
    shown += items.length;
    more.hidden = shown >= count;
  };
  more.onclick = next;
  await next();
}

async function begin() {
  if (location.protocol === "file:") {
    part("needs-server").hidden = false;
    return;
  }
  const typed = () => new URLSearchParams(location.search).get("q") ?? "";
  const run = () => show(box.value).catch(() => { part("failed").hidden = false; });
  box.value = typed();
  try {
    pagefind = await import(new URL("pagefind/pagefind.js", location.href));
    await pagefind.init();
    await pagefind.filters(); // Without them a search counts none.
  } catch {
    part("failed").hidden = false;
    return;
  }
  let waiting;
  const keep = (method) => history[method](null, "", box.value.trim() ? `?${new URLSearchParams({ q: box.value })}` : location.pathname);
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { keep("replaceState"); run(); }, 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    keep("pushState");
    run();
  });
  addEventListener("popstate", () => { box.value = typed(); run(); });
  await run();
}

begin();
