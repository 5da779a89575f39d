#ifndef BERTHMASTER_TESTS_KERNEL_BPF_SOCKETS_H_
#define BERTHMASTER_TESTS_KERNEL_BPF_SOCKETS_H_

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/file/file.h"

namespace berthmaster {

// Sockets that bind() by hand, for the tests of what BPF sees. Call these inside a namespace. Where
// a step fails the test fails.

sockaddr_in AddressV4(const std::string& address, uint16_t port);
sockaddr_in LoopbackV4(uint16_t port);

// Binds and returns errno, 0 on success.
int BindV4(int fd, const std::string& address, uint16_t port);

// A socket with SO_REUSEADDR, bound.
UniqueFd BindReusable(const std::string& address, uint16_t port);

// `count` sockets, each bound to a port of bind(0)'s choice.
std::vector<UniqueFd> BindAll(const std::string& address, int count);

// Makes close() send a reset, which leaves no TIME_WAIT on either side.
void ResetOnClose(const UniqueFd& fd);

// Waits, at most ten seconds, until there is something to read, an end or a reset.
bool WaitReadable(int fd);

// SO_ERROR.
int TakeError(int fd);

// Brings the loopback interface up or down.
void SetLoopback(bool is_up);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_BPF_SOCKETS_H_
