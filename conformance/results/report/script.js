(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = [...document.querySelectorAll(".case")];
  const groups = [...document.querySelectorAll(".group")];
  const text = document.getElementById("text");
  const toggles = [...document.querySelectorAll(".toggle")];
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const words = new Map(all.map((c) => [c, (c.id + " " + c.querySelector("summary").textContent + " " +
    c.querySelector(".requirement").textContent).toLowerCase()]));

  const filter = () => {
    const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = new Set(toggles.filter((t) => t.getAttribute("aria-pressed") === "true").map((t) => t.dataset.slug));
    let count = 0;
    for (const c of all) {
      const on = pressed.has(c.dataset.slug) && wanted.every((word) => words.get(c).includes(word));
      c.hidden = !on;
      count += on;
    }
    for (const g of groups) g.hidden = ![...g.querySelectorAll(".case")].some((c) => !c.hidden);
    shown.textContent = count + " / " + all.length + " " + shown.dataset.word;
    none.hidden = count > 0 || all.length === 0;
  };
  text.addEventListener("input", filter);
  toggles.forEach((t) => t.addEventListener("click", (event) => {
    const only = event.shiftKey || event.altKey;
    if (only) toggles.forEach((o) => o.setAttribute("aria-pressed", String(o === t)));
    else t.setAttribute("aria-pressed", String(t.getAttribute("aria-pressed") !== "true"));
    filter();
  }));
  const each = (open) => () => all.filter((c) => !c.hidden).slice(0, 60).forEach((c) => { c.open = open; });
  document.getElementById("open").addEventListener("click", each(true));
  document.getElementById("close").addEventListener("click", () => all.forEach((c) => { c.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|TEXTAREA/.test(event.target.tagName)) { event.preventDefault(); text.focus(); }
    if (event.key === "Escape" && event.target === text) { text.value = ""; filter(); }
  });

  const span = (name, value) => {
    const node = document.createElement("span");
    node.className = name;
    node.textContent = value;
    return node;
  };
  const colour = (pre) => {
    pre.classList.remove("plain");
    const source = pre.textContent;
    const out = document.createDocumentFragment();
    const token = /(<!--[^]*?-->|<\?[^]*?\?>)|(<\/?[^\s<>\/="']+|\/?>)|([^\s<>\/="']+=)("[^"<]*"|'[^'<]*')/g;
    let at = 0;
    for (let m; (m = token.exec(source));) {
      if (m.index > at) out.append(source.slice(at, m.index));
      if (m[1]) out.append(span("c", m[1]));
      else if (m[2]) out.append(span("nt", m[2]));
      else out.append(span("na", m[3]), span("s", m[4]));
      at = token.lastIndex;
    }
    out.append(source.slice(at));
    pre.replaceChildren(out);
  };
  const opened = (details) => details.querySelectorAll(details.classList.contains("case") ?
    ".exchange[open] > .side > pre.plain, .inner > section > pre.plain" : ":scope > .side > pre.plain").forEach(colour);
  document.addEventListener("toggle", (event) => { if (event.target.open) opened(event.target); }, true);
  document.querySelectorAll(".case[open]").forEach(opened);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try { await navigator.clipboard.writeText(code.textContent); } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    const was = button.textContent;
    button.textContent = document.body.dataset.copied;
    setTimeout(() => { button.textContent = was; }, 1400);
  });

  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView({ block: target.tagName === "MARK" ? "center" : "start" });
  };
  addEventListener("hashchange", follow);
  filter();
  follow();
})();
