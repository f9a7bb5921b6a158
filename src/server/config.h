// The configuration of one region: what `coffer serve --config FILE` reads. docs/configuration.md explains every key.
// Promises: a value of this type has been checked; paths in it are absolute or relative to the working directory, never
// to the file any more. Must never hold a secret: keys and passphrases are named by file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/service.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "sts/allowed_host.h"

namespace coffer::server {

struct RegionConfig {
  struct Listen {
    std::string address = "127.0.0.1";
    uint16_t port = 0;
    unsigned threads = 0;  // 0: one per core
  };
  struct Tls {
    std::string certificate;
    std::string private_key;
  };
  struct Seal {
    std::string root_key_file;  // one of the two is set
    std::string passphrase_file;
  };
  struct Link {
    std::string address = "127.0.0.1";
    uint16_t port = 0;
    std::string ca;
    std::string certificate;
    std::string private_key;
    uint32_t first_copies_per_second = 0;  // to each other region; 0: no limit
  };
  struct Peer {
    Region region;
    std::string host;
    uint16_t port = 0;
  };
  struct Limits {
    size_t max_connections = 10'000;
    size_t buffered_bytes = 256 << 20;  // a whole number of MiB
    Duration header_timeout = std::chrono::seconds(10);
    Duration body_timeout = std::chrono::seconds(30);
    Duration idle_timeout = std::chrono::seconds(75);
    unsigned worker_threads = 32;
    size_t replica_regions = 4;
    size_t secrets_per_account = 500'000;
  };

  struct Throttle {
    bool enabled = true;
    std::vector<api::RequestQuota> quotas = default_quotas();

    // Of all services; no two have the same name.
    static std::vector<api::RequestQuota> default_quotas();
  };

  Region region;
  std::string data;
  Listen listen;
  std::optional<Tls> tls;
  Seal seal;
  std::optional<Link> link;  // set if there are peers
  std::vector<Peer> peers;
  Region home;  // where accounts are made
  Limits limits;
  Throttle throttle;
  std::string log_file;  // empty: standard error
  LogLevel log_level = LogLevel::kInfo;
  std::string audit_file;
  std::vector<AccountId> operator_accounts;  // that may act on the region as a whole
  std::string oidc_ca_file;                  // PEM; who vouches for OIDC providers
  bool oidc_loopback_http = false;           // whether providers on this machine may do without TLS
  std::vector<sts::AllowedHost> oidc_allowed_hosts;
  std::optional<size_t> cache_bytes;  // a whole number of MiB; a quarter of the memory if there is none

  // All regions, this one first.
  std::vector<Region> deployment() const;
  std::vector<Region> peer_regions() const;
  std::string admin_socket() const;
};

// kUsage "FILE:LINE: what is wrong and what is allowed". `file` is used in messages, and its directory for relative
// paths.
Result<RegionConfig> parse_region_config(std::string_view text, const std::string& file);
// kUsage also when the file cannot be read.
Result<RegionConfig> load_region_config(const std::string& file);
// A file that parse_region_config() reads back into the same configuration.
std::string render_region_config(const RegionConfig& config);

// Where the admin socket of a region with this data directory is.
std::string admin_socket_in(const std::string& data_directory);

// A TOML basic string with its quotes.
std::string toml_text(std::string_view text);

}  // namespace coffer::server
