// The caller as a decision sees it: who it is, what its account's policies allow it, and those of its organization.
// Views into the caller, the snapshot and the place, which must outlive it.
#pragma once

#include <vector>

#include "api/access.h"
#include "auth/caller.h"
#include "iam/identity_snapshot.h"
#include "organizations/organization_place.h"
#include "policy/evaluator.h"
#include "policy/request_context.h"

namespace coffer::access {

// The caller by what its credentials say, without what its account knows of it. Views into `caller`.
policy::RequestPrincipal principal_of(const auth::Caller& caller);

class CallerSide {
 public:
  CallerSide(const auth::Caller& caller, const iam::IdentitySnapshot& snapshot,
             const organizations::OrganizationPlace& place);
  CallerSide(const CallerSide&) = delete;
  CallerSide& operator=(const CallerSide&) = delete;

  const policy::RequestPrincipal& principal() const { return principal_; }
  // The parts of the caller's account; the rest is as given.
  policy::PolicySet with(policy::PolicySet rest) const;
  // The condition keys that follow from the caller and its session; `now` is when the request came.
  void add_keys(Time now, api::ConditionKeys& keys) const;

 private:
  const auth::Caller& caller_;
  const organizations::OrganizationPlace& place_;
  const iam::Identity* identity_ = nullptr;  // null: root, or somebody who is gone
  policy::RequestPrincipal principal_;
  policy::PolicyList policies_;
  iam::PolicyPointers session_;
  std::vector<policy::PolicyList> service_control_;
};

}  // namespace coffer::access
