#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/net/endpoint.h"
#include "controller/detect/wording.h"
#include "controller/recommend/snippets.h"

namespace berthmaster {
namespace {

bool IsTlsPort(uint16_t port) { return port == 443 || port == 8443 || port == 6443; }

int64_t IdleSeconds() { return absl::ToInt64Seconds(kIdleTimeout); }

Snippet Nginx(const SnippetNumbers& numbers) {
  return {"nginx",
          "in http {}; keepalive is for each worker process: divide it by worker_processes",
          absl::StrFormat("# Measured: %s.\n"
                          "upstream pooled {\n"
                          "    zone pooled 64k;\n"
                          "    server %s max_conns=%d;\n"
                          "    keepalive %d;\n"
                          "    keepalive_timeout %ds;\n"
                          "    keepalive_requests 10000;\n"
                          "}\n"
                          "server {\n"
                          "    location / {\n"
                          "        proxy_pass %s://pooled;\n"
                          "        proxy_http_version 1.1;\n"
                          "        proxy_set_header Connection \"\";\n"
                          "    }\n"
                          "}\n",
                          numbers.load, numbers.endpoint, numbers.connection_pool_size,
                          numbers.connection_pool_size, IdleSeconds(), numbers.scheme)};
}

Snippet HaProxy(const SnippetNumbers& numbers) {
  const char* tls = numbers.scheme == "https"
                        ? " ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt"
                        : "";
  return {"HAProxy", "the backend; http-reuse always also shares connections that are not proven",
          absl::StrFormat("# Measured: %s.\n"
                          "backend pooled\n"
                          "    mode http\n"
                          "    http-reuse safe\n"
                          "    server s1 %s%s maxconn %d pool-max-conn %d pool-purge-delay %ds\n",
                          numbers.load, numbers.endpoint, tls, numbers.connection_pool_size,
                          numbers.connection_pool_size, IdleSeconds())};
}

Snippet Envoy(const SnippetNumbers& numbers) {
  return {
      "Envoy", "static_resources; the limit is for all worker threads together",
      absl::StrFormat("# Measured: %s.\n"
                      "clusters:\n"
                      "- name: pooled\n"
                      "  type: STATIC\n"
                      "  connect_timeout: 2s\n"
                      "  circuit_breakers:\n"
                      "    thresholds:\n"
                      "    - priority: DEFAULT\n"
                      "      max_connections: %d\n"
                      "  typed_extension_protocol_options:\n"
                      "    envoy.extensions.upstreams.http.v3.HttpProtocolOptions:\n"
                      "      \"@type\": "
                      "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions\n"
                      "      common_http_protocol_options:\n"
                      "        idle_timeout: %ds\n"
                      "      explicit_http_config:\n"
                      "        http_protocol_options: {}\n"
                      "  load_assignment:\n"
                      "    cluster_name: pooled\n"
                      "    endpoints:\n"
                      "    - lb_endpoints:\n"
                      "      - endpoint:\n"
                      "          address:\n"
                      "            socket_address:\n"
                      "              address: \"%s\"\n"
                      "              port_value: %d\n",
                      numbers.load, numbers.connection_pool_size, IdleSeconds(), numbers.address,
                      numbers.destination_port)};
}

}  // namespace

std::string HoldText(absl::Duration hold_time) {
  if (hold_time >= absl::Milliseconds(100)) return SecondsText(hold_time);
  if (hold_time < absl::Milliseconds(1)) return "less than 1 ms";
  return absl::StrFormat("%.0f ms", absl::ToDoubleMilliseconds(hold_time));
}

SnippetNumbers NumbersOf(const PoolKey& key, const PoolingAdvice& advice) {
  SnippetNumbers numbers;
  numbers.address = key.destination.ToString();
  numbers.destination_port = key.destination_port;
  numbers.endpoint = Endpoint{numbers.address, key.destination_port}.ToString();
  numbers.scheme = IsTlsPort(key.destination_port) ? "https" : "http";
  numbers.connection_pool_size = advice.connection_pool_size;
  numbers.busy = advice.connection_rate * absl::ToDoubleSeconds(advice.hold_time);
  numbers.load = absl::StrCat(RateText(advice.connection_rate), ", each open for ",
                              HoldText(advice.hold_time));
  return numbers;
}

std::vector<Snippet> ProxySnippets(const SnippetNumbers& numbers) {
  return {Nginx(numbers), HaProxy(numbers), Envoy(numbers)};
}

}  // namespace berthmaster
