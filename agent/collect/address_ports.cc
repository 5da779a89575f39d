#include "agent/collect/address_ports.h"

#include <algorithm>
#include <bit>

namespace berthmaster {
namespace {

const IpAddress& AnyV6() {
  static const IpAddress kAny = IpAddress::Parse("::").value();
  return kAny;
}

}  // namespace

AddressPorts::AddressPorts(const PortSpace& space)
    : space_(space),
      low_(space.range.low),
      words_each_((static_cast<size_t>(space.range.size()) + 63) / 64) {
  for (uint32_t index = 0; index < kFirstNamed; ++index) Append();
}

uint32_t AddressPorts::IndexOf(const RawAddress& address, bool is_v6_only) {
  if (address.is_unspecified()) {
    if (address.is_v4) return kAnyV4;
    return is_v6_only ? kAnyV6Only : kAnyBoth;
  }
  auto found = index_.find(address);
  if (found != index_.end()) return found->second;
  if (addresses_.size() >= kFirstNamed + kLocalAddressesMax) {
    is_cut_ = true;
    return address.is_v4 ? kOtherV4 : kOtherV6;
  }
  const uint32_t index = Append();
  addresses_[index] = address;
  index_.emplace(address, index);
  return index;
}

PortUse AddressPorts::Finish() const {
  PortUse use;
  use.is_cut = is_cut_;
  Words any_v4(words_each_);
  Words all(words_each_);
  for (uint32_t index : {kAnyV4, kAnyBoth, kOtherV4}) Or(index, any_v4);
  for (uint32_t index : {kAnyV6Only, kOtherV6}) Or(index, all);
  use.any_v4.has_bound = has_bound_[kAnyV4];
  use.any_v6.has_bound = has_bound_[kAnyBoth] || has_bound_[kAnyV6Only];
  use.has_v6 = CountOffered(all) > 0;
  for (uint32_t index = kFirstNamed; index < addresses_.size(); ++index) {
    const bool is_v4 = addresses_[index].is_v4;
    Words own(words_each_);
    Or(index, own);
    Or(kAnyBoth, own);
    Or(is_v4 ? kAnyV4 : kAnyV6Only, own);
    Or(index, is_v4 ? any_v4 : all);
    use.has_v6 |= !is_v4;
    use.addresses.push_back(
        {addresses_[index].ToIpAddress(), CountOffered(own), has_bound_[index]});
  }
  for (size_t word = 0; word < words_each_; ++word) all[word] |= any_v4[word];
  use.any_v4.ports = CountOffered(any_v4);
  use.any_v6.address = AnyV6();
  use.any_v6.ports = CountOffered(all);
  std::sort(use.addresses.begin(), use.addresses.end(),
            [](const AddressUse& a, const AddressUse& b) {
              return a.ports != b.ports ? a.ports > b.ports : a.address < b.address;
            });
  return use;
}

uint32_t AddressPorts::Append() {
  bits_.resize(bits_.size() + words_each_);
  has_bound_.push_back(false);
  addresses_.emplace_back();
  return static_cast<uint32_t>(addresses_.size() - 1);
}

void AddressPorts::Or(uint32_t index, Words& words) const {
  for (size_t word = 0; word < words_each_; ++word)
    words[word] |= bits_[index * words_each_ + word];
}

int32_t AddressPorts::CountOffered(const Words& words) const {
  int32_t count = 0;
  for (uint64_t word : words) count += std::popcount(word);
  if (space_.reserved.empty()) return count;
  for (int port = space_.range.low; port <= space_.range.high; ++port) {
    const size_t bit = static_cast<size_t>(port) - low_;
    if (space_.reserved.Contains(port) && (words[bit / 64] >> (bit % 64) & 1) != 0) --count;
  }
  return count;
}

}  // namespace berthmaster
