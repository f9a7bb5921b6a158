#include "policy/testing/naive_evaluator.h"

#include <strings.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>

namespace coffer::policy::testing {
namespace {

using Strings = std::vector<std::string>;

bool same_letters(const std::string& a, const std::string& b) {
  return strcasecmp(a.c_str(), b.c_str()) == 0;
}

std::string lower(std::string text) {
  for (char& c : text)
    c = static_cast<char>(tolower(c));
  return text;
}

// A text of a policy: its characters, and for each whether it is literal ('L'), so that '*' and '?' are no wildcards.
struct Text {
  std::string chars;
  std::string marks;

  void add(char c, bool literal) {
    chars += c;
    marks += literal ? 'L' : ' ';
  }
};

Text text_of(const std::string& text) {
  return {text, std::string(text.size(), ' ')};
}

bool is_like(const std::string& value, size_t at, const Text& pattern, size_t from) {
  if (from == pattern.chars.size()) return at == value.size();
  const char c = pattern.chars[from];
  const bool literal = pattern.marks[from] == 'L';
  if (c == '*' && !literal) {
    for (size_t end = at; end <= value.size(); ++end) {
      if (is_like(value, end, pattern, from + 1)) return true;
    }
    return false;
  }
  if (at == value.size()) return false;
  if (c != value[at] && (c != '?' || literal)) return false;
  return is_like(value, at + 1, pattern, from + 1);
}

bool is_like(const std::string& value, const Text& pattern) {
  return is_like(value, 0, pattern, 0);
}

// At the first `most - 1` colons.
std::vector<Text> split(const Text& text, size_t most) {
  std::vector<Text> parts(1);
  for (size_t i = 0; i < text.chars.size(); ++i) {
    if (text.chars[i] == ':' && parts.size() < most) {
      parts.emplace_back();
    } else {
      parts.back().add(text.chars[i], text.marks[i] == 'L');
    }
  }
  return parts;
}

Strings split(const std::string& text, size_t most) {
  Strings parts;
  for (const Text& part : split(text_of(text), most))
    parts.push_back(part.chars);
  return parts;
}

const NaiveKey* find(const NaiveRequest& request, const std::string& key) {
  for (const NaiveKey& one : request.keys) {
    if (same_letters(one.name, key)) return &one;
  }
  return nullptr;
}

std::string without_spaces_around(std::string text) {
  while (!text.empty() && text.front() == ' ')
    text.erase(0, 1);
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return text;
}

// Variables of version 2012-10-17; nullopt: one stands for nothing. The generator writes no broken ones.
std::optional<Text> expand(const std::string& text, LanguageVersion version, const NaiveRequest& request) {
  if (version == LanguageVersion::k2008) return text_of(text);
  Text result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "${") != 0) {
      result.add(text[i], false);
      continue;
    }
    const size_t end = text.find('}', i);
    const std::string inside = text.substr(i + 2, end - i - 2);
    i = end;
    const size_t comma = inside.find(',');
    const std::string key = without_spaces_around(inside.substr(0, comma));
    std::string value;
    if (key == "*" || key == "?" || key == "$") {
      value = key;
    } else if (const NaiveKey* const found = find(request, key)) {
      if (found->is_list) return std::nullopt;
      value = found->values[0];
    } else if (comma != std::string::npos) {
      value = without_spaces_around(inside.substr(comma + 1));
      value = value.substr(1, value.size() - 2);
    } else {
      return std::nullopt;
    }
    for (const char c : value)
      result.add(c, true);
  }
  return result;
}

bool covers_action(const Statement& statement, const NaiveRequest& request) {
  bool listed = false;
  const std::string asked = lower(request.action);
  for (const ActionPattern& pattern : statement.actions.items) {
    // Only behind the colon are there wildcards, and no action has two colons.
    if (is_like(asked, text_of(lower(pattern.text())))) listed = true;
  }
  return listed == (statement.actions.selects == Selects::kListed);
}

bool matches_resource(const std::string& pattern, LanguageVersion version, const NaiveRequest& request) {
  if (pattern == "*") return true;
  const Strings asked = split(request.resource, 6);
  if (asked.size() < 6 || asked[0] != "arn") return false;
  Strings wanted = split(pattern, 6);
  while (wanted.size() < 6)
    wanted.push_back("*");
  for (size_t i = 0; i < 5; ++i) {
    if (!is_like(asked[i], text_of(wanted[i]))) return false;
  }
  const auto name = expand(wanted[5], version, request);
  return name && is_like(asked[5], *name);
}

bool covers_resource(const Statement& statement, LanguageVersion version, const NaiveRequest& request,
                     bool is_trust_policy) {
  if (!statement.resources) return is_trust_policy;
  bool listed = false;
  for (const ArnPattern& pattern : statement.resources->items) {
    if (matches_resource(pattern.text(), version, request)) listed = true;
  }
  return listed == (statement.resources->selects == Selects::kListed);
}

std::optional<double> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double value = strtod(text.c_str(), &end);
  if (*end != '\0') return std::nullopt;
  return value;
}

// "2026-01-31", "2026-01-31T10:00:00Z", seconds.
std::optional<double> date(const std::string& text) {
  if (text.size() > 4 && text.find_first_not_of("0123456789") == std::string::npos) return number(text);
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  const int count = sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ", &y, &mo, &d, &h, &mi, &s);
  if (count != 3 && count != 6) return std::nullopt;
  tm when{};
  when.tm_year = y - 1900;
  when.tm_mon = mo - 1;
  when.tm_mday = d;
  when.tm_hour = h;
  when.tm_min = mi;
  when.tm_sec = s;
  return static_cast<double>(timegm(&when));
}

struct Range {
  unsigned address;
  int prefix;
};

std::optional<Range> range(const std::string& text) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  int prefix = 32;
  const int count = sscanf(text.c_str(), "%u.%u.%u.%u/%d", &a, &b, &c, &d, &prefix);
  if (count < 4) return std::nullopt;
  return Range{a << 24 | b << 16 | c << 8 | d, prefix};
}

bool is_in(const std::string& address, const std::string& network) {
  const auto one = range(address), all = range(network);
  if (!one || !all) return false;
  const unsigned mask = all->prefix == 0 ? 0 : ~0u << (32 - all->prefix);
  return (one->address & mask) == (all->address & mask);
}

std::string base64(const std::string& bytes) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j)
      result += i + j <= bytes.size() ? alphabet[bits >> (18 - 6 * j) & 63] : '=';
  }
  return result;
}

bool arn_is_like(const std::string& value, const Text& wanted) {
  const Strings fields = split(value, 6);
  const std::vector<Text> patterns = split(wanted, 6);
  if (fields.size() != 6 || patterns.size() != 6) return false;
  for (size_t i = 0; i < 6; ++i) {
    if (!is_like(fields[i], patterns[i])) return false;
  }
  return true;
}

// Whether the comparison holds between a value of the request and one of the policy; a negated one as what it negates.
bool compare(Comparison comparison, const std::string& value, const std::string& wanted, LanguageVersion version,
             const NaiveRequest& request) {
  std::optional<double> v, w, when, limit;
  std::optional<Text> expanded;
  if (comparison >= Comparison::kNumericEquals && comparison <= Comparison::kNumericGreaterThanEquals) {
    v = number(value);
    w = number(wanted);
  } else if (comparison >= Comparison::kDateEquals && comparison <= Comparison::kDateGreaterThanEquals) {
    when = date(value);
    limit = date(wanted);
  } else {
    expanded = expand(wanted, version, request);
  }
  switch (comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringNotEquals:
      return expanded && value == expanded->chars;
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringNotEqualsIgnoreCase:
      return expanded && same_letters(value, expanded->chars);
    case Comparison::kStringLike:
    case Comparison::kStringNotLike:
      return expanded && is_like(value, *expanded);
    case Comparison::kNumericEquals:
    case Comparison::kNumericNotEquals:
      return v && w && *v == *w;
    case Comparison::kNumericLessThan:
      return v && w && *v < *w;
    case Comparison::kNumericLessThanEquals:
      return v && w && *v <= *w;
    case Comparison::kNumericGreaterThan:
      return v && w && *v > *w;
    case Comparison::kNumericGreaterThanEquals:
      return v && w && *v >= *w;
    case Comparison::kDateEquals:
    case Comparison::kDateNotEquals:
      return when && limit && *when == *limit;
    case Comparison::kDateLessThan:
      return when && limit && *when < *limit;
    case Comparison::kDateLessThanEquals:
      return when && limit && *when <= *limit;
    case Comparison::kDateGreaterThan:
      return when && limit && *when > *limit;
    case Comparison::kDateGreaterThanEquals:
      return when && limit && *when >= *limit;
    case Comparison::kBool:
      return expanded && (same_letters(value, "true") || same_letters(value, "false")) &&
             same_letters(value, expanded->chars);
    case Comparison::kBinaryEquals:
      return wanted == base64(value) || wanted == value;
    case Comparison::kIpAddress:
    case Comparison::kNotIpAddress:
      return is_in(value, wanted);
    case Comparison::kArnEquals:
    case Comparison::kArnNotEquals:
    case Comparison::kArnLike:
    case Comparison::kArnNotLike:
      return expanded && arn_is_like(value, *expanded);
    case Comparison::kNull:
      return false;
  }
  return false;
}

bool holds(const Condition& condition, LanguageVersion version, const NaiveRequest& request) {
  const Comparison comparison = condition.op.comparison;
  const NaiveKey* const key = find(request, condition.key);
  const bool missing = key == nullptr || key->values.empty();
  if (comparison == Comparison::kNull) {
    for (const std::string& wanted : condition.values) {
      if (same_letters(wanted, missing ? "true" : "false")) return true;
    }
    return false;
  }
  const bool negated = condition.op.text().find("Not") != std::string::npos;
  std::vector<bool> satisfied;
  bool empty = true;
  if (!missing) {
    for (const std::string& value : key->values) {
      bool any = false;
      for (const std::string& wanted : condition.values)
        any = any || compare(comparison, value, wanted, version, request);
      satisfied.push_back(negated ? !any : any);
      if (!value.empty()) empty = false;
    }
  }
  bool any = false, all = true;
  for (const bool one : satisfied) {
    any = any || one;
    all = all && one;
  }
  if (condition.op.quantifier == Quantifier::kForAllValues) return missing || empty || all;
  if (condition.op.quantifier == Quantifier::kForAnyValue) return !missing && !empty && any;
  if (missing) return condition.op.if_exists || negated;
  return any;
}

enum class How { kNot, kAccount, kRole, kDirect };

How named(const PrincipalName& name, const NaiveRequest& request) {
  const bool has_account = !request.account.empty();
  const bool is_session = request.kind == NaiveKind::kRoleSession;
  const std::string id = request.user_id.substr(0, request.user_id.find(':'));
  switch (name.kind) {
    case PrincipalName::Kind::kEveryone:
      return How::kDirect;
    case PrincipalName::Kind::kAccount:
      return has_account && name.account.text() == request.account ? How::kAccount : How::kNot;
    case PrincipalName::Kind::kUser:
      if (request.kind == NaiveKind::kUser && name.text == request.arn) return How::kDirect;
      if (request.kind == NaiveKind::kFederatedUser && name.text == request.parent_arn) return How::kRole;
      return How::kNot;
    case PrincipalName::Kind::kRole: {
      if (!is_session) return How::kNot;
      if (!request.role_arn.empty()) return name.text == request.role_arn ? How::kRole : How::kNot;
      const std::string role = name.text.substr(name.text.rfind('/') + 1);
      const std::string start = "arn:aws:sts::" + name.account.text() + ":assumed-role/" + role + "/";
      return request.arn.find(start) == 0 ? How::kRole : How::kNot;
    }
    case PrincipalName::Kind::kRoleSession:
    case PrincipalName::Kind::kFederatedUser:
      return has_account && name.text == request.arn ? How::kDirect : How::kNot;
    case PrincipalName::Kind::kUniqueId:
      if (request.kind == NaiveKind::kUser && name.text == id) return How::kDirect;
      if (is_session && name.text == id) return How::kRole;
      if (request.kind == NaiveKind::kFederatedUser && name.text == request.parent_id) return How::kRole;
      return How::kNot;
    case PrincipalName::Kind::kService:
      return request.kind == NaiveKind::kService && name.text == request.arn ? How::kDirect : How::kNot;
    case PrincipalName::Kind::kFederatedProvider:
      return request.kind == NaiveKind::kProvider && name.text == request.arn ? How::kDirect : How::kNot;
  }
  return How::kNot;
}

How named(const Statement& statement, const NaiveRequest& request) {
  if (!statement.principals) return How::kNot;
  bool everyone = false, direct = false, role = false, account = false;
  for (const PrincipalName& name : statement.principals->items) {
    const How how = named(name, request);
    everyone = everyone || name.kind == PrincipalName::Kind::kEveryone;
    direct = direct || how == How::kDirect;
    role = role || how == How::kRole;
    account = account || how == How::kAccount;
  }
  if (statement.principals->selects == Selects::kListed) {
    if (direct) return How::kDirect;
    if (role) return How::kRole;
    return account ? How::kAccount : How::kNot;
  }
  if (statement.effect == Effect::kAllow) return direct || role || account ? How::kNot : How::kDirect;
  if (!request.boundary.empty()) return How::kDirect;
  bool spared = direct;
  if (request.kind == NaiveKind::kRoot) spared = account;
  if (request.kind == NaiveKind::kRoleSession) spared = direct && role && account;
  return spared || everyone ? How::kNot : How::kDirect;
}

struct Says {
  bool deny = false;
  bool direct = false, role = false, account = false;
  bool allow() const { return direct || role || account; }
};

class Naive {
 public:
  explicit Naive(const NaiveRequest& request) : r_(request) {}

  NaiveAnswer answer() {
    const std::string action = lower(r_.action);
    const bool has_account = !r_.account.empty();
    if (has_account && (action == "sts:getcalleridentity" || action == "sts:getsessiontoken")) return end("Allowed");

    bool rcp = true, scp = true, any_deny = false;
    for (const auto& level : r_.rcps) {
      const Says says = ask(level, true);
      any_deny = any_deny || says.deny;
      rcp = rcp && says.allow();
    }
    if (has_account) {
      for (const auto& level : r_.scps) {
        const Says says = ask(level, false);
        any_deny = any_deny || says.deny;
        scp = scp && says.allow();
      }
    }
    Says resource;
    if (r_.resource_policy != nullptr) resource = ask({r_.resource_policy}, true);
    any_deny = any_deny || resource.deny;

    const bool root = r_.kind == NaiveKind::kRoot;
    Says identity, boundary, session;
    if (has_account && !root) {
      identity = ask(r_.identity, false);
      boundary = ask(r_.boundary, false);
      session = ask(r_.session, false);
      any_deny = any_deny || identity.deny || boundary.deny || session.deny;
    }
    const bool boundary_ok = r_.boundary.empty() || boundary.allow();
    bool session_ok = r_.session.empty() || session.allow();
    if (r_.kind == NaiveKind::kFederatedUser && r_.session.empty()) session_ok = false;

    if (any_deny) return end("ExplicitlyDenied");
    if (!rcp || !scp) return end("ImplicitlyDenied");

    const bool is_key = r_.rule == NaiveRule::kKeyPolicy;
    const bool is_plain = r_.rule == NaiveRule::kOrdinary;
    // Another way to say that the key is open to the account.
    const bool to_account = is_key && r_.grant_allows && r_.grant_is_for_account;
    bool allow = false;
    if (!has_account) {
      allow = resource.allow();
    } else if (is_key && r_.account != r_.resource_account && !is_open_to_other_accounts(action)) {
      allow = false;
    } else if (is_key && r_.grant_allows && !r_.grant_is_for_account) {
      allow = true;
    } else if (r_.account == r_.resource_account) {
      if (root) {
        allow = is_plain || resource.direct || resource.account || to_account;
      } else if (resource.direct) {
        allow = true;
      } else {
        const bool base = is_plain ? identity.allow() || resource.role
                                   : resource.role || ((resource.account || to_account) && identity.allow());
        allow = base && boundary_ok && session_ok;
      }
    } else {
      const bool theirs = root || (identity.allow() && boundary_ok && session_ok);
      allow = theirs && (resource.allow() || to_account);
    }
    return end(allow ? "Allowed" : "ImplicitlyDenied");
  }

 private:
  static bool is_open_to_other_accounts(const std::string& action) {
    for (const char* const one : {"Encrypt",
                                  "Decrypt",
                                  "ReEncryptFrom",
                                  "ReEncryptTo",
                                  "GenerateDataKey",
                                  "GenerateDataKeyPair",
                                  "GenerateDataKeyWithoutPlaintext",
                                  "GenerateDataKeyPairWithoutPlaintext",
                                  "GenerateMac",
                                  "VerifyMac",
                                  "Sign",
                                  "Verify",
                                  "DeriveSharedSecret",
                                  "CreateGrant",
                                  "ListGrants",
                                  "RevokeGrant",
                                  "RetireGrant",
                                  "DescribeKey",
                                  "GetKeyRotationStatus",
                                  "GetPublicKey"}) {
      if (action == lower(std::string("kms:") + one)) return true;
    }
    return false;
  }

  Says ask(const std::vector<const Document*>& policies, bool has_principals) {
    Says says;
    for (const Document* const policy : policies) {
      for (size_t i = 0; i < policy->statements.size(); ++i) {
        const Statement& statement = policy->statements[i];
        const How how = has_principals ? named(statement, r_) : How::kDirect;
        const bool is_trust = policy == r_.resource_policy && r_.rule == NaiveRule::kTrustPolicy;
        bool applies = how != How::kNot && covers_action(statement, r_) &&
                       covers_resource(statement, policy->version, r_, is_trust);
        for (const Condition& condition : statement.conditions)
          applies = applies && holds(condition, policy->version, r_);
        if (!applies) continue;
        if (statement.effect == Effect::kDeny) {
          says.deny = true;
          answer_.denying.insert({policy, i});
        } else {
          answer_.allowing.insert({policy, i});
          says.direct = says.direct || how == How::kDirect;
          says.role = says.role || how == How::kRole;
          says.account = says.account || how == How::kAccount;
        }
      }
    }
    return says;
  }

  NaiveAnswer end(const std::string& decision) {
    answer_.decision = decision;
    return answer_;
  }

  const NaiveRequest& r_;
  NaiveAnswer answer_;
};

}  // namespace

NaiveAnswer evaluate_naively(const NaiveRequest& request) {
  return Naive(request).answer();
}

}  // namespace coffer::policy::testing
