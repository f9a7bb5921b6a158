#include "client/endpoint.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

// "host port path", or the error's message.
std::string parts(std::string_view url) {
  const auto endpoint = Endpoint::parse(url);
  if (!endpoint.ok()) {
    EXPECT_EQ(endpoint.error().code, ErrorCode::kUsage);
    return endpoint.error().message;
  }
  const std::string scheme = endpoint->scheme == Scheme::kHttps ? "https " : "http ";
  return scheme + endpoint->host + " " + std::to_string(endpoint->port) + " " + endpoint->path;
}

std::string authority(std::string_view url) {
  return Endpoint::parse(url)->authority();
}

TEST(Endpoint, HasHostPortAndPath) {
  EXPECT_EQ(parts("http://127.0.0.1:4566"), "http 127.0.0.1 4566 /");
  EXPECT_EQ(parts("http://localhost"), "http localhost 80 /");
  EXPECT_EQ(parts("https://coffer.example.com"), "https coffer.example.com 443 /");
  EXPECT_EQ(parts("https://coffer.example.com/"), "https coffer.example.com 443 /");
  EXPECT_EQ(parts("https://coffer.example.com:8443/a/b"), "https coffer.example.com 8443 /a/b");
  EXPECT_EQ(parts("http://[::1]:4566/x"), "http ::1 4566 /x");
  EXPECT_EQ(parts("http://[::1]"), "http ::1 80 /");
}

TEST(Endpoint, WhatIsNoneIsSaidWithTheReason) {
  EXPECT_EQ(parts("127.0.0.1:4566"), "\"127.0.0.1:4566\" is no endpoint: it must begin with http:// or https://");
  for (const char* const bad : {"", "ftp://x", "HTTP://x"})
    EXPECT_TRUE(parts(bad).ends_with("it must begin with http:// or https://")) << bad;
  for (const char* const bad : {"http://", "http://:80", "http:///path", "http://[]:1"})
    EXPECT_TRUE(parts(bad).ends_with("it has no host")) << bad;
  for (const char* const bad :
       {"http://x:", "http://x:0", "http://x:65536", "http://x:80a", "http://x:-1", "http://[::1]:"})
    EXPECT_TRUE(parts(bad).ends_with("the port must be 1 to 65535")) << bad;
  for (const char* const bad : {"http://user@x", "http://x/?a=b", "http://x/#a", "http://x y", "http://x\r\nhost: y"})
    EXPECT_TRUE(parts(bad).ends_with("it may have a host, a port and a path, nothing else")) << bad;
  EXPECT_TRUE(parts("http://[::1").ends_with("the address has no end"));
  EXPECT_TRUE(parts("http://[::1]80").ends_with("behind the address comes a port or a path"));
}

// The signature covers it, so it must be what the server sees.
TEST(Endpoint, TheHostHeaderHasThePortUnlessItIsTheSchemes) {
  EXPECT_EQ(authority("http://127.0.0.1:4566/x"), "127.0.0.1:4566");
  EXPECT_EQ(authority("http://localhost:80"), "localhost");
  EXPECT_EQ(authority("https://localhost:443"), "localhost");
  EXPECT_EQ(authority("https://localhost:80"), "localhost:80");
  EXPECT_EQ(authority("http://[::1]:4566"), "[::1]:4566");
  EXPECT_EQ(authority("https://[::1]"), "[::1]");
}

}  // namespace
}  // namespace coffer::client
