import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { durationOf, millisOf, timestampAt } from "../base/time";
import { NetnsFindingKind, SocketSource } from "../gen/berthmaster/v1/host_pb";
import { PoolKind } from "../gen/berthmaster/v1/pool_pb";
import { type FakeCircle, RATE, TIME_WAIT } from "./fake_circle";
import { SICK_HOST, SICK_NETNS, SICK_POOL } from "./fake_names";

/** How far the recorded samples are apart, in milliseconds. */
const SAMPLE_STEP = 5000;

/** The pool that runs out. */
export function sickPool(circle: FakeCircle) {
  const inUse = circle.inUseAt(circle.sampleTime);
  const { capacity } = circle;
  const left = ((capacity - inUse) / RATE) * 1000;
  const settled = (RATE * TIME_WAIT) / capacity;
  return {
    name: SICK_POOL,
    netns: SICK_NETNS,
    netnsInode: 4026532711n,
    netnsLabel: "blue",
    kind: PoolKind.CONNECT,
    sourceAddress: "10.77.0.1",
    destinationAddress: "10.77.0.2",
    destinationPort: 8080,
    capacity,
    inUse,
    reusable: 0,
    headroom: capacity - inUse,
    utilization: inUse / capacity,
    states: { TIME_WAIT: inUse - 4, ESTABLISHED: 3, SYN_SENT: 1 },
    connectionRate: RATE,
    timeWaitRate: RATE,
    holdTime: durationOf(12),
    settledUtilization: settled,
    ...(settled > 1
      ? {
          timeToExhaustion: durationOf(left),
          timeToExhaustionMin: durationOf(left * 0.9),
          timeToExhaustionMax: durationOf(left * 1.125),
        }
      : {}),
    connectCost: { cpuEach: { nanos: 59_300 }, coreShare: 0.0005 },
    settledConnectCost: { cpuEach: { nanos: 101_400 }, coreShare: 0.0009 },
    blocked: 0,
    closeRate: RATE,
    localCloseShare: 0.97,
    wrongParityShare: 0.41,
    earlyBindShare: 0,
    connectFailureCount: 17n,
    owners: [
      {
        process: "checkout",
        pid: 4711,
        cgroup: "/system.slice/checkout.service",
        socketCount: 200,
      },
      { process: "", pid: 0, cgroup: "", socketCount: 3 },
    ],
    sampleTime: timestampAt(circle.sampleTime),
  };
}

/** A pool of each other kind, in the namespace of the sick one. */
export function otherPools(circle: FakeCircle) {
  const pool = (id: string, kind: PoolKind, inUse: number, capacity: number) => ({
    name: `${SICK_NETNS}/pools/${id}`,
    netns: SICK_NETNS,
    netnsInode: 4026532711n,
    netnsLabel: "blue",
    kind,
    capacity,
    inUse,
    headroom: capacity - inUse,
    utilization: inUse / capacity,
    destinationPort: 0,
    sampleTime: timestampAt(circle.sampleTime),
  });
  return [
    // A full accept queue is no full host.
    pool("listen-0.0.0.0-8080", PoolKind.LISTENER, 128, 128),
    pool("bind-10.77.0.1", PoolKind.BIND, 3, 400),
    pool("udp-10.77.0.1", PoolKind.UDP, 2, 400),
    pool("snat-udp-203.0.113.1-10.77.0.3-53", PoolKind.SNAT, 40, 64511),
    pool("conntrack-table", PoolKind.CONNTRACK_TABLE, 331, 262144),
  ];
}

/** What only GetPool gives. */
export function forecastOf(name: string, circle: FakeCircle) {
  if (name !== SICK_POOL) return {};
  const forecast = Array.from({ length: 25 }, (_, index) => {
    const arrived = RATE * index * (SAMPLE_STEP / 1000);
    const inUse = Math.min(RATE * TIME_WAIT, circle.inUseAt(circle.sampleTime) + arrived);
    return {
      offset: durationOf(index * SAMPLE_STEP),
      inUse,
      inUseMin: inUse - 0.1 * arrived,
      inUseMax: inUse + 0.1 * arrived,
    };
  });
  const releases = Array.from({ length: 61 }, (_, second) =>
    second < 35 ? 0 : Math.round(RATE + 3 * Math.sin(second)),
  );
  return { forecast, timeWaitReleases: releases };
}

/** The recorded points of a pool from a moment on. */
export function historyOf(
  name: string,
  circle: FakeCircle,
  start: Timestamp | undefined,
  now: number,
) {
  const from = Math.max(millisOf(start) ?? 0, now - 1_800_000);
  const first = Math.ceil(from / SAMPLE_STEP) * SAMPLE_STEP;
  const count = Math.max(0, Math.floor((circle.sampleTime - first) / SAMPLE_STEP) + 1);
  return Array.from({ length: count }, (_, index) => {
    const time = first + index * SAMPLE_STEP;
    const inUse =
      name === SICK_POOL ? circle.inUseAt(time) : 900 + Math.round(40 * Math.sin(index));
    return {
      sampleTime: timestampAt(time),
      capacity: name === SICK_POOL ? circle.capacity : 28232,
      inUse,
      reusable: 0,
      timeWait: Math.max(0, inUse - 4),
      established: Math.min(inUse, 4),
      connectionRate: RATE,
    };
  });
}

/** The namespaces of a host. */
export function namespacesOf(host: string, circle: FakeCircle, now: number) {
  const sick = {
    name: SICK_NETNS,
    inode: 4026532711n,
    label: "blue",
    labels: { named: "blue" },
    sysctls: {
      "net.ipv4.ip_local_port_range": circle.range,
      "net.ipv4.ip_local_reserved_ports": "",
      "net.ipv4.tcp_max_tw_buckets": "16384",
      "net.ipv4.tcp_tw_reuse": "2",
    },
    tcpInUse: 4,
    timeWait: circle.inUseAt(circle.sampleTime),
    listeningPortsInRange: [40080],
    timeWaitOverflowCount: 0n,
    sampleTime: timestampAt(circle.sampleTime),
    limitations: [],
    source: SocketSource.NETLINK,
    udpInUse: 2,
    counters: { "TcpExt.ListenOverflows": 9n, "Tcp.ActiveOpens": 157n },
    findings: [
      {
        kind: NetnsFindingKind.RESTART_BLOCKED,
        address: "0.0.0.0",
        port: 40081,
        socketCount: 31,
      },
    ],
    connectFailures: [
      {
        sourceAddress: "10.77.0.1",
        destinationAddress: "10.77.0.2",
        destinationPort: 8080,
        process: "checkout",
        pid: 4711,
        cgroup: "",
        failureCount: 17n,
      },
    ],
    remainder: { poolCount: 2100, inUse: 2345n, reusable: 12n, lowerBound: true },
  };
  const own = {
    ...sick,
    name: `${host}/netns/1`,
    inode: 4026531840n,
    label: "host",
    labels: {},
    sysctls: { "net.ipv4.ip_local_port_range": "32768 60999" },
    timeWait: 12,
    listeningPortsInRange: [],
    source: SocketSource.PROCFS,
    counters: {},
    findings: [],
    connectFailures: [],
    remainder: undefined,
    sampleTime: timestampAt(now - 2000),
    limitations: ["net.ipv4.tcp_max_tw_buckets could not be read: permission denied"],
  };
  return host === SICK_HOST ? [own, sick] : [own];
}
