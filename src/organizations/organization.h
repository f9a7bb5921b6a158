// What an organization is made of, as plain values: what the operations of Organizations show and change. One tree of
// nodes, whose leaves are accounts, and the policies that are attached to nodes. The rules are with the changes
// (units.h and its neighbours), what decides is in organization_snapshot.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "organizations/ids.h"

namespace coffer::organizations {

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// Those that have a say in decisions; AWS's others do not exist here.
enum class PolicyType { kServiceControl, kResourceControl };
inline constexpr std::array kPolicyTypes = {PolicyType::kServiceControl, PolicyType::kResourceControl};

// "SERVICE_CONTROL_POLICY"
std::string_view name_of(PolicyType type);
std::optional<PolicyType> parse_policy_type(std::string_view name);

// Something for each type.
template <class T>
class PerType {
 public:
  T& operator[](PolicyType type) { return items_[static_cast<size_t>(type)]; }
  const T& operator[](PolicyType type) const { return items_[static_cast<size_t>(type)]; }
  bool operator==(const PerType&) const = default;

 private:
  std::array<T, kPolicyTypes.size()> items_{};
};

struct Organization {
  OrganizationId id;
  AccountId management_account;
  NodeId root;
  Time created;
  // The generation at which a type was enabled; 0: it is not.
  PerType<uint64_t> enabled_at;

  bool is_enabled(PolicyType type) const { return enabled_at[type] != 0; }
};

// The policies of one type on a node, in the order in which they were attached. They count as long as the type has been
// enabled since; otherwise it is AWS's own policy alone that is attached. So a type is enabled and disabled without a
// change of every node.
struct Attachments {
  uint64_t enabled_at = 0;
  std::vector<PolicyId> policies;
  bool operator==(const Attachments&) const = default;
};

enum class MemberStatus { kActive, kSuspended };
enum class JoinedMethod { kInvited, kCreated };

// What accounts have and other nodes have not.
struct Membership {
  std::string email;
  MemberStatus status = MemberStatus::kActive;
  JoinedMethod joined_method = JoinedMethod::kInvited;
  Time joined;
  bool operator==(const Membership&) const = default;
};

struct Node {
  NodeId id;
  NodeId parent;     // empty: of the root
  std::string name;  // as it was given; "Root"
  std::vector<Tag> tags;
  PerType<Attachments> attachments;
  std::optional<Membership> membership;  // if and only if it is an account
  bool operator==(const Node&) const = default;
};

struct Policy {
  PolicyId id;
  PolicyType type = PolicyType::kServiceControl;
  std::string name;
  std::string description;
  std::string content;  // as it was given
  std::vector<Tag> tags;
  bool operator==(const Policy&) const = default;
};

enum class RequestState { kInProgress, kSucceeded, kFailed };

// A request to create an account. Its account exists, and is a member, once it has succeeded.
struct AccountRequest {
  RequestId id;
  std::string name;
  std::string email;
  std::string role;   // that the management account may assume in the new one
  AccountId account;  // that it makes
  std::vector<Tag> tags;
  RequestState state = RequestState::kInProgress;
  Time requested;
  std::optional<Time> completed;
  std::string failure;  // "EMAIL_ALREADY_EXISTS"; empty unless it failed
};

// "arn:aws:organizations::111111111111:organization/o-x"
std::string arn_of(const Organization& organization);
// "arn:aws:organizations::111111111111:ou/o-x/ou-x-y", likewise root/ and account/; of an account that is in no other
// organization than this one.
std::string arn_of(const Organization& organization, const NodeId& node);
// "arn:aws:organizations::111111111111:policy/o-x/service_control_policy/p-x", of AWS's own policies
// "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess".
std::string arn_of(const Organization& organization, const Policy& policy);

}  // namespace coffer::organizations
