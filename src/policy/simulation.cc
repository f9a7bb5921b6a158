#include "policy/simulation.h"

#include <algorithm>
#include <variant>

#include "policy/document.h"
#include "policy/principal_name.h"
#include "policy/scalar_text.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

using wire::Kind;
using wire::Member;
using wire::Value;

constexpr std::string_view kMembers[] = {
    "id",
    "principal",
    "action",
    "resource",
    "resourceAccount",
    "contextKeys",
    "parentUser",
    "identityPolicies",
    "resourcePolicy",
    "permissionsBoundary",
    "sessionPolicy",
    "grantAllows",
    "scps",
    "rcps",
};

// Attached to each level wherever control policies of resources are on, and cannot be detached.
constexpr std::string_view kRcpFullAwsAccess =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})";

}  // namespace

// Goes through the line once. Its functions answer false when they have found what is wrong.
class Simulation::Reader {
 public:
  explicit Reader(Simulation& out) : out_(out) {}

  std::optional<std::string> read(const Value& line) {
    if (members(line) && request(line) && policies(line)) return std::nullopt;
    return std::move(error_);
  }

 private:
  bool fail(std::string_view where, std::string_view what) {
    error_.append(where).append(": ").append(what);
    return false;
  }

  std::string_view keep(std::string text) { return out_.texts_.emplace_back(std::move(text)); }

  bool members(const Value& line) {
    if (line.kind() != Kind::kObject) return fail("line", "must be an object");
    for (const Member& member : line.as_object()) {
      if (std::ranges::find(kMembers, member.name) == std::end(kMembers)) return fail(member.name, "is not known");
    }
    return true;
  }

  bool request(const Value& line) {
    std::string_view principal, account;
    if (!text(line, "principal", true, principal) || !text(line, "action", true, out_.action_) ||
        !text(line, "resource", true, out_.resource_) || !text(line, "resourceAccount", false, account)) {
      return false;
    }
    const auto action = ActionPattern::parse(out_.action_);
    if (!action || out_.action_ == "*" || has_wildcard(out_.action_)) return fail("action", "must be service:Name");
    if (!account.empty() && !AccountId::parse(account)) return fail("resourceAccount", "must be 12 digits");
    if (!context_keys(line) || !take_principal(principal) || !parent_user(line)) return false;
    out_.account_ = account.empty() ? account_of_resource() : account;
    out_.principal_.organization = given("aws:PrincipalOrgID");
    out_.organization_ = given("aws:ResourceOrgID");
    return true;
  }

  bool text(const Value& line, std::string_view name, bool is_required, std::string_view& out) {
    const Value* const value = line.find(name);
    if (value == nullptr) return !is_required || fail(name, "is missing");
    if (value->kind() != Kind::kString) return fail(name, "must be a string");
    if (value->as_string().empty()) return fail(name, "must not be empty");
    out = keep(std::string(value->as_string()));
    return true;
  }

  bool context_keys(const Value& line) {
    const Value* const keys = line.find("contextKeys");
    if (keys == nullptr) return true;
    if (keys->kind() != Kind::kObject) return fail("contextKeys", "must be an object");
    for (const Member& member : keys->as_object()) {
      const std::string where = "contextKeys." + std::string(member.name);
      if (!is_condition_key(member.name)) return fail(where, "must be service:name");
      if (out_.context_.find(member.name) != nullptr) return fail(where, "is there twice, in different letters");
      if (!member.value.is_null() && !context_key(where, member)) return false;
    }
    return true;
  }

  bool context_key(const std::string& where, const Member& member) {
    constexpr std::string_view kWrong = "must be a string or a list of strings";
    const std::string_view key = keep(std::string(member.name));
    if (member.value.kind() != Kind::kList) {
      auto value = scalar_text(member.value);
      if (!value) return fail(where, kWrong);
      out_.context_.add(key, keep(*std::move(value)));
      return true;
    }
    auto& values = out_.values_.emplace_back();
    for (const Value& item : member.value.as_list()) {
      auto value = scalar_text(item);
      if (!value) return fail(where, kWrong);
      values.push_back(keep(*std::move(value)));
    }
    out_.context_.add_list(key, values);
    return true;
  }

  // Empty when it is not given, or has several values.
  std::string_view given(std::string_view key) {
    std::string scratch;
    return out_.context_.single(key, scratch).value_or(std::string_view());
  }

  bool take_principal(std::string_view text) {
    RequestPrincipal& principal = out_.principal_;
    principal.arn = text;
    if (!classify(text, principal)) {
      return fail("principal",
                  "must be the ARN of a user, a role session, a federated user, an account's root or a "
                  "provider, the name of a service, or anonymous");
    }
    const std::string_view name = text.substr(text.rfind('/') + 1);
    principal.user_id = given("aws:userid");
    if (principal.user_id.empty() && principal.kind == PrincipalKind::kAccountRoot)
      principal.user_id = principal.account;
    if (principal.user_id.empty() && principal.kind == PrincipalKind::kFederatedUser) {
      principal.user_id = keep(std::string(principal.account).append(":").append(name));
    }
    if (principal.kind == PrincipalKind::kRoleSession) complete_session(principal);
    if (principal.kind == PrincipalKind::kProvider && out_.context_.find("aws:FederatedProvider") == nullptr) {
      out_.context_.add("aws:FederatedProvider", principal.arn);
    }
    add_principal_keys(principal, out_.context_);
    return true;
  }

  bool classify(std::string_view text, RequestPrincipal& principal) {
    const bool has_provider = to_small(out_.action_).starts_with("sts:assumerolewith");
    if (text == "anonymous") {
      const std::string_view provider = has_provider ? given("aws:FederatedProvider") : std::string_view();
      principal.kind = provider.empty() ? PrincipalKind::kAnonymous : PrincipalKind::kProvider;
      principal.arn = provider;
      return true;
    }
    if (const auto name = parse_principal_name(PrincipalMember::kAws, text); name && text.starts_with("arn:")) {
      principal.account = keep(name->account.text());
      return classify(name->kind, principal);
    }
    if (parse_principal_name(PrincipalMember::kService, text) && !has_provider) {
      principal.kind = PrincipalKind::kService;
      return true;
    }
    principal.kind = PrincipalKind::kProvider;
    return parse_principal_name(PrincipalMember::kFederated, text) && (has_provider || text.starts_with("arn:"));
  }

  bool classify(PrincipalName::Kind kind, RequestPrincipal& principal) {
    switch (kind) {
      case PrincipalName::Kind::kAccount:
        principal.kind = PrincipalKind::kAccountRoot;
        return true;
      case PrincipalName::Kind::kUser:
        principal.kind = PrincipalKind::kUser;
        return true;
      case PrincipalName::Kind::kRole:  // stands for any session of it
        principal.role_arn = principal.arn;
        [[fallthrough]];
      case PrincipalName::Kind::kRoleSession:
        principal.kind = PrincipalKind::kRoleSession;
        return true;
      case PrincipalName::Kind::kFederatedUser:
        principal.kind = PrincipalKind::kFederatedUser;
        return true;
      case PrincipalName::Kind::kEveryone:
      case PrincipalName::Kind::kUniqueId:
      case PrincipalName::Kind::kService:
      case PrincipalName::Kind::kFederatedProvider:
        return false;
    }
    std::abort();
  }

  // The ARN of a session does not have its role's path. Without aws:PrincipalArn, roles are told by their names, and
  // conditions see the ARN of a role without a path.
  void complete_session(RequestPrincipal& session) {
    if (const std::string_view arn = given("aws:PrincipalArn"); !arn.empty()) session.role_arn = arn;
    if (!session.role_arn.empty() || out_.context_.find("aws:PrincipalArn") != nullptr) return;
    const std::string_view partition = (*split_arn(session.arn))[1];
    std::string arn = "arn:";
    arn.append(partition).append(":iam::").append(session.account).append(":role/").append(session.role_name());
    out_.context_.add("aws:PrincipalArn", keep(std::move(arn)));
  }

  bool parent_user(const Value& line) {
    if (!text(line, "parentUser", false, out_.principal_.parent_arn)) return false;
    if (out_.principal_.parent_arn.empty()) return true;
    const auto name = parse_principal_name(PrincipalMember::kAws, out_.principal_.parent_arn);
    if (!name || name->kind != PrincipalName::Kind::kUser) return fail("parentUser", "must be the ARN of a user");
    return true;
  }

  std::string_view account_of_resource() const {
    const auto fields = split_arn(out_.resource_);
    return fields && AccountId::parse((*fields)[4]) ? (*fields)[4] : out_.principal_.account;
  }

  bool policies(const Value& line) {
    PolicySet& policies = out_.policies_;
    return policy_list(line, "identityPolicies", policies.identity) &&
           policy_list(line, "permissionsBoundary", policies.boundary) &&
           policy_list(line, "sessionPolicy", policies.session) && resource_policy(line) &&
           grant(line, policies.granted) &&
           levels(line, "scps", DocumentKind::kIdentityPolicy, policies.service_control) &&
           levels(line, "rcps", DocumentKind::kResourceControlPolicy, policies.resource_control);
  }

  // One policy or a list.
  bool policy_list(const Value& line, std::string_view name, PolicyList& out) {
    const Value* const value = line.find(name);
    if (value == nullptr) return true;
    auto& list = out_.lists_.emplace_back();
    const bool is_list = value->kind() == Kind::kList;
    if (!is_list && !policy(std::string(name), *value, DocumentKind::kIdentityPolicy, list)) return false;
    if (is_list && !policy_items(std::string(name), *value, DocumentKind::kIdentityPolicy, list)) return false;
    out = list;
    return true;
  }

  bool policy_items(const std::string& where, const Value& values, DocumentKind kind,
                    std::vector<const CompiledPolicy*>& out) {
    size_t index = 0;
    for (const Value& item : values.as_list()) {
      if (!policy(where + "[" + std::to_string(index++) + "]", item, kind, out)) return false;
    }
    return true;
  }

  // As an object, or as text that holds one.
  bool policy(const std::string& where, const Value& value, DocumentKind kind,
              std::vector<const CompiledPolicy*>& out) {
    if (value.kind() != Kind::kObject && value.kind() != Kind::kString) {
      return fail(where, "must be a policy: an object, or its text");
    }
    auto read = value.kind() == Kind::kString ? read_document(value.as_string(), kind) : read_document(value, kind);
    if (const Fault* const fault = std::get_if<Fault>(&read)) {
      return fail(fault->path.empty() ? where : where + " at " + fault->path, fault->message);
    }
    out.push_back(&out_.compiled_.emplace_back(std::get<Document>(std::move(read)), PolicySource{where, {}}));
    return true;
  }

  bool resource_policy(const Value& line) {
    const auto fields = split_arn(out_.resource_);
    const bool is_key = fields && (*fields)[2] == "kms" && (*fields)[5].starts_with("key/");
    const bool is_role = fields && (*fields)[2] == "iam" && (*fields)[5].starts_with("role/");
    const bool is_trust = is_role && to_small(out_.action_).starts_with("sts:");
    if (is_key) out_.policies_.resource_rule = ResourceRule::kKeyPolicy;
    if (is_trust) out_.policies_.resource_rule = ResourceRule::kTrustPolicy;
    const Value* const value = line.find("resourcePolicy");
    if (value == nullptr) return true;
    if (is_role && !is_trust) return fail("resourcePolicy", "a role has one for actions of sts only");
    const DocumentKind kind = is_key     ? DocumentKind::kKeyPolicy
                              : is_trust ? DocumentKind::kTrustPolicy
                                         : DocumentKind::kSecretPolicy;
    auto& list = out_.lists_.emplace_back();
    if (!policy("resourcePolicy", *value, kind, list)) return false;
    out_.policies_.resource = list.front();
    return true;
  }

  bool grant(const Value& line, GrantedTo& out) {
    const Value* const value = line.find("grantAllows");
    if (value == nullptr) return true;
    if (value->kind() == Kind::kString && value->as_string() == "account") {
      out = GrantedTo::kAccount;
      return true;
    }
    if (value->kind() != Kind::kBoolean) return fail("grantAllows", R"(must be true, false or "account")");
    out = value->as_boolean() ? GrantedTo::kCaller : GrantedTo::kNobody;
    return true;
  }

  bool levels(const Value& line, std::string_view name, DocumentKind kind, std::span<const PolicyList>& out) {
    const Value* const value = line.find(name);
    if (value == nullptr) return true;
    if (value->kind() != Kind::kList) return fail(name, "must be a list of levels");
    auto& levels = out_.levels_.emplace_back();
    for (const Value& level : value->as_list()) {
      const std::string where = std::string(name) + "[" + std::to_string(levels.size()) + "]";
      if (level.kind() != Kind::kList) return fail(where, "must be the list of one level's policies");
      auto& list = out_.lists_.emplace_back();
      if (kind == DocumentKind::kResourceControlPolicy) list.push_back(rcp_full_aws_access());
      if (!policy_items(where, level, kind, list)) return false;
      levels.push_back(list);
    }
    out = levels;
    return true;
  }

  const CompiledPolicy* rcp_full_aws_access() {
    auto read = read_document(kRcpFullAwsAccess, DocumentKind::kResourceControlPolicy);
    return &out_.compiled_.emplace_back(std::get<Document>(std::move(read)), PolicySource{"RCPFullAWSAccess", {}});
  }

  Simulation& out_;
  std::string error_;
};

std::optional<std::string> Simulation::read(const Value& line) {
  return Reader(*this).read(line);
}

}  // namespace coffer::policy
