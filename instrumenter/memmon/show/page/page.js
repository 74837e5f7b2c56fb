"use strict";
/* What a page does: its theme, its tables' order, the words beside the pointer; then it has the rest drawn. */

(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;

  const tip = (function () {
    const box = document.getElementById("tip");
    function hide() { box.hidden = true; }
    function show(text, x, y) {
      box.textContent = text;
      box.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = box;
      box.style.left = `${Math.max(x + 16 + width > innerWidth ? x - width - 16 : x + 16, 4)}px`;
      box.style.top = `${Math.max(Math.min(y + 14, innerHeight - height - 4), 4)}px`;
    }
    function on(element, text) {
      element.addEventListener("pointermove", (event) => show(text, event.clientX, event.clientY));
      element.addEventListener("pointerleave", hide);
    }
    return { show, hide, on };
  })();

  let redraw = () => {};
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  function tellTheme() {
    theme.textContent = isDark() ? data.words.light : data.words.dark;
    redraw();
  }
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  system.addEventListener("change", tellTheme);

  function sort(table, heading) {
    const column = [...heading.parentNode.children].indexOf(heading);
    const isNumber = heading.classList.contains("number");
    const was = heading.getAttribute("aria-sort");
    const falls = was ? was === "ascending" : isNumber;
    table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const key = (row) => row.children[column].dataset.order;
    const rows = [...table.tBodies[0].rows];
    rows.sort((one, other) => (falls ? -1 : 1) * (isNumber ? key(one) - key(other) : key(one).localeCompare(key(other), root.lang)));
    table.tBodies[0].append(...rows);
  }
  document.querySelectorAll("table[data-sorts]").forEach((table) => table.querySelectorAll("th").forEach((heading) => {
    heading.querySelector("button").addEventListener("click", () => sort(table, heading));
  }));

  if (data.timeline) redraw = drawTimeline(data.timeline, data.words, tip);
  if (data.flame) drawFlame(data.flame, data.words, tip);
  tellTheme();
})();
