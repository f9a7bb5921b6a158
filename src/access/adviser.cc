#include "access/adviser.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

#include "access/advised_statement.h"
#include "access/circumstances.h"
#include "access/opinions.h"
#include "policy/document.h"

namespace coffer::access {
namespace {

using policy::CompiledPolicy;
using policy::Party;
using policy::Verdict;

using Policies = std::vector<const CompiledPolicy*>;

constexpr std::string_view kAdd = "Add the statement";

bool denies(const policy::StatementTrace& one) {
  return one.applies() &&
         one.statement.policy->document().statements[one.statement.statement].effect == policy::Effect::kDeny;
}

// The policies of a denial as they would be without the statements that deny it, and with some that allow it.
class Trial {
 public:
  explicit Trial(const Denial& denial) : denial_(denial) {
    for (const policy::PartyTrace& party : denial.trace.parties) {
      for (const policy::StatementTrace& one : party.statements) {
        if (denies(one)) denying_[one.statement.policy].push_back(one.statement.statement);
      }
    }
    const policy::PolicySet& given = denial.policies;
    identity_ = without_denies(given.identity);
    boundary_ = without_denies(given.boundary);
    session_ = without_denies(given.session);
    resource_ = given.resource != nullptr ? without_denies(given.resource) : nullptr;
    for (const policy::PolicyList& level : given.service_control)
      service_control_.push_back(without_denies(level));
    for (const policy::PolicyList& level : given.resource_control)
      resource_control_.push_back(without_denies(level));
  }

  // False when the statement cannot be read: then it cannot be advised.
  bool prepare(const Amended& amended) {
    const std::string text =
        R"({"Version": "2012-10-17", "Statement": [)" + advised_statement(denial_, amended.party) + "]}";
    auto document = policy::parse_document(text, document_kind_of(denial_, amended.party));
    if (!document.ok()) return false;
    prepared_.push_back({amended, &owned_.emplace_back(std::move(document).value())});
    return true;
  }

  bool passes_with(const std::vector<Amended>& added) const {
    Trial changed(*this, added);
    const std::vector<policy::PolicyList> service_control(changed.service_control_.begin(),
                                                          changed.service_control_.end());
    const std::vector<policy::PolicyList> resource_control(changed.resource_control_.begin(),
                                                           changed.resource_control_.end());
    policy::PolicySet policies = denial_.policies;
    policies.identity = changed.identity_;
    policies.boundary = changed.boundary_;
    policies.session = changed.session_;
    policies.resource = changed.resource_;
    policies.service_control = service_control;
    policies.resource_control = resource_control;
    return policy::evaluate(denial_.request, policies).allowed();
  }

 private:
  Trial(const Trial& other, const std::vector<Amended>& added)
      : denial_(other.denial_),
        identity_(other.identity_),
        boundary_(other.boundary_),
        session_(other.session_),
        resource_(other.resource_),
        service_control_(other.service_control_),
        resource_control_(other.resource_control_) {
    for (const auto& [amended, policy] : other.prepared_) {
      if (std::ranges::find(added, amended) != added.end()) add(amended, policy);
    }
  }

  void add(const Amended& amended, const CompiledPolicy* policy) {
    switch (amended.party) {
      case Party::kIdentity:
        return identity_.push_back(policy);
      case Party::kBoundary:
        return boundary_.push_back(policy);
      case Party::kSession:
        return session_.push_back(policy);
      case Party::kServiceControl:
        return service_control_[amended.level].push_back(policy);
      case Party::kResourceControl:
        return resource_control_[amended.level].push_back(policy);
      case Party::kResource:
        // Nothing that the policy allowed before is needed beside a statement that names the caller.
        resource_ = policy;
        return;
    }
  }

  const CompiledPolicy* without_denies(const CompiledPolicy* policy) {
    const auto found = denying_.find(policy);
    if (found == denying_.end()) return policy;
    policy::Document document = policy->document();
    std::vector<policy::Statement> statements;
    for (uint32_t number = 0; number < document.statements.size(); ++number) {
      const bool stays = std::ranges::find(found->second, number) == found->second.end();
      if (stays) statements.push_back(std::move(document.statements[number]));
    }
    document.statements = std::move(statements);
    return &owned_.emplace_back(std::move(document));
  }
  Policies without_denies(policy::PolicyList list) {
    Policies policies;
    for (const CompiledPolicy* const policy : list)
      policies.push_back(without_denies(policy));
    return policies;
  }

  const Denial& denial_;
  std::map<const CompiledPolicy*, std::vector<uint32_t>> denying_;
  std::deque<CompiledPolicy> owned_;
  std::vector<std::pair<Amended, const CompiledPolicy*>> prepared_;
  Policies identity_, boundary_, session_;
  const CompiledPolicy* resource_ = nullptr;
  std::vector<Policies> service_control_, resource_control_;
};

// The parties whose statement is missing: as few as will do. nullopt when no statement helps.
class Search {
 public:
  explicit Search(const Denial& denial) : denial_(denial), trial_(denial) {
    for (const policy::PartyTrace& party : denial.trace.parties) {
      const bool is_control = party.party == Party::kServiceControl || party.party == Party::kResourceControl;
      // Every level must allow, so that there is no choice.
      if (is_control && !allows_something(party)) required_.push_back({party.party, party.level});
    }
    if (denial.request.principal.kind != policy::PrincipalKind::kAccountRoot) {
      for (const Party party : {Party::kIdentity, Party::kBoundary, Party::kSession})
        offer({party});
    }
    for (const Amended& amended : required_)
      static_cast<void>(trial_.prepare(amended));
  }

  std::optional<std::vector<Amended>> smallest() {
    if (auto found = smallest_with({})) return found;
    if (is_managed_key(denial_) || is_inside_and_ordinary()) return std::nullopt;
    if (!trial_.prepare({Party::kResource})) return std::nullopt;
    return smallest_with({{Party::kResource}});
  }

 private:
  void offer(const Amended& amended) {
    if (trial_.prepare(amended)) choices_.push_back(amended);
  }

  // Among those that allow and deny is also a level whose Deny would be taken away.
  static bool allows_something(const policy::PartyTrace& party) {
    return std::ranges::any_of(party.statements,
                               [](const policy::StatementTrace& one) { return one.applies() && !denies(one); });
  }

  // There an identity policy does, and most things have no policy of their own.
  bool is_inside_and_ordinary() const {
    return denial_.is_same_account() && denial_.rule() == policy::ResourceRule::kOrdinary;
  }

  std::optional<std::vector<Amended>> smallest_with(const std::vector<Amended>& needed) {
    const auto all = static_cast<unsigned>(1U << choices_.size());
    for (int size = 0; size <= static_cast<int>(choices_.size()); ++size) {
      for (unsigned chosen = 0; chosen < all; ++chosen) {
        if (std::popcount(chosen) != size) continue;
        std::vector<Amended> amended = required_;
        amended.insert(amended.end(), needed.begin(), needed.end());
        for (size_t i = 0; i < choices_.size(); ++i) {
          if ((chosen >> i & 1U) != 0) amended.push_back(choices_[i]);
        }
        if (trial_.passes_with(amended)) return amended;
      }
    }
    return std::nullopt;
  }

  const Denial& denial_;
  Trial trial_;
  std::vector<Amended> required_;
  std::vector<Amended> choices_;
};

void add_denies(const Denial& denial, Advice& advice) {
  for (const policy::PartyTrace& party : denial.trace.parties) {
    if (party.verdict != Verdict::kDenies) continue;
    Change change{.account = denial.account_of(party.party),
                  .where = place_of(denial, party.party, party.level),
                  .what = "Let its Deny not cover this request",
                  .details = {},
                  .statement = {}};
    for (const policy::StatementTrace& one : party.statements) {
      if (denies(one)) change.details.push_back(statement_name(party.party, one.statement));
    }
    advice.changes.push_back(std::move(change));
    advice.amended.push_back({party.party, party.level});
  }
}

// What can be shared is another key: who may use that is said like this.
Advice advise_another_key(const Denial& denial) {
  std::string scratch;
  const std::string secret(denial.request.context.single("kms:EncryptionContext:SecretARN", scratch).value_or(""));
  const AccountId& owner = denial.question.resource.account;
  Advice advice;
  advice.changes.push_back({.account = owner,
                            .where = "the secret " + secret,
                            .what = "Encrypt it with a customer managed key (UpdateSecret with KmsKeyId)",
                            .details = {},
                            .statement = {}});
  advice.changes.push_back({.account = owner,
                            .where = "the key policy of that key",
                            .what = std::string(kAdd),
                            .details = {},
                            .statement = advised_statement(denial, Party::kResource)});
  if (denial.request.principal.kind == policy::PrincipalKind::kAccountRoot) return advice;
  advice.changes.push_back({.account = denial.question.caller.account,
                            .where = place_of(denial, Party::kIdentity, 0),
                            .what = std::string(kAdd),
                            .details = {},
                            .statement = advised_statement_for_any_key(denial)});
  return advice;
}

}  // namespace

Advice advise(const Denial& denial) {
  if (is_foreign_default_key(denial)) return advise_another_key(denial);
  // Nothing to be gained: what is not there can be allowed to nobody, and across accounts nobody must see the
  // difference.
  if (denial.is_same_account() && is_absent(denial)) return {};
  auto missing = Search(denial).smallest();
  if (!missing) return {};
  Advice advice;
  add_denies(denial, advice);
  std::ranges::sort(*missing, {}, [](const Amended& one) { return std::pair(one.party, one.level); });
  for (const Amended& amended : *missing) {
    advice.changes.push_back(
        {.account = denial.account_of(amended.party),
         .where = place_of(denial, amended.party, amended.level),
         .what = amended.party == Party::kSession ? "Add the statement, for a new session" : "Add the statement",
         .details = {},
         .statement = advised_statement(denial, amended.party)});
    if (std::ranges::find(advice.amended, amended) == advice.amended.end()) advice.amended.push_back(amended);
  }
  return advice;
}

}  // namespace coffer::access
