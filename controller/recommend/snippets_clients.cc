#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/recommend/snippets.h"

namespace berthmaster {
namespace {

int64_t IdleSeconds() { return absl::ToInt64Seconds(kIdleTimeout); }

// Go's own default for all hosts together.
constexpr int32_t kGoIdleConnectionsDefault = 100;
// Apache HttpClient's for all routes together.
constexpr int32_t kJavaConnectionsDefault = 25;

Snippet Go(const SnippetNumbers& numbers) {
  return {"Go", "net/http; one client for the whole process, not one for each request",
          absl::StrFormat(
              "// Measured: %s.\n"
              "transport := http.DefaultTransport.(*http.Transport).Clone()\n"
              "transport.MaxConnsPerHost = %d\n"
              "transport.MaxIdleConnsPerHost = %d // 2 by default: the others are closed\n"
              "transport.MaxIdleConns = %d\n"
              "transport.IdleConnTimeout = %d * time.Second\n"
              "client := &http.Client{Transport: transport}\n"
              "\n"
              "// For each response, or its connection is not used again: read the body to its "
              "end, then close it.\n"
              "defer resp.Body.Close()\n"
              "io.Copy(io.Discard, resp.Body)\n",
              numbers.load, numbers.connection_pool_size, numbers.connection_pool_size,
              std::max(numbers.connection_pool_size, kGoIdleConnectionsDefault), IdleSeconds())};
}

Snippet Java(const SnippetNumbers& numbers) {
  return {
      "Java",
      absl::StrFormat("Apache HttpClient 5, one for the whole process. java.net.http has no upper "
                      "bound; -Djdk.httpclient.connectionPoolSize=%d and "
                      "-Djdk.httpclient.keepalive.timeout=%d are for its idle connections, and one "
                      "HttpClient is to serve all requests",
                      numbers.connection_pool_size, IdleSeconds()),
      absl::StrFormat("// Measured: %s.\n"
                      "PoolingHttpClientConnectionManager connections =\n"
                      "    PoolingHttpClientConnectionManagerBuilder.create()\n"
                      "        .setMaxConnPerRoute(%d) // 5 by default\n"
                      "        .setMaxConnTotal(%d) // for all routes together, 25 by default\n"
                      "        .build();\n"
                      "CloseableHttpClient client = HttpClients.custom()\n"
                      "    .setConnectionManager(connections)\n"
                      "    .evictExpiredConnections()\n"
                      "    .evictIdleConnections(TimeValue.ofSeconds(%d))\n"
                      "    .build();\n"
                      "\n"
                      "// For each response, or its connection is not used again:\n"
                      "// a response handler, or EntityUtils.consume(response.getEntity()).\n",
                      numbers.load, numbers.connection_pool_size,
                      std::max(numbers.connection_pool_size, kJavaConnectionsDefault),
                      IdleSeconds())};
}

Snippet Python(const SnippetNumbers& numbers) {
  return {
      "Python",
      "requests or httpx, one session or client for the whole process; the number is for each "
      "process: divide it by the workers of gunicorn or uWSGI",
      absl::StrFormat("# Measured: %s.\n"
                      "import requests\n"
                      "from requests.adapters import HTTPAdapter\n"
                      "\n"
                      "session = requests.Session()\n"
                      "session.mount(\n"
                      "    \"%s://%s/\",  # as your URLs begin: with the name, if they have one\n"
                      "    HTTPAdapter(pool_connections=1, pool_maxsize=%d, pool_block=True),\n"
                      ")\n"
                      "# With stream=True: close each response, or its connection is not used "
                      "again.\n"
                      "\n"
                      "# Or httpx:\n"
                      "import httpx\n"
                      "\n"
                      "client = httpx.Client(\n"
                      "    limits=httpx.Limits(\n"
                      "        max_connections=%d,\n"
                      "        max_keepalive_connections=%d,\n"
                      "        keepalive_expiry=%d,\n"
                      "    ),\n"
                      "    timeout=httpx.Timeout(5, pool=30),  # s to wait for a free connection\n"
                      ")\n",
                      numbers.load, numbers.scheme, numbers.endpoint, numbers.connection_pool_size,
                      numbers.connection_pool_size, numbers.connection_pool_size, IdleSeconds())};
}

Snippet NodeJs(const SnippetNumbers& numbers) {
  return {"Node.js",
          "one agent for each process; fetch() and undici take the undici one, which is its own "
          "package",
          absl::StrFormat("// Measured: %s.\n"
                          "import %s from \"node:%s\";\n"
                          "\n"
                          "const agent = new %s.Agent({\n"
                          "  keepAlive: true, // by default since Node.js 19 for the global agent "
                          "only\n"
                          "  maxSockets: %d,\n"
                          "  maxFreeSockets: %d,\n"
                          "  timeout: %d,\n"
                          "});\n"
                          "// %s.request({ agent, ... }); read each response to its end.\n"
                          "\n"
                          "// Or, for fetch():\n"
                          "import { Agent, setGlobalDispatcher } from \"undici\";\n"
                          "\n"
                          "setGlobalDispatcher(new Agent({ connections: %d, keepAliveTimeout: %d "
                          "}));\n",
                          numbers.load, numbers.scheme, numbers.scheme, numbers.scheme,
                          numbers.connection_pool_size, numbers.connection_pool_size,
                          IdleSeconds() * 1000, numbers.scheme, numbers.connection_pool_size,
                          IdleSeconds() * 1000)};
}

Snippet Grpc(const SnippetNumbers& numbers) {
  const auto channels =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(numbers.busy / kStreamsPerConnection)));
  return {
      "gRPC",
      absl::StrFormat("Go, grpc-go 1.63 or later; calls share a connection: %.1f at once need %d "
                      "of them, with %d streams on each. Take the channels in turn",
                      numbers.busy, channels, kStreamsPerConnection),
      absl::StrFormat("// Measured: %s.\n"
                      "// Made once and kept; a channel for each call is a connection for each "
                      "call.\n"
                      "channels := make([]*grpc.ClientConn, %d)\n"
                      "for i := range channels {\n"
                      "    channel, err := grpc.NewClient(\"%s\",\n"
                      "        grpc.WithTransportCredentials(creds),\n"
                      "        grpc.WithKeepaliveParams(keepalive.ClientParameters{\n"
                      "            Time: 5 * time.Minute, // servers refuse more frequent pings\n"
                      "        }))\n"
                      "    if err != nil {\n"
                      "        return err\n"
                      "    }\n"
                      "    channels[i] = channel\n"
                      "}\n",
                      numbers.load, channels, numbers.endpoint)};
}

}  // namespace

std::vector<Snippet> ClientSnippets(const SnippetNumbers& numbers) {
  return {Go(numbers), Java(numbers), Python(numbers), NodeJs(numbers), Grpc(numbers)};
}

}  // namespace berthmaster
