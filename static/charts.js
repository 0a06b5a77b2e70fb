/* The one chart theme. Each figure.chart holds its data in a JSON block; estimates are hatched,
   gaps stay gaps, limits are lines with labels. Tooltips are drawn, as the page allows no inline style. */
"use strict";

const COLOURS = ["#0b5e6f", "#8a5a00", "#5a6fa8", "#1e6b3a", "#7a4a7a", "#566469"];
const TONES = { closed: "#a8322a", red: "#9a3b00", yellow: "#8a5a00", normal: "#1e6b3a" };
const INK = "#14252b", SOFT = "#4c5c62", LINE = "#d9dedc";
const HATCH = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.75)" };
const REDRAWS = [];

function seriesOf(one, place, content) {
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
      return { value, itemStyle: one.kind === "bar" ? { decal: HATCH } : { color: "#fff", borderColor: COLOURS[place], borderWidth: 2 } };
    }),
  };
  if (place === 0 && content.limits.length) {
    base.markLine = {
      symbol: "none",
      silent: true,
      data: content.limits.map((limit) => ({
        yAxis: limit.value,
        lineStyle: { color: TONES[limit.tone], type: "solid", width: 1.5 },
        label: { formatter: limit.label, position: "insideEndTop", color: TONES[limit.tone], fontSize: 12 },
      })),
    };
  }
  return base;
}

function optionOf(content, font) {
  const highest = Math.max(0, ...content.limits.map((limit) => Number(limit.value)));
  const step = 10 ** Math.floor(Math.log10(highest || 1)) / 2;
  const roof = Math.ceil((highest * 1.05) / step) * step;
  const text = { fontFamily: font, color: SOFT, fontSize: 12 };
  return {
    animation: false,
    color: COLOURS,
    textStyle: text,
    grid: { left: 8, right: 16, top: content.series.length > 1 ? 40 : 20, bottom: 4, containLabel: true },
    legend: { show: content.series.length > 1, left: 0, top: 4, textStyle: text, icon: "roundRect", itemWidth: 12, itemHeight: 8 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      borderColor: LINE,
      textStyle: { ...text, color: INK },
      valueFormatter: (value) => (value == null ? "–" : `${value} ${content.unit}`),
    },
    xAxis: { type: "category", data: content.labels, axisLine: { lineStyle: { color: SOFT } }, axisTick: { show: false }, axisLabel: text },
    yAxis: { type: "value", max: (range) => (range.max < highest ? roof : null), splitLine: { lineStyle: { color: LINE } }, axisLabel: text },
    series: content.series.map((one, place) => seriesOf(one, place, content)),
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
  chart.setOption(optionOf(content, getComputedStyle(document.body).fontFamily));
  REDRAWS.push(() => chart.resize());
  figure.querySelector("[data-csv]").addEventListener("click", () =>
    download(`${content.title}.csv`, URL.createObjectURL(new Blob([csvOf(content)], { type: "text/csv" }))));
  figure.querySelector("[data-png]").addEventListener("click", () =>
    download(`${content.title}.png`, chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" })));
}

const drawAll = () => document.querySelectorAll("figure.chart").forEach(draw);
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:after:swap", drawAll);
window.addEventListener("resize", () => REDRAWS.forEach((redraw) => redraw()));
