// A region with secrets, and the cards of this service as a root user calls them, from JSON to JSON.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "api/testing/owner_authorizer.h"
#include "secrets/testing/store_fixture.h"
#include "services/coffer/rooms.h"
#include "wire/json.h"

namespace coffer::coffer_service::testing {

using secrets::testing::kAccount;
using secrets::testing::kEast;
using secrets::testing::kEurope;
using secrets::testing::kOther;
using secrets::testing::kWest;

class CardTest : public secrets::testing::SecretStoreTest {
 protected:
  ~CardTest() override { ::close(log_file_); }

  virtual Rooms& rooms() = 0;

  // The answer, or "Error: message".
  std::string call(std::string_view operation, std::string_view body, const AccountId& account = kAccount) {
    const auth::Caller caller{.account = account,
                              .kind = auth::PrincipalKind::kRoot,
                              .arn = "arn:aws:iam::" + account.text() + ":root",
                              .user_id = account.text()};
    wire::Document input;
    EXPECT_TRUE(wire::parse_json(body, {}, input).ok()) << body;
    SecretBuffer output;
    wire::JsonEncoder encoder(output);
    const api::Invocation invocation{
        .caller = caller, .now = clock_.now(), .request_id = "1", .authorizer = authorizer_};
    const api::Service service = make_service(rooms());
    const auto card = std::ranges::find(service.operations, operation, &api::Operation::name);
    const Result<void> done = card->run(invocation, &rooms(), input.root(), encoder);
    if (!done.ok()) return std::string(error_name(done.error().code)) + ": " + done.error().message;
    return std::string(output.view());
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

  // A replica of a primary in the west, with others.
  void receive(const std::string& name) {
    secrets::ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
    state.name = name;
    state.siblings = {{kWest, "", false}, {kEurope, "", false}};
    ASSERT_EQ(apply(std::move(state)), secrets::ApplyVerdict::kApplied);
  }

  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  access::ExplanationStore explanations_{log_, 1 << 20};
  api::testing::OwnerAuthorizer authorizer_;
};

}  // namespace coffer::coffer_service::testing
