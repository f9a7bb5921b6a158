// The keys of organizations' rows, and their values as records. Format page: docs/formats/organizations.md.
// Everything of one organization lies below one prefix, so that one scan reads it all as it was at one moment. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "organizations/organization.h"

namespace coffer::organizations {

enum class RowKind : char { kRequest = 'c', kNode = 'n', kPolicy = 'p' };

// "og" SEP organization, which holds the generation.
std::string organization_key(const OrganizationId& organization);
// Before the rows of all organizations, and behind those of one.
std::string organization_prefix();
std::string organization_end(const OrganizationId& organization);
// "og" SEP organization SEP kind SEP id.
std::string row_key(const OrganizationId& organization, const NodeId& node);
std::string row_key(const OrganizationId& organization, const PolicyId& policy);
std::string row_key(const OrganizationId& organization, const RequestId& request);
// "oa" SEP account: the id of the organization that it is in.
std::string membership_key(std::string_view account);

// The organization that a row of family "og" is about, and the account of one of "oa"; nullopt for any other.
std::optional<std::string_view> organization_of_key(std::string_view key);
std::optional<std::string_view> account_of_key(std::string_view key);

// What stands behind the organization in a key of "og".
struct RowName {
  RowKind kind;
  std::string_view id;
};
// nullopt for the organization's own row, and for what is none of these kinds.
std::optional<RowName> name_of_key(std::string_view key);

// `generation`: of the change that writes the record.
std::string encode(const Organization& organization, uint64_t generation);
std::string encode(const Node& node, uint64_t generation);
std::string encode(const Policy& policy, uint64_t generation);
std::string encode(const AccountRequest& request, uint64_t generation);

// kCorrupt for what encode() did not make, and for ids that are none.
// Of the change that wrote the record, of whatever kind it is.
Result<uint64_t> generation_of(std::string_view value);
struct StoredOrganization {
  Organization organization;
  uint64_t generation = 0;
};
Result<StoredOrganization> decode_organization(std::string_view id, std::string_view value);
Result<Node> decode_node(std::string_view id, std::string_view value);
Result<Policy> decode_policy(std::string_view id, std::string_view value);
Result<AccountRequest> decode_request(std::string_view id, std::string_view value);

}  // namespace coffer::organizations
