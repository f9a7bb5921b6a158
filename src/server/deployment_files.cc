#include "server/deployment_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "seal/root_key.h"
#include "server/config_reader.h"

namespace coffer::server {
namespace {

constexpr uint16_t kDefaultPort = 4566;
constexpr std::string_view kDefaultAccount = "123456789012";
constexpr std::string_view kDefaultRegions[] = {"us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1",
                                                "ap-southeast-2"};
constexpr int64_t kLayoutVersion = 1;

std::string deployment_file(const std::string& directory) {
  return join_path(directory, "deployment.toml");
}

size_t index_of(const Deployment& deployment, const Region& region) {
  const auto found = std::find(deployment.regions.begin(), deployment.regions.end(), region);
  return static_cast<size_t>(found - deployment.regions.begin());
}

std::string names(const std::vector<Region>& regions) {
  std::string text;
  for (const Region& region : regions)
    text += (text.empty() ? "" : ",") + region.text();
  return text;
}

// "1/4": of the API and of the link.
std::optional<PortOffsets> parse_offsets(std::string_view text) {
  PortOffsets offsets;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, offsets.api);
  if (error != std::errc() || slash == end || *slash != '/') return std::nullopt;
  const auto [rest, other_error] = std::from_chars(slash + 1, end, offsets.link);
  const bool is_whole = other_error == std::errc() && rest == end && offsets.api > 0 && offsets.link > 0;
  return is_whole ? std::optional(offsets) : std::nullopt;
}

Result<Deployment> parse_deployment(const std::string& directory, const std::string& text) {
  COFFER_ASSIGN(ConfigReader root, ConfigReader::parse(text, deployment_file(directory)));
  Deployment deployment;
  deployment.directory = directory;
  root.integer("version", {kLayoutVersion, kLayoutVersion});
  deployment.port = static_cast<uint16_t>(root.integer("port", {1, 65535}));
  const std::string account = root.text("account");
  if (auto id = AccountId::parse(account)) {
    deployment.account = *id;
  } else {
    root.fail("account", "must be 12 digits");
  }
  deployment.throttles = root.boolean("throttle", false);
  for (const std::string& name : root.texts("regions")) {
    auto region = Region::parse(name);
    if (region && !deployment.has(*region)) {
      deployment.regions.push_back(*region);
    } else {
      root.fail("regions", "must be different names of regions");
    }
  }
  for (const std::string& text : root.texts("ports", std::vector<std::string>())) {
    if (const auto offsets = parse_offsets(text)) {
      deployment.offsets.push_back(*offsets);
    } else {
      root.fail("ports", "must have API/LINK, such as 1/4, for each region");
    }
  }
  if (!deployment.offsets.empty() && deployment.offsets.size() != deployment.regions.size()) {
    root.fail("ports", "must have one for each region");
  }
  COFFER_TRY(root.finish());
  return deployment;
}

Result<void> write_deployment(const Deployment& deployment) {
  std::string text = "# Written by coffer dev.\nversion = " + std::to_string(kLayoutVersion) +
                     "\nport = " + std::to_string(deployment.port) +
                     "\naccount = " + toml_text(deployment.account.text()) +
                     "\nthrottle = " + (deployment.throttles ? "true" : "false") + "\nregions = [";
  for (const Region& region : deployment.regions) {
    text += (region == deployment.home() ? "" : ", ") + toml_text(region.text());
  }
  text += "]\n";
  if (!deployment.offsets.empty()) {
    std::string ports;
    for (const PortOffsets& offsets : deployment.offsets) {
      ports.append(ports.empty() ? "" : ", ");
      ports += toml_text(std::to_string(offsets.api) + "/" + std::to_string(offsets.link));
    }
    text += "ports = [" + ports + "]\n";
  }
  return write_private_file(deployment_file(deployment.directory), text);
}

// The greatest.
size_t last_offset(const Deployment& deployment) {
  size_t last = 0;
  for (const Region& region : deployment.regions) {
    const PortOffsets offsets = deployment.offsets_of(region);
    last = std::max({last, size_t{offsets.api}, size_t{offsets.link}});
  }
  return last;
}

Result<void> prepare_root_key(const Deployment& deployment, const Region& region, Random& random) {
  const std::string file = deployment.region_file(region, "root.key");
  if (path_exists(file)) return {};
  const std::string data = deployment.region_file(region, "data");
  if (path_exists(data) && !holds_only(data, {"admin.sock"})) {
    return Error{ErrorCode::kSealed, file + " is missing, and the data of " + region.text() +
                                         " cannot be opened without it; restore the file from a backup"};
  }
  auto made = seal::RootKey::generate_file(file, random);
  if (!made.ok()) return made.error();
  return {};
}

}  // namespace

bool Deployment::has(const Region& region) const {
  return index_of(*this, region) < regions.size();
}

PortOffsets Deployment::offsets_of(const Region& region) const {
  const size_t index = index_of(*this, region);
  if (index < offsets.size()) return offsets[index];
  return {static_cast<uint16_t>(1 + index), static_cast<uint16_t>(1 + regions.size() + index)};
}

uint16_t Deployment::api_port(const Region& region) const {
  return static_cast<uint16_t>(port + offsets_of(region).api);
}

uint16_t Deployment::link_port(const Region& region) const {
  return static_cast<uint16_t>(port + offsets_of(region).link);
}

uint16_t Deployment::last_port() const {
  return static_cast<uint16_t>(port + last_offset(*this));
}

Deployment with_region(Deployment deployment, const Region& region) {
  std::vector<PortOffsets> offsets;
  for (const Region& other : deployment.regions)
    offsets.push_back(deployment.offsets_of(other));
  const size_t last = last_offset(deployment);
  offsets.push_back({static_cast<uint16_t>(last + 1), static_cast<uint16_t>(last + 2)});
  deployment.offsets = std::move(offsets);
  deployment.regions.push_back(region);
  return deployment;
}

Deployment without_region(Deployment deployment, const Region& region) {
  std::vector<PortOffsets> offsets;
  for (const Region& other : deployment.regions) {
    if (other != region) offsets.push_back(deployment.offsets_of(other));
  }
  deployment.offsets = std::move(offsets);
  std::erase(deployment.regions, region);
  return deployment;
}

Result<void> check_ports(const Deployment& deployment) {
  const size_t ports = last_offset(deployment);
  if (deployment.port + ports <= 65535) return {};
  return Error{ErrorCode::kUsage, "port " + std::to_string(deployment.port) + " is too high: a deployment of " +
                                      std::to_string(deployment.regions.size()) + " regions uses the " +
                                      std::to_string(ports) + " ports after it too"};
}

std::string Deployment::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string Deployment::endpoint(const Region& region) const {
  return "http://127.0.0.1:" + std::to_string(api_port(region));
}

std::string Deployment::region_directory(const Region& region) const {
  return join_path(directory, "regions/" + region.text());
}

std::string Deployment::region_file(const Region& region, const std::string& name) const {
  return join_path(region_directory(region), name);
}

std::string Deployment::admin_socket(const Region& region) const {
  return admin_socket_in(region_file(region, "data"));
}

CertificateFiles Deployment::authority() const {
  return {join_path(directory, "ca/ca.pem"), join_path(directory, "ca/ca.key")};
}

CertificateFiles Deployment::link_certificate(const Region& region) const {
  return {region_file(region, "link.pem"), region_file(region, "link.key")};
}

RegionConfig Deployment::region_config(const Region& region) const {
  RegionConfig config;
  config.region = region;
  config.data = region_file(region, "data");
  config.listen = {.port = api_port(region), .threads = 1};
  config.seal.root_key_file = region_file(region, "root.key");
  const CertificateFiles files = link_certificate(region);
  config.link = RegionConfig::Link{.port = link_port(region),
                                   .ca = authority().certificate,
                                   .certificate = files.certificate,
                                   .private_key = files.private_key};
  for (const Region& peer : regions) {
    if (peer != region) config.peers.push_back({peer, "127.0.0.1", link_port(peer)});
  }
  config.home = home();
  config.throttle.enabled = throttles;
  config.operator_accounts = {account};
  config.log_file = region_file(region, "log.jsonl");
  config.audit_file = region_file(region, "audit.jsonl");
  config.cache_bytes = 64 << 20;  // several regions share the machine
  return config;
}

std::string start_command(const Deployment& deployment, const Region& region) {
  return "coffer dev start-region " + region.text() + " --data " + shell_word(deployment.directory);
}

std::vector<Region> default_regions() {
  std::vector<Region> regions;
  for (std::string_view name : kDefaultRegions)
    regions.push_back(*Region::parse(name));
  return regions;
}

Result<Deployment> read_deployment(const std::string& directory) {
  const std::string absolute = absolute_path(directory);
  auto text = read_text_file(deployment_file(absolute));
  if (!text.ok() && text.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 absolute + " holds no deployment; start one with: coffer dev --data " + shell_word(absolute)};
  }
  if (!text.ok()) return text.error();
  auto deployment = parse_deployment(absolute, *text);
  if (!deployment.ok()) {
    return Error{ErrorCode::kCorrupt, "the deployment is damaged: " + deployment.error().message};
  }
  return deployment;
}

Result<FileLock> lock_deployment(const std::string& directory) {
  const std::string absolute = absolute_path(directory);
  if (path_exists(absolute) && !path_exists(deployment_file(absolute))) {
    if (!holds_only(absolute, {"lock", "deployment.toml.tmp"})) {
      return Error{ErrorCode::kCorrupt, absolute + " is not empty and holds no deployment of Coffer; choose another " +
                                            "directory with --data"};
    }
    ::chmod(absolute.c_str(), 0700);  // an empty directory that somebody made for us
  }
  COFFER_TRY(make_private_directory(absolute));
  auto lock = FileLock::acquire(join_path(absolute, "lock"));
  if (!lock.ok() && lock.error().code == ErrorCode::kConflict) {
    return Error{ErrorCode::kPermission, "another coffer dev is already running on " + absolute +
                                             "; stop it first, or choose another directory with --data"};
  }
  return lock;
}

Result<Deployment> resolve_deployment(const DeploymentRequest& request) {
  if (request.regions) {
    for (const Region& region : *request.regions) {
      if (std::count(request.regions->begin(), request.regions->end(), region) == 1) continue;
      return Error{ErrorCode::kUsage, "--regions names " + region.text() + " twice"};
    }
  }
  const std::string directory = absolute_path(request.directory);
  auto found = read_deployment(directory);
  if (!found.ok() && found.error().code != ErrorCode::kNotFound) return found.error();
  Deployment deployment;
  if (found.ok()) {
    deployment = *found;
    if (request.regions && *request.regions != deployment.regions) {
      return Error{ErrorCode::kUsage,
                   directory + " was made with --regions " + names(deployment.regions) +
                       ", which only coffer dev add-region and remove-region change; leave --regions out, or "
                       "choose another --data"};
    }
    if (request.account && *request.account != deployment.account) {
      return Error{ErrorCode::kUsage, directory + " was made with --account " + deployment.account.text() +
                                          ", which cannot change; leave --account out (coffer account create makes " +
                                          "more accounts), or choose another --data"};
    }
    deployment.port = request.port.value_or(deployment.port);
  } else {
    deployment.directory = directory;
    deployment.port = request.port.value_or(kDefaultPort);
    deployment.regions = request.regions.value_or(default_regions());
    deployment.account = request.account.value_or(*AccountId::parse(kDefaultAccount));
  }
  deployment.throttles = request.throttles.value_or(deployment.throttles);
  COFFER_TRY(check_ports(deployment));
  return deployment;
}

Result<void> prepare_deployment(const Deployment& deployment, const Clock& clock, Random& random) {
  COFFER_TRY(write_deployment(deployment));
  COFFER_TRY(make_private_directory(join_path(deployment.directory, "ca")));
  COFFER_TRY(ensure_authority(deployment.authority(), clock, random));
  COFFER_TRY(make_private_directory(join_path(deployment.directory, "regions")));
  for (const Region& region : deployment.regions) {
    COFFER_TRY(make_private_directory(deployment.region_directory(region)));
    COFFER_TRY(
        ensure_link_certificate(deployment.authority(), deployment.link_certificate(region), region, clock, random));
    COFFER_TRY(prepare_root_key(deployment, region, random));
    COFFER_TRY(write_private_file(deployment.region_file(region, "coffer.toml"),
                                  render_region_config(deployment.region_config(region))));
  }
  return {};
}

Result<void> write_env_file(const Deployment& deployment, const EnvCredentials& credentials) {
  SecretBuffer text;
  auto line = [&text](std::string_view name, std::string_view value) {
    text.append("export ");
    text.append(name);
    text.append("=");
    text.append(value);
    text.append("\n");
  };
  line("AWS_ACCESS_KEY_ID", credentials.access_key_id);
  line("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key);
  line("AWS_REGION", deployment.home().text());
  line("AWS_DEFAULT_REGION", deployment.home().text());
  line("AWS_ENDPOINT_URL", deployment.endpoint());
  for (const Region& region : deployment.regions) {
    std::string name = "COFFER_ENDPOINT_" + region.text();
    for (char& c : name)
      c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    line(name, deployment.endpoint(region));
  }
  return write_private_file(deployment.env_file(), text.view());
}

}  // namespace coffer::server
