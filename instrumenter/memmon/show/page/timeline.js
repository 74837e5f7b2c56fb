"use strict";
/* The memory of each process over time, drawn by uPlot; below it brackets and growth windows of the selected process. */

function drawTimeline(timeline, words, tip) {
  const chart = document.getElementById("chart");
  const strips = document.getElementById("strips");
  const seconds = (ms) => timeline.begin + ms / 1000;
  const lines = timeline.total ? [timeline.total, ...timeline.lines] : timeline.lines;
  const shift = lines.length - timeline.lines.length;
  let selected = timeline.subject;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const two = (number) => String(number).padStart(2, "0");

  function clock(at, span) {
    const date = new Date(Math.round(at * 1000));
    const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    if (span > 172800) return `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${time}`;
    if (span > 7200) return time;
    const whole = `${time}:${two(date.getUTCSeconds())}`;
    return span > 10 ? whole : `${whole}.${String(date.getUTCMilliseconds()).padStart(3, "0").slice(0, span > 1 ? 1 : 3)}`;
  }

  /* What a line was at before or at a moment; nothing before its first point or behind its last. */
  function heldAt(line, ms) {
    if (ms < line.at[0] || ms > line.at[line.at.length - 1]) return null;
    let low = 0, high = line.at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (line.at[middle] <= ms) low = middle; else high = middle - 1;
    }
    return line.mb[low];
  }

  const most = (values) => values.reduce((one, other) => Math.max(one, other), 0);
  const top = 1.09 * Math.max(1, ...lines.map((line) => most(line.mb)), ...timeline.levels.map((level) => level.mb));
  const first = Math.min(...lines.map((line) => seconds(line.at[0])));
  const end = Math.max(...lines.map((line) => seconds(line.at[line.at.length - 1])));
  const last = end > first ? end : first + 1;

  function stroke(number) {
    return () => colour(number < shift ? "--total" : number - shift === selected ? "--line" : "--others");
  }

  function drawLevels(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.font = `${11 * devicePixelRatio}px sans-serif`;
    ctx.textAlign = "left";
    ctx.lineWidth = devicePixelRatio;
    for (const level of timeline.levels) {
      const y = Math.round(u.valToPos(level.mb, "y", true));
      ctx.strokeStyle = ctx.fillStyle = colour(`--${level.tone}`);
      ctx.setLineDash(level === timeline.levels[0] ? [] : [4 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const above = level === timeline.levels[0];
      ctx.textBaseline = above ? "bottom" : "top";
      ctx.fillText(level.name, bbox.left + 6 * devicePixelRatio, y + (above ? -2 : 3) * devicePixelRatio);
    }
    ctx.setLineDash([]);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.strokeStyle = colour("--bad");
    for (const death of timeline.deaths) {
      const line = timeline.lines[death.process];
      const at = seconds(death.at);
      if (at < u.scales.x.min || at > u.scales.x.max) continue;
      const x = u.valToPos(at, "x", true);
      const y = line ? u.valToPos(line.mb[line.mb.length - 1], "y", true) : bbox.top + bbox.height;
      const arm = 5 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x + arm, y - arm); ctx.lineTo(x - arm, y + arm);
      ctx.stroke();
    }
    ctx.restore();
  }

  function placeStrips(u) {
    strips.replaceChildren();
    const left = u.bbox.left / devicePixelRatio;
    const width = u.bbox.width / devicePixelRatio;
    const span = u.scales.x.max - u.scales.x.min;
    const mine = (one) => one.process === selected;
    const windows = timeline.windows.filter(mine);
    const bands = timeline.bands.filter(mine);
    const row = 19;
    const above = windows.length ? 15 : 0;
    const lanes = bands.reduce((one, band) => Math.max(one, band.lane + 1), 0);
    strips.style.height = `${above + lanes * row}px`;
    const position = (ms) => left + width * (seconds(ms) - u.scales.x.min) / span;
    function put(kind, from, until, y, label) {
      if (until < left || from > left + width) return;
      const element = document.createElement("div");
      const wide = until - from > 60;
      element.className = kind + (wide ? " wide" : "");
      if (wide) element.textContent = label;
      element.style.left = `${Math.max(from, left)}px`;
      if (until > from) element.style.width = `${Math.min(until, left + width) - Math.max(from, left)}px`;
      element.style.top = `${y}px`;
      tip.on(element, label);
      strips.append(element);
    }
    for (const band of bands) {
      put(`band ${band.tone}`, position(band.begin), Math.max(position(band.end), position(band.begin) + 3), above + band.lane * row, band.label);
    }
    for (const mark of windows) put("mark", position(mark.at), position(mark.at), 3, mark.label);
  }

  function follow(u) {
    const { left, top: y } = u.cursor;
    if (left === undefined || left < 0) return tip.hide();
    const at = u.posToVal(left, "x");
    const ms = Math.round((at - timeline.begin) * 1000);
    const held = lines.map((line) => [line.name, heldAt(line, ms)]).filter(([, mb]) => mb !== null);
    held.sort((one, other) => other[1] - one[1]);
    const said = held.slice(0, 7).map(([name, mb]) => `${name}  ${mb.toFixed(1)} MB`);
    if (held.length > 7) said.push(`… ${held.length - 7} ${words.more}`);
    for (const death of timeline.deaths) {
      if (Math.abs(u.valToPos(seconds(death.at), "x") - left) < 6) said.push(`× ${death.label}`);
    }
    const box = u.over.getBoundingClientRect();
    tip.show([clock(at, u.scales.x.max - u.scales.x.min), ...said].join("\n"), box.left + left, box.top + y);
  }

  const size = () => ({ width: chart.clientWidth, height: chart.clientHeight });
  const axis = { stroke: () => colour("--quiet"), grid: { stroke: () => colour("--grid"), width: 1 }, ticks: { show: false } };
  const u = new uPlot({
    ...size(),
    legend: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, drag: { x: true, y: false }, points: { show: lines.length === 1 } },
    scales: {
      x: { time: true, min: first, max: last, range: (_, min, max) => [min ?? first, max ?? last] },
      y: { range: [0, top] },
    },
    axes: [
      { ...axis, size: 32, space: 90, values: (self, splits) => splits.map((at) => clock(at, self.scales.x.max - self.scales.x.min)) },
      { ...axis, values: (_, splits) => splits.map((mb) => `${mb} MB`), size: 64 },
    ],
    series: [{}, ...lines.map((_, number) => ({
      stroke: stroke(number),
      width: number < shift || number - shift === selected ? 2 : 1,
      dash: number < shift ? [6, 4] : undefined,
      paths: number < shift ? uPlot.paths.stepped({ align: 1 }) : undefined,
      fill: () => (number - shift === selected ? colour("--fill") : undefined),
      points: { show: false },
    }))],
    hooks: { draw: [drawLevels, placeStrips], setCursor: [follow] },
  }, uPlot.join(lines.map((line) => [line.at.map(seconds), line.mb])), chart);

  function show(min, max) {
    const span = Math.min(max - min, last - first);
    const from = Math.min(Math.max(min, first), last - span);
    u.setScale("x", { min: from, max: from + span });
  }
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    const { min, max } = u.scales.x;
    const half = Math.max((max - min) * Number(button.dataset.zoom), 0.001) / 2;
    show((min + max) / 2 - half, (min + max) / 2 + half);
  }));
  document.querySelectorAll("[data-move]").forEach((button) => button.addEventListener("click", () => {
    const { min, max } = u.scales.x;
    const by = (max - min) * Number(button.dataset.move);
    show(min + by, max + by);
  }));
  document.querySelector("[data-whole]").addEventListener("click", () => show(first, last));

  const chips = document.getElementById("lines");
  function choose(number) {
    selected = number;
    timeline.lines.forEach((_, other) => { u.series[other + shift + 1].width = other === number ? 2 : 1; });
    chips.querySelectorAll("button").forEach((chip) => chip.setAttribute("aria-pressed", chip.dataset.line === String(number)));
    u.redraw(false, false);
  }
  function chip(line, number) {
    const button = document.createElement("button");
    button.type = "button";
    const dead = timeline.deaths.some((death) => death.process === number);
    button.textContent = `${dead ? "× " : ""}${line.name} · ${Math.round(most(line.mb))} MB`;
    button.dataset.line = number;
    button.addEventListener("click", () => choose(number));
    chips.append(button);
  }
  if (timeline.total) {
    const total = document.createElement("span");
    total.className = "total";
    total.textContent = timeline.total.name;
    chips.append(total);
  }
  if (lines.length > 1) timeline.lines.forEach(chip);
  choose(selected);
  new ResizeObserver(() => u.setSize(size())).observe(chart);
  return () => u.redraw(false, false);
}
