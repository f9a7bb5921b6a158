// Users and roles of the test, and accounts that all exist.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "kms/key_policy.h"

namespace coffer::kms::testing {

class TestDirectories final : public policy::PrincipalDirectory, public policy::IdentityDirectory {
 public:
  Result<bool> exists(const policy::PrincipalName& name) const override {
    using Kind = policy::PrincipalName::Kind;
    if (is_broken) return Error{ErrorCode::kIo, "the disk is gone"};
    if (name.kind == Kind::kUser || name.kind == Kind::kRole) return find(name.text) != by_id.end();
    if (name.kind == Kind::kUniqueId) return by_id.contains(name.text);
    return name.account.text() != "999999999999";
  }
  Result<std::optional<std::string>> unique_id(const policy::PrincipalName& name) const override {
    if (is_broken) return Error{ErrorCode::kIo, "the disk is gone"};
    const auto found = find(name.text);
    return found == by_id.end() || is_late ? std::optional<std::string>() : std::optional(found->first);
  }
  Result<std::optional<std::string>> arn(std::string_view unique_id) const override {
    if (is_broken) return Error{ErrorCode::kIo, "the disk is gone"};
    const auto found = by_id.find(std::string(unique_id));
    return found == by_id.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  Directories both() const { return {*this, *this}; }

  std::map<std::string, std::string> by_id = {{"AIDAANNANNANNANNANNAN", "arn:aws:iam::123456789012:user/ann"},
                                              {"AIDABOBBOBBOBBOBBOBBO", "arn:aws:iam::210987654321:user/bob"},
                                              {"AROAREADERREADERREADE", "arn:aws:iam::123456789012:role/app/reader"}};
  bool is_broken = false;
  bool is_late = false;  // whoever was there a moment ago is gone when asked for the unique id

 private:
  std::map<std::string, std::string>::const_iterator find(const std::string& arn) const {
    auto it = by_id.begin();
    while (it != by_id.end() && it->second != arn)
      ++it;
    return it;
  }
};

inline const policy::RequestPrincipal kRoot = {.kind = policy::PrincipalKind::kAccountRoot,
                                               .arn = "arn:aws:iam::123456789012:root",
                                               .account = "123456789012",
                                               .user_id = "123456789012"};
inline const policy::RequestPrincipal kAnn = {.kind = policy::PrincipalKind::kUser,
                                              .arn = "arn:aws:iam::123456789012:user/ann",
                                              .account = "123456789012",
                                              .user_id = "AIDAANNANNANNANNANNAN"};
inline const policy::RequestPrincipal kBob = {.kind = policy::PrincipalKind::kUser,
                                              .arn = "arn:aws:iam::210987654321:user/bob",
                                              .account = "210987654321",
                                              .user_id = "AIDABOBBOBBOBBOBBOBBO"};
inline const policy::RequestPrincipal kReader = {.kind = policy::PrincipalKind::kRoleSession,
                                                 .arn = "arn:aws:sts::123456789012:assumed-role/reader/s1",
                                                 .account = "123456789012",
                                                 .user_id = "AROAREADERREADERREADE:s1"};

}  // namespace coffer::kms::testing
