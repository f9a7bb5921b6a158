#include "cli/status_command.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

class StatusCommandTest : public ::testing::Test {
 protected:
  StatusCommandTest() {
    for (const char* const region : {"us-east-1", "us-west-2", "eu-west-1"})
      world_.answers[std::string(region) + " GetRegionStatus"] = status_of(region);
  }

  Result<std::string> status(const std::string& region) {
    return show_status(region, Form::kText, [this] { return deployment_in(world_, clock_); });
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
};

// Hangs until several are asked.
class MeetingHttp final : public net::HttpClient {
 public:
  struct Meeting {
    std::mutex mutex;
    std::condition_variable came;
    int here = 0;
    bool is_full() const { return here == 2; }
  };
  explicit MeetingHttp(Meeting& meeting) : meeting_(meeting) {}
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest&, Duration) override {
    std::unique_lock lock(meeting_.mutex);
    ++meeting_.here;
    meeting_.came.notify_all();
    const bool is_full = meeting_.came.wait_for(lock, std::chrono::seconds(20), [this] { return meeting_.is_full(); });
    return Error{ErrorCode::kTimeout, is_full ? "no answer" : "nobody else was asked meanwhile"};
  }

 private:
  Meeting& meeting_;
};

TEST_F(StatusCommandTest, StatusShowsWhatWaitsAndWhoIsSilent) {
  world_.answers["us-east-1 GetRegionStatus"] =
      status_of("us-east-1",
                R"({"Region": "us-west-2", "Waiting": 3, "WaitingSince": 995.5, "LastError": "connection refused"},
         {"Region": "eu-west-1", "Waiting": 0, "LagMilliseconds": 412, "Behind": 2})");
  world_.down = {"us-west-2"};
  const auto text = status("");
  ASSERT_TRUE(text.ok()) << text.error().message;
  EXPECT_EQ(*text,
            "home of identities us-east-1 since epoch 1\n\n"
            "REGION            STATE      VERSION   SEAL            REPLICATION TO OTHERS\n"
            "eu-west-1         serves     0.1.0     root-key-file   in sync\n"
            "us-east-1         serves     0.1.0     root-key-file   3 changes waiting\n"
            "  lag of copies: us-west-2 unknown, eu-west-1 0.5 s (but not 2 copies)\n"
            "  to us-west-2       3 waiting, oldest for 4.5 s: connection refused\n"
            "us-west-2         silent     -         -               -\n"
            "  us-west-2 does not answer: connection refused\n");
}

TEST_F(StatusCommandTest, ASilentRegionIsNotAskedForTheOthers) {
  world_.down = {"us-west-2"};
  const auto text = status("us-west-2");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().message,
            "us-west-2 does not answer: connection refused (--region names another region to ask)");
}

TEST_F(StatusCommandTest, ARegionThatDoesNotExistIsSaidNotToExist) {
  world_.answers["us-east-2 GetRegionStatus"] = world_.answers["us-west-2 GetRegionStatus"] =
      R"({"__type": "InvalidSignatureException", "Message": "Credential should be scoped to a valid region."})";
  const auto text = status("us-east-2");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, ErrorCode::kUsage);
  EXPECT_EQ(text.error().message,
            "us-east-2 is no region of this deployment, which has us-east-1, us-west-2, eu-west-1");
  EXPECT_NE(status("us-west-2").error().message.find("InvalidSignatureException"), std::string::npos) << "it is one";
}

// Each is waited for half a minute, while somebody wants to know what is going on.
TEST_F(StatusCommandTest, RegionsThatHangAreWaitedForAtOnce) {
  MeetingHttp::Meeting meeting;
  const auto make = [&] {
    return Deployment([&](const std::string& region) -> Result<std::unique_ptr<client::SignedClient>> {
      client::Settings settings = settings_for(region);
      std::unique_ptr<net::HttpClient> http = std::make_unique<MeetingHttp>(meeting);
      if (settings.region.text() == "us-east-1") http = std::make_unique<RegionHttp>(world_, "us-east-1");
      return std::make_unique<client::SignedClient>(std::move(settings), std::move(http), clock_);
    });
  };
  const auto text = show_status("", Form::kText, make);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->find("nobody else was asked meanwhile"), std::string::npos) << *text;
  EXPECT_NE(text->find("eu-west-1 does not answer: no answer"), std::string::npos) << *text;
}

}  // namespace
}  // namespace coffer::cli
