#include "services/iam/common_policy_source.h"

#include "base/arn.h"

namespace coffer::iam_service {
namespace {

// "user", "group", "role"; empty for what is no ARN of these.
std::string_view kind_of_source(const Arn& arn) {
  if (arn.service != "iam") return {};
  for (const std::string_view kind : {"user", "group", "role"}) {
    if (arn.resource.starts_with(kind) && arn.resource.substr(kind.size()).starts_with('/')) return kind;
  }
  return {};
}

}  // namespace

Result<api::Resource> policy_source_resource(std::string_view text) {
  const auto arn = Arn::parse(text);
  const auto account = arn ? AccountId::parse(arn->account) : std::nullopt;
  if (!account || kind_of_source(*arn).empty()) {
    return Error{ErrorCode::kInvalidInput,
                 "Invalid Entity Arn: " + std::string(text) + " does not clearly define entity type and name."};
  }
  return api::Resource{std::string(text), *account};
}

Result<void> add_policies_of(std::string_view text, const iam::IdentitySnapshot& snapshot,
                             PolicySimulation& simulation) {
  const auto arn = Arn::parse(text);
  const std::string_view kind = arn ? kind_of_source(*arn) : std::string_view();
  const std::string_view name = text.substr(text.rfind('/') + 1);
  if (kind == "group") {
    const iam::Group* const group = snapshot.entities().group(name);
    if (group == nullptr || iam::arn_of(snapshot.account(), *group) != text) return iam::no_such_group(name);
    return simulation.add_group(snapshot, *group);
  }
  const iam::Identity* const identity = kind == "user" ? snapshot.user(name) : snapshot.role(name);
  if (identity == nullptr || identity->arn != text) {
    return kind == "user" ? iam::no_such_user(name) : iam::no_such_role(name);
  }
  simulation.add_identity(*identity);
  return {};
}

}  // namespace coffer::iam_service
