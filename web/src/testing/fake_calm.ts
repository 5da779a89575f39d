import { timestampAt } from "../base/time";
import { AgentProfile, HostState } from "../gen/berthmaster/v1/host_pb";
import { PoolKind } from "../gen/berthmaster/v1/pool_pb";

/** Utilizations of the calm hosts, repeated. */
const CALM = [0.031, 0.12, 0.264, 0.048, 0.41, 0.007, 0.183, 0.095, 0.52, 0.226, 0.017];

function calmUtilization(index: number): number {
  return CALM[index % CALM.length] ?? 0;
}

/** Hosts on which all is well; the fourth is not heard from. */
export function calmHosts(count: number, now: number) {
  return Array.from({ length: count }, (_, index) => {
    const silent = index === 3;
    return {
      name: `hosts/web-${String(index + 1).padStart(2, "0")}`,
      state: silent ? HostState.UNREACHABLE : HostState.ATTACHED,
      identity: {
        hostName: `web-${index + 1}.example.com`,
        kernelRelease: "6.1.0-18-amd64",
        agentVersion: "0.1.0",
        profile: AgentProfile.OBSERVE,
      },
      attachTime: timestampAt(now - 86_400_000),
      sampleTime: timestampAt(now - (silent ? 340_000 : 2000)),
      netnsCount: 1,
      poolCount: 1,
      utilizationMax: calmUtilization(index),
      worstPool: calmPoolName(index),
      headroomMin: Math.round(28232 * (1 - calmUtilization(index))),
      openIncidentCount: 0,
    };
  });
}

function calmPoolName(index: number): string {
  const host = `hosts/web-${String(index + 1).padStart(2, "0")}`;
  return `${host}/netns/1/pools/10.0.0.${index + 1}-10.0.9.9-5432`;
}

/** The one pool of each calm host. */
export function calmPools(count: number, now: number) {
  return Array.from({ length: count }, (_, index) => {
    const name = calmPoolName(index);
    const inUse = Math.round(28232 * calmUtilization(index));
    return {
      name,
      netns: name.slice(0, name.indexOf("/pools/")),
      netnsInode: 4026531840n,
      netnsLabel: "host",
      kind: PoolKind.CONNECT,
      sourceAddress: `10.0.0.${index + 1}`,
      destinationAddress: "10.0.9.9",
      destinationPort: 5432,
      capacity: 28232,
      inUse,
      reusable: index % 3 === 0 ? Math.round(inUse / 2) : 0,
      headroom: 28232 - inUse,
      utilization: calmUtilization(index),
      states: { ESTABLISHED: Math.round(inUse / 2), TIME_WAIT: inUse - Math.round(inUse / 2) },
      ...(index % 4 === 1 ? {} : { connectionRate: inUse / 61, settledUtilization: 0.1 }),
      sampleTime: timestampAt(now - 2000),
    };
  });
}
