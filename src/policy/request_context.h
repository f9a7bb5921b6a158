// The facts of a request, as a decision sees them: who asks, for what, and the condition keys. Views into what the
// caller keeps alive; cheap to build for every request. Knows no policy.
// Follows "AWS global condition context keys" (IAM user guide).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace coffer::policy {

enum class PrincipalKind {
  kAccountRoot,
  kUser,           // also with credentials of GetSessionToken
  kRoleSession,    //
  kFederatedUser,  // of GetFederationToken
  kAnonymous,      // no signature
  kService,        // an AWS service for itself, not with its caller's identity
  kProvider,       // who was vouched for by an OIDC or SAML provider, and assumes a role
};

struct RequestPrincipal {
  PrincipalKind kind = PrincipalKind::kAnonymous;
  // "arn:aws:sts::111111111111:assumed-role/name/session" of a session; the name of a service; the name of a provider
  // as a trust policy has it; empty when anonymous.
  std::string_view arn;
  std::string_view account;  // empty for the last three kinds
  // The value of aws:userid: "AIDA...", "AROA...:session", "111111111111:name"; empty when not known.
  std::string_view user_id;
  std::string_view role_arn;      // of a session, with its path; when empty, roles are told by account and name
  std::string_view parent_arn;    // of a federated user: the user who asked for the session
  std::string_view parent_id;     // and that user's "AIDA..."
  std::string_view organization;  // "o-..." of the account, if it is in one

  // "AIDA..." of a user, "AROA..." of a session's role; empty when not known, and for the other kinds.
  std::string_view unique_id() const;
  // Of a role session whose ARN has one.
  std::string_view role_name() const;
  std::string_view session_name() const;
  // Whether it belongs to an account, whose own policies have a say.
  bool has_account() const;
};

// What the condition keys of a request are. Keys are found whatever their case; of two that differ in nothing else, the
// first.
class RequestContext {
 public:
  // Several values, of a key that is multi-valued by nature: with one value or none it still is not single-valued.
  using List = std::span<const std::string_view>;

  class Values {
   public:
    size_t size() const;
    bool is_single() const { return !std::holds_alternative<List>(value_); }
    // `scratch` holds what has to be written first (times).
    std::string_view at(size_t index, std::string& scratch) const;

   private:
    friend class RequestContext;
    struct Epoch {
      Time time;
    };
    using Value = std::variant<std::string_view, List, Time, Epoch>;
    explicit Values(Value value) : value_(value) {}
    Value value_;
  };

  void add(std::string_view key, std::string_view value);
  // The key is `prefix` and `name` together, as in "aws:PrincipalTag/" and "team".
  void add_tag(std::string_view prefix, std::string_view name, std::string_view value);
  void add_list(std::string_view key, List values);
  void add_time(std::string_view key, Time time);   // ISO 8601; written only when a condition asks
  void add_epoch(std::string_view key, Time time);  // seconds since 1970; likewise
  void clear() { entries_.clear(); }

  // nullptr when there is no such key.
  const Values* find(std::string_view key) const;
  // The value of a key that has exactly one by nature.
  std::optional<std::string_view> single(std::string_view key, std::string& scratch) const;

 private:
  struct Entry {
    std::string_view prefix;
    std::string_view name;
    Values values;
  };
  std::vector<Entry> entries_;
};

// Adds aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:userid and aws:username as far as the principal
// tells them and the context does not have them. Of a session whose role is known by name only there is no
// aws:PrincipalArn.
void add_principal_keys(const RequestPrincipal& principal, RequestContext& context);

struct AccessRequest {
  RequestPrincipal principal;
  std::string_view action;                 // "secretsmanager:GetSecretValue"; case does not count
  std::string_view resource;               // ARN, or the name as given; "*" for operations without a resource
  std::string_view resource_account;       // the caller's own for operations without a resource
  std::string_view resource_organization;  // "o-..." of that account, if it is in one
  const RequestContext& context;
};

}  // namespace coffer::policy
