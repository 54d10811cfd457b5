// Draws a chart for every canvas that asks for one. What is drawn is in the tables beside, too.
"use strict";
(() => {
  const result = JSON.parse(document.getElementById("result").textContent);
  const percentiles = [["p50", "50 %"], ["p90", "90 %"], ["p99", "99 %"], ["p999", "99.9 %"], ["max", "largest"]];
  const points = ["circle", "rect", "triangle"];
  const dashes = [[], [8, 4], [2, 3]];
  let charts = [];

  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const inks = () => [color("first"), color("second"), color("third")];

  // 1234567 is 1.23 M, as in the tables.
  const figure = value => {
    const [scale, letter] = value >= 1e9 ? [1e9, " G"] : value >= 1e6 ? [1e6, " M"] : value >= 1e4 ? [1e3, " k"] : [1, ""];
    return Number((value / scale).toPrecision(3)).toString() + letter;
  };
  const size = bytes => bytes >= 1 << 20 ? bytes / (1 << 20) + " Mi" : bytes >= 1 << 10 ? bytes / (1 << 10) + " Ki" : String(bytes);

  const grid = context => context.tick?.value === 1 && context.scale.options.marksOne ? color("ink") : color("line");
  const axis = (text, more) => ({
    title: { display: true, text, color: color("ink") },
    ticks: { color: color("soft"), ...more?.ticks },
    grid: { color: grid },
    ...Object.fromEntries(Object.entries(more ?? {}).filter(([key]) => key !== "ticks")),
  });
  const logarithmic = (text, more) => axis(text, {
    type: "logarithmic",
    ...more,
    ticks: { callback: (value, index, ticks) => /^[125]e/.test(value.toExponential()) || ticks.length < 8 ? figure(value) : "", ...more?.ticks },
  });
  const options = more => ({
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    ...more,
    plugins: { legend: { labels: { color: color("ink"), usePointStyle: true } }, ...more.plugins },
  });
  const bars = ink => ({ errorBarColor: ink, errorBarWhiskerColor: ink, errorBarLineWidth: 1.5, errorBarWhiskerLineWidth: 1.5, errorBarWhiskerRatio: 0.4 });

  // More is better in every row: a time that is half as long counts as 2.
  const goodness = row => {
    const [value, low, high] = [row.ratio, row.low, row.high].map(ratio => row.direction === "atMost" ? 1 / ratio : ratio);
    return { value, low: Math.min(low, high), high: Math.max(low, high), target: row.direction === "atMost" ? 1 / row.target : row.target };
  };

  const ratios = wanted => {
    // A time that the noise has made negative, and a value that is not a ratio, have no place on the axis.
    const rows = result.rows.filter(row => row.baseline != null && row.low > 0 && (row.target != null) === (wanted === "targets"));
    const labels = rows.map(row => [row.id, row.against ?? ""]);
    const best = rows.map(goodness);
    const datasets = [{
      label: "CrossChannels, median and interval",
      data: best.map((one, i) => ({ y: i, x: one.value, xMin: one.low, xMax: one.high })),
      backgroundColor: color("first"),
      base: 1,
      ...bars(color("ink")),
    }];
    if (wanted === "targets") {
      datasets.push({
        type: "line",
        label: "target",
        data: best.map((one, i) => ({ y: i, x: one.target })),
        showLine: false,
        pointStyle: "rectRot",
        pointRadius: 6,
        borderColor: color("mark"),
        backgroundColor: color("mark"),
      });
      datasets.reverse();
    }
    return {
      type: "barWithErrorBars",
      data: { labels, datasets },
      options: options({
        indexAxis: "y",
        scales: {
          x: logarithmic("times as good as the baseline, log scale; 1 is as good, more is better", { marksOne: true, ticks: { maxRotation: 0, callback: value => /^[125]e/.test(value.toExponential()) ? Number(value.toPrecision(2)) + "x" : "" } }),
          y: axis("row, and what it is compared with", { ticks: { autoSkip: false } }),
        },
      }),
    };
  };

  const series = id => {
    const one = result.series.find(series => series.id === id);
    const steps = one.lines[0].points.map(point => point.x);
    const isBytes = one.x.endsWith("(B)");
    return {
      type: "lineWithErrorBars",
      data: {
        datasets: one.lines.map((line, i) => ({
          label: line.name,
          data: line.points.map(point => ({ x: point.x, y: point.value, yMin: point.low, yMax: point.high })),
          borderColor: inks()[i],
          backgroundColor: inks()[i],
          borderDash: dashes[i],
          pointStyle: points[i],
          pointRadius: 4,
          ...bars(inks()[i]),
        })),
      },
      options: options({
        scales: {
          x: logarithmic(one.x + ", log scale", {
            afterBuildTicks: scale => { scale.ticks = steps.map(value => ({ value })); },
            ticks: { callback: value => isBytes || value >= 4096 ? size(value) : String(value) },
          }),
          y: logarithmic(`${one.y} (${one.unit}), log scale`),
        },
      }),
    };
  };

  const latency = load => ({
    type: "lineWithErrorBars",
    data: {
      labels: percentiles.map(([, label]) => label),
      datasets: result.latency.lines.filter(line => line.load === load).map((line, i) => ({
        label: line.name,
        data: percentiles.map(([key]) => key === "p99" ? { y: line.p99, yMin: line.p99Low, yMax: line.p99High } : { y: line[key] }),
        borderColor: inks()[i],
        backgroundColor: inks()[i],
        borderDash: dashes[i],
        pointStyle: points[i],
        pointRadius: 4,
        ...bars(inks()[i]),
      })),
    },
    options: options({
      scales: {
        x: axis("percentile of the items"),
        y: logarithmic("from when an item was due until it was read (us), log scale"),
      },
    }),
  });

  const kinds = { ratios, series, latency };
  const draw = () => {
    charts.forEach(chart => chart.destroy());
    charts = [...document.querySelectorAll("canvas[data-kind]")].map(canvas => new Chart(canvas, kinds[canvas.dataset.kind](canvas.dataset.of)));
  };
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
