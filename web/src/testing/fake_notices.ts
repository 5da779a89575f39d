import { timestampAt } from "../base/time";
import { EventKind } from "../gen/berthmaster/v1/event_pb";

interface FakeNotice {
  kind: EventKind;
  name: string;
  eventTime: { seconds: bigint; nanos: number };
}

/** The notices of a fake controller, to any number of streams. */
export class FakeNotices {
  private readonly streams = new Set<(notice: FakeNotice | undefined) => void>();

  constructor(private readonly now: () => number) {}

  /** Sends a notice to every stream. */
  send(kind: EventKind, name: string): void {
    const notice = { kind, name, eventTime: timestampAt(this.now()) };
    for (const push of this.streams) push(notice);
  }

  /** Ends every stream. */
  cut(): void {
    for (const push of this.streams) push(undefined);
  }

  /** How many streams are open. */
  get count(): number {
    return this.streams.size;
  }

  /** One stream: a heartbeat first, then what is sent, until it is cut. */
  async *watch(signal: AbortSignal): AsyncGenerator<FakeNotice> {
    const queue: (FakeNotice | undefined)[] = [];
    let wake = () => {};
    const push = (notice: FakeNotice | undefined) => {
      queue.push(notice);
      wake();
    };
    const end = () => push(undefined);
    this.streams.add(push);
    signal.addEventListener("abort", end);
    push({ kind: EventKind.HEARTBEAT, name: "", eventTime: timestampAt(this.now()) });
    try {
      while (!signal.aborted) {
        if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const notice = queue.shift();
        if (!notice) return;
        yield notice;
      }
    } finally {
      this.streams.delete(push);
      signal.removeEventListener("abort", end);
    }
  }
}
