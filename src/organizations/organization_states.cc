#include "organizations/organization_states.h"

#include "home/state_rows.h"
#include "organizations/organization_rows.h"
#include "store/keys.h"

namespace coffer::organizations {
namespace {

constexpr std::string_view kWord = "organization";

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a row of an organization arrived, or is here, that makes no sense"};
}

Result<RowName> parse_name(std::string_view prefix, std::string_view name) {
  const std::string key = home::row_key(prefix, name);
  const auto parsed = name_of_key(key);
  if (!parsed) return damaged();
  // A view of `name`, not of the key.
  return RowName{parsed->kind, name.substr(name.size() - parsed->id.size())};
}

// The account that the row makes a member; empty: none.
Result<AccountId> member_of(std::string_view prefix, std::string_view name, std::string_view value) {
  if (name.empty()) return AccountId();
  COFFER_ASSIGN(const RowName row, parse_name(prefix, name));
  if (row.kind != RowKind::kNode) return AccountId();
  COFFER_ASSIGN(const Node node, decode_node(row.id, value));
  return kind_of(node.id) == NodeKind::kAccount ? account_of(node.id) : AccountId();
}

Result<void> check(std::string_view prefix, const home::StateId& id, const home::StateRow& row) {
  if (!OrganizationId::parse(id.name) || !id.account.empty() || !row.secrets.empty()) return damaged();
  if (row.name.empty()) {
    COFFER_TRY(decode_organization(id.name, *row.value));
    return {};
  }
  COFFER_ASSIGN(const RowName name, parse_name(prefix, row.name));
  switch (name.kind) {
    case RowKind::kNode:
      COFFER_TRY(decode_node(name.id, *row.value));
      return {};
    case RowKind::kPolicy:
      COFFER_TRY(decode_policy(name.id, *row.value));
      return {};
    case RowKind::kRequest:
      COFFER_TRY(decode_request(name.id, *row.value));
      return {};
  }
  return damaged();
}

}  // namespace

home::StateId state_of_organization(const OrganizationId& organization) {
  return {std::string(kWord), {}, organization.text()};
}

std::string_view OrganizationStates::word() const {
  return kWord;
}

Result<std::vector<home::StateId>> OrganizationStates::all() const {
  std::vector<home::StateId> ids;
  store::ScanRange range = store::ScanRange::prefix(organization_prefix(), 1);
  for (;;) {
    COFFER_ASSIGN(const auto rows, store_.scan(range));
    if (rows.empty()) return ids;
    const auto id = OrganizationId::parse(organization_of_key(rows.front().key).value_or(""));
    if (!id) return damaged();
    ids.push_back(state_of_organization(*id));
    range.begin = organization_end(*id);
  }
}

std::string OrganizationStates::prefix(const home::StateId& id) const {
  return organization_prefix() + id.name;
}

Result<uint64_t> OrganizationStates::generation(const store::Row& row) const {
  return generation_of(row.value);
}

Result<home::StateRow> OrganizationStates::leaving(const home::StateId&, std::string_view name,
                                                   std::string_view value) const {
  return home::StateRow{std::string(name), std::string(value), {}};
}

Result<home::ArrivedRow> OrganizationStates::arriving(const home::StateId& id, const home::StateRow& row) const {
  const std::string own = prefix(id);
  COFFER_TRY(check(own, id, row));
  COFFER_ASSIGN(const AccountId member, member_of(own, row.name, *row.value));
  home::ArrivedRow arrived{*row.value, {}};
  if (!member.empty()) arrived.attendants.push_back({membership_key(member.text()), id.name});
  return arrived;
}

Result<std::vector<home::Attendant>> OrganizationStates::attendants(const home::StateId& id, std::string_view name,
                                                                    std::string_view value) const {
  COFFER_ASSIGN(const AccountId member, member_of(prefix(id), name, value));
  std::vector<home::Attendant> all;
  if (!member.empty()) all.push_back({membership_key(member.text()), id.name});
  return all;
}

}  // namespace coffer::organizations
