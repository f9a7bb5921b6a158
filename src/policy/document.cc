#include "policy/document.h"

#include <algorithm>
#include <span>
#include <unordered_set>

#include "policy/scalar_text.h"
#include "policy/text.h"
#include "wire/json.h"

namespace coffer::policy {
namespace {

using wire::Kind;
using wire::Member;
using wire::Value;

// The deepest place of a valid document is a value of a condition: document, Statement, statement, Condition, operator,
// values. The count is more than 32,768 characters, the longest policy of all, can hold.
constexpr wire::JsonLimits kLimits = {.max_depth = 6, .max_values = 20'000};

enum class Presence { kRequired, kOptional, kForbidden };

struct Rules {
  Presence id = Presence::kOptional;
  Presence principal = Presence::kRequired;
  Presence not_principal = Presence::kOptional;
  Presence not_action = Presence::kOptional;
  Presence resource = Presence::kRequired;
  std::string_view sid_characters = "";  // besides letters and digits
  bool repeats_sids = false;
  bool takes_providers = false;      // as principals
  bool takes_everyone_only = false;  // likewise
};

Rules rules_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::kSecretPolicy:
      return {};
    case DocumentKind::kIdentityPolicy:
      return {.id = Presence::kForbidden, .principal = Presence::kForbidden, .not_principal = Presence::kForbidden};
    case DocumentKind::kTrustPolicy:
      return {.not_principal = Presence::kForbidden, .resource = Presence::kForbidden, .takes_providers = true};
    case DocumentKind::kKeyPolicy:
      return {.resource = Presence::kOptional, .sid_characters = " ", .repeats_sids = true};
    case DocumentKind::kResourceControlPolicy:
      return {.id = Presence::kForbidden,
              .not_principal = Presence::kForbidden,
              .not_action = Presence::kForbidden,
              .takes_everyone_only = true};
  }
  std::abort();
}

// A member that an object may have; a `twin` can stand in its place, but not beside it.
struct Element {
  std::string_view name;
  Presence presence;
  std::string_view twin = {};
};

// Goes through the document once and stops at the first fault. Its functions answer false when they have found one.
class Reader {
 public:
  explicit Reader(DocumentKind kind) : rules_(rules_of(kind)) {}

  bool document(const Value& root, Document& out) {
    const Element elements[] = {
        {"Version", Presence::kOptional}, {"Id", rules_.id}, {"Statement", Presence::kRequired}};
    if (!has_elements(root, elements)) return false;
    for (const Member& member : root.as_object()) {
      const At at(path_, member.name);
      const bool good = member.name == "Version" ? version(member.value, out.version)
                        : member.name == "Id"    ? text(member.value, out.id)
                                                 : statements(member.value, out.statements);
      if (!good) return false;
    }
    return true;
  }

  bool fail(FaultKind kind, std::string_view message) {
    fault_ = {kind, path_, std::string(message)};
    return false;
  }
  Fault take_fault() { return std::move(fault_); }

 private:
  // Where in the document the reader is, for as long as this lives.
  class At {
   public:
    At(std::string& path, std::string_view member) : path_(path), size_(path.size()) {
      if (!path.empty()) path += '.';
      path += member;
    }
    At(std::string& path, size_t index) : path_(path), size_(path.size()) {
      path.append("[").append(std::to_string(index)).append("]");
    }
    ~At() { path_.resize(size_); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    std::string& path_;
    const size_t size_;
  };

  bool has_elements(const Value& object, std::span<const Element> elements) {
    if (object.kind() != Kind::kObject) return fail(FaultKind::kWrongType, "must be an object");
    for (const Member& member : object.as_object()) {
      const auto known = std::ranges::find_if(elements, [&](const Element& one) {
        return one.name == member.name || (!one.twin.empty() && one.twin == member.name);
      });
      const At at(path_, member.name);
      if (known == elements.end()) return fail(FaultKind::kUnknownElement, "is no element of a policy");
      if (known->presence == Presence::kForbidden) {
        return fail(FaultKind::kForbiddenElement, "is not allowed in a policy of this kind");
      }
    }
    for (const Element& one : elements) {
      const bool has_name = has(object, one.name);
      const bool has_twin = !one.twin.empty() && has(object, one.twin);
      const At at(path_, one.name);
      if (has_name && has_twin) {
        return fail(FaultKind::kConflictingElements, "excludes " + std::string(one.twin));
      }
      if (one.presence == Presence::kRequired && !has_name && !has_twin) {
        return fail(FaultKind::kMissingElement, "is missing");
      }
    }
    return true;
  }

  static bool has(const Value& object, std::string_view name) {
    return std::ranges::any_of(object.as_object(), [name](const Member& member) { return member.name == name; });
  }

  bool text(const Value& value, std::string& out) {
    if (value.kind() != Kind::kString) return fail(FaultKind::kWrongType, "must be a string");
    out = value.as_string();
    return true;
  }

  // One value, or a list of at least one: `take` is called for each.
  template <class Take>
  bool one_or_more(const Value& value, const Take& take) {
    if (value.kind() != Kind::kList) return take(value);
    if (value.as_list().empty()) return fail(FaultKind::kEmptyList, "must not be empty");
    size_t index = 0;
    for (const Value& item : value.as_list()) {
      const At at(path_, index++);
      if (!take(item)) return false;
    }
    return true;
  }

  template <class Take>
  bool texts(const Value& value, const Take& take) {
    return one_or_more(value, [&](const Value& item) {
      if (item.kind() != Kind::kString) return fail(FaultKind::kWrongType, "must be a string or a list of strings");
      return take(item.as_string());
    });
  }

  bool version(const Value& value, LanguageVersion& out) {
    std::string name;
    if (!text(value, name)) return false;
    if (name != "2012-10-17" && name != "2008-10-17") {
      return fail(FaultKind::kVersion, "must be 2012-10-17 or 2008-10-17");
    }
    out = name == "2012-10-17" ? LanguageVersion::k2012 : LanguageVersion::k2008;
    return true;
  }

  bool statements(const Value& value, std::vector<Statement>& out) {
    return one_or_more(value, [&](const Value& item) {
      if (out.size() == kMaxStatements) return fail(FaultKind::kTooManyStatements, "is one statement too many");
      return statement(item, out.emplace_back());
    });
  }

  bool statement(const Value& value, Statement& out) {
    const Element elements[] = {
        {"Sid", Presence::kOptional},
        {"Effect", Presence::kRequired},
        {"Principal", rules_.principal, rules_.not_principal == Presence::kForbidden ? "" : "NotPrincipal"},
        {"NotPrincipal", rules_.not_principal},
        {"Action", Presence::kRequired, rules_.not_action == Presence::kForbidden ? "" : "NotAction"},
        {"NotAction", rules_.not_action},
        {"Resource", rules_.resource, "NotResource"},
        {"Condition", Presence::kOptional},
    };
    if (!has_elements(value, elements)) return false;
    for (const Member& member : value.as_object()) {
      const At at(path_, member.name);
      if (!element(member, out)) return false;
    }
    return true;
  }

  bool element(const Member& member, Statement& out) {
    if (member.name == "Sid") return sid(member.value, out.sid);
    if (member.name == "Effect") return effect(member.value, out.effect);
    if (member.name == "Condition") return conditions(member.value, out.conditions);
    const Selects selects = member.name.starts_with("Not") ? Selects::kAllButListed : Selects::kListed;
    if (member.name.ends_with("Principal")) {
      return principals(member.value, out.principals.emplace(Selection<PrincipalName>{selects, {}}).items);
    }
    if (member.name.ends_with("Resource")) {
      return resources(member.value, out.resources.emplace(Selection<ArnPattern>{selects, {}}).items);
    }
    out.actions.selects = selects;
    return actions(member.value, out.actions.items);
  }

  bool sid(const Value& value, std::string& out) {
    if (!text(value, out)) return false;
    if (out.empty()) return true;
    if (!consists_of(out, rules_.sid_characters)) return fail(FaultKind::kSid, "has a character that is not allowed");
    if (!sids_.insert(value.as_string()).second && !rules_.repeats_sids)
      return fail(FaultKind::kDuplicateSid, "is there twice");
    return true;
  }

  bool effect(const Value& value, Effect& out) {
    std::string name;
    if (!text(value, name)) return false;
    if (name != "Allow" && name != "Deny") return fail(FaultKind::kEffect, "must be Allow or Deny");
    out = name == "Allow" ? Effect::kAllow : Effect::kDeny;
    return true;
  }

  bool actions(const Value& value, std::vector<ActionPattern>& out) {
    return texts(value, [&](std::string_view text) {
      auto pattern = ActionPattern::parse(text);
      if (!pattern) return fail(FaultKind::kAction, "must be * or service:name, with wildcards in the name only");
      out.push_back(*std::move(pattern));
      return true;
    });
  }

  bool resources(const Value& value, std::vector<ArnPattern>& out) {
    return texts(value, [&](std::string_view text) {
      auto pattern = ArnPattern::parse(text);
      if (!pattern) return fail(FaultKind::kResource, "must be * or an ARN, without wildcards in its service");
      out.push_back(*std::move(pattern));
      return true;
    });
  }

  bool principals(const Value& value, std::vector<PrincipalName>& out) {
    if (value.kind() == Kind::kString) {
      if (value.as_string() != "*") return fail(FaultKind::kUnsupportedPrincipal, "must be * or an object");
      out.push_back(*parse_principal_name(PrincipalMember::kAws, "*"));
      return true;
    }
    if (value.kind() != Kind::kObject) return fail(FaultKind::kWrongType, "must be * or an object");
    if (value.as_object().empty()) return fail(FaultKind::kEmptyList, "must not be empty");
    for (const Member& member : value.as_object()) {
      const At at(path_, member.name);
      const auto kind = principal_member(member.name);
      if (!kind) return fail(FaultKind::kUnsupportedPrincipal, "is no kind of principal for a policy of this kind");
      const bool good = texts(member.value, [&](std::string_view text) { return principal(*kind, text, out); });
      if (!good) return false;
    }
    return true;
  }

  // CanonicalUser, of Amazon S3, is none of them.
  std::optional<PrincipalMember> principal_member(std::string_view name) const {
    if (name == "AWS") return PrincipalMember::kAws;
    if (name == "Service") return PrincipalMember::kService;
    if (name == "Federated" && rules_.takes_providers) return PrincipalMember::kFederated;
    return std::nullopt;
  }

  bool principal(PrincipalMember member, std::string_view text, std::vector<PrincipalName>& out) {
    auto name = parse_principal_name(member, text);
    if (!name && member == PrincipalMember::kService) {
      return fail(FaultKind::kServicePrincipal, "is no name of a service");
    }
    if (!name) return fail(FaultKind::kUnsupportedPrincipal, "is no name of a principal");
    if (rules_.takes_everyone_only && name->kind != PrincipalName::Kind::kEveryone) {
      return fail(FaultKind::kUnsupportedPrincipal, "must be *");
    }
    out.push_back(*std::move(name));
    return true;
  }

  bool conditions(const Value& value, std::vector<Condition>& out) {
    if (value.kind() != Kind::kObject) return fail(FaultKind::kWrongType, "must be an object");
    for (const Member& member : value.as_object()) {
      const At at(path_, member.name);
      const auto op = ConditionOperator::parse(member.name);
      if (!op) return fail(FaultKind::kConditionOperator, "is no operator");
      if (member.value.kind() != Kind::kObject) return fail(FaultKind::kWrongType, "must be an object");
      for (const Member& test : member.value.as_object()) {
        const At at_key(path_, test.name);
        if (!is_condition_key(test.name)) return fail(FaultKind::kConditionKey, "must be service:name");
        if (!condition(test, *op, out.emplace_back())) return false;
      }
    }
    return true;
  }

  bool condition(const Member& test, const ConditionOperator& op, Condition& out) {
    out.op = op;
    out.key = test.name;
    return one_or_more(test.value, [&](const Value& item) {
      auto value = scalar_text(item);
      if (!value) return fail(FaultKind::kWrongType, "must be strings, numbers or booleans");
      if (!is_value_for(op.comparison, *value)) return fail(FaultKind::kConditionValue, "is no value for the operator");
      out.values.push_back(*std::move(value));
      return true;
    });
  }

  const Rules rules_;
  std::string path_;
  Fault fault_{FaultKind::kJson, {}, {}};
  std::unordered_set<std::string_view> sids_;  // views into the JSON
};

}  // namespace

std::variant<Document, Fault> read_document(std::string_view json, DocumentKind kind) {
  wire::Document tree;
  if (!wire::parse_json(json, kLimits, tree).ok()) {
    return Fault{FaultKind::kJson, {}, "is no JSON, has a member twice, or has too many values or levels"};
  }
  return read_document(tree.root(), kind);
}

std::variant<Document, Fault> read_document(const Value& root, DocumentKind kind) {
  Reader reader(kind);
  Document document;
  if (!reader.document(root, document)) return reader.take_fault();
  return document;
}

Result<Document> parse_document(std::string_view json, DocumentKind kind) {
  auto read = read_document(json, kind);
  if (const Fault* const fault = std::get_if<Fault>(&read)) return refusal(fault->kind);
  return std::get<Document>(std::move(read));
}

}  // namespace coffer::policy
