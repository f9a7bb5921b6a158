// Policy documents: JSON in, typed statements out, or what is wrong and where. As strict as AWS: what is not understood
// is refused, because a condition that is overlooked opens what it should close. Bounded and linear in the text; knows
// no request and no principal: see principal_directory.h for who exists, breadth.h for what a document would do.
// Follows "Grammar of the IAM JSON policy language" (IAM user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "policy/condition.h"
#include "policy/fault.h"
#include "policy/pattern.h"
#include "policy/principal_name.h"

namespace coffer::wire {
class Value;
}

namespace coffer::policy {

// Where a document is used decides which elements it must and must not have. The rules of a secret's policy are
// complete; of the others, only those about elements are here. Principals of the kinds AWS and Service are taken, in
// trust policies also Federated.
// Boundaries, session policies and service control policies are identity policies by their elements.
enum class DocumentKind { kSecretPolicy, kIdentityPolicy, kTrustPolicy, kKeyPolicy, kResourceControlPolicy };

// Policy variables (`${aws:username}`) exist in k2012 only; absent counts as k2008.
enum class LanguageVersion { k2008, k2012 };

enum class Effect { kAllow, kDeny };

// `Action: [...]` selects what is listed, `NotAction: [...]` everything else.
enum class Selects { kListed, kAllButListed };

template <class Item>
struct Selection {
  Selects selects = Selects::kListed;
  std::vector<Item> items;  // at least one
};

struct Statement {
  std::string sid;  // empty when there is none
  Effect effect = Effect::kDeny;
  std::optional<Selection<PrincipalName>> principals;  // absent in identity policies only
  Selection<ActionPattern> actions;
  std::optional<Selection<ArnPattern>> resources;  // absent in trust policies, and may be in key policies
  std::vector<Condition> conditions;               // all of them must hold
};

struct Document {
  LanguageVersion version = LanguageVersion::k2008;
  std::string id;  // empty when there is none
  std::vector<Statement> statements;
};

// How long a document may be is the business of the operation that takes it.
inline constexpr size_t kMaxStatements = 600;

// The first fault in the order of the text, but missing and conflicting elements of an object come before its content.
std::variant<Document, Fault> read_document(std::string_view json, DocumentKind kind);

// The same for JSON that was read already; its reader has limited depth and size.
std::variant<Document, Fault> read_document(const wire::Value& root, DocumentKind kind);

// The same for callers that need no more than AWS's answer: refusal() of the fault.
Result<Document> parse_document(std::string_view json, DocumentKind kind);

}  // namespace coffer::policy
