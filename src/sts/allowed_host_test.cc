#include "sts/allowed_host.h"

#include <gtest/gtest.h>

namespace coffer::sts {
namespace {

// Whether `allowed` includes https://HOST:PORT where it leads to `address`.
bool includes(std::string_view allowed, std::string_view host, uint16_t port, std::string_view address) {
  const auto parsed = AllowedHost::parse(allowed);
  EXPECT_TRUE(parsed.has_value()) << allowed;
  return parsed && parsed->includes(host, port, address);
}

TEST(AllowedHost, AHostIsItWhateverItsCaseAndPort) {
  EXPECT_TRUE(includes("issuer.example", "issuer.example", 443, "127.0.0.1"));
  EXPECT_TRUE(includes("Issuer.example", "iSSUER.example", 6443, "::1"));
  EXPECT_FALSE(includes("issuer.example", "my.issuer.example", 443, "127.0.0.1"));
  EXPECT_FALSE(includes("issuer.example", "issuer.example.org", 443, "127.0.0.1"));
}

TEST(AllowedHost, AHostWithAPortIsThatPortOnly) {
  EXPECT_TRUE(includes("issuer.example:6443", "issuer.example", 6443, "127.0.0.1"));
  EXPECT_FALSE(includes("issuer.example:6443", "issuer.example", 443, "127.0.0.1"));
  EXPECT_TRUE(includes("10.0.0.7:6443", "issuer.example", 6443, "10.0.0.7"));
  EXPECT_FALSE(includes("10.0.0.7:6443", "issuer.example", 443, "10.0.0.7"));
  EXPECT_TRUE(includes("[fd00::7]:6443", "issuer.example", 6443, "fd00::7"));
  EXPECT_FALSE(includes("[fd00::7]:6443", "issuer.example", 443, "fd00::7"));
}

// Names lead anywhere, and an address can be written in many ways: what is connected to counts.
TEST(AllowedHost, AnAddressIsWhatIsConnectedTo) {
  EXPECT_TRUE(includes("127.0.0.1", "issuer.example", 443, "127.0.0.1"));
  EXPECT_TRUE(includes("127.0.0.1", "2130706433", 443, "127.0.0.1"));
  EXPECT_TRUE(includes("127.0.0.1", "::ffff:127.0.0.1", 443, "::ffff:127.0.0.1"));
  EXPECT_FALSE(includes("127.0.0.1", "127.0.0.1", 443, "127.0.0.2"));
  EXPECT_TRUE(includes("[fd00::7]", "issuer.example", 443, "fd00:0::7"));
}

TEST(AllowedHost, ABlockIsItsAddresses) {
  EXPECT_TRUE(includes("169.254.0.0/16", "issuer.example", 443, "169.254.20.10"));
  EXPECT_FALSE(includes("169.254.0.0/16", "issuer.example", 443, "169.253.20.10"));
  EXPECT_TRUE(includes("fe80::/10", "issuer.example", 443, "fe80::1"));
  EXPECT_FALSE(includes("fe80::/10", "issuer.example", 443, "169.254.20.10"));
}

TEST(AllowedHost, AnythingElseIsRefused) {
  for (const char* bad : {"", "https://issuer.example", "issuer.example/path", "*.example", "a b", "a, b", "10.0.0",
                          "10.0.0.256", "10.0.0.0/33", "10.0.0.0/8:443", "issuer.example:", "issuer.example:0",
                          "issuer.example:65536", "[fd00]", "[fd00::1", "fd00::1]", "issuer.example/8"}) {
    EXPECT_FALSE(AllowedHost::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace coffer::sts
