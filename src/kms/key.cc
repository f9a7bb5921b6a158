#include "kms/key.h"

#include <algorithm>

#include "base/arn.h"

namespace coffer::kms {
namespace {

constexpr std::string_view kAliasPrefix = "alias/";
constexpr std::string_view kKeyPrefix = "key/";
constexpr size_t kMaxAliasSize = 256;
constexpr size_t kKeyIdSize = 36;  // of both kinds
constexpr std::string_view kMultiRegionPrefix = "mrk-";

bool is_lower_or_digit(char c, char last_letter) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= last_letter);
}

bool is_alias_character(char c) {
  return is_lower_or_digit(c, 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '_' || c == '-';
}

Error invalid_arn(std::string_view detail) {
  return Error{ErrorCode::kInvalidParameter,
               std::string("The operation failed because of an invalid KMS key: Invalid arn").append(detail)};
}

// nullopt when neither a key nor an alias can have that name.
std::optional<KeyReference> reference(const AccountId& account, std::string_view key_id, std::string_view alias) {
  if (is_key_id(key_id)) return KeyReference{KeyReference::Kind::kKey, account, std::string(key_id)};
  if (is_alias(alias)) return KeyReference{KeyReference::Kind::kAlias, account, std::string(alias)};
  return std::nullopt;
}

}  // namespace

std::optional<Time> rotation_date(const KeyInfo& info) {
  const bool rotates = info.state == KeyState::kEnabled && info.multi_region != MultiRegion::kReplica;
  if (!info.rotation || !rotates) return std::nullopt;
  return info.rotation->next;
}

std::string key_arn(const Region& region, const KeyName& key) {
  std::string arn = "arn:aws:kms:";
  return arn.append(region.text()).append(":").append(key.account.text()).append(":key/").append(key.id);
}

std::string alias_arn(const Region& region, const AccountId& account, std::string_view alias) {
  std::string arn = "arn:aws:kms:";
  return arn.append(region.text()).append(":").append(account.text()).append(":").append(alias);
}

bool is_key_id(std::string_view text) {
  if (text.size() != kKeyIdSize) return false;
  if (is_multi_region_id(text)) {
    return std::ranges::all_of(text.substr(kMultiRegionPrefix.size()),
                               [](char c) { return is_lower_or_digit(c, 'f'); });
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_hyphen ? text[i] != '-' : !is_lower_or_digit(text[i], 'f')) return false;
  }
  return true;
}

bool is_multi_region_id(std::string_view key_id) {
  return key_id.starts_with(kMultiRegionPrefix);
}

bool is_alias(std::string_view text) {
  return text.size() > kAliasPrefix.size() && text.size() <= kMaxAliasSize && text.starts_with(kAliasPrefix) &&
         std::ranges::all_of(text, is_alias_character);
}

Result<std::optional<KeyReference>> parse_key_reference(std::string_view key_id, const AccountId& caller,
                                                        const Region& region) {
  if (!key_id.starts_with("arn:")) return reference(caller, key_id, key_id);
  const std::optional<Arn> arn = Arn::parse(key_id);
  if (!arn || arn->partition != "aws" || arn->service != "kms") return invalid_arn("");
  // Only a region is repeated to the caller, whatever else may stand there.
  if (!Region::parse(arn->region)) return invalid_arn("");
  if (arn->region != region.text()) return invalid_arn(" " + arn->region);
  const auto account = AccountId::parse(arn->account);
  if (!account) return invalid_arn("");
  const std::string_view resource = arn->resource;
  if (resource.starts_with(kKeyPrefix)) return reference(*account, resource.substr(kKeyPrefix.size()), "");
  if (resource.starts_with(kAliasPrefix)) return reference(*account, "", resource);
  return invalid_arn("");
}

}  // namespace coffer::kms
