// The directory of a local deployment: what lies where, and making it. Everything that `coffer dev` needs to start
// again is here; a first start that was interrupted can be repeated.
//   DIR/deployment.toml  lock  env  control.sock  ca/{ca.pem,ca.key}
//   DIR/regions/REGION/{coffer.toml,root.key,link.pem,link.pem.issuer,link.key,log.jsonl,audit.jsonl,output.log,pid,
//                       data/}
// Must never take over a directory that is not a deployment, or make a new root key for data that exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "server/config.h"
#include "server/files.h"
#include "server/link_certificates.h"

namespace coffer::server {

// Of a region, behind the gateway's.
struct PortOffsets {
  uint16_t api = 0;
  uint16_t link = 0;
  bool operator==(const PortOffsets&) const = default;
};

struct Deployment {
  std::string directory;  // absolute
  std::vector<Region> regions;
  // Of the regions, once one was added or removed, so that the others keep theirs. Before that empty: PORT+1, PORT+2,
  // ... for the API in the order of the regions, and then likewise for the links.
  std::vector<PortOffsets> offsets = {};
  uint16_t port = 0;
  AccountId account;
  bool throttles = false;  // at AWS's rates

  const Region& home() const { return regions.front(); }  // of identities
  bool has(const Region& region) const;
  PortOffsets offsets_of(const Region& region) const;
  uint16_t api_port(const Region& region) const;
  uint16_t link_port(const Region& region) const;
  uint16_t last_port() const;
  std::string endpoint() const;  // of the gateway
  std::string endpoint(const Region& region) const;

  std::string region_directory(const Region& region) const;
  std::string region_file(const Region& region, const std::string& name) const;
  std::string admin_socket(const Region& region) const;
  std::string env_file() const { return join_path(directory, "env"); }
  std::string control_socket() const { return join_path(directory, "control.sock"); }
  CertificateFiles authority() const;
  CertificateFiles link_certificate(const Region& region) const;

  RegionConfig region_config(const Region& region) const;
};

// What the command line said; absent means "as before", and on the first start the default.
struct DeploymentRequest {
  std::string directory;
  std::optional<uint16_t> port;
  std::optional<std::vector<Region>> regions;
  std::optional<AccountId> account;
  std::optional<bool> throttles;
};

// What a person types to start a region of a running deployment that has stopped.
std::string start_command(const Deployment& deployment, const Region& region);

// Of a deployment that nobody said anything else of.
std::vector<Region> default_regions();

// kNotFound when the directory holds no deployment, kCorrupt when deployment.toml cannot be understood.
Result<Deployment> read_deployment(const std::string& directory);

// Makes the directory if need be and takes its lock. kPermission when another `coffer dev` has it, kCorrupt for a
// directory that holds something else.
Result<FileLock> lock_deployment(const std::string& directory);

// The deployment of the directory, or a new one; nothing is written. kUsage when other regions or another account are
// asked for than it has, kCorrupt for a damaged deployment.toml, kIo.
Result<Deployment> resolve_deployment(const DeploymentRequest& request);

// With one more region, whose ports come after all others, or with one less. REQUIRES: it is not one yet; it is one,
// and not the only one.
Deployment with_region(Deployment deployment, const Region& region);
Deployment without_region(Deployment deployment, const Region& region);

// kUsage when there are not so many ports.
Result<void> check_ports(const Deployment& deployment);

// Writes deployment.toml and makes or renews everything the regions need: directories, authority, certificates, root
// keys, configurations. The lock is held. kSealed when a region has data and no root key.
Result<void> prepare_deployment(const Deployment& deployment, const Clock& clock, Random& random);

// DIR/env: shell variables for clients, mode 0600.
struct EnvCredentials {
  std::string_view access_key_id;
  std::string_view secret_access_key;
};
Result<void> write_env_file(const Deployment& deployment, const EnvCredentials& credentials);

}  // namespace coffer::server
