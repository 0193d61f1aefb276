// Suggestions under a search box: a combobox with a list, as the ARIA Authoring Practices have it.
// Nothing is chosen until an arrow key or the mouse chooses it, so Enter still searches.

const WAIT = 90; // milliseconds after a key
const MOST = 8;

const root = document.querySelector("a.site-name")?.pathname.replace(/\/$/, "") ?? "";

class Suggestions {
  constructor(box) {
    this.box = box;
    this.address = box.dataset.suggest;
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `${box.id}-suggestions`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.labels[0]?.textContent ?? "");
    this.list.hidden = true;
    box.closest("[data-suggest-field]").append(this.list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) box.setAttribute(name, value);
    this.found = [];
    this.active = -1;

    box.addEventListener("input", (event) => { if (!event.isComposing) this.later(); });
    box.addEventListener("compositionend", () => this.later());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => this.close());
    box.form.addEventListener("submit", () => this.close());
    // The box keeps the focus: a press on the list must not take it.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(this.found[option.dataset.number]);
    });
    // This file is fetched when the box gets the focus: somebody may have typed meanwhile.
    const typed = document.activeElement === box && box.value !== box.defaultValue;
    if (typed && !("composing" in box.dataset)) this.later();
  }

  get open() { return !this.list.hidden; }

  later() {
    clearTimeout(this.timer);
    this.request?.abort();
    if (!this.box.value.trim()) return this.close();
    this.timer = setTimeout(() => this.fetch(), WAIT);
  }

  async fetch() {
    const typed = this.box.value;
    this.request = new AbortController();
    try {
      const query = new URLSearchParams({ q: typed, limit: MOST });
      const answer = await fetch(`${this.address}?${query}`, { signal: this.request.signal });
      if (!answer.ok) return this.close();
      const { suggestions } = await answer.json();
      if (this.box.value !== typed || document.activeElement !== this.box) return;
      // What would change nothing is not worth a line.
      this.show(suggestions.filter((one) => one.url || one.query.trim() !== typed.trim()));
    } catch {
      this.close(); // overtaken by the next key, or no answer: the box works without
    }
  }

  show(found) {
    if (!found.length) return this.close();
    this.found = found;
    this.active = -1;
    this.list.replaceChildren(...found.map((one, number) => this.option(one, number)));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.box.removeAttribute("aria-activedescendant");
  }

  option(one, number) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${number}`;
    option.dataset.number = number;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const part = (name, text) => {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      span.lang = /[\u3131-\ud7a3]/.test(text) ? "ko" : "en";
      option.append(span);
    };
    part("suggestion-text", one.url ? one.label || one.text : one.text);
    const more = [one.url || one.label === one.text ? "" : one.label, one.detail].filter(Boolean);
    if (more.length) part("suggestion-more", [...new Set(more)].join(" · "));
    if (one.count !== null) part("suggestion-count", String(one.count));
    return option;
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  mark(number) {
    const options = this.list.children;
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = number;
    const option = options[number];
    if (!option) return this.box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    if (event.isComposing || !this.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.found.length - 1;
    // One place beyond either end is the box itself: nothing is marked there.
    if (event.key === "ArrowDown") this.mark(this.active === last ? -1 : this.active + 1);
    else if (event.key === "ArrowUp") this.mark(this.active < 0 ? last : this.active - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0 && !event.shiftKey) {
      this.take(this.found[this.active]);
    } else return;
    event.preventDefault();
  }

  take(one) {
    this.close();
    if (one.url) return location.assign(root + one.url);
    this.box.value = one.query;
    const end = one.start + one.text.length;
    this.box.setSelectionRange(end, end);
    this.box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
    if (one.kind !== "field") this.close(); // a field has still to be given a value
  }
}

for (const box of document.querySelectorAll("[data-suggest]")) new Suggestions(box);
