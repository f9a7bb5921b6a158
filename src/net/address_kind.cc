#include "net/address_kind.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "net/socket_address.h"

namespace coffer::net {
namespace {

using Ipv4 = std::span<const uint8_t, 4>;
using Ipv6 = std::span<const uint8_t, 16>;

// Alibaba's metadata, Azure's platform ("wire server"), Oracle's metadata of bare metal.
constexpr std::array<std::array<uint8_t, 4>, 3> kCloudIpv4 = {
    {{100, 100, 100, 200}, {168, 63, 129, 16}, {192, 0, 0, 192}}};
// fd20:ce::254 of Google, fd00:42::42 of Scaleway.
constexpr std::array<std::array<uint8_t, 16>, 2> kCloudIpv6 = {
    {{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     {0xfd, 0x00, 0x00, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x42}}};

bool is_one_of(const auto& known, auto address) {
  return std::ranges::any_of(known, [address](const auto& one) { return std::ranges::equal(one, address); });
}

AddressKind kind_of_ipv4(Ipv4 address) {
  if (is_one_of(kCloudIpv4, address)) return AddressKind::kCloud;
  if (address[0] == 0 || address[0] == 127) return AddressKind::kLoopback;
  if (address[0] == 169 && address[1] == 254) return AddressKind::kLinkLocal;
  return address[0] >= 224 ? AddressKind::kGroup : AddressKind::kOrdinary;
}

// The IPv4 address that an IPv6 address stands for. Of ::1 and :: that is 0.0.0.1 and 0.0.0.0, which are loopback, too.
std::optional<Ipv4> embedded_ipv4(Ipv6 address) {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<uint8_t, 12> kTranslated = {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0};
  constexpr std::array<uint8_t, 12> kCompatible = {};
  constexpr std::array<uint8_t, 12> kNat64 = {0x00, 0x64, 0xff, 0x9b};
  const auto prefix = address.first<12>();
  for (const auto& known : {kMapped, kTranslated, kCompatible, kNat64})
    if (std::ranges::equal(prefix, known)) return address.last<4>();
  if (address[0] == 0x20 && address[1] == 0x02) return address.subspan<2, 4>();
  return std::nullopt;
}

AddressKind kind_of_ipv6(Ipv6 address) {
  if (const auto ipv4 = embedded_ipv4(address)) return kind_of_ipv4(*ipv4);
  // fd00:ec2::/32 is Amazon's: metadata, credentials of containers, time.
  constexpr std::array<uint8_t, 4> kAmazon = {0xfd, 0x00, 0x0e, 0xc2};
  if (std::ranges::equal(address.first<4>(), kAmazon) || is_one_of(kCloudIpv6, address)) return AddressKind::kCloud;
  constexpr std::array<uint8_t, 6> kLocalNat64 = {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};
  if (std::ranges::equal(address.first<6>(), kLocalNat64)) return AddressKind::kNat64;
  if (address[0] == 0xff) return AddressKind::kGroup;
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) return AddressKind::kLinkLocal;
  return AddressKind::kOrdinary;
}

}  // namespace

AddressKind kind_of(const Endpoint& endpoint) {
  sockaddr_storage address{};
  std::memcpy(&address, endpoint.address, std::min<size_t>(endpoint.size, sizeof address));
  if (address.ss_family == AF_INET) {
    std::array<uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, bytes.size());
    return kind_of_ipv4(bytes);
  }
  std::array<uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
  return kind_of_ipv6(bytes);
}

}  // namespace coffer::net
