"use strict";
/* The flame graph: a level a row, as wide as what was taken on the ways through it. A click looks into a level. */

function drawFlame(whole, words, tip) {
  const place = document.getElementById("flame");
  const row = 23;
  const least = 0.002;
  const percent = (mb) => `${(100 * mb / whole.mb).toFixed(mb < whole.mb / 10 ? 1 : 0)} %`;
  let way = [whole];

  function label(level) {
    const where = level.place ? `\n${level.place}` : "";
    return `${level.name}${where}\n${level.mb.toFixed(1)} MB, ${percent(level.mb)}`;
  }

  function put(level, ways, left, width, around) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `${level.own ? "own" : ""}${around ? " around" : ""}`;
    button.textContent = level.place ? `${level.name}  ${level.place}` : level.name;
    button.style.left = `${100 * left}%`;
    button.style.width = `${100 * width}%`;
    button.style.top = `${(ways.length - 1) * row}px`;
    button.setAttribute("aria-label", label(level));
    button.addEventListener("click", () => { way = ways; draw(); });
    tip.on(button, label(level));
    place.append(button);
  }

  function below(level, ways, left, width) {
    put(level, ways, left, width, false);
    let deepest = ways.length;
    let at = left;
    for (const one of level.below) {
      const share = width * one.mb / level.mb;
      if (share >= least) deepest = Math.max(deepest, below(one, [...ways, one], at, share));
      at += share;
    }
    return deepest;
  }

  function draw() {
    tip.hide();
    place.replaceChildren();
    way.slice(0, -1).forEach((level, depth) => put(level, way.slice(0, depth + 1), 0, 1, true));
    place.style.height = `${below(way[way.length - 1], way, 0, 1) * row}px`;
  }
  draw();
}
