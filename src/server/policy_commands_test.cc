#include "server/policy_commands.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace coffer::server {
namespace {

constexpr const char* kAllowed =
    R"({"id": "a", "principal": "arn:aws:iam::111111111111:user/ann", "action": "secretsmanager:GetSecretValue",
        "resource": "*", "identityPolicies": [{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}}]})";

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

class Input {
 public:
  explicit Input(const std::string& text) : file_(::memfd_create("input", MFD_CLOEXEC)) {
    EXPECT_EQ(::pwrite(file_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  ~Input() { ::close(file_); }
  int file() const { return file_; }

 private:
  const int file_;
};

TEST(EvaluatePolicies, EveryLineIsAnsweredInItsOrder) {
  std::string denied = one_line(kAllowed);
  denied.replace(denied.find("\"a\""), 3, "\"b\"");
  denied.replace(denied.find("GetSecretValue"), 14, "none:None12345");
  const Input in(one_line(kAllowed) + "\n\n" + denied + "\r\n");
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in.file(), out), 2) << "an action with two colons is not understood";
  const std::string answers = out.str();
  EXPECT_TRUE(answers.starts_with(R"({"id":"a","result":"allow")")) << answers;
  EXPECT_NE(answers.find("\n{\"id\":\"b\",\"error\":"), answers.npos) << answers;
}

TEST(EvaluatePolicies, ADenialIsAnAnswerAndNoFailure) {
  std::string denied = one_line(kAllowed);
  denied.replace(denied.find("secretsmanager:*"), 16, "kms:*");
  const Input in(denied);
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in.file(), out), 0);
  EXPECT_NE(out.str().find(R"("decision":"ImplicitlyDenied")"), std::string::npos) << out.str();
}

TEST(EvaluatePolicies, WhatIsNoJsonIsAnsweredToo) {
  const Input in("nonsense\n");
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in.file(), out), 2);
  EXPECT_TRUE(out.str().starts_with(R"({"error":)")) << out.str();
}

// Not for nothing to decide: whoever checks policies must not be told that all is well.
TEST(EvaluatePolicies, WhatCannotBeReadIsAFailure) {
  std::ostringstream out;
  const int directory = ::open("/", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(evaluate_policies(directory, out), 1);
  ::close(directory);
  EXPECT_EQ(evaluate_policies(-1, out), 1);
  EXPECT_EQ(out.str(), "");
}

TEST(EvaluatePolicies, TheLastLineNeedsNoEndAndLongOnesAreWhole) {
  std::string padded = one_line(kAllowed);
  padded.insert(1, std::string(200'000, ' '));
  const Input in(padded + "\n" + one_line(kAllowed));
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in.file(), out), 0);
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 2);
}

}  // namespace
}  // namespace coffer::server
