import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatAbsolute, formatCount, formatTimeOfDay } from "../base/format";
import { theme } from "../base/preferences";
import { chartData, chartOptions, type Marks } from "./draw";
import { type PoolSeries, spread } from "./pool_series";

interface PoolChartProps {
  series: PoolSeries;
  marks: Marks;
  /** What the chart shows, in one sentence, for assistive technology. */
  description: string;
}

const HEIGHT = 300;

/** The table has at most this many rows: it is read, not scanned. */
const TABLE_ROWS = 30;

const CURVES = [
  { name: "capacity", key: "capacity", style: "key-capacity" },
  { name: "in use", key: "inUse", style: "key-in-use" },
  { name: "in use, not reusable", key: "held", style: "key-held" },
  { name: "TIME_WAIT", key: "timeWait", style: "key-time-wait" },
  { name: "forecast", key: "forecast", style: "key-forecast" },
  { name: "at least", key: "forecastMin", style: "key-forecast-band" },
  { name: "at most", key: "forecastMax", style: "key-forecast-band" },
] as const;

/** A pool's past against its capacity, with the forecast drawn on. */
export function PoolChart(props: PoolChartProps) {
  const [cursor, setCursor] = createSignal<number>();
  const systemDark = createSystemDark();
  let host!: HTMLDivElement;
  let chart: uPlot | undefined;

  const make = () => {
    chart?.destroy();
    const options = chartOptions(
      { width: host.clientWidth || 600, height: HEIGHT },
      () => props.series,
      () => props.marks,
      setCursor,
    );
    chart = new uPlot(options, chartData(props.series), host);
  };

  onMount(() => {
    make();
    const observer = new ResizeObserver(() => {
      chart?.setSize({ width: host.clientWidth, height: HEIGHT });
    });
    observer.observe(host);
    onCleanup(() => observer.disconnect());
  });
  createEffect(on([theme, systemDark], make, { defer: true }));
  createEffect(
    on(
      () => [props.series, props.marks] as const,
      ([series]) => chart?.setData(chartData(series)),
      { defer: true },
    ),
  );
  onCleanup(() => chart?.destroy());

  return (
    <figure class="chart">
      <div ref={host} role="img" aria-label={props.description} />
      <Legend series={props.series} index={cursor()} />
      <SeriesTable series={props.series} />
    </figure>
  );
}

function createSystemDark() {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = createSignal(media.matches);
  const listen = () => setDark(media.matches);
  media.addEventListener("change", listen);
  onCleanup(() => media.removeEventListener("change", listen));
  return dark;
}

/** The curves worth naming: without reusable sockets, "not reusable" is the same line twice. */
function curvesOf(series: PoolSeries) {
  const same = series.held.every((value, index) => value === series.inUse[index]);
  return CURVES.filter((curve) => !(same && curve.key === "held"));
}

/** The curves' keys, with the figures under the pointer. */
function Legend(props: { series: PoolSeries; index: number | undefined }) {
  const figure = (key: (typeof CURVES)[number]["key"]) => {
    const value = props.index === undefined ? undefined : props.series[key][props.index];
    return value == null ? "" : formatCount(Math.round(value));
  };
  const curves = createMemo(() => curvesOf(props.series));
  const time = () => (props.index === undefined ? undefined : props.series.times[props.index]);
  return (
    <div class="legend" aria-hidden="true">
      <For each={curves()}>
        {(curve) => (
          <span>
            <span class={`key ${curve.style}`} />
            {curve.name} <b>{figure(curve.key)}</b>
          </span>
        )}
      </For>
      <Show when={time()}>
        {(seconds) => <span class="legend-time">{formatTimeOfDay(seconds() * 1000)}</span>}
      </Show>
    </div>
  );
}

function SeriesTable(props: { series: PoolSeries }) {
  const [open, setOpen] = createSignal(false);
  const curves = createMemo(() => curvesOf(props.series));
  const rows = createMemo(() => (open() ? spread(props.series.times.length, TABLE_ROWS) : []));
  const figure = (value: number | null | undefined) =>
    value == null ? "–" : formatCount(Math.round(value));
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The chart as a table</summary>
      <div class="table-scroll">
        <table class="data">
          <caption class="sr-only">The chart as a table, thinned to {TABLE_ROWS} rows</caption>
          <thead>
            <tr>
              <th scope="col">time</th>
              <For each={curves()}>
                {(curve) => (
                  <th scope="col" class="figure">
                    {curve.name}
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(index) => (
                <tr>
                  <th scope="row">{formatAbsolute((props.series.times[index] ?? 0) * 1000)}</th>
                  <For each={curves()}>
                    {(curve) => <td class="figure">{figure(props.series[curve.key][index])}</td>}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </details>
  );
}
