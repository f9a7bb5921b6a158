#include "services/organizations/common_bounds.h"

#include <algorithm>

#include "organizations/ids.h"
#include "organizations/refusals.h"

namespace coffer::organizations_service {
namespace {

using organizations::NodeId;
using organizations::NodeKind;
using organizations::PolicyId;
using organizations::RequestId;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_node(std::string_view text, std::initializer_list<NodeKind> kinds) {
  const auto id = NodeId::parse(text);
  return id && std::ranges::find(kinds, kind_of(*id)) != kinds.end();
}
bool is_account(std::string_view text) {
  return is_node(text, {NodeKind::kAccount});
}
bool is_root(std::string_view text) {
  return is_node(text, {NodeKind::kRoot});
}
bool is_unit(std::string_view text) {
  return is_node(text, {NodeKind::kUnit});
}
bool is_parent(std::string_view text) {
  return is_node(text, {NodeKind::kRoot, NodeKind::kUnit});
}
bool is_child(std::string_view text) {
  return is_node(text, {NodeKind::kAccount, NodeKind::kUnit});
}
bool is_target(std::string_view text) {
  return NodeId::parse(text).has_value();
}
bool is_policy(std::string_view text) {
  return PolicyId::parse(text).has_value();
}
bool is_resource(std::string_view text) {
  return is_target(text) || is_policy(text);
}
bool is_request(std::string_view text) {
  return RequestId::parse(text).has_value();
}
bool is_anything(std::string_view) {
  return true;
}

bool is_printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// Something, "@", something, ".", something: without spaces and further "@".
bool is_email(std::string_view text) {
  const size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  if (text.find_first_of(" \t\r\n\v\f") != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const size_t dot = domain.find('.', 1);
  return dot != std::string_view::npos && dot + 1 < domain.size();
}

bool is_role_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
}

bool is_service_principal(std::string_view text) {
  return text.empty() || is_role_name(text);
}

// Of the letters and numbers of all scripts only the ASCII ones are told from the rest of their plane.
bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || is_letter_or_digit(c) ||
           std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
  });
}

}  // namespace

const wire::Pattern kAccountIdPattern{"^\\d{12}$", is_account};
const wire::Pattern kRootIdPattern{"^r-[0-9a-z]{4,32}$", is_root};
const wire::Pattern kUnitIdPattern{"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$", is_unit};
const wire::Pattern kParentIdPattern{"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", is_parent};
const wire::Pattern kChildIdPattern{"^(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", is_child};
const wire::Pattern kTargetIdPattern{"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", is_target};
const wire::Pattern kPolicyIdPattern{"^p-[0-9a-zA-Z_]{8,128}$", is_policy};
const wire::Pattern kResourceIdPattern{
    "^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})|(^p-[0-9a-zA-Z_]{8,128})|(^rp-[0-9a-zA-Z_]{4,"
    "128})|(^rt-[0-9a-zA-Z_]{8,32})$",
    is_resource};
const wire::Pattern kRequestIdPattern{"^car-[a-z0-9]{8,32}$", is_request};
const wire::Pattern kAnyPattern{"[\\s\\S]*", is_anything};
const wire::Pattern kAccountNamePattern{"[\\u0020-\\u007E]+", is_printable};
const wire::Pattern kEmailPattern{"[^\\s@]+@[^\\s@]+\\.[^\\s@]+", is_email};
const wire::Pattern kRoleNamePattern{"[\\w+=,.@-]{1,64}", is_role_name};
const wire::Pattern kServicePrincipalPattern{"[\\w+=,.@-]*", is_service_principal};
const wire::Pattern kTagPattern{"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", is_tag_text};

Error invalid_input_of(const Error& violation) {
  struct Words {
    std::string_view constraint;
    std::string_view answer;
  };
  // Of several violations, the first of these.
  static constexpr Words kWords[] = {
      {"must not be null", "You must include a value for all required parameters."},
      {"regular expression pattern", "You provided a value that does not match the required pattern."},
      {"length less than or equal to", "You provided a string parameter that is longer than allowed."},
      {"length greater than or equal to", "You provided a string parameter that is shorter than allowed."},
      {"value less than or equal to", "You provided a numeric parameter that has a larger value than allowed."},
      {"value greater than or equal to", "You provided a numeric parameter that has a smaller value than allowed."},
  };
  for (const Words& words : kWords) {
    if (violation.message.find(words.constraint) != std::string::npos) {
      return organizations::invalid_input(words.answer);
    }
  }
  return organizations::invalid_input("You specified an invalid value.");
}

}  // namespace coffer::organizations_service
