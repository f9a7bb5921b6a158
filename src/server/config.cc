#include "server/config.h"

#include <algorithm>

#include "api/throttle.h"
#include "server/config_reader.h"
#include "server/files.h"
#include "services/iam/request_quotas.h"
#include "services/kms/request_quotas.h"
#include "services/organizations/request_quotas.h"
#include "services/secretsmanager/request_quotas.h"
#include "services/sts/request_quotas.h"

namespace coffer::server {
namespace {

constexpr IntegerRange kPorts{1, 65535};
constexpr IntegerRange kSeconds{1, 3600};
constexpr IntegerRange kBufferedMegabytes{2, 1'000'000};  // 1 would have no room for the largest request
constexpr IntegerRange kCacheMegabytes{16, 1'000'000};    // less would not hold the largest secrets
constexpr size_t kMegabyte = 1 << 20;
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

// Reads one file into one RegionConfig. Each member reads one table.
class RegionConfigReader {
 public:
  RegionConfigReader(ConfigReader root, const std::string& file)
      : root_(std::move(root)), directory_(parent_path(file)) {}

  Result<RegionConfig> read() {
    config_.region = region(root_, "region");
    config_.data = path(root_, "data");
    read_listen(root_.table("listen"));
    read_tls(root_.table("tls"));
    read_seal(root_.table("seal"));
    read_link();
    read_identity(root_.table("identity"));
    read_limits(root_.table("limits"));
    read_throttle(root_.table("throttle"));
    read_log(root_.table("log"));
    ConfigReader audit = root_.table("audit");
    config_.audit_file = path(audit, "file", join_path(config_.data, "audit.jsonl"));
    ConfigReader cache = root_.table("cache");
    if (cache.has("megabytes")) {
      config_.cache_bytes = kMegabyte * static_cast<size_t>(cache.integer("megabytes", kCacheMegabytes));
    }
    read_oidc(root_.table("oidc"));
    read_operator(root_.table("operator"));
    COFFER_TRY(root_.finish());
    return std::move(config_);
  }

 private:
  Region region(ConfigReader& table, std::string_view key) {
    const std::string text = table.text(key);
    auto region = Region::parse(text);
    if (!region && !text.empty()) table.fail(key, "must be the name of a region, such as \"us-east-1\"");
    return region.value_or(Region());
  }

  std::string path(ConfigReader& table, std::string_view key,
                   const std::optional<std::string>& fallback = std::nullopt) {
    const std::string text = table.text(key, fallback);
    return text.empty() ? text : join_path(directory_, text);
  }

  uint16_t port(ConfigReader& table, const std::optional<int64_t>& fallback = std::nullopt) {
    return static_cast<uint16_t>(table.integer("port", kPorts, fallback));
  }

  void read_listen(ConfigReader table) {
    config_.listen.address = table.text("address", "127.0.0.1");
    config_.listen.port = port(table, 4566);
    config_.listen.threads = static_cast<unsigned>(table.integer("threads", {0, 256}, 0));
  }

  void read_tls(ConfigReader table) {
    const bool given = root_.has("tls");
    const std::optional<std::string> fallback = given ? std::nullopt : std::make_optional<std::string>();
    RegionConfig::Tls tls{path(table, "certificate", fallback), path(table, "private_key", fallback)};
    if (given) config_.tls = std::move(tls);
  }

  void read_seal(ConfigReader table) {
    config_.seal.root_key_file = path(table, "root_key_file", "");
    config_.seal.passphrase_file = path(table, "passphrase_file", "");
    const bool file = table.has("root_key_file");
    if (file == table.has("passphrase_file")) {
      root_.fail("seal", file ? "must name root_key_file or passphrase_file, not both"
                              : "must name root_key_file or passphrase_file");
    }
  }

  void read_link() {
    ConfigReader table = root_.table("link");
    const auto peers = root_.tables("peer");
    const bool given = root_.has("link");
    if (!given && !peers.empty()) root_.fail("peer", "needs a [link] with address, port, ca, certificate, private_key");
    const std::optional<std::string> fallback = given ? std::nullopt : std::make_optional<std::string>();
    RegionConfig::Link link;
    link.address = table.text("address", "127.0.0.1");
    link.port = given ? port(table) : port(table, 1);
    link.ca = path(table, "ca", fallback);
    link.certificate = path(table, "certificate", fallback);
    link.private_key = path(table, "private_key", fallback);
    link.first_copies_per_second = static_cast<uint32_t>(table.integer("first_copies_per_second", {1, 1'000'000}, 0));
    if (given) config_.link = std::move(link);
    for (ConfigReader peer : peers)
      read_peer(peer);
  }

  void read_peer(ConfigReader table) {
    RegionConfig::Peer peer{region(table, "region"), table.text("host"), port(table)};
    if (!peer.region.empty()) {
      const auto known = config_.deployment();
      if (std::find(known.begin(), known.end(), peer.region) != known.end()) {
        table.fail("region", "\"" + peer.region.text() + "\" is named twice in this deployment");
      }
    }
    config_.peers.push_back(std::move(peer));
  }

  void read_identity(ConfigReader table) {
    if (config_.peers.empty() && !table.has("home")) {
      config_.home = config_.region;
      return;
    }
    config_.home = region(table, "home");
    const auto known = config_.deployment();
    if (!config_.home.empty() && std::find(known.begin(), known.end(), config_.home) == known.end()) {
      table.fail("home", "must be this region or one of its peers");
    }
  }

  void read_limits(ConfigReader table) {
    auto seconds = [&table](std::string_view key, int64_t fallback) {
      return std::chrono::seconds(table.integer(key, kSeconds, fallback));
    };
    RegionConfig::Limits& limits = config_.limits;
    limits.max_connections = static_cast<size_t>(table.integer("max_connections", {1, 1'000'000}, 10'000));
    limits.buffered_bytes =
        kMegabyte * static_cast<size_t>(table.integer("buffered_megabytes", kBufferedMegabytes, 256));
    limits.header_timeout = seconds("header_timeout", 10);
    limits.body_timeout = seconds("body_timeout", 30);
    limits.idle_timeout = seconds("idle_timeout", 75);
    limits.worker_threads = static_cast<unsigned>(table.integer("worker_threads", {1, 1024}, 32));
    limits.replica_regions = static_cast<size_t>(table.integer("replica_regions", {0, 100}, 4));
    limits.secrets_per_account = static_cast<size_t>(table.integer("secrets_per_account", {1, 1'000'000'000}, 500'000));
  }

  void read_throttle(ConfigReader table) {
    config_.throttle.enabled = table.boolean("enabled", true);
    for (api::RequestQuota& quota : config_.throttle.quotas) {
      quota.per_second =
          static_cast<uint32_t>(table.integer(quota.name, {1, api::Throttle::kMaxRate}, quota.per_second));
    }
  }

  void read_oidc(ConfigReader table) {
    config_.oidc_ca_file = path(table, "ca", std::string(kSystemAuthorities));
    config_.oidc_loopback_http = table.boolean("loopback_http", false);
    for (const std::string& text : table.texts("allowed_hosts", std::vector<std::string>())) {
      auto host = sts::AllowedHost::parse(text);
      if (host) {
        config_.oidc_allowed_hosts.push_back(std::move(*host));
      } else {
        table.fail("allowed_hosts", "has " + toml_text(text) +
                                        ", which is none of HOST, HOST:PORT, an address and a block of addresses "
                                        "such as \"10.0.0.0/8\"");
      }
    }
  }

  void read_operator(ConfigReader table) {
    for (const std::string& text : table.texts("accounts", std::vector<std::string>())) {
      auto account = AccountId::parse(text);
      if (account) {
        config_.operator_accounts.push_back(std::move(*account));
      } else {
        table.fail("accounts", "has " + toml_text(text) + ", which is not 12 digits");
      }
    }
  }

  void read_log(ConfigReader table) {
    config_.log_file = path(table, "file", "");
    const std::string level = table.text("level", "info");
    if (level == "debug") {
      config_.log_level = LogLevel::kDebug;
    } else if (level == "info") {
      config_.log_level = LogLevel::kInfo;
    } else if (level == "warning") {
      config_.log_level = LogLevel::kWarning;
    } else if (level == "error") {
      config_.log_level = LogLevel::kError;
    } else {
      table.fail("level", "must be \"debug\", \"info\", \"warning\" or \"error\"");
    }
  }

  ConfigReader root_;
  std::string directory_;
  RegionConfig config_;
};

std::string_view level_text(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
    case LogLevel::kInfo:
      break;
  }
  return "info";
}

// "key = value" lines of a table; nothing for an empty text, which means the default.
class TomlWriter {
 public:
  TomlWriter& table(std::string_view header) {
    out_.append("\n").append(header).append("\n");
    return *this;
  }
  TomlWriter& text(std::string_view key, std::string_view value) {
    if (!value.empty()) out_.append(key).append(" = ").append(toml_text(value)).append("\n");
    return *this;
  }
  TomlWriter& number(std::string_view key, int64_t value) {
    out_.append(key).append(" = ").append(std::to_string(value)).append("\n");
    return *this;
  }
  TomlWriter& texts(std::string_view key, const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values)
      list.append(list.empty() ? "" : ", ").append(toml_text(value));
    if (!values.empty()) out_.append(key).append(" = [").append(list).append("]\n");
    return *this;
  }
  TomlWriter& boolean(std::string_view key, bool value) {
    out_.append(key).append(value ? " = true\n" : " = false\n");
    return *this;
  }
  TomlWriter& seconds(std::string_view key, Duration value) {
    return number(key, std::chrono::duration_cast<std::chrono::seconds>(value).count());
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::vector<api::RequestQuota> RegionConfig::Throttle::default_quotas() {
  std::vector<api::RequestQuota> all;
  for (const auto& of_service :
       {secretsmanager::request_quotas(), kms_service::request_quotas(), iam_service::request_quotas(),
        sts_service::request_quotas(), organizations_service::request_quotas()}) {
    all.insert(all.end(), of_service.begin(), of_service.end());
  }
  return all;
}

std::vector<Region> RegionConfig::deployment() const {
  std::vector<Region> regions = peer_regions();
  regions.insert(regions.begin(), region);
  return regions;
}

std::vector<Region> RegionConfig::peer_regions() const {
  std::vector<Region> regions;
  for (const Peer& peer : peers)
    regions.push_back(peer.region);
  return regions;
}

std::string RegionConfig::admin_socket() const {
  return admin_socket_in(data);
}

std::string admin_socket_in(const std::string& data_directory) {
  return join_path(data_directory, "admin.sock");
}

std::string toml_text(std::string_view text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted;
}

Result<RegionConfig> parse_region_config(std::string_view text, const std::string& file) {
  COFFER_ASSIGN(ConfigReader root, ConfigReader::parse(text, file));
  return RegionConfigReader(std::move(root), file).read();
}

Result<RegionConfig> load_region_config(const std::string& file) {
  auto text = read_text_file(file);
  if (!text.ok()) return Error{ErrorCode::kUsage, text.error().message};
  return parse_region_config(*text, file);
}

std::string render_region_config(const RegionConfig& config) {
  TomlWriter out;
  out.text("region", config.region.text()).text("data", config.data);
  out.table("[listen]").text("address", config.listen.address).number("port", config.listen.port);
  out.number("threads", config.listen.threads);
  if (config.tls) {
    out.table("[tls]").text("certificate", config.tls->certificate).text("private_key", config.tls->private_key);
  }
  out.table("[seal]").text("root_key_file", config.seal.root_key_file);
  out.text("passphrase_file", config.seal.passphrase_file);
  if (config.link) {
    out.table("[link]").text("address", config.link->address).number("port", config.link->port);
    out.text("ca", config.link->ca).text("certificate", config.link->certificate);
    out.text("private_key", config.link->private_key);
    if (config.link->first_copies_per_second > 0) {
      out.number("first_copies_per_second", config.link->first_copies_per_second);
    }
  }
  for (const RegionConfig::Peer& peer : config.peers) {
    out.table("[[peer]]").text("region", peer.region.text()).text("host", peer.host).number("port", peer.port);
  }
  out.table("[identity]").text("home", config.home.text());
  out.table("[limits]").number("max_connections", static_cast<int64_t>(config.limits.max_connections));
  out.number("buffered_megabytes", static_cast<int64_t>(config.limits.buffered_bytes / kMegabyte));
  out.seconds("header_timeout", config.limits.header_timeout).seconds("body_timeout", config.limits.body_timeout);
  out.seconds("idle_timeout", config.limits.idle_timeout).number("worker_threads", config.limits.worker_threads);
  out.number("replica_regions", static_cast<int64_t>(config.limits.replica_regions));
  out.number("secrets_per_account", static_cast<int64_t>(config.limits.secrets_per_account));
  out.table("[throttle]").boolean("enabled", config.throttle.enabled);
  for (const api::RequestQuota& quota : config.throttle.quotas)
    out.number(quota.name, quota.per_second);
  out.table("[log]").text("file", config.log_file).text("level", level_text(config.log_level));
  out.table("[audit]").text("file", config.audit_file);
  if (config.cache_bytes) {
    out.table("[cache]").number("megabytes", static_cast<int64_t>(*config.cache_bytes / kMegabyte));
  }
  out.table("[oidc]").text("ca", config.oidc_ca_file).boolean("loopback_http", config.oidc_loopback_http);
  std::vector<std::string> hosts;
  for (const sts::AllowedHost& host : config.oidc_allowed_hosts)
    hosts.push_back(host.text());
  out.texts("allowed_hosts", hosts);
  std::vector<std::string> operators;
  for (const AccountId& account : config.operator_accounts)
    operators.push_back(account.text());
  if (!operators.empty()) out.table("[operator]").texts("accounts", operators);
  return out.take();
}

}  // namespace coffer::server
