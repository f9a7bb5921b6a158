#include "iam/principals.h"

#include <cstdlib>

namespace coffer::iam {

Result<bool> Principals::exists(const policy::PrincipalName& name) const {
  using Kind = policy::PrincipalName::Kind;
  switch (name.kind) {
    case Kind::kAccount:
    case Kind::kFederatedUser:
      return accounts_.exists(name.account);
    case Kind::kUser:
    case Kind::kRole: {
      COFFER_ASSIGN(const auto unique_id, identities_.unique_id(name));
      return unique_id.has_value();
    }
    case Kind::kRoleSession:
      return has_role(name);
    case Kind::kUniqueId: {
      COFFER_ASSIGN(const auto arn, identities_.arn(name.text));
      return arn.has_value();
    }
    case Kind::kEveryone:
    case Kind::kService:
    case Kind::kFederatedProvider:
      return false;  // not asked about
  }
  std::abort();
}

// "arn:aws:sts::123456789012:assumed-role/reader/session"
Result<bool> Principals::has_role(const policy::PrincipalName& session) const {
  const std::string_view text = session.text;
  const size_t begin = text.find('/');
  const size_t end = text.rfind('/');
  if (begin == std::string_view::npos || begin == end) return false;
  COFFER_ASSIGN(const SnapshotPointer snapshot, cache_.snapshot(session.account));
  const Identity* const role = snapshot->role(text.substr(begin + 1, end - begin - 1));
  return role != nullptr && role->name == text.substr(begin + 1, end - begin - 1);
}

}  // namespace coffer::iam
