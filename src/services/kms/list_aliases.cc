// The aliases of the account by name, or those of one of its keys.
// Difference from AWS: aliases of AWS managed keys that nobody has used yet are not listed.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html
#include <algorithm>
#include <iterator>

#include "services/kms/common.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

constexpr size_t kPage = 1000;

struct AliasEntry {
  std::string alias_name;
  std::string alias_arn;
  std::string target_key_id;
  std::optional<Time> creation_date;
  std::optional<Time> last_updated_date;
  static constexpr wire::Field kFields[] = {
      wire::field<&AliasEntry::alias_name>("AliasName"), wire::field<&AliasEntry::alias_arn>("AliasArn"),
      wire::field<&AliasEntry::target_key_id>("TargetKeyId"), wire::field<&AliasEntry::creation_date>("CreationDate"),
      wire::field<&AliasEntry::last_updated_date>("LastUpdatedDate")};
};

// Aliases of earlier versions have no dates.
AliasEntry entry_of(const kms::Alias& alias, const AccountId& account, const Region& region) {
  AliasEntry entry{alias.name, kms::alias_arn(region, account, alias.name), alias.key_id, std::nullopt, std::nullopt};
  if (alias.created != Time()) entry.creation_date = alias.created;
  if (alias.updated != Time()) entry.last_updated_date = alias.updated;
  return entry;
}

struct ListAliases {
  static constexpr std::string_view kName = "ListAliases";
  static constexpr std::string_view kAction = "kms:ListAliases";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidMarker, ErrorCode::kInvalidArn,
                                          ErrorCode::kNotFoundOnWire};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::optional<std::string> key_id;
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
                                              wire::field<&Request::limit>("Limit", kLimitBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };

  struct Response {
    std::vector<AliasEntry> aliases;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::aliases>("Aliases"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return no_resource(caller);
  }

  static Result<void> keys(const api::Asked<ListAliases>& asked, api::ConditionKeys& keys) {
    add_caller_keys(asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListAliases>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    const size_t limit = limit_of(request, 50);
    if (request.marker && !kms::is_alias(*request.marker)) return invalid_marker();
    std::string key_id;
    if (request.key_id) {
      COFFER_ASSIGN(const api::Resource key,
                    key_resource(*request.key_id, KeyNames::kKeys, authorized.caller(), rooms));
      COFFER_ASSIGN(const kms::KeyName name, found_name(key));
      key_id = name.id;
    }
    std::vector<kms::Alias> found;
    std::string after = request.marker.value_or("");
    while (found.size() <= limit) {
      COFFER_ASSIGN(auto page, rooms.keyring.list_aliases(account, {after, kPage}));
      const bool is_last = page.size() < kPage;
      if (!page.empty()) after = page.back().name;
      if (!key_id.empty()) std::erase_if(page, [&](const kms::Alias& alias) { return alias.key_id != key_id; });
      std::ranges::move(page, std::back_inserter(found));
      if (is_last) break;
    }
    Response response{{}, std::nullopt, found.size() > limit};
    if (response.truncated) {
      found.resize(limit);
      response.next_marker = found.back().name;
    }
    for (const kms::Alias& alias : found)
      response.aliases.push_back(entry_of(alias, account, rooms.region));
    return response;
  }
};

}  // namespace

api::Operation list_aliases() {
  return api::operation<ListAliases>();
}

}  // namespace coffer::kms_service
