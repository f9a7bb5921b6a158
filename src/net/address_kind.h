// Where an address leads, for whoever connects to hosts that others have named: services that answer only on this
// machine or this wire trust those who reach them, and so do those of the cloud whose machine this is.
#pragma once

#include <cstdint>

namespace coffer::net {

struct Endpoint;

enum class AddressKind : uint8_t {
  kOrdinary,   // private networks included
  kLoopback,   // this machine, also as 0.0.0.0
  kLinkLocal,  // 169.254.0.0/16, where clouds keep the credentials of machines, and fe80::/10
  kGroup,      // multicast, broadcast, and what is reserved
  kCloud,      // where clouds answer their machines about themselves, at addresses that look ordinary
  kNat64,      // 64:ff9b:1::/48: a translator of this network decides where it leads
};

// An IPv4 address counts in its IPv6 forms as well: mapped, translated, compatible, 6to4, and behind NAT64's well-known
// prefix.
AddressKind kind_of(const Endpoint& endpoint);

}  // namespace coffer::net
