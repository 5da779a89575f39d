/** The id of a resource: what follows its collection, "web-1" for hosts/web-1. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The host part of any name below a host: hosts/{host}; empty when there is none. */
export function hostNameOf(name: string): string {
  const parts = name.split("/");
  return parts[0] === "hosts" && parts[1] ? `hosts/${parts[1]}` : "";
}

/** The dashboard's path of a resource; pools are found under /pools/{their whole name}. */
export function pathOf(name: string): string {
  const encoded = name.split("/").map(encodePart).join("/");
  return name.includes("/pools/") ? `/pools/${encoded}` : `/${encoded}`;
}

/** The path of a namespace: its host's page with the namespace unfolded. */
export function netnsPathOf(name: string): string {
  return `${pathOf(hostNameOf(name))}?open=${encodePart(idOf(name))}`;
}

function encodePart(part: string): string {
  // A colon is legal in a path and stands in every IPv6 address.
  return encodeURIComponent(part).replaceAll("%3A", ":");
}

/** An address and a port as people write them: "10.0.0.1:443", "[2001:db8::1]:443". */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * What a person calls the pool of a resource name: "10.0.0.1 → 10.0.0.2:443", "listener [::]:80",
 * "TIME_WAIT table"; of a kind from a later version the last part of the name.
 */
export function poolTitleOf(name: string): string {
  const id = idOf(name);
  const [kind = "", ...key] = id.split("-");
  switch (kind) {
    case "time":
      return "TIME_WAIT table";
    case "conntrack":
      return "conntrack table";
    case "bind":
      return `bind() on ${key[0]}`;
    case "udp":
      return `UDP on ${key[0]}`;
    case "snat":
      return `SNAT ${key[0]} ${flowOf(key.slice(1)) ?? id}`;
    case "listen":
      return `listener ${formatEndpoint(key[0] ?? "", Number(key[1]))}`;
    default:
      return flowOf([kind, ...key]) ?? id;
  }
}

// Source, destination and port.
function flowOf([source, destination, port]: string[]): string | undefined {
  const destinationPort = Number(port);
  if (!source || !destination || !Number.isInteger(destinationPort)) return undefined;
  return `${source} → ${formatEndpoint(destination, destinationPort)}`;
}
