import { For } from "solid-js";
import { formatCount } from "../base/format";
import type { Pool } from "../gen/berthmaster/v1/pool_pb";
import { curvePoints, tableRows } from "./what_if_series";

const WIDTH = 600;
const HEIGHT = 180;

/** The forecast of a pool without and with a change, against each capacity. */
export function WhatIfChart(props: { before: Pool; after: Pool }) {
  const top = () =>
    Math.max(
      1,
      props.before.capacity,
      props.after.capacity,
      ...[props.before, props.after].flatMap((pool) => pool.forecast.map((point) => point.inUse)),
    );
  const y = (value: number) => HEIGHT - (value / top()) * HEIGHT;
  return (
    <figure class="chart">
      <svg
        class="what-if-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="In use over the next three minutes, without and with the change, against the capacity"
      >
        <line
          class="line-capacity"
          x1="0"
          x2={WIDTH}
          y1={y(props.before.capacity)}
          y2={y(props.before.capacity)}
        />
        <line
          class="line-capacity-after"
          x1="0"
          x2={WIDTH}
          y1={y(props.after.capacity)}
          y2={y(props.after.capacity)}
        />
        <polyline class="line-before" points={curvePoints(props.before, top(), WIDTH, HEIGHT)} />
        <polyline class="line-after" points={curvePoints(props.after, top(), WIDTH, HEIGHT)} />
      </svg>
      <figcaption class="legend">
        <span>
          <i class="key key-forecast" /> without it
        </span>
        <span>
          <i class="key key-held" /> with it
        </span>
        <span>
          <i class="key key-capacity" /> capacity
        </span>
      </figcaption>
      <details class="as-table">
        <summary>As a table</summary>
        <table class="data">
          <thead>
            <tr>
              <th scope="col">after</th>
              <th scope="col">without it</th>
              <th scope="col">with it</th>
            </tr>
          </thead>
          <tbody>
            <For each={tableRows(props.before, props.after)}>
              {(row) => (
                <tr>
                  <th scope="row">{row.seconds} s</th>
                  <td>{row.before === undefined ? "–" : formatCount(row.before)}</td>
                  <td>{row.after === undefined ? "–" : formatCount(row.after)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </details>
    </figure>
  );
}
