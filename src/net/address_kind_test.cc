#include "net/address_kind.h"

#include <gtest/gtest.h>

#include "net/socket_address.h"

namespace coffer::net {
namespace {

struct Sample {
  const char* address;
  AddressKind kind;
};
void PrintTo(const Sample& sample, std::ostream* out) {
  *out << sample.address;
}

class AddressKinds : public ::testing::TestWithParam<Sample> {};

TEST_P(AddressKinds, AreWhatTheAddressSays) {
  const auto endpoint = resolve_address(GetParam().address, 443);
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(kind_of(*endpoint), GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
    Ipv4, AddressKinds,
    ::testing::Values(Sample{"93.184.216.34", AddressKind::kOrdinary}, Sample{"10.0.0.1", AddressKind::kOrdinary},
                      Sample{"192.168.1.1", AddressKind::kOrdinary}, Sample{"169.253.255.255", AddressKind::kOrdinary},
                      Sample{"169.254.169.254", AddressKind::kLinkLocal}, Sample{"127.0.0.1", AddressKind::kLoopback},
                      Sample{"127.255.0.1", AddressKind::kLoopback}, Sample{"0.0.0.0", AddressKind::kLoopback},
                      Sample{"223.255.255.255", AddressKind::kOrdinary}, Sample{"224.0.0.1", AddressKind::kGroup},
                      Sample{"255.255.255.255", AddressKind::kGroup}));

// Other ways to write an IPv4 address lead to the same place.
INSTANTIATE_TEST_SUITE_P(Ipv4InDisguise, AddressKinds,
                         ::testing::Values(Sample{"2130706433", AddressKind::kLoopback},
                                           Sample{"127.1", AddressKind::kLoopback},
                                           Sample{"0x7f.0.0.1", AddressKind::kLoopback},
                                           Sample{"::ffff:127.0.0.1", AddressKind::kLoopback},
                                           Sample{"::ffff:169.254.169.254", AddressKind::kLinkLocal},
                                           Sample{"::127.0.0.1", AddressKind::kLoopback},
                                           Sample{"64:ff9b::a9fe:a9fe", AddressKind::kLinkLocal},
                                           Sample{"2002:7f00:1::", AddressKind::kLoopback},
                                           Sample{"::ffff:0:127.0.0.1", AddressKind::kLoopback},
                                           Sample{"64:ff9b::100.100.100.200", AddressKind::kCloud},
                                           Sample{"::ffff:10.0.0.1", AddressKind::kOrdinary}));

INSTANTIATE_TEST_SUITE_P(
    Ipv6, AddressKinds,
    ::testing::Values(Sample{"2606:2800:220:1::1", AddressKind::kOrdinary}, Sample{"fd00::1", AddressKind::kOrdinary},
                      Sample{"::1", AddressKind::kLoopback}, Sample{"::", AddressKind::kLoopback},
                      Sample{"fe80::1", AddressKind::kLinkLocal}, Sample{"febf::1", AddressKind::kLinkLocal},
                      Sample{"fec0::1", AddressKind::kOrdinary}, Sample{"ff02::1", AddressKind::kGroup}));

// Clouds tell a machine's credentials to whoever asks from it.
INSTANTIATE_TEST_SUITE_P(
    Clouds, AddressKinds,
    ::testing::Values(Sample{"100.100.100.200", AddressKind::kCloud}, Sample{"100.100.100.201", AddressKind::kOrdinary},
                      Sample{"168.63.129.16", AddressKind::kCloud}, Sample{"::ffff:168.63.129.16", AddressKind::kCloud},
                      Sample{"192.0.0.192", AddressKind::kCloud}, Sample{"fd00:ec2::254", AddressKind::kCloud},
                      Sample{"fd00:ec2::23", AddressKind::kCloud}, Sample{"fd00:ec3::254", AddressKind::kOrdinary},
                      Sample{"fd20:ce::254", AddressKind::kCloud}, Sample{"fd00:42::42", AddressKind::kCloud}));

// What is behind a translator of one's own cannot be told from the address: it may write 169.254.169.254 anywhere.
INSTANTIATE_TEST_SUITE_P(LocalNat64, AddressKinds,
                         ::testing::Values(Sample{"64:ff9b:1::a9fe:a9fe", AddressKind::kNat64},
                                           Sample{"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", AddressKind::kNat64},
                                           Sample{"64:ff9b:2::a9fe:a9fe", AddressKind::kOrdinary}));

}  // namespace
}  // namespace coffer::net
