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
  // Without SNI most servers of several names answer with the wrong certificate, or not at all.
  const char* tls = numbers.scheme == "https"
                        ? "        proxy_ssl_server_name on;\n"
                          "        proxy_ssl_name $host; # the server's own name, if it differs\n"
                        : "";
  return {"nginx",
          "in http {}; keepalive is for each worker process: divide it by worker_processes. It "
          "bounds what is kept idle, not what is open: max_conns would, but beyond it requests end "
          "with 502 and do not wait",
          absl::StrFormat("# Measured: %s.\n"
                          "upstream pooled {\n"
                          "    server %s;\n"
                          "    keepalive %d;\n"
                          "    keepalive_timeout %ds;\n"
                          "    keepalive_requests 10000;\n"
                          "}\n"
                          "server {\n"
                          "    location / {\n"
                          "        proxy_pass %s://pooled;\n"
                          "        proxy_http_version 1.1;\n"
                          "        proxy_set_header Connection \"\";\n"
                          "        proxy_set_header Host $host; # or it is \"pooled\"\n"
                          "%s"
                          "    }\n"
                          "}\n",
                          numbers.load, numbers.endpoint, numbers.connection_pool_size,
                          IdleSeconds(), numbers.scheme, tls)};
}

Snippet HaProxy(const SnippetNumbers& numbers) {
  const char* tls = numbers.scheme == "https"
                        ? " ssl verify required ca-file @system-ca sni str(SERVER_NAME)"
                        : "";
  return {
      "HAProxy",
      "the backend, 2.6 or later; with http-reuse safe, the default, the first request of each "
      "client connection opens a new one, so that short client connections share none",
      absl::StrFormat("# Measured: %s.\n"
                      "backend pooled\n"
                      "    mode http\n"
                      "    http-reuse always\n"
                      "    # For a connection that the server closes just when it is used again:\n"
                      "    retry-on conn-failure empty-response\n"
                      "    http-request disable-l7-retry unless METH_GET\n"
                      "    server s1 %s%s maxconn %d pool-max-conn %d pool-purge-delay %ds\n",
                      numbers.load, numbers.endpoint, tls, numbers.connection_pool_size,
                      numbers.connection_pool_size, IdleSeconds())};
}

Snippet Envoy(const SnippetNumbers& numbers) {
  const char* tls = numbers.scheme == "https"
                        ? "  transport_socket:\n"
                          "    name: envoy.transport_sockets.tls\n"
                          "    typed_config:\n"
                          "      \"@type\": type.googleapis.com/"
                          "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext\n"
                          "      sni: SERVER_NAME\n"
                          "      common_tls_context:\n"
                          "        validation_context:\n"
                          "          trusted_ca: { filename: /etc/ssl/certs/ca-certificates.crt }\n"
                          "          match_typed_subject_alt_names:\n"
                          "          - { san_type: DNS, matcher: { exact: SERVER_NAME } }\n"
                        : "";
  return {
      "Envoy",
      "static_resources; the limit is for all worker threads together, each of which keeps at "
      "least "
      "one connection of its own. Requests beyond it wait, up to max_pending_requests (1024)",
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
                      "%s"
                      "  load_assignment:\n"
                      "    cluster_name: pooled\n"
                      "    endpoints:\n"
                      "    - lb_endpoints:\n"
                      "      - endpoint:\n"
                      "          address:\n"
                      "            socket_address:\n"
                      "              address: \"%s\"\n"
                      "              port_value: %d\n",
                      numbers.load, numbers.connection_pool_size, IdleSeconds(), tls,
                      numbers.address, numbers.destination_port)};
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
