// Draws [data-chart] with ECharts, in the colours of the page, without motion.
(() => {
  const token = (el, name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--gj-${name})`;
    el.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const charts = [];
  function draw(place) {
    const c = JSON.parse(place.dataset.chart);
    const [ink, ink3, line, edge, accent] = ["ink-2", "ink-3", "line", "edge", "accent"].map((n) => token(place, n));
    const chart = window.echarts.getInstanceByDom(place) || window.echarts.init(place, null, { renderer: "canvas" });
    const font = getComputedStyle(document.body).fontFamily;
    const series = c.Series.map((s, i) => ({
      name: s.Name, type: c.Bars ? "bar" : "line", data: s.Values, symbolSize: 5, barMaxWidth: 28,
      lineStyle: { width: 1.75 }, itemStyle: { color: i === 0 ? ink : [accent, ink3, edge][(i - 1) % 3] },
      markLine: i === 0 && c.Target !== null ? { silent: true, symbol: "none", label: { color: ink3, formatter: "{c}" }, lineStyle: { color: edge, type: "dashed" }, data: [{ yAxis: c.Target }] } : undefined,
    }));
    chart.setOption({
      animation: false, textStyle: { fontFamily: font, color: ink }, grid: { left: 8, right: 40, top: c.Series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
      legend: c.Series.length > 1 ? { top: 0, left: 0, textStyle: { color: ink }, itemHeight: 8 } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: { type: "category", data: c.Labels, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink3 } },
      yAxis: { type: "value", scale: !c.Bars, splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink3 } }, series,
    }, true);
    if (!charts.includes(chart)) charts.push(chart);
  }
  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  document.addEventListener("gj:live", all);
  new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  addEventListener("resize", () => charts.forEach((c) => c.resize()));
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-chart-png]");
    if (!button) return;
    const place = button.closest("figure").querySelector("[data-chart]");
    const a = document.createElement("a");
    a.href = window.echarts.getInstanceByDom(place).getDataURL({ pixelRatio: 2, backgroundColor: token(place, "sheet") });
    a.download = `${button.dataset.chartPng}.png`;
    a.click();
  });
})();
