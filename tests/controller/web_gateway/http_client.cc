#include "tests/controller/web_gateway/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {

HttpClient::HttpClient(uint16_t destination_port, int receive_buffer_bytes)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval bound{30, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
  if (receive_buffer_bytes > 0) {
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
               sizeof(receive_buffer_bytes));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(destination_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    std::abort();
  }
}

bool HttpClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpClient::Fill() {
  char piece[4096];
  const ssize_t received = recv(fd_.get(), piece, sizeof(piece), 0);
  if (received <= 0) return false;
  buffer_.append(piece, static_cast<size_t>(received));
  return true;
}

std::string HttpClient::ReadAll() {
  while (Fill()) {
  }
  return std::exchange(buffer_, "");
}

std::optional<std::string> HttpClient::ReadHead() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  return ReadBytes(end + 4);
}

std::optional<std::string> HttpClient::ReadBytes(size_t count) {
  while (buffer_.size() < count) {
    if (!Fill()) return std::nullopt;
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

std::optional<std::string> HttpClient::ReadChunk() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  uint32_t size = 0;
  if (!absl::SimpleHexAtoi(buffer_.substr(0, end), &size)) return std::nullopt;
  buffer_.erase(0, end + 2);
  std::optional<std::string> chunk = ReadBytes(size + 2);
  if (chunk.has_value()) chunk->resize(size);
  return chunk;
}

std::string HttpClient::ReadChunks() {
  std::string body;
  while (const std::optional<std::string> chunk = ReadChunk()) {
    if (chunk->empty()) break;
    body += *chunk;
  }
  return body;
}

std::string PostBytes(absl::string_view path, absl::string_view headers, absl::string_view body) {
  return absl::StrCat("POST ", path, " HTTP/1.1\r\n", headers, "Content-Length: ", body.size(),
                      "\r\n\r\n", body);
}

std::string CallBytes(absl::string_view method, absl::string_view message,
                      absl::string_view more_headers) {
  std::string frame(1, '\0');
  for (const int shift : {24, 16, 8, 0}) {
    frame.push_back(static_cast<char>(message.size() >> shift & 0xff));
  }
  return PostBytes(
      method,
      absl::StrCat("Host: localhost\r\nContent-Type: application/grpc-web+proto\r\n", more_headers),
      absl::StrCat(frame, message));
}

std::string GetBytes(absl::string_view path, absl::string_view headers) {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\n", headers, "\r\n");
}

GrpcWebBody ParseBody(absl::string_view body) {
  GrpcWebBody result;
  while (body.size() >= 5) {
    size_t length = 0;
    for (size_t i = 1; i < 5; ++i) length = length << 8 | static_cast<unsigned char>(body[i]);
    const std::string content(body.substr(5, length));
    if ((body[0] & 0x80) != 0) {
      result.trailers = content;
    } else {
      result.messages.push_back(content);
    }
    body.remove_prefix(std::min(body.size(), 5 + length));
  }
  return result;
}

}  // namespace berthmaster
