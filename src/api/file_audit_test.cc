#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "api/audit.h"
#include "wire/json.h"

namespace coffer::api {
namespace {

class FileAudit : public testing::Test {
 protected:
  FileAudit() {
    char name[] = "/tmp/coffer_audit_XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~FileAudit() override {
    ::close(log_file_);
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return folder_ / "audit.jsonl"; }
  static std::string read(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
  ManualClock clock_{Time(Duration(1440938160123))};
  int log_file_ = ::open("/dev/null", O_WRONLY);
  Log log_{clock_, log_file_, LogLevel::kInfo};
};

AuditEntry entry() {
  return {.time = Time(Duration(1440938160007)),
          .request_id = "5f3c",
          .service = "secretsmanager",
          .operation = "GetSecretValue",
          .resource = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf",
          .caller_arn = "arn:aws:iam::123456789012:root",
          .access_key_id = "AKIAIOSFODNN7EXAMPLE",
          .source_address = "127.0.0.1:50412",
          .error = {},
          .status = 200,
          .microseconds = 1000};
}

TEST_F(FileAudit, ALineTellsWhoAskedForWhatAndHowItEnded) {
  {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    (*audit)->record(entry());
    AuditEntry refused = entry();
    refused.error = "AccessDeniedException";
    refused.status = 400;
    (*audit)->record(refused);
  }
  const std::string common =
      R"({"time":"2015-08-30T12:36:00.007Z","request_id":"5f3c","service":"secretsmanager","operation":"GetSecretValue",)"
      R"("resource":"arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf",)"
      R"("caller":"arn:aws:iam::123456789012:root","access_key_id":"AKIAIOSFODNN7EXAMPLE","source":"127.0.0.1:50412",)";
  EXPECT_EQ(read(path()), common + "\"status\":200,\"microseconds\":1000}\n" + common +
                              "\"error\":\"AccessDeniedException\",\"status\":400,\"microseconds\":1000}\n");
}

// Each of the two regions has a line, and says where the other one is.
TEST_F(FileAudit, AForwardedRequestSaysFromWhereAndToWhere) {
  {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    AuditEntry forwarded = entry();
    forwarded.forwarded_to = "us-east-1";
    (*audit)->record(forwarded);
    forwarded.forwarded_to = {};
    forwarded.forwarded_from = "eu-west-1";
    (*audit)->record(forwarded);
  }
  const std::string text = read(path());
  const size_t second = text.find('\n') + 1;
  EXPECT_TRUE(text.substr(0, second).ends_with(",\"microseconds\":1000,\"forwarded_to\":\"us-east-1\"}\n")) << text;
  EXPECT_TRUE(text.ends_with(",\"microseconds\":1000,\"forwarded_from\":\"eu-west-1\"}\n")) << text;
}

// A claimed access key id is whatever a stranger sent: it must not be able to forge a line.
TEST_F(FileAudit, HostileTextStaysInsideItsField) {
  {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    AuditEntry hostile = entry();
    hostile.access_key_id = "x\"}\n{\"forged\":\"\\\xff";
    (*audit)->record(hostile);
  }
  const std::string text = read(path());
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  wire::Document document;
  ASSERT_TRUE(wire::parse_json(text, {}, document).ok()) << text;
  EXPECT_EQ(document.root().find("forged"), nullptr);
}

TEST_F(FileAudit, TheFileIsAppendedToAndOnlyItsOwnerReadsIt) {
  for (int i = 0; i < 2; ++i) {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    (*audit)->record(entry());
  }
  const std::string text = read(path());
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(FileAudit, AFileThatCannotBeOpenedIsNamed) {
  const auto audit = make_file_audit((folder_ / "missing" / "audit.jsonl").string(), log_);
  ASSERT_FALSE(audit.ok());
  EXPECT_EQ(audit.error().code, ErrorCode::kIo);
  EXPECT_NE(audit.error().message.find("missing/audit.jsonl"), std::string::npos);
}

TEST_F(FileAudit, LinesOfManyThreadsAreWrittenWhole) {
  {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j)
          (*audit)->record(entry());
      });
    }
  }
  std::ifstream file(path());
  std::string line;
  size_t count = 0;
  wire::Document document;
  while (std::getline(file, line)) {
    ++count;
    ASSERT_TRUE(wire::parse_json(line, {}, document).ok()) << line;
  }
  EXPECT_EQ(count, 2000u);
}

// A pipe that nobody reads stands for a disk that does not keep up: requests go on, memory stays bounded, and the file
// says afterwards how many lines are missing.
TEST_F(FileAudit, WhatTheDiskDoesNotTakeIsDroppedAndCounted) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const int reader = ::open(path().c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_EQ(::fcntl(reader, F_SETFL, 0), 0);
  constexpr size_t kLines = 200;
  const std::string large(100'000, 'x');
  std::string text;
  {
    auto audit = make_file_audit(path(), log_);
    ASSERT_TRUE(audit.ok());
    AuditEntry big = entry();
    big.caller_arn = large;
    for (size_t i = 0; i < kLines; ++i)
      (*audit)->record(big);
    std::jthread drain([&] {
      std::string buffer(1 << 16, '\0');
      for (ssize_t size; (size = ::read(reader, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer, 0, static_cast<size_t>(size));
      }
    });
    audit->reset();
  }
  ::close(reader);
  // Told once for each batch that was written meanwhile.
  size_t told = 0;
  size_t dropped = 0;
  constexpr std::string_view kEvent = "\"event\":\"audit_lines_dropped\",\"count\":";
  for (size_t at = text.find(kEvent); at != std::string::npos; at = text.find(kEvent, at + 1)) {
    ++told;
    dropped += std::stoul(text.substr(at + kEvent.size(), 20));
  }
  EXPECT_GT(told, 0u);
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(text, '\n')) - told + dropped, kLines);
}

}  // namespace
}  // namespace coffer::api
