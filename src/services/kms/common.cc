#include "services/kms/common.h"

#include <algorithm>

#include "access/key_resource.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kWordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

bool consists_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(
      text, [more](char c) { return kWordCharacters.find(c) != more.npos || more.find(c) != more.npos; });
}

// U+0020 to U+00FF, and of the control characters those in `controls`. The text is valid UTF-8.
bool is_latin(std::string_view text, std::string_view controls) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && controls.find(text[i]) == controls.npos) return false;
    if (byte > 0xc3) return false;  // from U+0100 on
  }
  return true;
}

// "us-east-1": two or three words, each with a hyphen behind it, and a number.
bool is_region(std::string_view text) {
  size_t words = 0;
  while (true) {
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    if (end == 0 || end == text.npos || text[end] != '-') break;
    text.remove_prefix(end + 1);
    ++words;
  }
  return words >= 2 && words <= 3 && !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// "alias/..." of a KeyId that names an alias, in either form.
std::optional<std::string_view> alias_in(std::string_view key_id) {
  if (key_id.starts_with("alias/")) return key_id;
  const size_t at = key_id.find(":alias/");
  if (!key_id.starts_with("arn:") || at == key_id.npos) return std::nullopt;
  return key_id.substr(at + 1);
}

// KMS does not say the same of a bad ARN as Secrets Manager does, which calls it for others.
Result<kms::KeyReference> parse_key_id(std::string_view key_id, const AccountId& caller, const Region& region) {
  constexpr std::string_view kBehind = "Invalid arn";
  const auto reference = kms::parse_key_reference(key_id, caller, region);
  if (!reference.ok()) {
    const std::string& text = reference.error().message;
    const size_t at = text.find(kBehind);
    const bool names_region = at != text.npos && at + kBehind.size() < text.size();
    return Error{ErrorCode::kNotFoundOnWire, names_region ? text.substr(at) : "Invalid arn " + std::string(key_id)};
  }
  if (!*reference) return Error{ErrorCode::kNotFoundOnWire, "Invalid keyId '" + std::string(key_id) + "'"};
  return **reference;
}

// Nothing is there whose policy could have a say.
api::Resource absent(std::string arn, const AccountId& account) {
  return {.name = std::move(arn), .account = account};
}

}  // namespace

const wire::Pattern kMarkerPattern{"[\\u0020-\\u00FF]*", [](std::string_view text) { return is_latin(text, ""); }};
const wire::Pattern kPolicyPattern{"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
                                   [](std::string_view text) { return !text.empty() && is_latin(text, "\t\n\r"); }};
const wire::Pattern kPolicyNamePattern{"[\\w]+",
                                       [](std::string_view text) { return !text.empty() && consists_of(text, ""); }};
const wire::Pattern kAliasPattern{"^[a-zA-Z0-9:/_-]+$",
                                  [](std::string_view text) { return !text.empty() && consists_of(text, ":/-"); }};
const wire::Pattern kPrincipalPattern{
    "^[\\w+=,.@:/-]+$", [](std::string_view text) { return !text.empty() && consists_of(text, "+=,.@:/-"); }};
const wire::Pattern kRegionPattern{"^([a-z]+-){2,3}\\d+$", is_region};

Result<api::Resource> key_resource(const kms::KeyName& key, const Rooms& rooms) {
  COFFER_ASSIGN(kms::KeyPointer found, rooms.keyring.find(key));
  if (found == nullptr) return absent(kms::key_arn(rooms.region, key), key.account);
  return access::key_resource(rooms.region, std::move(found));
}

Result<api::Resource> key_resource(std::string_view key_id, KeyNames names, const auth::Caller& caller,
                                   const Rooms& rooms) {
  if (names == KeyNames::kKeys && alias_in(key_id)) {
    return Error{ErrorCode::kInvalidArn, "Key Aliases are not supported for this operation."};
  }
  COFFER_ASSIGN(const kms::KeyReference reference, parse_key_id(key_id, caller.account, rooms.region));
  if (reference.kind == kms::KeyReference::Kind::kKey) return key_resource({reference.account, reference.text}, rooms);
  COFFER_ASSIGN(kms::KeyPointer found, rooms.keyring.find_alias(reference.account, reference.text));
  if (found == nullptr) {
    return absent(kms::alias_arn(rooms.region, reference.account, reference.text), reference.account);
  }
  return access::key_resource(rooms.region, std::move(found));
}

api::Resource no_resource(const auth::Caller& caller) {
  return {.name = "*", .account = caller.account};
}

Result<kms::KeyPointer> found_key(const api::Resource& resource) {
  if (resource.found != nullptr) return std::static_pointer_cast<const kms::KeyView>(resource.found);
  const bool is_alias = alias_in(resource.name).has_value();
  return Error{ErrorCode::kNotFoundOnWire,
               is_alias ? "Alias " + resource.name + " is not found." : "Key '" + resource.name + "' does not exist"};
}

Result<kms::KeyName> found_name(const api::Resource& resource) {
  COFFER_ASSIGN(const kms::KeyPointer key, found_key(resource));
  return key->info.name;
}

void add_caller_keys(const auth::Caller& caller, api::ConditionKeys& keys) {
  keys.add("kms:CallerAccount", caller.account.text());
}

void add_key_id_keys(std::string_view key_id, const auth::Caller& caller, api::ConditionKeys& keys) {
  add_caller_keys(caller, keys);
  if (const auto alias = alias_in(key_id)) keys.add("kms:RequestAlias", *alias);
}

Error unsupported(std::string_view text) {
  return Error{ErrorCode::kUnsupportedOperation, std::string(text)};
}

Result<void> end_dry_run(const std::optional<bool>& dry_run) {
  if (!dry_run.value_or(false)) return {};
  return Error{ErrorCode::kDryRunOperation, "The request would have succeeded, but the DryRun option is set."};
}

}  // namespace coffer::kms_service
