import uPlot from "uplot";
import { formatCount } from "../base/format";
import { highestOf, type PoolSeries } from "./pool_series";

/** What a chart marks besides its curves; times in seconds since 1970. */
export interface Marks {
  /** The moment of the newest sample: the forecast begins there. */
  sampleTime: number | undefined;
  /** The moment of exhaustion, where the forecast meets the capacity. */
  exhaustionTime: number | undefined;
  /** Whether the knee at half of the capacity is drawn. */
  knee: boolean;
  /** The capacity now. */
  capacity: number | undefined;
}

const FONT = "11px system-ui, sans-serif";

/** A colour of tokens.css as it is in the theme of the moment. */
function token(name: string): string {
  // Only a used colour is resolved; the variable itself reads as "light-dark(…)".
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** The curves in the order that uPlot wants them: the axis of moments first. */
export function chartData(series: PoolSeries): uPlot.AlignedData {
  const { times, capacity, inUse, held, timeWait, forecast, forecastMin, forecastMax } = series;
  return [times, capacity, inUse, held, timeWait, forecast, forecastMin, forecastMax];
}

// Their places in chartData().
const FORECAST_MIN = 6;
const FORECAST_MAX = 7;

/** How a pool's curves are drawn. `series` and `marks` are asked at each drawing. */
export function chartOptions(
  size: { width: number; height: number },
  series: () => PoolSeries,
  marks: () => Marks,
  onCursor: (index: number | undefined) => void,
): uPlot.Options {
  const axis = {
    stroke: token("text-muted"),
    font: FONT,
    grid: { stroke: token("line-soft"), width: 1 },
    ticks: { stroke: token("line-soft"), width: 1, size: 4 },
  };
  return {
    ...size,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    padding: [12, 28, 0, 0],
    scales: { y: { range: () => [0, highestOf(series()) * 1.08] } },
    axes: [
      { ...axis, space: 80, size: 30, values: timeLabels },
      { ...axis, size: 56, values: (_chart, values) => values.map((value) => formatCount(value)) },
    ],
    series: [
      {},
      { stroke: token("chart-capacity"), width: 1.5, points: { show: false } },
      {
        stroke: token("chart-in-use"),
        fill: token("chart-in-use-fill"),
        width: 1,
        points: { show: false },
      },
      { stroke: token("chart-in-use"), width: 2, points: { show: false } },
      { stroke: token("chart-time-wait"), width: 1.5, dash: [2, 3], points: { show: false } },
      { stroke: token("chart-forecast"), width: 2, dash: [7, 5], points: { show: false } },
      { width: 0, points: { show: false } },
      { width: 0, points: { show: false } },
    ],
    bands: [{ series: [FORECAST_MAX, FORECAST_MIN], fill: token("chart-forecast-band") }],
    hooks: {
      draw: [(chart) => drawMarks(chart, marks())],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? undefined)],
    },
  };
}

function timeLabels(_chart: uPlot, times: number[], _axis: number, _space: number, step: number) {
  return times.map((time) => {
    const date = new Date(time * 1000);
    const two = (part: number) => String(part).padStart(2, "0");
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return step < 60 ? `${clock}:${two(date.getSeconds())}` : clock;
  });
}

function drawMarks(chart: uPlot, marks: Marks) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
  if (marks.knee && marks.capacity) {
    const y = chart.valToPos(marks.capacity / 2, "y", true);
    line(chart, token("chart-knee"), [1, 4], bbox.left, y, bbox.left + bbox.width, y);
    label(chart, token("text-muted"), "the knee, 50 %", bbox.left + 6 * uPlot.pxRatio, y, "left");
  }
  if (marks.capacity) {
    const y = chart.valToPos(marks.capacity, "y", true);
    const text = `capacity ${formatCount(marks.capacity)}`;
    label(chart, token("chart-capacity"), text, bbox.left + 6 * uPlot.pxRatio, y, "left");
  }
  vertical(chart, marks.sampleTime, token("text-muted"), "now");
  vertical(chart, marks.exhaustionTime, token("critical"), "exhaustion");
  ctx.restore();
}

function vertical(chart: uPlot, time: number | undefined, color: string, text: string) {
  const { bbox } = chart;
  if (time === undefined) return;
  const x = chart.valToPos(time, "x", true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  line(chart, color, [3, 3], x, bbox.top, x, bbox.top + bbox.height);
  const toLeft = x > bbox.left + bbox.width - 90 * uPlot.pxRatio;
  const gap = (toLeft ? -5 : 5) * uPlot.pxRatio;
  const y = bbox.top + bbox.height - 4 * uPlot.pxRatio;
  label(chart, color, text, x + gap, y, toLeft ? "right" : "left");
}

function line(
  { ctx }: uPlot,
  color: string,
  dash: number[],
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
) {
  ctx.strokeStyle = color;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash(dash.map((length) => length * uPlot.pxRatio));
  ctx.beginPath();
  ctx.moveTo(fromX, fromY);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

function label(
  { ctx }: uPlot,
  color: string,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
) {
  ctx.fillStyle = color;
  ctx.textAlign = align;
  ctx.textBaseline = "bottom";
  ctx.fillText(text, x, y - 2 * uPlot.pxRatio);
}
