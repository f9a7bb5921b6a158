#include "server/dev_regions.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <mutex>

#include "net/http_server.h"

namespace coffer::server {
namespace {

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");
const Region kTokyo = *Region::parse("ap-northeast-1");

class RemovedByAllTest : public ::testing::Test {
 protected:
  // In this order, leaving each out.
  std::vector<Region> left_out(const Removers& removers) {
    std::vector<Region> regions;
    Deployment rest = deployment_;
    while (const auto region = removed_by_all(rest, removers, kEast)) {
      regions.push_back(*region);
      rest = without_region(std::move(rest), *region);
    }
    return regions;
  }

  const Deployment deployment_{
      .directory = {}, .regions = {kEast, kWest, kEurope, kTokyo}, .account = *AccountId::parse("123456789012")};
};

TEST_F(RemovedByAllTest, WhoIsKnownToAnybodyStays) {
  EXPECT_EQ(left_out({}), std::vector<Region>{});
  EXPECT_EQ(left_out({{kTokyo, {kEast, kWest}}}), std::vector<Region>{});
  EXPECT_EQ(left_out({{kTokyo, {kEast, kWest, kEurope}}}), std::vector<Region>{kTokyo});
  EXPECT_EQ(left_out({{kEast, {kWest, kEurope, kTokyo}}}), std::vector<Region>{}) << "the home";
}

// They know each other still, because nobody could tell them, and would keep each other for good.
TEST_F(RemovedByAllTest, TwoThatWereLostTogetherAreBothLeftOut) {
  EXPECT_EQ(left_out({{kTokyo, {kEast, kWest}}, {kEurope, {kEast, kWest}}}), (std::vector<Region>{kTokyo, kEurope}));
  EXPECT_EQ(left_out({{kTokyo, {kEast, kWest}}, {kEurope, {kEast}}}), std::vector<Region>{kTokyo})
      << "whom the home has removed does not count";
  EXPECT_EQ(left_out({{kTokyo, {kEast, kWest}}, {kEurope, {kWest}}}), std::vector<Region>{}) << "Europe knows Tokyo";
}

// A region's API, which answers AddRegion.
class FakeRegion final : public net::Handler {
 public:
  FakeRegion(const Clock& clock, const Log& log) : server_(std::move(*net::HttpServer::start({}, *this, clock, log))) {}
  ~FakeRegion() override { server_->stop(Duration(0)); }
  void handle(const net::Request& request, net::Responder responder) override {
    {
      const std::lock_guard lock(mutex_);
      calls_.emplace_back(request.body);
    }
    responder.reply().status = answer_.find("__type") == answer_.npos ? 200 : 400;
    responder.reply().body.append(answer_);
    responder.send();
  }
  void refuse(int, net::Reply&) override {}

  uint16_t port() const { return server_->port(); }
  void will_answer(std::string answer) { answer_ = std::move(answer); }
  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::string answer_;
  std::vector<std::string> calls_;
  const std::unique_ptr<net::HttpServer> server_;
};

// Whoever does not hear where a region has gone replicates to nobody, and says so in its log only.
TEST(DevRegionsTest, WhoRefusesKeepsNoOtherFromHearingOfAMove) {
  const SystemClock clock;
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const Log log(clock, null, LogLevel::kError);
  FakeRegion west(clock, log);
  FakeRegion europe(clock, log);
  FakeRegion tokyo(clock, log);
  west.will_answer(R"({"__type": "InvalidRequestException", "Message": "Not now."})");
  europe.will_answer(R"({"Result": "Moved"})");
  tokyo.will_answer(R"({"Result": "Known"})");
  const Deployment deployment{.directory = {},
                              .regions = {kEast, kWest, kEurope, kTokyo},
                              .offsets = {{1, 2}, {west.port(), 3}, {europe.port(), 4}, {tokyo.port(), 5}},
                              .account = *AccountId::parse("123456789012")};
  client::Credentials credentials{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                  .secret_access_key = SecretBytes::copy_of("hunter2"),
                                  .session_token = {}};
  DevRegions regions(deployment, std::move(credentials), clock);
  const Result<void> told = regions.tell_of_move(kEast);
  ASSERT_FALSE(told.ok());
  EXPECT_NE(told.error().message.find("Not now."), std::string::npos) << told.error().message;
  const std::string asked = R"({"Region": "us-east-1", "Host": "127.0.0.1", "Port": 2, "DryRun": true})";
  const std::string done = R"({"Region": "us-east-1", "Host": "127.0.0.1", "Port": 2, "DryRun": false})";
  EXPECT_EQ(west.calls(), std::vector<std::string>{asked});
  EXPECT_EQ(europe.calls(), (std::vector<std::string>{asked, done}));
  EXPECT_EQ(tokyo.calls(), std::vector<std::string>{asked}) << "it does not know the region, or where it is already";
  ::close(null);
}

}  // namespace
}  // namespace coffer::server
