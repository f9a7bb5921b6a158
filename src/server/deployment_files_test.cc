#include "server/deployment_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "crypto/certificates.h"
#include "crypto/system_random.h"
#include "server/testing/temporary_directory.h"

namespace coffer::server {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;

const Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

std::vector<Region> regions(std::initializer_list<std::string_view> names) {
  std::vector<Region> list;
  for (std::string_view name : names)
    list.push_back(*Region::parse(name));
  return list;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

std::string content_of(const std::string& path) {
  return read_text_file(path).value();
}

class DeploymentFiles : public testing::Test {
 protected:
  DeploymentRequest request() const {
    return {.directory = directory_ / "data", .regions = regions({"us-east-1", "eu-west-1"})};
  }
  // What `coffer dev` does before it starts anything.
  Result<Deployment> prepare(const DeploymentRequest& request) {
    COFFER_ASSIGN(const FileLock lock, lock_deployment(request.directory));
    COFFER_ASSIGN(auto deployment, resolve_deployment(request));
    COFFER_TRY(prepare_deployment(deployment, clock_, random_));
    return deployment;
  }
  Deployment prepared(const DeploymentRequest& request) {
    auto deployment = prepare(request);
    EXPECT_TRUE(deployment.ok()) << deployment.error().message;
    return std::move(deployment).value();
  }

  TemporaryDirectory directory_;
  ManualClock clock_{kNow};
  crypto::SystemRandom random_;
};

TEST_F(DeploymentFiles, AFirstStartUsesTheDocumentedDefaults) {
  const auto deployment = resolve_deployment({.directory = directory_ / "data"});
  ASSERT_TRUE(deployment.ok()) << deployment.error().message;
  EXPECT_EQ(deployment->port, 4566);
  EXPECT_EQ(deployment->account.text(), "123456789012");
  EXPECT_EQ(deployment->regions, regions({"us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"}));
  EXPECT_EQ(deployment->endpoint(deployment->regions[4]), "http://127.0.0.1:4571");
  EXPECT_EQ(deployment->link_port(deployment->regions[0]), 4572);
  EXPECT_FALSE(path_exists(directory_ / "data"));
}

TEST_F(DeploymentFiles, EverythingIsPrivateToItsOwner) {
  const Deployment deployment = prepared(request());
  ASSERT_TRUE(write_env_file(deployment, {.access_key_id = "AKIA", .secret_access_key = "s"}).ok());
  size_t files = 0;
  EXPECT_EQ(mode_of(deployment.directory), 0700U);
  for (const auto& entry : fs::recursive_directory_iterator(deployment.directory)) {
    EXPECT_EQ(mode_of(entry.path()), entry.is_directory() ? 0700U : 0600U) << entry.path();
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_GE(files, 2U * 4 + 5);
}

// The same directory must give the same credentials, ports and data again, whatever is left out on the command line.
TEST_F(DeploymentFiles, ASecondStartFindsWhatTheFirstMade) {
  DeploymentRequest first = request();
  first.port = 5000;
  first.account = AccountId::parse("000000000001");
  const Deployment made = prepared(first);
  const std::string key = content_of(made.region_file(made.home(), "root.key"));
  const std::string certificate = content_of(made.link_certificate(made.home()).certificate);
  const Deployment again = prepared({.directory = directory_ / "data"});
  EXPECT_EQ(again.port, 5000);
  EXPECT_EQ(again.account.text(), "000000000001");
  EXPECT_EQ(again.regions, made.regions);
  EXPECT_EQ(content_of(again.region_file(again.home(), "root.key")), key);
  EXPECT_EQ(content_of(again.link_certificate(again.home()).certificate), certificate);
}

TEST_F(DeploymentFiles, AnotherPortRewritesTheConfigurations) {
  prepared(request());
  DeploymentRequest moved = request();
  moved.port = 7000;
  const Deployment deployment = prepared(moved);
  const auto config = load_region_config(deployment.region_file(deployment.regions[1], "coffer.toml"));
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->listen.port, 7002);
  EXPECT_EQ(config->link->port, 7004);
  EXPECT_EQ(config->peers[0].port, 7003);
  EXPECT_EQ(config->home.text(), "us-east-1");
  EXPECT_EQ(read_deployment(directory_ / "data")->port, 7000);
}

// Whoever has written down where a region is must find it there.
TEST_F(DeploymentFiles, ARegionThatComesOrGoesMovesNoOther) {
  const Region europe = *Region::parse("eu-west-1");
  const Region added = *Region::parse("eu-central-1");
  const Deployment before = prepared(request());
  const uint16_t api = before.api_port(europe);
  const uint16_t link = before.link_port(europe);
  const Deployment larger = with_region(before, added);
  EXPECT_EQ(larger.api_port(europe), api);
  EXPECT_EQ(larger.link_port(europe), link);
  EXPECT_EQ(larger.api_port(added), before.last_port() + 1);
  EXPECT_EQ(larger.link_port(added), larger.last_port());
  ASSERT_TRUE(prepare_deployment(larger, clock_, random_).ok());
  const Deployment read = *read_deployment(directory_ / "data");
  EXPECT_EQ(read.regions, larger.regions);
  EXPECT_EQ(read.offsets, larger.offsets);
  EXPECT_EQ(load_region_config(read.region_file(europe, "coffer.toml"))->peers.back().port, larger.link_port(added));

  const Deployment smaller = without_region(read, before.regions[0]);
  EXPECT_FALSE(smaller.has(before.regions[0]));
  EXPECT_EQ(smaller.api_port(europe), api);
  EXPECT_EQ(smaller.link_port(added), larger.link_port(added));
}

// One that was never changed can still be read by a Coffer that knows no such key.
TEST_F(DeploymentFiles, PortsAreWrittenOnlyOnceTheyAreNotThoseOfTheOrder) {
  const Deployment before = prepared(request());
  EXPECT_EQ(content_of(directory_ / "data/deployment.toml").find("ports"), std::string::npos);
  ASSERT_TRUE(prepare_deployment(with_region(before, *Region::parse("eu-central-1")), clock_, random_).ok());
  EXPECT_NE(content_of(directory_ / "data/deployment.toml").find("ports = [\"1/3\", \"2/4\", \"5/6\"]"),
            std::string::npos)
      << content_of(directory_ / "data/deployment.toml");
}

// Whoever tries Coffer out fills it by script first; the rates of AWS are there for those who ask for them.
TEST_F(DeploymentFiles, RatesAreLimitedOnlyWhenAskedForAndStaySo) {
  const auto limited = [](const Deployment& deployment) {
    return load_region_config(deployment.region_file(deployment.regions[1], "coffer.toml"))->throttle.enabled;
  };
  EXPECT_FALSE(limited(prepared(request())));
  DeploymentRequest asked = request();
  asked.throttles = true;
  EXPECT_TRUE(limited(prepared(asked)));
  EXPECT_TRUE(limited(prepared(request())));
  asked.throttles = false;
  EXPECT_FALSE(limited(prepared(asked)));
  EXPECT_FALSE(limited(prepared(request())));
}

// Of a version that knew no rates.
TEST_F(DeploymentFiles, ADeploymentFileWithoutThrottleIsUnderstood) {
  prepared(request());
  std::ofstream(directory_ / "data/deployment.toml")
      << "version = 1\nport = 4566\naccount = \"123456789012\"\nregions = [\"us-east-1\", \"eu-west-1\"]\n";
  EXPECT_FALSE(prepared(request()).throttles);
}

TEST_F(DeploymentFiles, OtherRegionsOrAnotherAccountAreRefused) {
  prepared(request());
  DeploymentRequest other = request();
  other.regions = regions({"us-east-1"});
  auto refused = resolve_deployment(other);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
  EXPECT_NE(refused.error().message.find("us-east-1,eu-west-1"), std::string::npos);
  other = request();
  other.account = AccountId::parse("999999999999");
  refused = resolve_deployment(other);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("123456789012"), std::string::npos);
}

// Somebody's thesis is not ours to lock, chmod or fill.
TEST_F(DeploymentFiles, AForeignDirectoryIsRefusedAndUntouched) {
  std::ofstream(directory_ / "thesis.txt") << "years of work";
  ::chmod(directory_.path().c_str(), 0755);
  const auto refused = lock_deployment(directory_.path());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find(directory_.path()), std::string::npos);
  EXPECT_TRUE(holds_only(directory_.path(), {"thesis.txt"}));
  EXPECT_EQ(mode_of(directory_.path()), 0755U);
}

TEST_F(DeploymentFiles, OnlyOneDevMayHaveTheDirectory) {
  const auto first = lock_deployment(directory_ / "data");
  ASSERT_TRUE(first.ok()) << first.error().message;
  const auto second = lock_deployment(directory_ / "data");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kPermission);
  EXPECT_NE(second.error().message.find("already running"), std::string::npos);
}

TEST_F(DeploymentFiles, ADirectoryOpenToOthersIsRefused) {
  prepared(request());
  ::chmod((directory_ / "data").c_str(), 0750);
  const auto refused = prepare(request());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
  EXPECT_NE(refused.error().message.find("chmod 700"), std::string::npos);
}

TEST_F(DeploymentFiles, ADamagedDeploymentFileIsNamedWithItsLine) {
  prepared(request());
  std::ofstream(directory_ / "data/deployment.toml")
      << "version = 1\nport = \"x\"\naccount = \"123456789012\"\nregions = [\"us-east-1\"]\n";
  const auto damaged = read_deployment(directory_ / "data");
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(damaged.error().message.find("deployment.toml:2: 'port' must be"), std::string::npos)
      << damaged.error().message;
}

// A power cut may leave any prefix of the steps done.
TEST_F(DeploymentFiles, AFirstStartThatFailedHalfwayCanBeRepeated) {
  const Deployment whole = prepared(request());
  const Region& second = whole.regions[1];
  fs::remove_all(whole.region_directory(second));
  fs::remove(whole.region_file(whole.home(), "link.pem"));
  fs::remove(whole.region_file(whole.home(), "coffer.toml"));
  prepared(request());
  EXPECT_TRUE(path_exists(whole.region_file(second, "root.key")));
  EXPECT_TRUE(path_exists(whole.region_file(whole.home(), "link.pem")));
  fs::remove(directory_ / "data/deployment.toml");
  EXPECT_EQ(prepare(request()).error().code, ErrorCode::kCorrupt);
}

// A fresh key beside old data would lose the data for good.
TEST_F(DeploymentFiles, AMissingRootKeyIsNotReplacedWhenThereIsData) {
  const Deployment deployment = prepared(request());
  fs::create_directory(deployment.region_file(deployment.home(), "data"));
  std::ofstream(deployment.region_file(deployment.home(), "data/CURRENT")) << "x";
  fs::remove(deployment.region_file(deployment.home(), "root.key"));
  const auto refused = prepare(request());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kSealed);
  EXPECT_FALSE(path_exists(deployment.region_file(deployment.home(), "root.key")));
}

TEST_F(DeploymentFiles, LinkCertificatesAreRenewedSixtyDaysBeforeTheyEnd) {
  const Deployment deployment = prepared(request());
  const std::string file = deployment.link_certificate(deployment.home()).certificate;
  const std::string first = content_of(file);
  const std::string authority = content_of(deployment.authority().certificate);
  clock_.advance(days(304));
  prepared(request());
  EXPECT_EQ(content_of(file), first);
  clock_.advance(days(2));
  prepared(request());
  const std::string renewed = content_of(file);
  EXPECT_NE(renewed, first);
  EXPECT_GT(*crypto::certificate_expiry(renewed), kNow + days(600));
  EXPECT_EQ(content_of(deployment.authority().certificate), authority);
}

// A leaf of an authority that no longer exists would be refused by every peer.
TEST_F(DeploymentFiles, ANewAuthorityIssuesNewCertificates) {
  const Deployment deployment = prepared(request());
  const std::string file = deployment.link_certificate(deployment.home()).certificate;
  const std::string first = content_of(file);
  fs::remove(deployment.authority().certificate);
  prepared(request());
  EXPECT_NE(content_of(file), first);
}

TEST_F(DeploymentFiles, PortsBeyondTheLastAreRefused) {
  DeploymentRequest high = request();
  high.port = 65532;
  EXPECT_EQ(resolve_deployment(high).error().code, ErrorCode::kUsage);
  high.port = 65531;
  EXPECT_TRUE(resolve_deployment(high).ok());
}

TEST_F(DeploymentFiles, TheEnvFileNamesEveryEndpoint) {
  const Deployment deployment = prepared(request());
  ASSERT_TRUE(write_env_file(deployment, {.access_key_id = "AKIAEXAMPLE", .secret_access_key = "a/b+c"}).ok());
  EXPECT_EQ(content_of(deployment.env_file()),
            "export AWS_ACCESS_KEY_ID=AKIAEXAMPLE\n"
            "export AWS_SECRET_ACCESS_KEY=a/b+c\n"
            "export AWS_REGION=us-east-1\n"
            "export AWS_DEFAULT_REGION=us-east-1\n"
            "export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n"
            "export COFFER_ENDPOINT_US_EAST_1=http://127.0.0.1:4567\n"
            "export COFFER_ENDPOINT_EU_WEST_1=http://127.0.0.1:4568\n");
}

TEST_F(DeploymentFiles, ShellWordsSurviveTheShell) {
  EXPECT_EQ(shell_word("/tmp/coffer-data"), "/tmp/coffer-data");
  EXPECT_EQ(shell_word("/tmp/it's here"), "'/tmp/it'\\''s here'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace coffer::server
