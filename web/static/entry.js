// The entry page: times of the reader beside those of the incident, and links to copy.
// Without this file every time and every link is there all the same.

const status = document.querySelector("[data-announce]");
const copied = status?.dataset.copied ?? "";

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false; // no right to: the address bar still shows the link
  }
  status.textContent = copied;
  return true;
};

if (navigator.clipboard) {
  // The link itself still leads to its place.
  document.querySelector(".entry")?.addEventListener("click", async (event) => {
    const link = event.target.closest(".permalink");
    if (!link || !(await copy(link.href))) return;
    link.dataset.done = copied;
    setTimeout(() => delete link.dataset.done, 1500);
  });
  for (const group of document.querySelectorAll("[data-copy-actions]")) group.hidden = false;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      if (!(await copy(button.dataset.copy))) return;
      button.textContent = copied;
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }
}

// The reader's times: only where their clocks show something else than the incident's.
const STORED = "kb_reader_times";
const remembered = () => { try { return localStorage.getItem(STORED) === "1"; } catch { return false; } };
const remember = (on) => { try { localStorage.setItem(STORED, on ? "1" : "0"); } catch { /* private mode */ } };

const offsetOf = (iso) => {
  const found = /([+-])(\d\d):(\d\d)(?::\d\d)?$/.exec(iso);
  return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
};

const clocks = [...document.querySelectorAll("time[data-clock]")]
  .filter((element) => -new Date(element.dateTime).getTimezoneOffset() !== offsetOf(element.dateTime));
const button = document.querySelector("[data-reader-times]");

if (button && clocks.length > 0) {
  const language = document.documentElement.lang;
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
  const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short" });
  const zoneOf = (at) => zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";

  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    for (const element of clocks) {
      element.querySelector(".reader")?.remove();
      if (!on) continue;
      const at = new Date(element.dateTime);
      const local = document.createElement("span");
      local.className = "reader";
      const today = day.format(at);
      const date = today === element.dateTime.slice(0, 10) ? "" : `${today} `;
      local.textContent = ` ${date}${clock.format(at)} ${zoneOf(at)}`;
      element.append(local);
    }
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    remember(on);
    show(on);
  });
  show(remembered());
}
