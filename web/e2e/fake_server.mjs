// A controller's web gateway over the fake fleet: what circle.mjs is tried against without a controller.
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { createServer as createViteServer } from "vite";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");

/** The policy that the gateway sends too; the dashboard has to work under it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

/** How often the fake fleet is sampled, in milliseconds. */
const SAMPLE_INTERVAL = 1000;

/** Starts the server on a free port of the loopback. Returns its address and what stops it. */
export async function startFakeServer({ port = 0, calmHosts, sick, waveTargets } = {}) {
  const vite = await createViteServer({
    root: ROOT,
    server: { middlewareMode: true, hmr: false, ws: false },
    appType: "custom",
    logLevel: "error",
  });
  const { FakeFleet } = await vite.ssrLoadModule("/src/testing/fake_fleet.ts");
  const fleet = new FakeFleet({ now: Date.now, calmHosts, sick, waveTargets });
  const router = createConnectRouter();
  fleet.routes(router);
  const calls = new Map(
    router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]),
  );

  const server = createHttpServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const call = calls.get(path);
    (call ? answerCall(call, request, response) : answerFile(path, response)).catch((error) =>
      response.destroy(error),
    );
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const timer = setInterval(() => fleet.sample(), SAMPLE_INTERVAL);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    fleet,
    async stop() {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
      await vite.close();
    },
  };
}

async function answerCall(call, request, response) {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const answer = await call(
    new Request(new URL(request.url, "http://localhost"), {
      method: request.method,
      headers: Object.entries(request.headers),
      body: Readable.toWeb(request),
      duplex: "half",
      signal: gone.signal,
    }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  try {
    for await (const chunk of answer.body ?? []) response.write(chunk);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
  response.end();
}

async function answerFile(path, response) {
  const file = join(DIST, normalize(path));
  const read = await readFile(file).catch(() => undefined);
  // As in the gateway: any path that is no file and no asset is a page of the dashboard.
  const body = read ?? (await readFile(join(DIST, "index.html")));
  response.writeHead(200, {
    "content-type": read ? (TYPES[extname(file)] ?? "application/octet-stream") : TYPES[".html"],
    "content-security-policy": CONTENT_SECURITY_POLICY,
  });
  response.end(body);
}
