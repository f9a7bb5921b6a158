#include "sts/web_address.h"

#include <gtest/gtest.h>

namespace coffer::sts {
namespace {

std::string read(std::string_view url, LoopbackHttp loopback = LoopbackHttp::kRefused) {
  const auto address = parse_web_address(url, loopback);
  if (!address) return "none";
  return std::string(address->uses_tls ? "tls " : "plain ") + address->host + " " + std::to_string(address->port) +
         " " + address->path;
}

TEST(WebAddress, HasHostPortAndPath) {
  EXPECT_EQ(read("https://issuer.example"), "tls issuer.example 443 ");
  EXPECT_EQ(read("https://issuer.example/"), "tls issuer.example 443 /");
  EXPECT_EQ(read("https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B"),
            "tls oidc.eks.eu-west-1.amazonaws.com 443 /id/0A1B");
  EXPECT_EQ(read("https://10.0.0.1:6443/keys"), "tls 10.0.0.1 6443 /keys");
  EXPECT_EQ(read("https://[2001:db8::1]:8443/a"), "tls 2001:db8::1 8443 /a");
  EXPECT_EQ(read("https://[2001:db8::1]"), "tls 2001:db8::1 443 ");
}

TEST(WebAddress, PlainHttpIsForThisMachineAndOnlyWhenAllowed) {
  for (const char* url : {"http://127.0.0.1:8080", "http://localhost:8080/a", "http://[::1]:8080"}) {
    EXPECT_EQ(read(url), "none") << url;
    EXPECT_NE(read(url, LoopbackHttp::kAllowed), "none") << url;
  }
  EXPECT_EQ(read("http://127.0.0.1", LoopbackHttp::kAllowed), "plain 127.0.0.1 80 ");
  for (const char* url : {"http://issuer.example", "http://10.0.0.1", "http://127.0.0.1.example",
                          "http://localhost.example", "http://127.0.0.1@issuer.example"}) {
    EXPECT_EQ(read(url, LoopbackHttp::kAllowed), "none") << url;
  }
}

// What another parser may read otherwise must not reach it.
TEST(WebAddress, AnythingUnusualIsNone) {
  for (const std::string& url : {std::string(),
                                 std::string("https://"),
                                 std::string("issuer.example"),
                                 std::string("ftp://issuer.example"),
                                 std::string("HTTPS://issuer.example"),
                                 std::string("https://user@issuer.example"),
                                 std::string("https://issuer.example?x=1"),
                                 std::string("https://issuer.example/a#b"),
                                 std::string("https://issuer.example/a?b"),
                                 std::string("https://issuer.example:"),
                                 std::string("https://issuer.example:0"),
                                 std::string("https://issuer.example:65536"),
                                 std::string("https://issuer.example:80x"),
                                 std::string("https://issuer example"),
                                 std::string("https://issuer.example/a b"),
                                 std::string("https://issuer.example/a\r\nx: y"),
                                 std::string("https://issuer.example\\@other"),
                                 std::string("https://[2001:db8::1"),
                                 std::string("https://[2001:db8::1]x"),
                                 std::string("https://[issuer.example]"),
                                 std::string("https://iss\0uer.example", 23),
                                 "https://" + std::string(254, 'a'),
                                 "https://issuer.example/" + std::string(2048, 'a')}) {
    EXPECT_EQ(read(url, LoopbackHttp::kAllowed), "none") << url;
  }
}

}  // namespace
}  // namespace coffer::sts
