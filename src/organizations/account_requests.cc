#include "organizations/account_requests.h"

#include <algorithm>

#include "organizations/accounts.h"
#include "organizations/quotas.h"
#include "organizations/refusals.h"
#include "organizations/tags.h"

namespace coffer::organizations {
namespace {

// How many old ones go with a new one, so that a transaction stays small.
constexpr size_t kForgottenAtOnce = 100;

bool asks_for_email(const AccountRequest& request, std::string_view email) {
  return request.state == RequestState::kInProgress && request.email == email;
}

void forget_old(OrganizationChange& change) {
  size_t left = kForgottenAtOnce;
  for (const AccountRequest* request : change.now().requests()) {
    if (left == 0) return;
    if (!request->completed || *request->completed + kRequestsKept > change.time()) continue;
    change.erase(*request);
    --left;
  }
}

void complete(AccountRequest& request, std::string_view failure, Time now) {
  request.state = failure.empty() ? RequestState::kSucceeded : RequestState::kFailed;
  request.failure = failure;
  request.completed = now;
}

// `end(change, request)` says why it fails; empty: it does not.
template <class End>
Result<AccountRequest> end_request(OrganizationStore& store, const OrganizationId& organization, const RequestId& id,
                                   const End& end) {
  AccountRequest ended;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const AccountRequest* const found = change.now().request(id);
    if (found == nullptr) return request_not_found();
    ended = *found;
    if (ended.state != RequestState::kInProgress) return {};
    COFFER_ASSIGN(const std::string failure, end(change, *found));
    complete(ended, failure, change.time());
    change.put(ended);
    return {};
  }));
  return ended;
}

}  // namespace

Result<AccountRequest> begin_request(OrganizationStore& store, const OrganizationId& organization,
                                     const WantedAccount& wanted) {
  COFFER_TRY(check_tags(wanted.tags));
  AccountRequest request{.id = draw_request_id(store.parts().random),
                         .name = wanted.name,
                         .email = wanted.email,
                         .role = wanted.role,
                         .account = wanted.account,
                         .tags = wanted.tags};
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_TRY(refuse_full(change.now()));
    request.state = RequestState::kInProgress;
    request.requested = change.time();
    const auto requests = change.now().requests();
    const bool is_asked_for =
        std::ranges::any_of(requests, [&](const AccountRequest* one) { return asks_for_email(*one, request.email); });
    if (is_asked_for || has_email(change.now(), request.email)) {
      complete(request, "EMAIL_ALREADY_EXISTS", change.time());
    }
    forget_old(change);
    change.put(request);
    return {};
  }));
  return request;
}

Result<AccountRequest> finish_request(OrganizationStore& store, const OrganizationId& organization,
                                      const RequestId& id) {
  return end_request(store, organization, id,
                     [&](OrganizationChange& change, const AccountRequest& request) -> Result<std::string> {
                       COFFER_ASSIGN(const SnapshotPointer other, store.parts().cache.snapshot_of(request.account));
                       if (other != nullptr) return std::string("INTERNAL_FAILURE");
                       if (!refuse_full(change.now()).ok()) return std::string("ACCOUNT_LIMIT_EXCEEDED");
                       if (has_email(change.now(), request.email)) return std::string("EMAIL_ALREADY_EXISTS");
                       COFFER_TRY(add_member(change, {.account = request.account,
                                                      .name = request.name,
                                                      .email = request.email,
                                                      .method = JoinedMethod::kCreated,
                                                      .tags = request.tags}));
                       return std::string();
                     });
}

Result<AccountRequest> fail_request(OrganizationStore& store, const OrganizationId& organization,
                                    const Failure& failure) {
  return end_request(store, organization, failure.request,
                     [&](OrganizationChange&, const AccountRequest&) -> Result<std::string> { return failure.reason; });
}

Error request_not_found() {
  return Error{ErrorCode::kCreateAccountStatusNotFound,
               "You specified an account creation request that doesn't exist."};
}

}  // namespace coffer::organizations
