#include "agent/kernel/netns/host_netns.h"

#include <errno.h>
#include <sys/stat.h>

#include "agent/kernel/netns/netns_scan.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<NetnsId> ReadHostNetns() {
  constexpr char kPath[] = "/proc/1/ns/net";
  struct stat info;
  if (stat(kPath, &info) != 0) return ErrnoStatus(errno, "look at the namespace of process 1");
  NetnsId id;
  id.inode = info.st_ino;
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenNetns(kPath, id.inode));
  NetnsThread thread;
  BERTHMASTER_RETURN_IF_ERROR(thread.Run([&] {
    return RunInNetns({fd.get(), id.inode}, [&]() -> absl::Status {
      BERTHMASTER_ASSIGN_OR_RETURN(id.cookie, CurrentNetnsCookie());
      return absl::OkStatus();
    });
  }));
  return id;
}

}  // namespace berthmaster
