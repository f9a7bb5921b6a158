// An operation card, type-erased, and the two types that make authorization impossible to forget: a card's handle()
// takes Authorized<Card>, and only the pipeline can make one.
//
// A card is one .cc without a header:
//
//   struct GetSecretValue {
//     static constexpr std::string_view kName = "GetSecretValue";
//     static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
//     static constexpr api::Effect kEffect = api::Effect::kReads;
//     static constexpr ErrorCode kErrors[] = {...};        // declared errors, checked against the AWS model
//     static constexpr std::string_view kRefused[] = {...};  // optional: members of newer models that would change
//                                                          // what a request means; unknown ones are ignored
//     static constexpr bool kUnsigned = true;              // optional: needs no signature. The caller is anonymous and
//                                                          // handle() itself decides by what the request proves
//     static constexpr std::string_view kRatedBy = "RoleArn";  // optional, of such a card: the parameter of a form
//                                                          // whose ARN names the account on whose rate it counts
//     static constexpr bool kHeedsFreshness = true;        // optional: keeps the demands of api/freshness.h; of any
//                                                          // other card they are refused
//     static Error violation(const Error&);                // optional: what is answered in place of the
//                                                          // ValidationException that violated constraints give
//     using Rooms = SecretsManagerRooms;                   // what the service's cards may use
//     struct Request { ...; static constexpr wire::Field kFields[] = {...}; };
//     struct Response { ...; static constexpr wire::Field kFields[] = {...}; };
//     static Result<void> check(const Request&);           // rules on the request alone, before authorization
//     static Result<api::Resource> resource(const Request&, const auth::Caller&, Rooms&);
//     static void keys(const Request&, const api::Resource&, api::ConditionKeys&);  // optional: condition keys of the
//                                                          // request; those of the resource are Resource::describe's
//     static Result<void> keys(const api::Asked<GetSecretValue>&, api::ConditionKeys&);  // or so, if it needs more
//     static Result<Response> handle(const api::Authorized<GetSecretValue>&, Rooms&);
//   };
//   api::Operation get_secret_value() { return api::operation<GetSecretValue>(); }
#pragma once

#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/access.h"
#include "api/freshness.h"
#include "auth/caller.h"
#include "base/clock.h"
#include "base/error_codes.h"
#include "base/result.h"
#include "wire/encoder.h"
#include "wire/shape.h"
#include "wire/value.h"

namespace coffer::api {

// kReads: a few rows, on the I/O thread, which must not wait. kScans: as many rows as there are, on a scanner, of which
// there are few. kWrites: commits, on a worker.
enum class Effect { kReads, kScans, kWrites };

// One of several things that a request did, each of which ended for itself. See Pipeline::attempt().
struct Attempt {
  std::string_view operation;  // that does the same to one thing alone
  std::string resource;        // as Resource has it
  std::optional<Error> error;  // absent: it succeeded
};

// One request on its way to a card. What is set gets what the audit and the log tell of the request.
struct Invocation {
  const auth::Caller& caller;
  Time now;
  std::string_view request_id;
  const Authorizer& authorizer;
  Client client{};
  std::string* resource = nullptr;           // the resource's name
  std::vector<Attempt>* attempts = nullptr;  // in their order
  std::vector<Error>* left_out = nullptr;    // see Pipeline::leave_out()
  // When the request began, on the stopwatch: what it looks at, it looks at later.
  std::chrono::microseconds begun{};
  FreshnessDemand freshness{};
  std::optional<CopyLag>* lag = nullptr;  // see Pipeline::tell_lag()
};

template <class Card>
constexpr bool is_unsigned() {
  if constexpr (requires { Card::kUnsigned; }) {
    return Card::kUnsigned;
  } else {
    return false;
  }
}

template <class Card>
constexpr bool heeds_freshness() {
  if constexpr (requires { Card::kHeedsFreshness; }) {
    return Card::kHeedsFreshness;
  } else {
    return false;
  }
}

template <class Card>
constexpr std::string_view rated_by() {
  if constexpr (requires { Card::kRatedBy; }) {
    return Card::kRatedBy;
  } else {
    return {};
  }
}

// A request whose operation was authorized; further actions that it takes are decided for it. See Pipeline::permit().
class Authority {
 public:
  const auth::Caller& caller() const { return invocation_->caller; }
  const Client& client() const { return invocation_->client; }
  Time now() const { return invocation_->now; }
  std::string_view request_id() const { return invocation_->request_id; }
  std::chrono::microseconds begun() const { return invocation_->begun; }
  const FreshnessDemand& freshness() const { return invocation_->freshness; }
  // What was authorized, "secretsmanager:GetSecretValue".
  std::string_view action() const { return action_; }

 private:
  friend class Pipeline;
  Authority(const Invocation& invocation, std::string_view action) : invocation_(&invocation), action_(action) {}
  const Invocation* invocation_;
  std::string_view action_;
};

// A request of which it is not decided yet whether it is allowed.
template <class Card>
struct Asked {
  const typename Card::Request& request;
  const Resource& resource;
  const auth::Caller& caller;
  typename Card::Rooms& rooms;
};

template <class Card>
class Authorized {
 public:
  const typename Card::Request& request() const { return request_; }
  typename Card::Request& request() { return request_; }
  const Authority& authority() const { return authority_; }
  const auth::Caller& caller() const { return authority_.caller(); }
  const Client& client() const { return authority_.client(); }
  Time now() const { return authority_.now(); }
  const Resource& resource() const { return resource_; }

 private:
  friend class Pipeline;
  Authorized(Authority authority, typename Card::Request request, Resource resource)
      : authority_(authority), request_(std::move(request)), resource_(std::move(resource)) {}

  Authority authority_;
  typename Card::Request request_;
  Resource resource_;
};

// Another action that a request takes beside its card's own, decided for the same caller: BatchGetSecretValue reads as
// GetSecretValue does. Only the pipeline makes one. `Action` tells the action, so that nobody takes one for another:
//
//   struct GetSecretValue {
//     static constexpr std::string_view kName = "GetSecretValue";  // the operation that is named after it
//     static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
//   };
template <class Action>
class Permit {
 public:
  const Authority& authority() const { return authority_; }
  const auth::Caller& caller() const { return authority_.caller(); }
  const Resource& resource() const { return resource_; }

 private:
  friend class Pipeline;
  Permit(Authority authority, Resource resource) : authority_(authority), resource_(std::move(resource)) {}

  Authority authority_;
  Resource resource_;
};

struct Operation {
  std::string_view name;
  std::string_view action;
  Effect effect;
  std::span<const wire::Field> request_fields;
  std::span<const wire::Field> response_fields;
  std::span<const ErrorCode> errors;
  bool is_unsigned;
  std::string_view rated_by;  // empty: no parameter
  // decode, check, resource, authorize, handle, encode. `rooms` is the service's own.
  Result<void> (*run)(const Invocation& invocation, void* rooms, const wire::Value& input, wire::Encoder& output);
};

// The order in which every request meets the stages. The only maker of Authorized<Card>.
class Pipeline {
 public:
  template <class Card>
  static Result<void> run(const Invocation& invocation, void* rooms, const wire::Value& input, wire::Encoder& output) {
    COFFER_ASSIGN(auto request, decode<Card>(input));
    if constexpr (requires { Card::kRefused; }) COFFER_TRY(refuse(input, Card::kRefused));
    if constexpr (!heeds_freshness<Card>()) COFFER_TRY(refuse_freshness(invocation.freshness, Card::kName));
    COFFER_TRY(Card::check(request));
    auto& typed_rooms = *static_cast<typename Card::Rooms*>(rooms);
    COFFER_ASSIGN(auto resource, Card::resource(request, invocation.caller, typed_rooms));
    if (invocation.resource != nullptr) *invocation.resource = resource.name;
    if constexpr (!is_unsigned<Card>()) {
      const Subject subject{.action = Card::kAction, .resource = resource};
      COFFER_TRY(authorize(invocation, subject, [&](ConditionKeys& keys) {
        return add_card_keys<Card>(Asked<Card>{request, resource, invocation.caller, typed_rooms}, keys);
      }));
    }
    Authorized<Card> authorized(Authority(invocation, Card::kAction), std::move(request), std::move(resource));
    COFFER_ASSIGN(auto response, Card::handle(authorized, typed_rooms));
    // An operation without output members answers with an empty body, as AWS does, but for some that have a result and
    // nothing in it.
    if constexpr (std::size(Card::Response::kFields) != 0 || requires { Card::Response::kIsWritten; }) {
      output.begin_object();
      wire::encode(response, output);
      output.end_object();
    }
    return {};
  }

  // kAccessDenied with AWS's text when the caller may not. `add_keys` adds the condition keys of what is asked, to
  // those that the resource describes itself with. An action that another service than the card's decides on says
  // through whom it is called: `static constexpr api::Via kVia`.
  template <class Action, class AddKeys>
  static Result<Permit<Action>> permit(const Authority& authority, Resource resource, const AddKeys& add_keys) {
    constexpr Via via = [] {
      if constexpr (requires { Action::kVia; }) {
        return Action::kVia;
      } else {
        return Via::kClient;
      }
    }();
    const Subject subject{
        .action = Action::kAction, .resource = resource, .via = via, .on_behalf_of = authority.action_};
    COFFER_TRY(authorize(*authority.invocation_, subject, add_keys));
    return Permit<Action>(Authority(*authority.invocation_, Action::kAction), std::move(resource));
  }
  template <class Action>
  static Result<Permit<Action>> permit(const Authority& authority, Resource resource) {
    return permit<Action>(authority, std::move(resource), [](ConditionKeys&) {});
  }

  // Whether the caller could do it, were the resource as it is here: nothing is permitted, and no denial is noted.
  // Errors are failures of the store.
  template <class Action, class AddKeys>
  static Result<bool> would_permit(const Authority& authority, const Resource& resource, const AddKeys& add_keys) {
    const Subject subject{.action = Action::kAction, .resource = resource, .is_trial = true};
    const Result<void> decision = authorize(*authority.invocation_, subject, add_keys);
    if (!decision.ok() && decision.error().code != ErrorCode::kAccessDenied) return decision.error();
    return decision.ok();
  }

  // Does to one of the things that a request names what the action's own operation would do to it, in the order of
  // run(): find() gives the resource, use(permit) the result. However it ends, it is one of the invocation's attempts.
  // `given` is how the request names the thing.
  template <class Action, class Find, class Use>
  static std::invoke_result_t<Use, const Permit<Action>&> attempt(const Authority& authority, std::string_view given,
                                                                  Find find, Use use) {
    std::vector<Attempt> untold;
    std::vector<Attempt>& attempts = authority.invocation_->attempts ? *authority.invocation_->attempts : untold;
    const size_t index = attempts.size();
    // Before it begins, so that one that ends by an exception is told too.
    attempts.push_back({Action::kName, std::string(given), Error{ErrorCode::kInternalServiceError, "it did not end"}});
    auto result = [&]() -> std::invoke_result_t<Use, const Permit<Action>&> {
      COFFER_ASSIGN(Resource resource, find());
      attempts[index].resource = resource.name;
      COFFER_ASSIGN(const Permit<Action> permitted, permit<Action>(authority, std::move(resource)));
      return use(permitted);
    }();
    attempts[index].error = result.ok() ? std::nullopt : std::optional(result.error());
    return result;
  }

  // For an answer that is right as far as it goes: the log tells what is not in it, and why.
  static void leave_out(const Authority& authority, const std::vector<Error>& reasons) {
    std::vector<Error>* const left_out = authority.invocation_->left_out;
    if (left_out != nullptr) left_out->insert(left_out->end(), reasons.begin(), reasons.end());
  }

  // The answer tells something of a copy that is at most so far behind. Of several the furthest is told.
  static void tell_lag(const Authority& authority, const CopyLag& lag);

 private:
  template <class Card>
  static Result<typename Card::Request> decode(const wire::Value& input) {
    auto request = wire::decode<typename Card::Request>(input);
    if constexpr (requires(const Error& error) { Card::violation(error); }) {
      if (!request.ok() && request.error().code == ErrorCode::kValidation) return Card::violation(request.error());
    }
    return request;
  }
  // kInvalidParameter if the request has one of these members.
  static Result<void> refuse(const wire::Value& input, std::span<const std::string_view> members);
  // kValidation if anything is demanded.
  static Result<void> refuse_freshness(const FreshnessDemand& demand, std::string_view operation);
  template <class Card>
  static Result<void> add_card_keys(const Asked<Card>& asked, ConditionKeys& keys) {
    if constexpr (requires { Card::keys(asked, keys); }) return Card::keys(asked, keys);
    if constexpr (requires { Card::keys(asked.request, asked.resource, keys); }) {
      Card::keys(asked.request, asked.resource, keys);
    }
    return {};
  }
  // What one decision is about.
  struct Subject {
    std::string_view action;
    const Resource& resource;
    Via via = Via::kClient;
    std::string_view on_behalf_of = {};
    bool is_trial = false;
  };
  template <class AddKeys>
  static Result<void> authorize(const Invocation& invocation, const Subject& subject, const AddKeys& add_keys) {
    ConditionKeys keys;
    if (subject.resource.describe != nullptr) subject.resource.describe(subject.resource, keys);
    if constexpr (std::is_void_v<std::invoke_result_t<AddKeys, ConditionKeys&>>) {
      add_keys(keys);
    } else {
      COFFER_TRY(add_keys(keys));
    }
    return invocation.authorizer.authorize({.caller = invocation.caller,
                                            .client = invocation.client,
                                            .now = invocation.now,
                                            .request_id = invocation.request_id,
                                            .action = subject.action,
                                            .resource = subject.resource,
                                            .via = subject.via,
                                            .on_behalf_of = subject.on_behalf_of,
                                            .is_trial = subject.is_trial},
                                           keys);
  }
};

template <class Card>
Operation operation() {
  return Operation{.name = Card::kName,
                   .action = Card::kAction,
                   .effect = Card::kEffect,
                   .request_fields = Card::Request::kFields,
                   .response_fields = Card::Response::kFields,
                   .errors = Card::kErrors,
                   .is_unsigned = is_unsigned<Card>(),
                   .rated_by = rated_by<Card>(),
                   .run = &Pipeline::run<Card>};
}

}  // namespace coffer::api
