/* The one chart theme. Each figure.chart holds its data in a JSON block; estimates are hatched,
   gaps stay gaps, limits are lines with labels. Tooltips are drawn, as the page allows no inline style. */
"use strict";

// By day and by night the same roles; a downloaded picture is always the one by day.
const DAY = {
  series: ["#0b5e6f", "#8a5a00", "#5a6fa8", "#1e6b3a", "#7a4a7a", "#566469"],
  tones: { closed: "#a8322a", red: "#9a3b00", yellow: "#8a5a00", normal: "#1e6b3a" },
  ink: "#14252b", soft: "#4c5c62", line: "#d9dedc", surface: "#ffffff",
};
const NIGHT = {
  series: ["#6cc0cf", "#f0bf5a", "#9db0e6", "#7fcf9c", "#cf9fcf", "#a9b8bb"],
  tones: { closed: "#f08a80", red: "#f5a06c", yellow: "#f0bf5a", normal: "#7fcf9c" },
  ink: "#e3eaea", soft: "#a9b8bb", line: "#2b3a3f", surface: "#152125",
};
const IS_DARK = window.matchMedia("(prefers-color-scheme: dark)");
const REDRAWS = [];

const hatch = (look) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: look.surface + "bf" });

// Labels of limits stand on the right and the left by turns, on a ground of their own: two limits
// near each other never write over one another, and bars never run through the words.
function limitLines(limits, look) {
  const sorted = [...limits].sort((a, b) => Number(b.value) - Number(a.value));
  return sorted.map((limit, at) => ({
    yAxis: limit.value,
    lineStyle: { color: look.tones[limit.tone], type: "solid", width: 1.5 },
    label: {
      formatter: limit.label, fontSize: 12, color: look.tones[limit.tone],
      position: at % 2 ? "insideStartTop" : "insideEndTop",
      backgroundColor: look.surface, padding: [2, 4], borderRadius: 2,
    },
  }));
}

function seriesOf(one, place, content, look) {
  const estimated = new Set(one.estimates);
  const base = {
    name: one.name,
    type: one.kind === "bar" ? "bar" : "line",
    step: one.kind === "step" ? "end" : false,
    stack: one.stack || null,
    connectNulls: false,
    symbol: "circle",
    symbolSize: (_, params) => (estimated.has(params.dataIndex) ? 7 : 3),
    lineStyle: { width: 2 },
    barMaxWidth: 28,
    data: one.values.map((value, at) => {
      if (!estimated.has(at)) return value;
      return { value, itemStyle: one.kind === "bar" ? { decal: hatch(look) } : { color: look.surface, borderColor: look.series[place], borderWidth: 2 } };
    }),
  };
  // On the last series, so that the lines lie above every bar.
  if (place === content.series.length - 1 && content.limits.length) {
    base.markLine = { symbol: "none", silent: true, z: 10, data: limitLines(content.limits, look) };
  }
  return base;
}

function optionOf(content, font, look) {
  const highest = Math.max(0, ...content.limits.map((limit) => Number(limit.value)));
  const step = 10 ** Math.floor(Math.log10(highest || 1)) / 2;
  const roof = Math.ceil((highest * 1.05) / step) * step;
  const text = { fontFamily: font, color: look.soft, fontSize: 12 };
  return {
    animation: false,
    color: look.series,
    textStyle: text,
    grid: { left: 8, right: 16, top: content.series.length > 1 ? 40 : 20, bottom: 4, containLabel: true },
    legend: { show: content.series.length > 1, type: "scroll", left: 0, right: 0, top: 4, textStyle: text, icon: "roundRect", itemWidth: 12, itemHeight: 8, pageIconSize: 10, pageIconColor: look.soft, pageTextStyle: text },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: look.surface,
      borderColor: look.line,
      textStyle: { ...text, color: look.ink },
      valueFormatter: (value) => (value == null ? "–" : `${value} ${content.unit}`),
    },
    xAxis: { type: "category", data: content.labels, axisLine: { lineStyle: { color: look.soft } }, axisTick: { show: false }, axisLabel: text },
    yAxis: { type: "value", max: (range) => (range.max < highest ? roof : null), splitLine: { lineStyle: { color: look.line } }, axisLabel: text },
    series: content.series.map((one, place) => seriesOf(one, place, content, look)),
  };
}

function download(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// A figure that looks like a formula would run in a spreadsheet; labels are written as text.
const cell = (value) => `"${String(value ?? "").replace(/^[=+@\t\r-]/, "'$&").replaceAll('"', '""')}"`;

function csvOf(content) {
  const head = ["", ...content.series.map((one) => `${one.name} (${content.unit})`)];
  const rows = content.labels.map((label, at) => [label, ...content.series.map((one) => one.values[at])]);
  return "\ufeff" + [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

function draw(figure) {
  const canvas = figure.querySelector(".chart-canvas");
  if (canvas.dataset.drawn) return;
  canvas.dataset.drawn = "yes";
  const content = JSON.parse(document.getElementById(`chart-${figure.dataset.chart}`).textContent);
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const show = (look) => chart.setOption(optionOf(content, getComputedStyle(document.body).fontFamily, look), true);
  const fit = () => show(IS_DARK.matches ? NIGHT : DAY);
  fit();
  REDRAWS.push(() => chart.resize());
  IS_DARK.addEventListener("change", fit);
  figure.querySelector("[data-csv]").addEventListener("click", () =>
    download(`${content.title}.csv`, URL.createObjectURL(new Blob([csvOf(content)], { type: "text/csv" }))));
  figure.querySelector("[data-png]").addEventListener("click", () => {
    show(DAY);
    download(`${content.title}.png`, chart.getDataURL({ pixelRatio: 2, backgroundColor: DAY.surface }));
    fit();
  });
}

const drawAll = () => document.querySelectorAll("figure.chart").forEach(draw);
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:after:swap", drawAll);
window.addEventListener("resize", () => REDRAWS.forEach((redraw) => redraw()));
