import type { ConnectRouter } from "@connectrpc/connect";
import { durationMillisOf, millisOf, timestampAt } from "../base/time";
import { EventKind } from "../gen/berthmaster/v1/event_pb";
import {
  type CreateSilenceRequest,
  SilenceService,
  SilenceState,
} from "../gen/berthmaster/v1/silence_pb";
import { INCIDENT } from "./fake_names";

/** The silences of a fake fleet; each is of its one incident. */
export class FakeSilences {
  private readonly made: { request: CreateSilenceRequest; time: number; ended?: number }[] = [];

  constructor(
    private readonly now: () => number,
    private readonly record: (method: string, request: unknown) => void,
    private readonly tell: (kind: EventKind, name: string) => void,
  ) {}

  /** The fields of an incident that say what mutes it. */
  mutingOf(): { silence?: string; silencedUntil?: { seconds: bigint; nanos: number } } {
    const active = this.all().find((silence) => silence.state === SilenceState.ACTIVE);
    return active ? { silence: active.name, silencedUntil: active.expireTime } : {};
  }

  all() {
    return this.made
      .map(({ request, time, ended }, index) => {
        const expires = time + (durationMillisOf(request.length) ?? 0);
        const over = ended !== undefined || this.now() >= expires;
        return {
          name: `silences/s-${index + 1}`,
          state: over ? SilenceState.EXPIRED : SilenceState.ACTIVE,
          selector: request.silence?.selector ?? {},
          reason: request.silence?.reason ?? "",
          creator: "local",
          createTime: timestampAt(time),
          startTime: timestampAt(millisOf(request.silence?.startTime) ?? time),
          expireTime: timestampAt(expires),
          ...(ended === undefined ? {} : { endTime: timestampAt(ended), ender: "local" }),
          etag: ended === undefined ? "1" : "2",
        };
      })
      .reverse();
  }

  serve(router: ConnectRouter): void {
    router.service(SilenceService, {
      listSilences: ({ filter }) => ({
        silences: this.all().filter(
          (silence) => !filter?.byStates.length || filter.byStates.includes(silence.state),
        ),
      }),
      createSilence: (request) => {
        this.record("createSilence", request);
        this.made.push({ request, time: this.now() });
        return this.changed(this.made.length - 1);
      },
      expireSilence: (request) => {
        this.record("expireSilence", request);
        const index = Number(request.name.slice("silences/s-".length)) - 1;
        const one = this.made[index];
        if (one) one.ended = this.now();
        return this.changed(index);
      },
    });
  }

  private changed(index: number) {
    const name = `silences/s-${index + 1}`;
    this.tell(EventKind.SILENCE, name);
    this.tell(EventKind.INCIDENT, INCIDENT);
    const silence = this.all().find((one) => one.name === name);
    return silence ? { silence } : {};
  }
}
