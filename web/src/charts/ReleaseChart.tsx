import { For } from "solid-js";
import { formatCount } from "../base/format";

interface ReleaseChartProps {
  /** How many TIME_WAIT sockets end in each coming second. */
  releases: readonly number[];
}

const WIDTH = 620;
const HEIGHT = 120;

/** The seconds named under the axis. */
const TICKS = [0, 15, 30, 45, 60];

/** How many seconds one row of the table sums up. */
const TABLE_STEP = 10;

/** Sums of `step` neighbours each. */
export function sumsOf(values: readonly number[], step: number): { from: number; sum: number }[] {
  const sums: { from: number; sum: number }[] = [];
  for (let from = 0; from < values.length; from += step) {
    const sum = values.slice(from, from + step).reduce((total, value) => total + value, 0);
    sums.push({ from, sum });
  }
  return sums;
}

/** When the TIME_WAIT sockets of a pool end, second by second. */
export function ReleaseChart(props: ReleaseChartProps) {
  const highest = () => Math.max(1, ...props.releases);
  const total = () => props.releases.reduce((sum, count) => sum + count, 0);
  const slot = () => WIDTH / Math.max(60, props.releases.length);
  const tall = (count: number) => (count / highest()) * (HEIGHT - 16);
  const description = () =>
    `${formatCount(total())} TIME_WAIT sockets end within ${props.releases.length} s, ` +
    `${formatCount(highest())} in the busiest second.`;
  return (
    <figure class="chart">
      <svg class="releases" viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`} role="img">
        <title>{description()}</title>
        <For each={props.releases}>
          {(count, second) => (
            <rect
              x={second() * slot() + 1}
              y={HEIGHT - tall(count)}
              width={Math.max(1, slot() - 2)}
              height={tall(count)}
            >
              <title>{`in ${second()} s: ${formatCount(count)}`}</title>
            </rect>
          )}
        </For>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <For each={TICKS}>
          {(second) => (
            <text
              x={second * slot()}
              y={HEIGHT + 14}
              text-anchor={second === 0 ? "start" : second === 60 ? "end" : "middle"}
            >
              {second === 0 ? "now" : `${second} s`}
            </text>
          )}
        </For>
        <text x={WIDTH} y="11" text-anchor="end">
          {`at most ${formatCount(highest())} in a second`}
        </text>
      </svg>
      <details class="as-table">
        <summary>The releases as a table</summary>
        <table class="data">
          <caption class="sr-only">TIME_WAIT sockets that end, by {TABLE_STEP} seconds</caption>
          <thead>
            <tr>
              <th scope="col">from now</th>
              <th scope="col" class="figure">
                TIME_WAIT sockets that end
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={sumsOf(props.releases, TABLE_STEP)}>
              {(row) => (
                <tr>
                  <th scope="row">{`${row.from} to ${row.from + TABLE_STEP} s`}</th>
                  <td class="figure">{formatCount(row.sum)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </details>
    </figure>
  );
}
