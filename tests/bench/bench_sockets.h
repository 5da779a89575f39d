#ifndef BERTHMASTER_TESTS_BENCH_BENCH_SOCKETS_H_
#define BERTHMASTER_TESTS_BENCH_BENCH_SOCKETS_H_

#include <sys/types.h>

#include <memory>
#include <vector>

#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Sockets by the hundred thousand for the benches. TCP_REPAIR makes them without a peer and almost
// without packets; what the kernel holds afterwards is what a real connection leaves. All of it
// ends the program with exit code 2 and a reason when something does not work.

[[noreturn]] void Die(const char* what);

// How many sockets one destination gets at most: fewer than half of the range below, since from
// there on connect() is slow.
inline constexpr int kSocketsPerDestination = 20000;

// A namespace with the source address 10.9.0.1, a range of 51,000 ports, room for 2,000,000
// TIME_WAIT sockets, and 10.8.0.0/16 behind an interface that loses everything.
std::unique_ptr<ScopedNetns> MakeBenchNetns();

// Leaves `socket_count` TIME_WAIT sockets to ports 443 of 10.8.x.x; two threads, some 10 us of CPU
// a socket. They live for 60 s. The FIN of this side is only noted (TCP_REPAIR_QUEUE), that of the
// peer comes from a raw socket.
void MakeTimeWait(const ScopedNetns& netns, int socket_count);

// Processes that hold `socket_count` ESTABLISHED sockets to ports 443 of 10.8.x.x, until the object
// goes or this program ends in any way. Some 5 us of CPU and 3 KiB a socket.
class EstablishedSockets {
 public:
  EstablishedSockets(const ScopedNetns& netns, int socket_count);
  ~EstablishedSockets();
  EstablishedSockets(const EstablishedSockets&) = delete;
  EstablishedSockets& operator=(const EstablishedSockets&) = delete;

 private:
  void StartHolder(const ScopedNetns& netns, int first, int last);

  // What the holders wait on: it ends with this program.
  UniqueFd life_read_;
  UniqueFd life_write_;
  std::vector<pid_t> pids_;
};

// Allows this program as many descriptors as its hard limit says.
void RaiseDescriptorLimit();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_BENCH_SOCKETS_H_
