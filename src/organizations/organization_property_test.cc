// Random changes of an organization beside a model of it that knows no rows, no snapshots and no cache: after each, the
// tree is a tree, every account has one parent, and what a decision sees of each account is what the model says.
#include <algorithm>
#include <deque>
#include <map>

#include "organizations/account_requests.h"
#include "organizations/aws_policies.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::Levels;

constexpr std::string_view kManagement = "111111111111";

class Model {
 public:
  struct Place {
    std::string parent;
    PerType<std::vector<std::string>> policies;  // names, while the type is enabled
  };

  std::string root;
  std::map<std::string, Place> nodes;  // by id
  PerType<bool> enabled;

  void add(const std::string& id, const std::string& parent) {
    nodes[id].parent = parent;
    for (const PolicyType type : kPolicyTypes)
      reset(nodes[id], type);
  }
  void set_enabled(PolicyType type, bool is_enabled) {
    enabled[type] = is_enabled;
    for (auto& [id, node] : nodes)
      reset(node, type);
  }

  bool has_children(const std::string& id) const {
    return std::ranges::any_of(nodes, [&](const auto& node) { return node.second.parent == id; });
  }
  size_t depth(const std::string& id) const { return chain(id).size() - 1; }

  // From the root down.
  std::vector<std::string> chain(std::string id) const {
    std::vector<std::string> chain = {id};
    while (!nodes.at(id).parent.empty()) {
      id = nodes.at(id).parent;
      chain.push_back(id);
    }
    std::ranges::reverse(chain);
    return chain;
  }

  Levels levels(const std::string& account, PolicyType type) const {
    Levels levels;
    if (!enabled[type] || account == kManagement) return levels;
    for (const std::string& id : chain(account))
      levels.push_back(nodes.at(id).policies[type]);
    return levels;
  }

  std::string path(const OrganizationId& organization, const std::string& account) const {
    std::string path = organization.text() + "/";
    for (const std::string& id : chain(account)) {
      if (id != account) path += id + "/";
    }
    return path;
  }

 private:
  void reset(Place& place, PolicyType type) const {
    place.policies[type].clear();
    if (enabled[type]) place.policies[type] = {full_access(type).name};
  }
};

class OrganizationPropertyTest : public testing::OrganizationTest {
 protected:
  void begin() {
    model_.root = root().text();
    model_.add(model_.root, "");
    model_.add(std::string(kManagement), model_.root);
    for (const PolicyType type : kPolicyTypes) {
      for (int i = 0; i < 7; ++i) {
        const std::string name = "policy " + std::to_string(i);
        policies_[type].emplace_back(name, policy(type, name));
      }
      policies_[type].emplace_back(full_access(type).name, full_access(type).id);
    }
  }

  std::string pick_node() {
    auto node = model_.nodes.begin();
    std::advance(node, chance_.uniform(static_cast<uint32_t>(model_.nodes.size())));
    return node->first;
  }
  PolicyType pick_type() { return kPolicyTypes[chance_.uniform(2)]; }
  static NodeId node_id(const std::string& text) { return *NodeId::parse(text); }
  static bool is_account(const std::string& id) { return kind_of(node_id(id)) == NodeKind::kAccount; }
  std::string new_account() { return std::to_string(222'222'222'222 + ++accounts_); }

  void step() {
    switch (chance_.uniform(9)) {
      case 0:
        return make_unit();
      case 1:
        return remove_unit();
      case 2:
        return add_account();
      case 3:
        return move();
      case 4:
        return remove();
      case 5:
      case 6:
        return attach();
      case 7:
        return detach();
      default:
        if (chance_.uniform(6) == 0) toggle();
    }
  }

  void make_unit() {
    const std::string parent = pick_node();
    const auto made = create_unit(changes_, id(), {node_id(parent), "unit " + std::to_string(++units_), {}});
    const bool is_allowed = !is_account(parent) && model_.depth(parent) < 5;
    ASSERT_EQ(made.ok(), is_allowed) << outcome(made);
    if (is_allowed) model_.add(made->id.text(), parent);
  }
  void remove_unit() {
    const std::string unit = pick_node();
    const bool is_allowed = unit.starts_with("ou-") && !model_.has_children(unit);
    ASSERT_EQ(delete_unit(changes_, id(), node_id(unit)).ok(), is_allowed);
    if (is_allowed) model_.nodes.erase(unit);
  }
  void add_account() {
    const std::string made = new_account();
    if (chance_.uniform(2) == 0) {
      const AccountRequest request =
          must(begin_request(changes_, id(), {account(made), "n", made + "@example.com", "r", {}}));
      ASSERT_EQ(must(finish_request(changes_, id(), request.id)).state, RequestState::kSucceeded);
      return model_.add(made, model_.root);
    }
    const std::string parent = pick_node();
    const auto joined =
        join(changes_, id(),
             {.account = account(made), .name = "n", .email = made + "@example.com", .parent = node_id(parent)});
    ASSERT_EQ(joined.ok(), !is_account(parent));
    if (joined.ok()) model_.add(made, parent);
  }
  void move() {
    const std::string moved = pick_node();
    if (!is_account(moved)) return;
    const std::string source = chance_.uniform(5) == 0 ? pick_node() : model_.nodes[moved].parent;
    const std::string destination = pick_node();
    const bool is_allowed = source == model_.nodes[moved].parent && !is_account(destination) && destination != source;
    ASSERT_EQ(move_account(changes_, id(), {account(moved), node_id(source), node_id(destination)}).ok(), is_allowed);
    if (is_allowed) model_.nodes[moved].parent = destination;
  }
  void remove() {
    const std::string removed = pick_node();
    if (!is_account(removed)) return;
    const bool is_allowed = removed != kManagement;
    ASSERT_EQ(remove_account(changes_, id(), account(removed)).ok(), is_allowed);
    if (!is_allowed) return;
    model_.nodes.erase(removed);
    EXPECT_TRUE(place(removed)->organization.empty());
  }
  void attach() {
    const PolicyType type = pick_type();
    const auto& [name, policy] = policies_[type][chance_.uniform(8)];
    const std::string target = pick_node();
    auto& attached = model_.nodes[target].policies[type];
    const bool is_allowed = model_.enabled[type] && attached.size() < 5 && std::ranges::count(attached, name) == 0;
    ASSERT_EQ(attach_policy(changes_, id(), {policy, node_id(target)}).ok(), is_allowed);
    if (is_allowed) attached.push_back(name);
  }
  void detach() {
    const PolicyType type = pick_type();
    const auto& [name, policy] = policies_[type][chance_.uniform(8)];
    const std::string target = pick_node();
    auto& attached = model_.nodes[target].policies[type];
    const bool is_allowed =
        std::ranges::count(attached, name) == 1 && attached.size() > 1 && name != "RCPFullAWSAccess";
    ASSERT_EQ(detach_policy(changes_, id(), {policy, node_id(target)}).ok(), is_allowed);
    if (is_allowed) std::erase(attached, name);
  }
  void toggle() {
    const PolicyType type = pick_type();
    const RootPolicyType wanted{root(), type};
    must_do(model_.enabled[type] ? disable_policy_type(changes_, id(), wanted)
                                 : enable_policy_type(changes_, id(), wanted));
    model_.set_enabled(type, !model_.enabled[type]);
  }

  // Through a cache that has lived through all changes, or one that reads everything now.
  void compare(const OrganizationCache& cache) {
    const SnapshotPointer now = must(cache.snapshot(id()));
    size_t children = 0;
    for (const auto& [node, place] : model_.nodes) {
      const Node* const found = now->node(node_id(node));
      ASSERT_NE(found, nullptr) << node;
      EXPECT_EQ(found->parent.text(), place.parent);
      for (const NodeKind kind : {NodeKind::kUnit, NodeKind::kAccount})
        children += now->children(node_id(node), kind).size();
      for (const PolicyType type : kPolicyTypes) {
        std::vector<std::string> attached;
        for (const Policy* one : now->attached(*found, type))
          attached.push_back(one->name);
        EXPECT_EQ(attached, place.policies[type]) << node;
      }
      if (!is_account(node)) continue;
      const PlacePointer seen = must(cache.place_of(account(node)));
      EXPECT_EQ(seen->organization, id().text());
      EXPECT_EQ(seen->paths, std::vector<std::string>{model_.path(id(), node)});
      EXPECT_EQ(seen->is_management, node == kManagement);
      EXPECT_EQ(names(seen->service_control), model_.levels(node, PolicyType::kServiceControl)) << node;
      EXPECT_EQ(names(seen->resource_control), model_.levels(node, PolicyType::kResourceControl)) << node;
    }
    EXPECT_EQ(children, model_.nodes.size() - 1) << "all but the root have one parent, and there are no others";
  }

  Model model_;
  SeededRandom chance_{1};
  PerType<std::vector<std::pair<std::string, PolicyId>>> policies_;
  int units_ = 0;
  int64_t accounts_ = 0;
  std::deque<OrganizationCache> fresh_;  // the store tells them of commits as long as it lives
};

TEST_F(OrganizationPropertyTest, WhatADecisionSeesIsWhatTheModelSays) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    chance_ = SeededRandom(seed);
    if (seed == 1) begin();
    for (int i = 0; i < 150 && !HasFailure(); ++i) {
      step();
      compare(cache_);
    }
    compare(fresh_.emplace_back(*store_));
  }
}

}  // namespace
}  // namespace coffer::organizations
