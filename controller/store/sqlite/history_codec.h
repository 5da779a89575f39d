#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CODEC_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The blobs of history.db. Pure. Decoders give nothing for bytes that no encoder made.

// What is kept of a pool's sample. The connection rate is kept to a thousandth; what is not a
// number, or too large for one, is not known.
struct PoolValues {
  int64_t pool_id = 0;
  int32_t capacity = 0;
  int32_t in_use = 0;
  int32_t reusable = 0;
  int32_t time_wait = 0;
  int32_t established = 0;
  std::optional<double> connection_rate;
  friend bool operator==(const PoolValues&, const PoolValues&) = default;
};
PoolValues ValuesOf(int64_t pool_id, const PoolSample& pool);

// recent.pools: the pools of one namespace in one sample.
void AppendPool(const PoolValues& pool, std::string& blob);
std::optional<std::vector<PoolValues>> DecodePools(absl::string_view blob);
// The one with `pool_id`, the last if there are several; nothing when it is not there. `intact` is
// false for bytes that no encoder made.
std::optional<PoolValues> FindPool(absl::string_view blob, int64_t pool_id, bool& intact);

// What is kept of a namespace's sample beside its pools.
struct NetnsValues {
  int64_t sample_time_us = 0;
  int64_t tcp_in_use = 0;
  int64_t time_wait = 0;
  int64_t time_wait_overflow_count = 0;
  friend bool operator==(const NetnsValues&, const NetnsValues&) = default;
};

// block.samples: the samples of one namespace over a time.
std::string EncodeSamples(absl::Span<const NetnsValues> samples);
std::optional<std::vector<NetnsValues>> DecodeSamples(absl::string_view blob);
// Their times alone.
std::optional<std::vector<int64_t>> DecodeSampleTimes(absl::string_view blob);

// pool_block.points: one pool in a block; `sample` says in which of the block's samples, rising.
struct BlockPoint {
  int64_t sample = 0;
  PoolValues values;
};
std::string EncodePoints(absl::Span<const BlockPoint> points);
// The pool_id of the values is 0.
std::optional<std::vector<BlockPoint>> DecodePoints(absl::string_view blob);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_CODEC_H_
