// The versions of a secret in order of creation, page by page; those without labels only on request. A version that
// waits for its value is not listed.
// Difference from AWS: none known; the order on AWS is not documented.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
#include <algorithm>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_freshness.h"
#include "services/secretsmanager/common_page_token.h"

namespace coffer::secretsmanager {
namespace {

constexpr int64_t kDefaultPage = 100;
constexpr std::string_view kDefaultKey = "DefaultEncryptionKey";

struct VersionEntry {
  VersionId version_id;
  std::optional<std::vector<std::string>> version_stages;
  std::optional<Time> last_accessed_date;
  Time created_date;
  std::vector<std::string> kms_key_ids;
  static constexpr wire::Field kFields[] = {
      wire::field<&VersionEntry::version_id>("VersionId"), wire::field<&VersionEntry::version_stages>("VersionStages"),
      wire::field<&VersionEntry::last_accessed_date>("LastAccessedDate"),
      wire::field<&VersionEntry::created_date>("CreatedDate"), wire::field<&VersionEntry::kms_key_ids>("KmsKeyIds")};
};

VersionEntry entry_of(const secrets::SecretView& view, const secrets::Version& version) {
  VersionEntry entry{version.id,
                     std::nullopt,
                     std::nullopt,
                     version.created,
                     {version.kms_key_arn.empty() ? std::string(kDefaultKey) : version.kms_key_arn}};
  if (!version.stages.empty()) entry.version_stages = version.stages;
  const auto& accessed = view.version_last_accessed;
  const auto found = std::ranges::find(accessed, version.id, &std::pair<VersionId, Time>::first);
  if (found != accessed.end()) entry.last_accessed_date = found->second;
  return entry;
}

struct ListSecretVersionIds {
  static constexpr std::string_view kName = "ListSecretVersionIds";
  static constexpr std::string_view kAction = "secretsmanager:ListSecretVersionIds";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidNextToken, ErrorCode::kResourceNotFound,
                                          ErrorCode::kInternalServiceError, ErrorCode::kInvalidParameter};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<int64_t> max_results;
    std::optional<std::string> next_token;
    std::optional<bool> include_deprecated;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::include_deprecated>("IncludeDeprecated")};
  };

  struct Response {
    std::vector<VersionEntry> versions;
    std::optional<std::string> next_token;
    std::string arn;
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Response::versions>("Versions"),
                                              wire::field<&Response::next_token>("NextToken"),
                                              wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  // The version behind the one that the last page ended with, which may have been removed since.
  static std::vector<secrets::Version>::const_iterator begin_behind(const std::vector<secrets::Version>& versions,
                                                                    const std::optional<Position>& position) {
    if (!position) return versions.begin();
    const auto last = std::ranges::find_if(
        versions, [&](const secrets::Version& version) { return version.id.text() == position->name; });
    if (last != versions.end()) return last + 1;
    return std::ranges::find_if(versions,
                                [&](const secrets::Version& version) { return version.created > position->created; });
  }

  static Result<Response> handle(const api::Authorized<ListSecretVersionIds>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const secrets::SecretPointer view, find_fresh_secret(target(authorized), rooms));
    const bool shows_deprecated = request.include_deprecated.value_or(false);
    ListingArguments listing;
    for (const std::string_view argument :
         {kName, std::string_view(view->arn), std::string_view(shows_deprecated ? "all" : "")})
      listing.add(argument);
    COFFER_ASSIGN(const auto after, decode_page_token(request.next_token, listing));

    Response response{{}, std::nullopt, view->arn, view->secret.name};
    const auto limit = static_cast<size_t>(request.max_results.value_or(kDefaultPage));
    const std::vector<secrets::Version>& versions = view->secret.versions;
    const secrets::Version* last = nullptr;
    for (auto version = begin_behind(versions, after); version != versions.end(); ++version) {
      if (version->kind == secrets::ValueKind::kNone || (version->stages.empty() && !shows_deprecated)) continue;
      if (response.versions.size() == limit) {
        response.next_token = encode_page_token({last->created, last->id.text()}, listing);
        break;
      }
      response.versions.push_back(entry_of(*view, *version));
      last = &*version;
    }
    return response;
  }
};

}  // namespace

api::Operation list_secret_version_ids() {
  return api::operation<ListSecretVersionIds>();
}

}  // namespace coffer::secretsmanager
