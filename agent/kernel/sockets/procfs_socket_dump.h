#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_SOCKET_DUMP_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/line_buffer.h"
#include "agent/kernel/sockets/procfs_parser.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "common/file/file.h"

namespace berthmaster {

// A read of /proc/net returns a page at most, whatever is asked for (seq_read_iter: 4037 bytes in
// the mean with any buffer from 4 KiB to 128 KiB), so larger buffers give nothing; some arm64
// kernels have pages of 64 KiB.
inline constexpr size_t kProcNetBufferBytes = 64 * 1024;

// One of the files of /proc/net with sockets, row by row.
class ProcNetFile {
 public:
  ProcNetFile() : lines_(kProcNetBufferBytes) {}

  // Begins with the file at `path`. NOT_FOUND when there is none. The open file stays with its
  // namespace, whatever becomes of the process.
  absl::Status Open(std::string path, const ProcNetTable& table);
  // Takes the next socket into `row`; false when there are no more, and without an open file.
  // DATA_LOSS when the file ends inside a line.
  absl::StatusOr<bool> Next(SocketRow& row);
  void Close() { fd_ = UniqueFd(); }

 private:
  absl::StatusOr<bool> NextLine(absl::string_view& line);

  std::string path_;
  ProcNetTable table_;
  UniqueFd fd_;
  LineBuffer lines_;
  bool has_header_ = false;
};

// Reads /proc/net/tcp{,6} and udp{,6}: for a namespace with a `proc_net_path` there, entering
// nothing and needing no capability; else inside the namespace, on a thread of one's own (see
// RunInNetns()). What the files lack: procfs_parser.h. NOT_FOUND when the process that stands for
// the namespace is gone or has left it.
class ProcfsSocketDump final : public SocketDump {
 public:
  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override;
  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override;
  SocketSource source() const override { return SocketSource::kProcfs; }
  SocketDumpCounters counters() const override { return counters_; }

 private:
  using RowVisitor = absl::FunctionRef<void(const SocketRow&)>;

  absl::Status VisitTables(const NetnsEntry& netns, IpProtocol protocol, RowVisitor visit);
  absl::Status VisitFiles(const std::string& path, uint64_t inode, IpProtocol protocol,
                          RowVisitor visit);
  absl::Status OpenFiles(const std::string& path, uint64_t inode, IpProtocol protocol);

  ProcNetFile v4_;
  ProcNetFile v6_;
  SocketDumpCounters counters_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_PROCFS_SOCKET_DUMP_H_
