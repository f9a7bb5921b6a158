// Random policies, and what comes of the advice when somebody follows it to the letter.
#include "access/adviser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "access/key_resource.h"
#include "access/testing/scene.h"
#include "base/random.h"

namespace coffer::access::testing {
namespace {

using policy::Party;

// A request and its policies as text, so that they can be changed like an operator changes them: whose sid "S4" it is,
// tells a statement.
struct Situation {
  bool is_user = false;
  bool is_foreign = false;
  bool is_key = false;
  std::map<std::pair<Party, uint32_t>, std::map<std::string, std::string>> statements;

  std::string joined(Party party, uint32_t level = 0) const {
    std::string text;
    const auto found = statements.find({party, level});
    if (found == statements.end()) return text;
    for (const auto& [sid, statement] : found->second)
      text.append(text.empty() ? "" : ",").append(statement);
    return text;
  }

  void play(Scene& scene) const {
    const AccountId& account = is_foreign ? kOther : kOwner;
    is_user ? scene.user_of(account) : scene.role_session_of(account);
    if (!joined(Party::kIdentity).empty()) scene.identity("P", joined(Party::kIdentity));
    if (!joined(Party::kBoundary).empty()) scene.boundary("P", joined(Party::kBoundary));
    if (!joined(Party::kSession).empty()) scene.session(joined(Party::kSession));
    const std::string levels[] = {joined(Party::kServiceControl, 0), joined(Party::kServiceControl, 1)};
    if (!levels[0].empty()) scene.service_control({levels[0], levels[1]});
    if (is_key) {
      scene.action = "kms:Decrypt";
      scene.resource = key_resource(*Region::parse("us-east-1"), customer_key(joined(Party::kResource)));
    } else {
      scene.reads_secret(joined(Party::kResource));
    }
  }
};

Party party_of(std::string_view where) {
  if (where.starts_with("an identity policy of ")) return Party::kIdentity;
  if (where.starts_with("the permissions boundary of ")) return Party::kBoundary;
  if (where.starts_with("the session policy of ")) return Party::kSession;
  if (where.starts_with("a service control policy of level ")) return Party::kServiceControl;
  return Party::kResource;
}

void follow(const Change& change, Situation& situation) {
  const Party party = party_of(change.where);
  const uint32_t level = party == Party::kServiceControl ? static_cast<uint32_t>(change.where.back() - '0') : 0;
  auto& statements = situation.statements[{party, level}];
  for (const std::string& detail : change.details) {
    const size_t at = detail.find("\"S");
    statements.erase(detail.substr(at + 1, detail.rfind('"') - at - 1));
  }
  if (!change.statement.empty()) statements.emplace("Advised" + std::to_string(statements.size()), change.statement);
  // A boundary of which nothing is left still is one.
  if (statements.empty()) statements["Rest"] = R"({"Effect": "Allow", "Action": "x:Nothing", "Resource": "*"})";
  if (statements.contains("Rest") && party == Party::kResource) {
    statements["Rest"] =
        R"({"Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "kms:X", "Resource": "*"})";
  }
}

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}
  bool percent(uint32_t percent) { return random_.uniform(100) < percent; }
  std::string_view one_of(std::initializer_list<std::string_view> texts) {
    return *(texts.begin() + random_.uniform(static_cast<uint32_t>(texts.size())));
  }
  uint32_t up_to(uint32_t most) { return random_.uniform(most + 1); }

 private:
  SeededRandom random_;
};

std::string random_statement(Chance& chance, Party party, const std::string& sid) {
  std::string text = R"({"Sid": ")" + sid + R"(", "Effect": ")";
  text += chance.percent(15) ? "Deny" : "Allow";
  if (party == Party::kResource) {
    text += R"(", "Principal": {"AWS": ")";
    text +=
        chance.one_of({"arn:aws:iam::111111111111:root", "222222222222", "arn:aws:iam::222222222222:role/teams/reader",
                       "arn:aws:iam::111111111111:user/ann", "arn:aws:iam::111111111111:role/teams/reader", "*"});
    text += "\"}, \"Action\": \"";
  } else {
    text += "\", \"Action\": \"";
  }
  text +=
      chance.one_of({"*", "secretsmanager:GetSecretValue", "kms:Decrypt", "kms:*", "secretsmanager:Get*", "s3:Get*"});
  text += "\", \"Resource\": \"";
  text += party == Party::kResource || chance.percent(60) ? "*"
                                                          : "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-*";
  text += "\"";
  if (chance.percent(20)) text += R"(, "Condition": {"Bool": {"aws:SecureTransport": "true"}})";
  return text + "}";
}

Situation random_situation(Chance& chance) {
  Situation situation{
      .is_user = chance.percent(50), .is_foreign = chance.percent(50), .is_key = chance.percent(50), .statements = {}};
  int sid = 0;
  const auto fill = [&](Party party, uint32_t level, uint32_t least, uint32_t most) {
    for (uint32_t count = std::max(least, chance.up_to(most)); count > 0; --count) {
      const std::string name = "S" + std::to_string(sid++);
      situation.statements[{party, level}][name] = random_statement(chance, party, name);
    }
  };
  fill(Party::kResource, 0, 1, 3);
  fill(Party::kIdentity, 0, 0, 3);
  if (chance.percent(30)) fill(Party::kBoundary, 0, 1, 2);
  if (chance.percent(30)) fill(Party::kSession, 0, 1, 2);
  if (chance.percent(30)) {
    fill(Party::kServiceControl, 0, 1, 2);
    fill(Party::kServiceControl, 1, 1, 2);
  }
  return situation;
}

bool is_allowed(const Situation& situation) {
  Scene scene;
  situation.play(scene);
  return scene.is_allowed();
}

std::vector<Change> changes_for(const Situation& situation) {
  Scene scene;
  situation.play(scene);
  const Explanation explanation = scene.explain();
  std::vector<Change> changes = explanation.changes;
  // As each account sees its own: that must be enough to do it.
  for (Change& change : changes) {
    for (const Change& told : told_to(change.account, explanation).changes) {
      if (told.where == change.where && told.statement == change.statement) change.details = told.details;
    }
  }
  return changes;
}

// The promise of the adviser, and of the issue: the smallest change that lets the request through.
TEST(Adviser, WhoeverFollowsAllOfItIsLetInAndNothingLessWillDo) {
  int denied = 0;
  for (uint64_t seed = 1; seed <= 600; ++seed) {
    Chance chance(seed);
    const Situation situation = random_situation(chance);
    if (is_allowed(situation)) continue;
    ++denied;
    const std::vector<Change> changes = changes_for(situation);
    ASSERT_FALSE(changes.empty()) << "seed " << seed;
    Situation followed = situation;
    for (const Change& change : changes)
      follow(change, followed);
    EXPECT_TRUE(is_allowed(followed)) << "seed " << seed;
    for (size_t left_out = 0; left_out < changes.size(); ++left_out) {
      Situation partly = situation;
      for (size_t i = 0; i < changes.size(); ++i) {
        if (i != left_out) follow(changes[i], partly);
      }
      EXPECT_FALSE(is_allowed(partly)) << "seed " << seed << ", without: " << changes[left_out].where;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(denied, 200);
}

}  // namespace
}  // namespace coffer::access::testing
