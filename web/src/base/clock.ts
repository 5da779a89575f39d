import { createRoot, createSignal, onCleanup } from "solid-js";

/** The server's clock minus the browser's, in milliseconds, as the last heartbeat showed it. */
let offset = 0;

/** Tells the server's time as just received; what a network adds is far below the second shown. */
export function noteServerTime(serverMillis: number): void {
  offset = serverMillis - Date.now();
}

/** The server's time now, in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** The server's time, again each second, for ages and countdowns on the screen. */
export const ticking = createRoot(() => {
  const [now, setNow] = createSignal(serverNow());
  const timer = setInterval(() => setNow(serverNow()), 1000);
  onCleanup(() => clearInterval(timer));
  return now;
});
