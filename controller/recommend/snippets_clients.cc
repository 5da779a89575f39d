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
              "// For each response, or its connection is not used again:\n"
              "defer resp.Body.Close()\n"
              "io.Copy(io.Discard, resp.Body)\n",
              numbers.load, numbers.connection_pool_size, numbers.connection_pool_size,
              std::max(numbers.connection_pool_size, kGoIdleConnectionsDefault), IdleSeconds())};
}

Snippet Java(const SnippetNumbers& numbers) {
  return {"Java",
          "Apache HttpClient 5, one for the whole process; java.net.http instead: "
          "-Djdk.httpclient.connectionPoolSize and -Djdk.httpclient.keepalive.timeout",
          absl::StrFormat("// Measured: %s.\n"
                          "PoolingHttpClientConnectionManager connections =\n"
                          "    PoolingHttpClientConnectionManagerBuilder.create()\n"
                          "        .setMaxConnPerRoute(%d)\n"
                          "        .setMaxConnTotal(%d)\n"
                          "        .build();\n"
                          "CloseableHttpClient client = HttpClients.custom()\n"
                          "    .setConnectionManager(connections)\n"
                          "    .evictIdleConnections(TimeValue.ofSeconds(%d))\n"
                          "    .build();\n",
                          numbers.load, numbers.connection_pool_size, numbers.connection_pool_size,
                          IdleSeconds())};
}

Snippet Python(const SnippetNumbers& numbers) {
  return {
      "Python", "requests, one session for the whole process; or httpx",
      absl::StrFormat("# Measured: %s.\n"
                      "session = requests.Session()\n"
                      "session.mount(\n"
                      "    \"%s://%s\",\n"
                      "    HTTPAdapter(pool_connections=1, pool_maxsize=%d, pool_block=True),\n"
                      ")\n"
                      "\n"
                      "# httpx:\n"
                      "client = httpx.Client(\n"
                      "    limits=httpx.Limits(\n"
                      "        max_connections=%d,\n"
                      "        max_keepalive_connections=%d,\n"
                      "        keepalive_expiry=%d,\n"
                      "    )\n"
                      ")\n",
                      numbers.load, numbers.scheme, numbers.endpoint, numbers.connection_pool_size,
                      numbers.connection_pool_size, numbers.connection_pool_size, IdleSeconds())};
}

Snippet NodeJs(const SnippetNumbers& numbers) {
  return {"Node.js", "one agent for the whole process; fetch() takes the undici one",
          absl::StrFormat("// Measured: %s.\n"
                          "const agent = new %s.Agent({\n"
                          "  keepAlive: true,\n"
                          "  maxSockets: %d,\n"
                          "  maxFreeSockets: %d,\n"
                          "  timeout: %d,\n"
                          "});\n"
                          "\n"
                          "// undici:\n"
                          "setGlobalDispatcher(new Agent({ connections: %d, keepAliveTimeout: %d "
                          "}));\n",
                          numbers.load, numbers.scheme, numbers.connection_pool_size,
                          numbers.connection_pool_size, IdleSeconds() * 1000,
                          numbers.connection_pool_size, IdleSeconds() * 1000)};
}

Snippet Grpc(const SnippetNumbers& numbers) {
  const auto channels =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(numbers.busy / kStreamsPerConnection)));
  return {
      "gRPC",
      absl::StrFormat("Go; calls share a connection: %.1f at once need %d of them, with %d "
                      "streams on each",
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
