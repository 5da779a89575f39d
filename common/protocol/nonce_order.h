#ifndef BERTHMASTER_COMMON_PROTOCOL_NONCE_ORDER_H_
#define BERTHMASTER_COMMON_PROTOCOL_NONCE_ORDER_H_

#include <cstdint>

namespace berthmaster {

// Lets each push of a stream, and each answer to one, count once and in order: what comes a second
// time, or after a later one, speaks of a world that is gone. One for each stream and direction.
class NonceOrder {
 public:
  // Whether `nonce` is above all that were taken before.
  bool Take(int64_t nonce) {
    if (nonce <= last_) return false;
    last_ = nonce;
    return true;
  }

 private:
  int64_t last_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_PROTOCOL_NONCE_ORDER_H_
