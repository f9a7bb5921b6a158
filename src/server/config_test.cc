#include "server/config.h"

#include <gtest/gtest.h>

#include <set>

#include "server/files.h"

namespace coffer::server {
namespace {

constexpr std::string_view kMinimal = R"(region = "us-east-1"
data = "data"
[seal]
root_key_file = "root.key"
)";

constexpr std::string_view kFull = R"(region = "us-east-1"
data = "/var/lib/coffer"

[listen]
address = "10.0.0.1"
port = 443
threads = 4

[tls]
certificate = "/etc/coffer/tls.pem"
private_key = "/etc/coffer/tls.key"

[seal]
passphrase_file = "/etc/coffer/passphrase"

[link]
address = "10.0.0.1"
port = 4600
ca = "/etc/coffer/ca.pem"
certificate = "/etc/coffer/us-east-1.pem"
private_key = "/etc/coffer/us-east-1.key"
first_copies_per_second = 100

[[peer]]
region = "eu-west-1"
host = "10.1.0.1"
port = 4600

[[peer]]
region = "us-west-2"
host = "coffer.us-west-2.example.com"
port = 4601

[identity]
home = "eu-west-1"

[limits]
max_connections = 500
buffered_megabytes = 64
header_timeout = 5
body_timeout = 6
idle_timeout = 7
worker_threads = 8
replica_regions = 9
secrets_per_account = 12

[throttle]
enabled = false
get_secret_value = 70000
updates = 7
iam_reads = 8
sts_web_identity_source = 1000000

[log]
file = "/var/log/coffer/log.jsonl"
level = "warning"

[audit]
file = "/var/log/coffer/audit.jsonl"

[operator]
accounts = ["123456789012", "210987654321"]

[cache]
megabytes = 300

[oidc]
ca = "/etc/coffer/oidc.pem"
loopback_http = true
allowed_hosts = ["kubernetes.default.svc", "10.0.0.7:6443", "fd00::/8"]
)";

std::string refusal(const std::string& text) {
  const auto config = parse_region_config(text, "coffer.toml");
  if (config.ok()) return "accepted";
  EXPECT_EQ(config.error().code, ErrorCode::kUsage);
  return config.error().message;
}

uint32_t rate(const RegionConfig& config, std::string_view name) {
  for (const api::RequestQuota& quota : config.throttle.quotas) {
    if (quota.name == name) return quota.per_second;
  }
  return 0;
}

// What is left out must have the documented default.
TEST(Config, TheSmallestFileGetsDefaultsAndPathsBesideIt) {
  const auto config = parse_region_config(kMinimal, "/etc/coffer/coffer.toml");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->region.text(), "us-east-1");
  EXPECT_EQ(config->data, "/etc/coffer/data");
  EXPECT_EQ(config->seal.root_key_file, "/etc/coffer/root.key");
  EXPECT_EQ(config->listen.address, "127.0.0.1");
  EXPECT_EQ(config->listen.port, 4566);
  EXPECT_FALSE(config->tls.has_value());
  EXPECT_FALSE(config->link.has_value());
  EXPECT_EQ(config->home.text(), "us-east-1");
  EXPECT_EQ(config->limits.replica_regions, 4U);
  EXPECT_EQ(config->limits.secrets_per_account, 500'000U);
  EXPECT_EQ(config->limits.max_connections, 10'000U);
  EXPECT_EQ(config->limits.buffered_bytes, 256U << 20);
  EXPECT_EQ(config->limits.idle_timeout, std::chrono::seconds(75));
  EXPECT_TRUE(config->throttle.enabled);
  EXPECT_EQ(rate(*config, "get_secret_value"), 10'000U);
  EXPECT_EQ(rate(*config, "create_secret"), 50U);
  EXPECT_EQ(config->audit_file, "/etc/coffer/data/audit.jsonl");
  EXPECT_EQ(config->admin_socket(), "/etc/coffer/data/admin.sock");
}

TEST(Config, EveryKeyIsRead) {
  const auto config = parse_region_config(kFull, "coffer.toml");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->listen.threads, 4U);
  EXPECT_EQ(config->tls->private_key, "/etc/coffer/tls.key");
  EXPECT_EQ(config->seal.passphrase_file, "/etc/coffer/passphrase");
  EXPECT_EQ(config->link->port, 4600);
  EXPECT_EQ(config->link->ca, "/etc/coffer/ca.pem");
  ASSERT_EQ(config->peers.size(), 2U);
  EXPECT_EQ(config->link->first_copies_per_second, 100U);
  EXPECT_EQ(config->peers[1].host, "coffer.us-west-2.example.com");
  EXPECT_EQ(config->home.text(), "eu-west-1");
  EXPECT_EQ(config->limits.body_timeout, std::chrono::seconds(6));
  EXPECT_EQ(config->limits.worker_threads, 8U);
  EXPECT_EQ(config->limits.secrets_per_account, 12U);
  EXPECT_EQ(config->limits.buffered_bytes, 64U << 20);
  EXPECT_FALSE(config->throttle.enabled);
  EXPECT_EQ(rate(*config, "get_secret_value"), 70'000U);
  EXPECT_EQ(rate(*config, "updates"), 7U);
  EXPECT_EQ(rate(*config, "iam_reads"), 8U);
  EXPECT_EQ(rate(*config, "iam_lists"), 100U);
  EXPECT_EQ(rate(*config, "sts_web_identity_source"), 1'000'000U);
  EXPECT_EQ(rate(*config, "create_secret"), 50U);
  EXPECT_EQ(config->log_level, LogLevel::kWarning);
  EXPECT_EQ(config->cache_bytes, size_t{300} << 20);
  EXPECT_EQ(config->oidc_ca_file, "/etc/coffer/oidc.pem");
  EXPECT_TRUE(config->oidc_loopback_http);
  ASSERT_EQ(config->oidc_allowed_hosts.size(), 3U);
  EXPECT_EQ(config->oidc_allowed_hosts[1].text(), "10.0.0.7:6443");
  EXPECT_EQ(config->deployment().size(), 3U);
  EXPECT_EQ(config->operator_accounts,
            (std::vector<AccountId>{*AccountId::parse("123456789012"), *AccountId::parse("210987654321")}));
}

// Two quotas of one name could not be told apart in the file.
TEST(Config, EachQuotaHasItsOwnName) {
  std::set<std::string_view> names;
  for (const api::RequestQuota& quota : RegionConfig::Throttle::default_quotas())
    EXPECT_TRUE(names.insert(quota.name).second) << quota.name;
}

// coffer dev writes these files; what it writes must mean what it meant.
TEST(Config, ARenderedConfigurationReadsBackTheSame) {
  for (std::string_view text : {kMinimal, kFull}) {
    const auto config = parse_region_config(text, "/etc/coffer/coffer.toml");
    ASSERT_TRUE(config.ok()) << config.error().message;
    const std::string rendered = render_region_config(*config);
    const auto again = parse_region_config(rendered, "/elsewhere/coffer.toml");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(render_region_config(*again), rendered);
    EXPECT_EQ(again->data, config->data);
    EXPECT_EQ(again->peers.size(), config->peers.size());
    EXPECT_EQ(again->operator_accounts, config->operator_accounts);
  }
}

TEST(Config, QuotesInPathsSurvive) {
  auto config = *parse_region_config(kMinimal, "coffer.toml");
  config.data = "/tmp/it's \"odd\"\\";
  const auto again = parse_region_config(render_region_config(config), "coffer.toml");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->data, config.data);
}

struct Refusal {
  const char* name;
  std::string text;
  const char* message;
};

class ConfigRefusals : public testing::TestWithParam<Refusal> {};

// A typing error must never be accepted and ignored: each names the line and what is allowed.
TEST_P(ConfigRefusals, NamesTheLineAndWhatIsAllowed) {
  EXPECT_EQ(refusal(GetParam().text), GetParam().message);
}

std::string minimal_and(const std::string& more) {
  return std::string(kMinimal) + more;
}

INSTANTIATE_TEST_SUITE_P(
    , ConfigRefusals,
    testing::Values(
        Refusal{"UnknownKey", minimal_and("[listen]\nprot = 1\n"),
                "coffer.toml:6: unknown key 'listen.prot'; allowed here: address, port, threads"},
        Refusal{"UnknownTable", minimal_and("[listem]\nport = 1\n"),
                "coffer.toml:5: unknown key 'listem'; allowed here: region, data, listen, tls, seal, link, peer, "
                "identity, limits, throttle, log, audit, cache, oidc, operator"},
        Refusal{"WhatIsThereBeforeWhatIsMissing", "\n\ncolor = 1\n",
                "coffer.toml:3: unknown key 'color'; allowed here: region, data, listen, tls, seal, link, peer, "
                "identity, limits, throttle, log, audit, cache, oidc, operator"},
        Refusal{"MissingRegion", "data = \"d\"\n[seal]\nroot_key_file = \"r\"\n", "coffer.toml:1: 'region' is missing"},
        Refusal{"NoSeal", "region = \"us-east-1\"\ndata = \"d\"\n",
                "coffer.toml:1: 'seal' must name root_key_file or passphrase_file"},
        Refusal{"TwoSeals", minimal_and("passphrase_file = \"p\"\n"),
                "coffer.toml:3: 'seal' must name root_key_file or passphrase_file, not both"},
        Refusal{"WrongType", "region = 5\n", "coffer.toml:1: 'region' must be a text in quotes, not empty"},
        Refusal{"BadRegion", "region = \"Mars\"\n",
                "coffer.toml:1: 'region' must be the name of a region, such as \"us-east-1\""},
        Refusal{"BadPort", minimal_and("[listen]\nport = 99999\n"),
                "coffer.toml:6: 'listen.port' must be a whole number from 1 to 65535"},
        Refusal{"BadTimeout", minimal_and("[limits]\nidle_timeout = 0\n"),
                "coffer.toml:6: 'limits.idle_timeout' must be a whole number from 1 to 3600"},
        Refusal{"UnknownQuota", minimal_and("[throttle]\nput_secret_value = 60\n"),
                "coffer.toml:6: unknown key 'throttle.put_secret_value'; allowed here: enabled, "
                "batch_get_secret_value, create_secret, cross_account_replication, delete_secret, describe_secret, "
                "get_random_password, "
                "get_secret_value, list_secret_version_ids, list_secrets, restore_secret, resource_policies, "
                "rotation, tags, updates, kms_cryptographic_operations, kms_describe_key, kms_reads, kms_lists, "
                "kms_changes, iam_reads, iam_lists, iam_changes, sts, sts_web_identity, sts_web_identity_source, "
                "organizations_reads, organizations_changes"},
        Refusal{"BadRate", minimal_and("[throttle]\ntags = 0\n"),
                "coffer.toml:6: 'throttle.tags' must be a whole number from 1 to 1000000"},
        Refusal{"BadRateOfSources", minimal_and("[throttle]\nsts_web_identity_source = 1000001\n"),
                "coffer.toml:6: 'throttle.sts_web_identity_source' must be a whole number from 1 to 1000000"},
        Refusal{"RateThatIsNoNumber", minimal_and("[throttle]\niam_changes = \"many\"\n"),
                "coffer.toml:6: 'throttle.iam_changes' must be a whole number from 1 to 1000000"},
        Refusal{"BadSwitch", minimal_and("[throttle]\nenabled = \"no\"\n"),
                "coffer.toml:6: 'throttle.enabled' must be true or false"},
        Refusal{"BadLevel", minimal_and("[log]\nlevel = \"loud\"\n"),
                "coffer.toml:6: 'log.level' must be \"debug\", \"info\", \"warning\" or \"error\""},
        Refusal{"BadAllowedHost", minimal_and("[oidc]\nallowed_hosts = [\"a.example\", \"https://b.example\"]\n"),
                "coffer.toml:6: 'oidc.allowed_hosts' has \"https://b.example\", which is none of HOST, HOST:PORT, an "
                "address and a block of addresses such as \"10.0.0.0/8\""},
        Refusal{"NoAllowedHosts", minimal_and("[oidc]\nallowed_hosts = \"a.example\"\n"),
                "coffer.toml:6: 'oidc.allowed_hosts' must be a list of texts, [\"a\", \"b\"]"},
        Refusal{"BadOperator", minimal_and("[operator]\naccounts = [\"admin\"]\n"),
                "coffer.toml:6: 'operator.accounts' has \"admin\", which is not 12 digits"},
        Refusal{"TlsWithoutKey", minimal_and("[tls]\ncertificate = \"c\"\n"),
                "coffer.toml:5: 'tls.private_key' is missing"},
        Refusal{"NotATable", minimal_and("").insert(0, "listen = 1\n"),
                "coffer.toml:1: 'listen' must be a table, [listen]"},
        Refusal{"PeerWithoutLink",
                minimal_and("[[peer]]\nregion = \"eu-west-1\"\nhost = \"h\"\nport = 1\n[identity]\n"
                            "home = \"us-east-1\"\n"),
                "coffer.toml:5: 'peer' needs a [link] with address, port, ca, certificate, private_key"},
        Refusal{"Syntax", "region = [\n", "coffer.toml:1: Error while parsing array: encountered end-of-file"}),
    [](const auto& info) { return std::string(info.param.name); });

std::string with_peers(const std::string& more) {
  return minimal_and("[link]\nport = 1\nca = \"a\"\ncertificate = \"c\"\nprivate_key = \"k\"\n" + more);
}

// A deployment whose members disagree about each other cannot replicate.
TEST(Config, PeersAreDifferentRegionsAndHomeIsOneOfThem) {
  const std::string peer = "[[peer]]\nregion = \"eu-west-1\"\nhost = \"h\"\nport = 1\n";
  EXPECT_EQ(refusal(with_peers(peer + "[identity]\nhome = \"eu-west-1\"\n")), "accepted");
  EXPECT_EQ(refusal(with_peers(peer)), "coffer.toml:1: 'identity.home' is missing");
  EXPECT_EQ(refusal(with_peers(peer + "[identity]\nhome = \"ap-south-1\"\n")),
            "coffer.toml:15: 'identity.home' must be this region or one of its peers");
  EXPECT_EQ(refusal(with_peers(peer + peer + "[identity]\nhome = \"eu-west-1\"\n")),
            "coffer.toml:15: 'peer.region' \"eu-west-1\" is named twice in this deployment");
}

TEST(Config, AFileThatIsNotThereIsNamed) {
  const auto config = load_region_config("/nonexistent/coffer.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, ErrorCode::kUsage);
  EXPECT_EQ(config.error().message, "there is no file /nonexistent/coffer.toml");
}

}  // namespace
}  // namespace coffer::server
