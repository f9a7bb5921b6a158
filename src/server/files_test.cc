#include "server/files.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "server/json_door.h"
#include "server/ports.h"
#include "server/testing/temporary_directory.h"
#include "wire/value.h"

namespace coffer::server {
namespace {

constexpr SecretAccess kTest("tests look at what they wrote");

TEST(Files, AWriteReplacesTheWholeFileAndLeavesNothingBeside) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_private_file(directory / "f", "a long first content").ok());
  ASSERT_TRUE(write_private_file(directory / "f", "short").ok());
  EXPECT_EQ(*read_text_file(directory / "f"), "short");
  EXPECT_TRUE(holds_only(directory.path(), {"f"}));
}

TEST(Files, AWriteThatFailsNamesTheFileAndTheReason) {
  const auto written = write_private_file("/nonexistent/f", "x");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().message, "cannot write /nonexistent/f: No such file or directory");
}

// A passphrase that others can read protects nothing.
TEST(Files, ASecretThatOthersMayReadIsRefused) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "passphrase") << "correct horse battery\n";
  ::chmod((directory / "passphrase").c_str(), 0640);
  const auto refused = read_secret_file(directory / "passphrase");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
  EXPECT_NE(refused.error().message.find("chmod 600"), std::string::npos);
  ::chmod((directory / "passphrase").c_str(), 0600);
  const auto secret = read_secret_file(directory / "passphrase");
  ASSERT_TRUE(secret.ok()) << secret.error().message;
  EXPECT_EQ(secret->view(kTest), "correct horse battery");
}

TEST(Files, ALockIsFreeAgainWhenItsHolderIsGone) {
  const TemporaryDirectory directory;
  {
    const auto held = FileLock::acquire(directory / "lock");
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(FileLock::acquire(directory / "lock").error().code, ErrorCode::kConflict);
  }
  EXPECT_TRUE(FileLock::acquire(directory / "lock").ok());
}

// "Port in use" is only useful with the name of the culprit.
TEST(Ports, AListenerIsNamedWithItsPid) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const uint16_t port = ntohs(address.sin_port);
  const auto taken = check_port_free(port);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(taken.error().message.starts_with("port " + std::to_string(port) + " is in use by "))
      << taken.error().message;
  EXPECT_NE(taken.error().message.find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos);
  ::close(listener);
  EXPECT_TRUE(check_port_free(port).ok());
}

TEST(JsonDoor, ACallToNobodySaysWhere) {
  wire::Document answer;
  const auto done = call_local("/nonexistent/admin.sock", {.target = "/status"}, answer);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(done.error().message, "nobody answers at /nonexistent/admin.sock");
}

}  // namespace
}  // namespace coffer::server
