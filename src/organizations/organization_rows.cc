#include "organizations/organization_rows.h"

#include "organizations/records.pb.h"
#include "store/keys.h"

namespace coffer::organizations {
namespace {

constexpr std::string_view kFamily = "og";
constexpr std::string_view kMembershipFamily = "oa";

int64_t to_ms(Time time) {
  return time.time_since_epoch().count();
}
Time from_ms(int64_t milliseconds) {
  return Time(Duration(milliseconds));
}

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a record of an organization is damaged"};
}

std::string make_row_key(const OrganizationId& organization, RowKind kind, std::string_view id) {
  const char letter = static_cast<char>(kind);
  return store::make_key(kFamily, {organization.text(), {&letter, 1}, id});
}

template <class Record>
Result<Record> parse(std::string_view value) {
  Record record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return damaged();
  return record;
}

template <class Parsed>
Result<Parsed> parse_id(std::string_view text) {
  auto id = Parsed::parse(text);
  if (!id) return damaged();
  return std::move(*id);
}

template <class Record>
void put_tags(const std::vector<Tag>& tags, Record& record) {
  for (const Tag& tag : tags) {
    TagRecord& added = *record.add_tags();
    added.set_key(tag.key);
    added.set_value(tag.value);
  }
}

template <class Record>
std::vector<Tag> take_tags(Record& record) {
  std::vector<Tag> tags;
  for (TagRecord& tag : *record.mutable_tags())
    tags.push_back({std::move(*tag.mutable_key()), std::move(*tag.mutable_value())});
  return tags;
}

void put_attachments(const Attachments& attachments, AttachmentsRecord& record) {
  record.set_enabled_at(attachments.enabled_at);
  for (const PolicyId& policy : attachments.policies)
    record.add_policies(policy.text());
}

Result<Attachments> read_attachments(const AttachmentsRecord& record) {
  Attachments attachments{record.enabled_at(), {}};
  for (const std::string& text : record.policies()) {
    COFFER_ASSIGN(PolicyId policy, parse_id<PolicyId>(text));
    attachments.policies.push_back(std::move(policy));
  }
  return attachments;
}

void put_membership(const Membership& membership, MembershipRecord& record) {
  record.set_email(membership.email);
  record.set_status(membership.status == MemberStatus::kActive ? MembershipRecord::ACTIVE
                                                               : MembershipRecord::SUSPENDED);
  record.set_joined_method(membership.joined_method == JoinedMethod::kInvited ? MembershipRecord::INVITED
                                                                              : MembershipRecord::CREATED);
  record.set_joined_ms(to_ms(membership.joined));
}

Result<Membership> read_membership(const MembershipRecord& record) {
  Membership membership{.email = record.email(),
                        .status = MemberStatus::kActive,
                        .joined_method = JoinedMethod::kInvited,
                        .joined = from_ms(record.joined_ms())};
  if (record.status() == MembershipRecord::SUSPENDED) {
    membership.status = MemberStatus::kSuspended;
  } else if (record.status() != MembershipRecord::ACTIVE) {
    return damaged();
  }
  if (record.joined_method() == MembershipRecord::CREATED) {
    membership.joined_method = JoinedMethod::kCreated;
  } else if (record.joined_method() != MembershipRecord::INVITED) {
    return damaged();
  }
  return membership;
}

AccountRequestRecord::State to_record(RequestState state) {
  switch (state) {
    case RequestState::kInProgress:
      return AccountRequestRecord::IN_PROGRESS;
    case RequestState::kSucceeded:
      return AccountRequestRecord::SUCCEEDED;
    case RequestState::kFailed:
      return AccountRequestRecord::FAILED;
  }
  std::abort();
}

Result<RequestState> read_state(AccountRequestRecord::State state) {
  switch (state) {
    case AccountRequestRecord::IN_PROGRESS:
      return RequestState::kInProgress;
    case AccountRequestRecord::SUCCEEDED:
      return RequestState::kSucceeded;
    case AccountRequestRecord::FAILED:
      return RequestState::kFailed;
    default:
      return damaged();
  }
}

}  // namespace

std::string organization_key(const OrganizationId& organization) {
  return store::make_key(kFamily, {organization.text()});
}
std::string organization_prefix() {
  return store::make_key(kFamily, {""});
}
std::string organization_end(const OrganizationId& organization) {
  return organization_key(organization) + static_cast<char>(store::kSeparator + 1);
}
std::string row_key(const OrganizationId& organization, const NodeId& node) {
  return make_row_key(organization, RowKind::kNode, node.text());
}
std::string row_key(const OrganizationId& organization, const PolicyId& policy) {
  return make_row_key(organization, RowKind::kPolicy, policy.text());
}
std::string row_key(const OrganizationId& organization, const RequestId& request) {
  return make_row_key(organization, RowKind::kRequest, request.text());
}
std::string membership_key(std::string_view account) {
  return store::make_key(kMembershipFamily, {account});
}

std::optional<std::string_view> organization_of_key(std::string_view key) {
  const auto parts = store::key_parts(kFamily, key);
  if (parts.empty()) return std::nullopt;
  return parts.front();
}

std::optional<std::string_view> account_of_key(std::string_view key) {
  const auto parts = store::key_parts(kMembershipFamily, key);
  if (parts.size() != 1) return std::nullopt;
  return parts.front();
}

std::optional<RowName> name_of_key(std::string_view key) {
  const auto parts = store::key_parts(kFamily, key);
  if (parts.size() != 3 || parts[1].size() != 1) return std::nullopt;
  const char letter = parts[1].front();
  if (std::string_view("cnp").find(letter) == std::string_view::npos) return std::nullopt;
  return RowName{static_cast<RowKind>(letter), parts[2]};
}

std::string encode(const Organization& organization, uint64_t generation) {
  OrganizationRecord record;
  record.set_generation(generation);
  record.set_management_account(organization.management_account.text());
  record.set_root(organization.root.text());
  record.set_created_ms(to_ms(organization.created));
  record.set_service_control_at(organization.enabled_at[PolicyType::kServiceControl]);
  record.set_resource_control_at(organization.enabled_at[PolicyType::kResourceControl]);
  return record.SerializeAsString();
}

std::string encode(const Node& node, uint64_t generation) {
  NodeRecord record;
  record.set_generation(generation);
  record.set_parent(node.parent.text());
  record.set_name(node.name);
  put_tags(node.tags, record);
  put_attachments(node.attachments[PolicyType::kServiceControl], *record.mutable_service_control());
  put_attachments(node.attachments[PolicyType::kResourceControl], *record.mutable_resource_control());
  if (node.membership) put_membership(*node.membership, *record.mutable_membership());
  return record.SerializeAsString();
}

std::string encode(const Policy& policy, uint64_t generation) {
  PolicyRecord record;
  record.set_generation(generation);
  record.set_type(policy.type == PolicyType::kServiceControl ? SERVICE_CONTROL_POLICY : RESOURCE_CONTROL_POLICY);
  record.set_name(policy.name);
  record.set_description(policy.description);
  record.set_content(policy.content);
  put_tags(policy.tags, record);
  return record.SerializeAsString();
}

std::string encode(const AccountRequest& request, uint64_t generation) {
  AccountRequestRecord record;
  record.set_generation(generation);
  record.set_name(request.name);
  record.set_email(request.email);
  record.set_role(request.role);
  record.set_account(request.account.text());
  record.set_state(to_record(request.state));
  record.set_requested_ms(to_ms(request.requested));
  if (request.completed) record.set_completed_ms(to_ms(*request.completed));
  record.set_failure(request.failure);
  put_tags(request.tags, record);
  return record.SerializeAsString();
}

Result<uint64_t> generation_of(std::string_view value) {
  // All kinds of records begin with it; the other fields are none of this one's.
  COFFER_ASSIGN(const GenerationRecord record, parse<GenerationRecord>(value));
  if (record.generation() == 0) return damaged();
  return record.generation();
}

Result<StoredOrganization> decode_organization(std::string_view id, std::string_view value) {
  COFFER_ASSIGN(const OrganizationRecord record, parse<OrganizationRecord>(value));
  StoredOrganization stored;
  Organization& organization = stored.organization;
  COFFER_ASSIGN(organization.id, parse_id<OrganizationId>(id));
  COFFER_ASSIGN(organization.management_account, parse_id<AccountId>(record.management_account()));
  COFFER_ASSIGN(organization.root, parse_id<NodeId>(record.root()));
  organization.created = from_ms(record.created_ms());
  organization.enabled_at[PolicyType::kServiceControl] = record.service_control_at();
  organization.enabled_at[PolicyType::kResourceControl] = record.resource_control_at();
  stored.generation = record.generation();
  return stored;
}

Result<Node> decode_node(std::string_view id, std::string_view value) {
  COFFER_ASSIGN(NodeRecord record, parse<NodeRecord>(value));
  Node node;
  COFFER_ASSIGN(node.id, parse_id<NodeId>(id));
  const NodeKind kind = kind_of(node.id);
  if (kind != NodeKind::kRoot) {
    COFFER_ASSIGN(node.parent, parse_id<NodeId>(record.parent()));
  }
  node.name = std::move(*record.mutable_name());
  node.tags = take_tags(record);
  COFFER_ASSIGN(node.attachments[PolicyType::kServiceControl], read_attachments(record.service_control()));
  COFFER_ASSIGN(node.attachments[PolicyType::kResourceControl], read_attachments(record.resource_control()));
  if ((kind == NodeKind::kAccount) != record.has_membership()) return damaged();
  if (record.has_membership()) {
    COFFER_ASSIGN(node.membership, read_membership(record.membership()));
  }
  return node;
}

Result<Policy> decode_policy(std::string_view id, std::string_view value) {
  COFFER_ASSIGN(PolicyRecord record, parse<PolicyRecord>(value));
  Policy policy;
  COFFER_ASSIGN(policy.id, parse_id<PolicyId>(id));
  if (record.type() == RESOURCE_CONTROL_POLICY) {
    policy.type = PolicyType::kResourceControl;
  } else if (record.type() != SERVICE_CONTROL_POLICY) {
    return damaged();
  }
  policy.name = std::move(*record.mutable_name());
  policy.description = std::move(*record.mutable_description());
  policy.content = std::move(*record.mutable_content());
  policy.tags = take_tags(record);
  return policy;
}

Result<AccountRequest> decode_request(std::string_view id, std::string_view value) {
  COFFER_ASSIGN(AccountRequestRecord record, parse<AccountRequestRecord>(value));
  AccountRequest request;
  COFFER_ASSIGN(request.id, parse_id<RequestId>(id));
  request.name = std::move(*record.mutable_name());
  request.email = std::move(*record.mutable_email());
  request.role = std::move(*record.mutable_role());
  COFFER_ASSIGN(request.account, parse_id<AccountId>(record.account()));
  COFFER_ASSIGN(request.state, read_state(record.state()));
  request.requested = from_ms(record.requested_ms());
  if (record.completed_ms() != 0) request.completed = from_ms(record.completed_ms());
  request.failure = std::move(*record.mutable_failure());
  request.tags = take_tags(record);
  return request;
}

}  // namespace coffer::organizations
