// The load of ./dev run --demo: a client that opens short connections to a server in the same
// process, at a steady rate, and closes each first. In a namespace with few ports its connect()
// calls run out of them. One plain line every 5 s.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

constexpr int kRateMax = 5000;          // connections per second; more is a benchmark, not a demo
constexpr int kSecondsMax = 7 * 86400;  // a forgotten load ends
constexpr int kStatusSeconds = 5;
constexpr int kListenBacklog = 1024;
constexpr int kEventBatch = 64;
constexpr timeval kReplyTimeout = {.tv_sec = 1, .tv_usec = 0};  // both ends are in this process

struct Options {
  sockaddr_in source{};
  sockaddr_in destination{};
  std::string destination_text;
  int rate_per_second = 25;
  int pause_seconds = 0;
  int seconds = 300;
};

struct Counts {
  int64_t opened = 0;
  int64_t out_of_ports = 0;
  // Since the start, for the line that says when it began.
  int64_t out_of_ports_ever = 0;
  int64_t other_failures = 0;
};

[[noreturn]] void Fail(const std::string& sentence) {
  std::fprintf(stderr, "berthmaster-demo-workload: %s\n", sentence.c_str());
  std::exit(1);
}

[[noreturn]] void FailWithErrno(const std::string& action) {
  Fail(action + ": " + std::strerror(errno));
}

// A file descriptor and its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

int ParseNumber(const std::string& flag, const std::string& text, int minimum, int maximum) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < minimum ||
      value > maximum) {
    Fail(flag + " takes a number from " + std::to_string(minimum) + " to " +
         std::to_string(maximum) + ", not '" + text + "'.");
  }
  return value;
}

sockaddr_in ParseAddress(const std::string& flag, const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
    Fail(flag + " takes an IPv4 address, not '" + text + "'.");
  }
  return address;
}

sockaddr_in ParseDestination(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) Fail("--destination is ADDRESS:PORT, not '" + text + "'.");
  sockaddr_in destination = ParseAddress("--destination", text.substr(0, colon));
  destination.sin_port =
      htons(static_cast<uint16_t>(ParseNumber("--destination", text.substr(colon + 1), 1, 65535)));
  return destination;
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  bool has_source = false;
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    if (i + 1 == argc) Fail(flag + " needs a value.");
    const std::string value = argv[i + 1];
    if (flag == "--source") {
      options.source = ParseAddress(flag, value);
      has_source = true;
    } else if (flag == "--destination") {
      options.destination = ParseDestination(value);
      options.destination_text = value;
    } else if (flag == "--rate") {
      options.rate_per_second = ParseNumber(flag, value, 1, kRateMax);
    } else if (flag == "--pause") {
      options.pause_seconds = ParseNumber(flag, value, 0, kSecondsMax);
    } else if (flag == "--seconds") {
      options.seconds = ParseNumber(flag, value, 1, kSecondsMax);
    } else {
      Fail("no flag '" + flag +
           "': use --source A --destination A:PORT --rate PER_SECOND --pause SECONDS --seconds N.");
    }
  }
  if (!has_source || options.destination_text.empty()) {
    Fail("--source ADDRESS and --destination ADDRESS:PORT are needed.");
  }
  return options;
}

int Listen(const Options& options) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&options.destination),
           sizeof(options.destination)) != 0 ||
      listen(fd, kListenBacklog) != 0) {
    FailWithErrno("listen on " + options.destination_text);
  }
  return fd;
}

void Watch(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) FailWithErrno("epoll_ctl");
}

void AcceptAll(int epoll, int listener) {
  while (true) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    Watch(epoll, fd);
  }
}

// Sends back what came; closes after the client has.
void Echo(int fd) {
  char buffer[64];
  const ssize_t length = read(fd, buffer, sizeof(buffer));
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0 || write(fd, buffer, static_cast<size_t>(length)) != length) close(fd);
}

// Until `stop` becomes readable.
void Serve(int listener, int stop) {
  const Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  Watch(epoll.get(), listener);
  Watch(epoll.get(), stop);
  epoll_event events[kEventBatch];
  while (true) {
    const int count = epoll_wait(epoll.get(), events, kEventBatch, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == stop) return;
      if (fd == listener) {
        AcceptAll(epoll.get(), listener);
      } else {
        Echo(fd);
      }
    }
  }
}

// One connection: connect, a word there and back, close first.
void Connect(const Options& options, Counts& counts) {
  const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  // The address now, the port not before connect(): else one port would be taken from every
  // destination.
  if (client.get() < 0 ||
      setsockopt(client.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) != 0 ||
      setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &kReplyTimeout, sizeof(kReplyTimeout)) !=
          0 ||
      bind(client.get(), reinterpret_cast<const sockaddr*>(&options.source),
           sizeof(options.source)) != 0) {
    ++counts.other_failures;
    return;
  }
  if (connect(client.get(), reinterpret_cast<const sockaddr*>(&options.destination),
              sizeof(options.destination)) != 0) {
    const int error = errno;
    if (error == EADDRNOTAVAIL && counts.out_of_ports_ever++ == 0) {
      std::printf("first failure: no port left (EADDRNOTAVAIL)\n");
      std::fflush(stdout);
    }
    ++(error == EADDRNOTAVAIL ? counts.out_of_ports : counts.other_failures);
    return;
  }
  char word[] = "ping";
  if (send(client.get(), word, sizeof(word), MSG_NOSIGNAL) == sizeof(word) &&
      recv(client.get(), word, sizeof(word), MSG_WAITALL) == sizeof(word)) {
    ++counts.opened;
  } else {
    ++counts.other_failures;
  }
}

void PrintStatus(const Counts& counts, const Options& options) {
  std::string line = std::to_string(counts.opened) + " connections to " + options.destination_text +
                     " in the last " + std::to_string(kStatusSeconds) + " s";
  if (counts.out_of_ports > 0) {
    line += ", " + std::to_string(counts.out_of_ports) + " FAILED: no port left (EADDRNOTAVAIL)";
  }
  if (counts.other_failures > 0) {
    line += ", " + std::to_string(counts.other_failures) + " failed for another reason";
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// A timer that becomes readable after `first_seconds`, then `per_second` times a second.
int StartTimer(int first_seconds, int per_second) {
  constexpr long kNanosecondsPerSecond = 1'000'000'000;
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  itimerspec times{};
  times.it_interval.tv_sec = per_second == 1 ? 1 : 0;
  times.it_interval.tv_nsec = per_second == 1 ? 0 : kNanosecondsPerSecond / per_second;
  times.it_value.tv_sec = first_seconds;
  times.it_value.tv_nsec = first_seconds == 0 ? 1 : 0;
  if (fd < 0 || timerfd_settime(fd, 0, &times, nullptr) != 0) FailWithErrno("timerfd");
  return fd;
}

// How often the timer has fired since it was last asked.
uint64_t ReadTimer(int fd) {
  uint64_t fired = 0;
  return read(fd, &fired, sizeof(fired)) == sizeof(fired) ? fired : 0;
}

int BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) FailWithErrno("sigprocmask");
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

// Opens connections until the time is over or a signal asks to end.
Counts RunClient(const Options& options, int signal_fd) {
  const Descriptor attempts(StartTimer(options.pause_seconds, options.rate_per_second));
  const Descriptor seconds(StartTimer(1, 1));
  const Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  Watch(epoll.get(), attempts.get());
  Watch(epoll.get(), seconds.get());
  Watch(epoll.get(), signal_fd);

  Counts total;
  Counts recent;
  uint64_t elapsed_seconds = 0;
  uint64_t status_at_seconds = static_cast<uint64_t>(options.pause_seconds) + kStatusSeconds;
  while (elapsed_seconds < static_cast<uint64_t>(options.seconds)) {
    epoll_event event{};
    if (epoll_wait(epoll.get(), &event, 1, -1) != 1) continue;
    if (event.data.fd == signal_fd) break;
    if (event.data.fd == seconds.get()) {
      elapsed_seconds += ReadTimer(seconds.get());
      if (elapsed_seconds < status_at_seconds) continue;
      status_at_seconds += kStatusSeconds;
      PrintStatus(recent, options);
      total.opened += recent.opened;
      total.out_of_ports += recent.out_of_ports;
      recent = Counts{.out_of_ports_ever = recent.out_of_ports_ever};
    } else {
      for (uint64_t due = ReadTimer(attempts.get()); due > 0; --due) Connect(options, recent);
    }
  }
  total.opened += recent.opened;
  total.out_of_ports += recent.out_of_ports;
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  const Descriptor signals(BlockSignals());
  const Descriptor listener(Listen(options));
  const Descriptor stop(eventfd(0, EFD_CLOEXEC));
  std::thread server(Serve, listener.get(), stop.get());

  std::printf("%d connections a second from %s to %s, starting in %d s\n", options.rate_per_second,
              inet_ntoa(options.source.sin_addr), options.destination_text.c_str(),
              options.pause_seconds);
  std::fflush(stdout);
  const Counts total = RunClient(options, signals.get());

  const uint64_t one = 1;
  if (write(stop.get(), &one, sizeof(one)) != sizeof(one)) FailWithErrno("eventfd");
  server.join();
  std::printf("ended: %lld connections, %lld without a port\n",
              static_cast<long long>(total.opened), static_cast<long long>(total.out_of_ports));
  return 0;
}
