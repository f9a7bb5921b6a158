#include "services/coffer/common_regions.h"

#include <algorithm>

namespace coffer::coffer_service {

Result<void> check_is_operator(const auth::Caller& caller, std::string_view action, const Rooms& rooms) {
  const std::string& here = rooms.regions.self().text();
  if (rooms.membership == nullptr || rooms.keys == nullptr) {
    return Error{ErrorCode::kInvalidRequest, "The regions of " + here + " do not change."};
  }
  const auto& operators = rooms.operator_accounts;
  if (std::ranges::find(operators, caller.account) != operators.end()) return {};
  return Error{ErrorCode::kAccessDenied,
               "User: " + caller.arn + " is not authorized to perform: " + std::string(action) + " because account " +
                   caller.account.text() + " is none of operator.accounts in the configuration of " + here};
}

Result<Region> parse_region_name(std::string_view text, std::string_view member) {
  auto region = Region::parse(text);
  if (region) return std::move(*region);
  return Error{ErrorCode::kInvalidParameter, std::string(member) + " must be the name of a region, such as us-east-1."};
}

Result<Ties> ties_to(const Region& region, const Rooms& rooms) {
  COFFER_ASSIGN(secrets::RegionUse use, rooms.secrets.use_of(region));
  COFFER_ASSIGN(const kms::RegionKeys keys, rooms.keys->keys_of(region));
  return Ties{.replicated_secrets = use.replicated,
              .following_secrets = use.following,
              .owed_secrets = use.owed,
              .replicated_keys = keys.replicated.size(),
              .following_keys = keys.following.size(),
              .a_secret = std::move(use.an_arn)};
}

}  // namespace coffer::coffer_service
