#include "secrets/secret.h"

#include <algorithm>

#include "base/arn.h"

namespace coffer::secrets {
namespace {

constexpr size_t kMaxName = 512;
constexpr size_t kSuffixSize = 6;
constexpr std::string_view kArnPrefix = "arn:";
constexpr std::string_view kResourcePrefix = "secret:";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_only_name_characters(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || std::string_view("-/_+=.@!").find(c) != std::string_view::npos;
  });
}

Error invalid_name() {
  return Error{ErrorCode::kValidation,
               "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
               "-/_+=.@!"};
}

Error not_found() {
  return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

Error invalid_length(std::string_view name, std::string_view bound) {
  return Error{ErrorCode::kValidation, "1 validation error detected: Value '" + std::string(name) +
                                           "' at 'name' failed to satisfy constraint: Member must have length " +
                                           std::string(bound)};
}

// What follows "secret:" in an ARN. A name that itself ends in a hyphen and six letters or digits cannot be told from a
// full ARN, and is read as one: AWS does the same.
void split_suffix(std::string_view rest, SecretId& id) {
  const size_t hyphen = rest.size() > kSuffixSize ? rest.size() - kSuffixSize - 1 : std::string_view::npos;
  if (hyphen != std::string_view::npos && rest[hyphen] == '-' &&
      std::ranges::all_of(rest.substr(hyphen + 1), is_alphanumeric)) {
    id.name = rest.substr(0, hyphen);
    id.suffix = rest.substr(hyphen + 1);
  } else {
    id.name = rest;
  }
}

Result<SecretId> parse_secret_arn(std::string_view text, const Region& region) {
  const auto arn = Arn::parse(text);
  const auto account = arn ? AccountId::parse(arn->account) : std::nullopt;
  if (!account || arn->service != "secretsmanager" || !arn->resource.starts_with(kResourcePrefix)) {
    return Error{ErrorCode::kInvalidParameter, "The SecretId is not a valid ARN of a secret."};
  }
  const std::string_view rest = text.substr(text.size() - arn->resource.size() + kResourcePrefix.size());
  if (!has_only_name_characters(rest)) return invalid_name();
  if (arn->partition != "aws" || arn->region != region.text()) return not_found();
  SecretId id{*account, {}, {}, text};
  split_suffix(rest, id);
  if (id.name.empty()) return not_found();
  return id;
}

}  // namespace

std::string Secret::arn(const Region& region) const {
  return secret_arn(region, account, name, suffix);
}

const Version* Secret::version(const VersionId& id) const {
  const auto found = std::ranges::find(versions, id, &Version::id);
  return found == versions.end() ? nullptr : &*found;
}

const Version* Secret::version_with(std::string_view stage) const {
  const auto found = std::ranges::find_if(versions, [&](const Version& version) {
    return std::ranges::find(version.stages, stage) != version.stages.end();
  });
  return found == versions.end() ? nullptr : &*found;
}

Result<SecretId> parse_secret_id(std::string_view text, const AccountId& caller, const Region& region) {
  // No name holds a colon, so what begins like an ARN is meant to be one.
  if (text.starts_with(kArnPrefix)) return parse_secret_arn(text, region);
  if (text.empty() || !has_only_name_characters(text)) return invalid_name();
  return SecretId{caller, text, {}, text};
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return invalid_length(name, "greater than or equal to 1");
  if (!has_only_name_characters(name)) return invalid_name();
  if (name.size() > kMaxName) return invalid_length(name, "less than or equal to 512");
  return {};
}

std::string secret_arn(const Region& region, const AccountId& account, std::string_view name, std::string_view suffix) {
  std::string arn;
  arn.reserve(40 + region.text().size() + account.text().size() + name.size() + suffix.size());
  arn.append("arn:aws:secretsmanager:").append(region.text()).append(":").append(account.text());
  arn.append(":secret:").append(name).append("-").append(suffix);
  return arn;
}

}  // namespace coffer::secrets
