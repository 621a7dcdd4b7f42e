// Bars per day, stacked, drawn by uPlot from the JSON a figure names. Each bar is a link to its jobs: one stop
// by keyboard, arrows go from day to day. Every series has a texture of its own beside its colour.

const BAR = 0.62; // of a day's width
const WIDEST = 44; // px
const TEXTURE = 8; // px, one tile
const CALM = 3_000; // ms between two reads on news
const SCALE = 60; // px for the amounts beside the bars
const LABELS = 9; // px a letter of the axis takes, about

const charts = new WeakMap();

// --- what they look like ---

function colours(figure) {
  const swatches = [...figure.querySelectorAll(".chart-key .swatch")];
  const style = getComputedStyle(figure);
  return {
    series: swatches.map((swatch) => getComputedStyle(swatch).backgroundColor),
    ink: style.getPropertyValue("color"),
    paper: getComputedStyle(figure.querySelector(".chart-plot")).backgroundColor,
    line: getComputedStyle(figure.querySelector(".chart-plot")).borderTopColor,
    font: `11px ${style.fontFamily}`,
  };
}

// The same marks as .swatch-1 … .swatch-6 in charts.css.
const MARKS = [
  () => {},
  (pen, size) => pen.fillRect(0, 0, size, size / 4),
  (pen, size) => {
    pen.arc(size / 2, size / 2, size / 5, 0, 2 * Math.PI);
    pen.fill();
  },
  (pen, size) => pen.fillRect(0, 0, size / 4, size),
  (pen, size) => {
    pen.fillRect(0, 0, size, size / 6);
    pen.fillRect(0, 0, size / 6, size);
  },
  (pen, size) => {
    pen.moveTo(0, 0);
    pen.lineTo(size, size);
    pen.stroke();
  },
];

function texture(pen, colour, paper, number) {
  const tile = document.createElement("canvas");
  const size = Math.round(TEXTURE * devicePixelRatio);
  tile.width = tile.height = size;
  const inside = tile.getContext("2d");
  inside.fillStyle = colour;
  inside.fillRect(0, 0, size, size);
  inside.fillStyle = inside.strokeStyle = paper;
  inside.lineWidth = size / 6;
  inside.globalAlpha = 0.75;
  inside.beginPath();
  MARKS[number % MARKS.length](inside, size);
  return pen.createPattern(tile, "repeat");
}

// Cut slanted stripes out of a bar that is not finished.
function hatch(plot, index, look) {
  const { ctx: pen } = plot;
  const whole = plot.data[1][index];
  if (!whole) return;
  const width = barWidth(plot) * devicePixelRatio;
  const left = plot.valToPos(index, "x", true) - width / 2;
  const top = plot.valToPos(whole, "y", true);
  const bottom = plot.valToPos(0, "y", true);
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, bottom - top);
  pen.clip();
  pen.strokeStyle = look.paper;
  pen.lineWidth = 3 * devicePixelRatio;
  pen.beginPath();
  for (let x = left - (bottom - top); x < left + width; x += 7 * devicePixelRatio) {
    pen.moveTo(x, bottom);
    pen.lineTo(x + (bottom - top), top);
  }
  pen.stroke();
  pen.restore();
}

function barWidth(plot) {
  return Math.min(WIDEST, (BAR * plot.over.clientWidth) / plot.data[0].length);
}

// --- what they say ---

function money(amount) {
  return `$${amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

// The highest series is painted first and the lower ones over it, so each holds the sum of those below.
function stacked(said) {
  const days = said.days.map((day) => day.amounts.map(Number));
  const upTo = (amounts, place) => amounts.slice(0, place + 1).reduce((sum, amount) => sum + amount, 0);
  const layers = said.series.map((_, place) => days.map((amounts) => upTo(amounts, place)));
  return [days.map((_, index) => index), ...layers.reverse()];
}

function shortLabel(day) {
  return day.label.split(" ").slice(1).join(" ");
}

// Days with a name under the axis, counted back from the last one.
function named(plot, said) {
  const room = Math.max(1, Math.floor((plot.width - SCALE) / (7 * LABELS)));
  const every = Math.ceil(said.days.length / room);
  const last = said.days.length - 1;
  return said.days.map((_, index) => index).filter((index) => (last - index) % every === 0);
}

function options(figure, said, look) {
  const plot = figure.querySelector(".chart-plot");
  const days = said.days.length;
  const paths = uPlot.paths.bars({ size: [BAR, WIDEST] });
  const count = said.series.length;
  const axis = { stroke: look.ink, font: look.font, ticks: { show: false } };
  return {
    width: plot.clientWidth,
    height: plot.clientHeight,
    legend: { show: false },
    cursor: { show: false, drag: { x: false, y: false } },
    scales: { x: { time: false, range: [-0.5, days - 0.5] }, y: { range: (_, __, top) => [0, top * 1.06 || 1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        gap: 6,
        splits: (self) => named(self, said),
        values: (_, splits) => splits.map((index) => shortLabel(said.days[index])),
      },
      { ...axis, grid: { stroke: look.line, width: 1 }, size: SCALE, values: (_, splits) => splits.map(money) },
    ],
    series: [
      {},
      ...said.series.map((_, layer) => {
        const number = count - 1 - layer;
        const fill = (self) => texture(self.ctx, look.series[number], look.paper, number);
        return { paths, fill, points: { show: false } };
      }),
    ],
    hooks: { draw: [(self) => said.days.forEach((day, index) => day.unfinished && hatch(self, index, look))] },
  };
}

// --- the bars as links ---

function words(day, said) {
  const parts = said.series.map((series, place) => ({ name: series.name, word: day.words[place], amount: day.amounts[place] }));
  return parts.filter(({ amount }) => Number(amount) > 0);
}

function link(day, index, said) {
  const bar = document.createElement(day.url ? "a" : "span");
  bar.className = "chart-bar";
  bar.style.left = `${(100 * index) / said.days.length}%`;
  bar.style.width = `${100 / said.days.length}%`;
  if (!day.url) return bar;
  bar.href = day.url;
  bar.tabIndex = -1;
  const parts = words(day, said).map(({ name, word }) => `${name} ${word}`);
  bar.setAttribute("aria-label", `${day.label}${day.unfinished ? ", so far" : ""}: ${day.total}. ${parts.join(", ")}`);
  bar.dataset.index = index;
  return bar;
}

function fillTip(tip, day, said) {
  const head = document.createElement("strong");
  head.textContent = `${day.label} · ${day.total}${day.unfinished ? " so far" : ""}`;
  const rows = words(day, said).map(({ name, word }) => {
    const row = document.createElement("span");
    row.textContent = `${name} ${word}`;
    return row;
  });
  tip.replaceChildren(head, ...rows);
}

function showTip(chart, bar) {
  const { tip, said } = chart;
  fillTip(tip, said.days[bar.dataset.index], said);
  tip.hidden = false;
  const [box, around] = [bar.getBoundingClientRect(), tip.parentElement.getBoundingClientRect()];
  const middle = box.left + box.width / 2 - around.left;
  const most = around.width - tip.offsetWidth;
  tip.style.left = `${Math.max(0, Math.min(middle - tip.offsetWidth / 2, most))}px`;
}

function go(event, bars) {
  const here = bars.indexOf(document.activeElement);
  const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: bars.length - 1 }[event.key];
  if (here < 0 || to === undefined) return;
  event.preventDefault();
  const next = bars[Math.max(0, Math.min(to, bars.length - 1))];
  bars.forEach((bar) => (bar.tabIndex = bar === next ? 0 : -1));
  next.focus();
}

function lay(chart) {
  const { plot, said } = chart;
  const all = said.days.map((day, index) => link(day, index, said));
  const bars = all.filter((bar) => bar.href);
  if (bars.length) bars.at(-1).tabIndex = 0;
  plot.over.replaceChildren(...all);
  plot.over.onkeydown = (event) => go(event, bars);
  for (const bar of bars) {
    bar.addEventListener("pointerenter", () => showTip(chart, bar));
    bar.addEventListener("focus", () => showTip(chart, bar));
    for (const leaving of ["pointerleave", "blur"]) bar.addEventListener(leaving, () => (chart.tip.hidden = true));
  }
}

// --- drawing ---

function draw(figure, said) {
  const host = figure.querySelector(".chart-plot");
  const focused = document.activeElement?.closest(".chart-bar")?.dataset.index;
  if (!charts.has(figure)) watchSize(figure);
  charts.get(figure)?.plot.destroy();
  const tip = document.createElement("div");
  tip.className = "chart-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  host.replaceChildren();
  const plot = new uPlot(options(figure, said, colours(figure)), stacked(said), host);
  host.append(tip);
  const chart = { plot, said, tip };
  charts.set(figure, chart);
  lay(chart);
  if (focused !== undefined) host.querySelector(`.chart-bar[data-index="${focused}"]`)?.focus();
}

async function read(figure) {
  try {
    const answer = await fetch(figure.dataset.chart, { signal: AbortSignal.timeout(15_000) });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    const text = await answer.text();
    if (figure.dataset.drawn === text) return;
    draw(figure, JSON.parse(text));
    figure.dataset.drawn = text;
  } catch {
    // the table below has the same numbers
    if (!charts.has(figure)) figure.querySelector("details").open = true;
  }
}

function each(deed) {
  document.querySelectorAll("figure[data-chart]").forEach(deed);
}

function again(figure) {
  const chart = charts.get(figure);
  if (chart) draw(figure, chart.said);
}

function watchSize(figure) {
  const host = figure.querySelector(".chart-plot");
  new ResizeObserver(() => {
    const { plot } = charts.get(figure) ?? {};
    if (plot && plot.width !== host.clientWidth) plot.setSize({ width: host.clientWidth, height: host.clientHeight });
  }).observe(host);
}

let waiting = 0;

function hear() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    each(read);
  }, CALM);
}

each(read);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => each(again));
document.addEventListener("dailies:news", (event) => event.detail.name !== "beat" && hear());
