// The question that every operation must ask: may this caller do this to that? The pipeline asks, and whoever the front
// door was given answers; api itself knows no policy but as something that a resource has.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/caller.h"
#include "base/clock.h"
#include "base/result.h"
#include "policy/evaluator.h"
#include "policy/request_context.h"

namespace coffer::api {

// The condition keys that a service adds to a decision: what the request asks for, and what its resource is. Those of
// the caller and of the connection are the authorizer's. Lives as long as one decision.
class ConditionKeys {
 public:
  ConditionKeys();
  ConditionKeys(const ConditionKeys&) = delete;
  ConditionKeys& operator=(const ConditionKeys&) = delete;

  // Views that stay until the decision.
  void add(std::string_view key, std::string_view value);
  void add_flag(std::string_view key, bool value);
  void add_number(std::string_view key, int64_t value);
  // An absent value adds nothing: the condition keys of parameters exist only if the parameter was sent.
  void add_given(std::string_view key, const std::optional<std::string>& value);
  void add_given(std::string_view key, const std::optional<bool>& value);
  void add_given(std::string_view key, const std::optional<int64_t>& value);
  // The key is `prefix` and `name` together, as in "aws:RequestTag/" and "team".
  void add_tag(std::string_view prefix, std::string_view name, std::string_view value);
  // A key with several values by nature.
  void add_list(std::string_view key, std::vector<std::string_view> values);
  // A view of a text that stays as long as this does.
  std::string_view keep(std::string text);

  policy::RequestContext& context() { return context_; }

 private:
  policy::RequestContext& context_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
};

// What a request is about, for the authorizer and for its error text.
struct Resource {
  std::string name;   // the full ARN; the name as given when nothing of that name exists; "*" when there is none
  AccountId account;  // who owns it (for "*": the caller)
  // What resource() found under the name, of a type that the service knows; null: nothing, or not looked for. A card
  // that reads uses it in handle(), so that what was decided on is what is shown.
  std::shared_ptr<const void> found{};
  // Its policy; null: it has none.
  std::shared_ptr<const policy::CompiledPolicy> policy{};
  policy::ResourceRule rule = policy::ResourceRule::kOrdinary;
  // Of a KMS key: to whom a grant gives what is asked.
  policy::GrantedTo granted = policy::GrantedTo::kNobody;
  bool is_managed_by_aws = false;  // an AWS managed key, which no resource control policy reaches
  // Adds the keys that tell about it, whatever is asked; null: none.
  void (*describe)(const Resource& resource, ConditionKeys& keys) = nullptr;
  // Another resource that the request names, found when this one was. handle() uses it as it was found: a name that was
  // looked up again might mean something that nobody has decided on. Null: there is none.
  std::shared_ptr<const Resource> other{};
};

// What the connection and the headers tell of whoever asks.
struct Client {
  std::string_view address;  // without the port; empty when there is none
  std::string_view user_agent;
  std::string_view referer;
  bool uses_tls = false;
};

// Who calls: the client itself, or Secrets Manager for it, with its identity (a forward access session).
enum class Via { kClient, kSecretsManager };

struct AccessQuestion {
  const auth::Caller& caller;
  const Client& client;
  Time now;
  std::string_view request_id;
  std::string_view action;
  const Resource& resource;
  Via via = Via::kClient;
  // The action that the caller was allowed before, and of which this one is a part; empty: there is none.
  std::string_view on_behalf_of = {};
  // Nobody asks for it: it is what would be decided if the resource were so. That it is denied is no denial.
  bool is_trial = false;
};

// Notes when access keys are used. Called for every request that is signed with one: must not wait. Thread-safe.
class KeyUses {
 public:
  virtual ~KeyUses() = default;
  virtual void note(const auth::Caller& caller, std::string_view service, Time now) const = 0;
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // kAccessDenied with AWS's text when the answer is no; other errors are failures of the store. `keys` are those of
  // the service; the authorizer adds its own. Called for every request, on I/O threads: must not wait.
  virtual Result<void> authorize(const AccessQuestion& question, ConditionKeys& keys) const = 0;
};

// Explains denials that an operation without a signature has decided itself, as the authorizer explains its own.
// Thread-safe.
class Denials {
 public:
  virtual ~Denials() = default;
  // `question.caller`: who was denied by its ARN, in the account that may know why. REQUIRES: evaluate(request,
  // policies) does not allow; `refusal` is what the client is told.
  virtual void note(const AccessQuestion& question, const policy::AccessRequest& request,
                    const policy::PolicySet& policies, const Error& refusal) const = 0;
};

}  // namespace coffer::api
