#include "services/sts/request_quotas.h"

namespace coffer::sts_service {

// What needs no signature counts on the account of the role that it asks for, and one address has less than an account:
// whoever does not know more than a role's name cannot lock out those who have its tokens.
std::vector<api::RequestQuota> request_quotas() {
  return {
      {"sts", 600, {"AssumeRole", "GetAccessKeyInfo", "GetCallerIdentity", "GetFederationToken", "GetSessionToken"}},
      {"sts_web_identity", 600, {"AssumeRoleWithWebIdentity"}},
      {"sts_web_identity_source", 100, {"AssumeRoleWithWebIdentity"}, api::CountedBy::kSource}};
}

}  // namespace coffer::sts_service
