#include "policy/principal_binding.h"

#include <algorithm>

#include "wire/json.h"

namespace coffer::policy {
namespace {

bool is_bound(PrincipalName::Kind kind) {
  switch (kind) {
    case PrincipalName::Kind::kUser:
    case PrincipalName::Kind::kRole:
    case PrincipalName::Kind::kUniqueId:
      return true;
    case PrincipalName::Kind::kEveryone:
    case PrincipalName::Kind::kAccount:
    case PrincipalName::Kind::kRoleSession:
    case PrincipalName::Kind::kFederatedUser:
    case PrincipalName::Kind::kService:
    case PrincipalName::Kind::kFederatedProvider:
      return false;
  }
  std::abort();
}

const PrincipalBinding* find_binding(const std::vector<PrincipalBinding>& bindings, std::string_view text) {
  const auto found = std::ranges::find(bindings, text, &PrincipalBinding::text);
  return found == bindings.end() ? nullptr : &*found;
}

// What a JSON string says.
std::string said_by(std::string_view token) {
  const std::string_view inside = token.substr(1, token.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return std::string(inside);
  wire::Document document;
  if (!wire::parse_json(token, {}, document).ok() || document.root().kind() != wire::Kind::kString) return {};
  return std::string(document.root().as_string());
}

// Walks over the text of a document, which is valid JSON, and hands every string among its principals to `take`, as a
// place in the text: everything else has to stay as it is, blanks included.
template <class Take>
class PrincipalWalk {
 public:
  PrincipalWalk(std::string_view text, const Take& take) : text_(text), take_(take) {}

  void run() { value(Place::kDocument); }

 private:
  // Where a value stands.
  enum class Place { kDocument, kStatement, kPrincipals, kElsewhere };

  Place below(Place place, std::string_view member) const {
    if (place == Place::kDocument && member == "Statement") return Place::kStatement;
    if (place == Place::kStatement && (member == "Principal" || member == "NotPrincipal")) return Place::kPrincipals;
    return place == Place::kPrincipals ? Place::kPrincipals : Place::kElsewhere;
  }

  void value(Place place) {
    blanks();
    if (at_ >= text_.size()) return;
    if (text_[at_] == '{') return object(place);
    if (text_[at_] == '[') return list(place);
    if (text_[at_] == '"') {
      const std::string_view token = string();
      if (place == Place::kPrincipals) take_(static_cast<size_t>(token.data() - text_.data()), token);
      return;
    }
    at_ = std::min(text_.size(), text_.find_first_of(",]} \t\r\n", at_));
  }

  void object(Place place) {
    for (++at_; !ends('}');) {
      const std::string_view token = string();
      blanks();
      ++at_;  // the colon
      value(below(place, said_by(token)));
    }
  }

  // A list stands where it stands: Statement, and the names of a kind, are one or many.
  void list(Place place) {
    for (++at_; !ends(']');)
      value(place);
  }

  bool ends(char closing) {
    blanks();
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      blanks();
    }
    if (at_ < text_.size() && text_[at_] != closing) return false;
    ++at_;
    return true;
  }

  // With its quotes.
  std::string_view string() {
    const size_t begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(text_.size(), at_ + 1);
    return text_.substr(begin, at_ - begin);
  }

  void blanks() { at_ = std::min(text_.size(), text_.find_first_not_of(" \t\r\n", at_)); }

  const std::string_view text_;
  const Take& take_;
  size_t at_ = 0;
};

}  // namespace

Result<Binding> bind_principals(const Document& document, const IdentityDirectory& directory) {
  Binding result;
  for (const Statement& statement : document.statements) {
    if (!statement.principals) continue;
    for (const PrincipalName& name : statement.principals->items) {
      if (!is_bound(name.kind) || find_binding(result.bindings, name.text) != nullptr) continue;
      std::optional<std::string> unique_id;
      if (name.kind == PrincipalName::Kind::kUniqueId) {
        COFFER_ASSIGN(const auto arn, directory.arn(name.text));
        if (arn) unique_id = name.text;
      } else {
        COFFER_ASSIGN(unique_id, directory.unique_id(name));
      }
      if (!unique_id) {
        result.missing = name;
        return result;
      }
      result.bindings.push_back({name.text, *std::move(unique_id)});
    }
  }
  return result;
}

Document with_unique_ids(Document document, const std::vector<PrincipalBinding>& bindings) {
  for (Statement& statement : document.statements) {
    if (!statement.principals) continue;
    for (PrincipalName& name : statement.principals->items) {
      const PrincipalBinding* const binding = is_bound(name.kind) ? find_binding(bindings, name.text) : nullptr;
      if (binding != nullptr) name = {PrincipalName::Kind::kUniqueId, binding->unique_id, {}};
    }
  }
  return document;
}

Result<std::string> show_principals(std::string_view text, const std::vector<PrincipalBinding>& bindings,
                                    const IdentityDirectory& directory) {
  struct Shown {
    std::string text;
    std::string now;
  };
  std::vector<Shown> changed;
  for (const PrincipalBinding& binding : bindings) {
    COFFER_ASSIGN(auto arn, directory.arn(binding.unique_id));
    std::string now = arn ? *std::move(arn) : binding.unique_id;
    if (now != binding.text) changed.push_back({binding.text, std::move(now)});
  }
  if (changed.empty()) return std::string(text);

  std::string shown;
  size_t copied = 0;
  const auto take = [&](size_t begin, std::string_view token) {
    const auto found = std::ranges::find(changed, said_by(token), &Shown::text);
    if (found == changed.end()) return;
    // Neither ARNs of users and roles nor unique ids hold anything that JSON escapes but a quote or a backslash, which
    // a path may have.
    shown.append(text.substr(copied, begin - copied)).append("\"");
    for (const char c : found->now) {
      if (c == '"' || c == '\\') shown.push_back('\\');
      shown.push_back(c);
    }
    shown.append("\"");
    copied = begin + token.size();
  };
  PrincipalWalk(text, take).run();
  shown.append(text.substr(copied));
  return shown;
}

}  // namespace coffer::policy
