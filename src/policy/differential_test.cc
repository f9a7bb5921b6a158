// The evaluator against another one that was written from the formulas (testing/naive_evaluator.h), on random policies
// and requests from a small vocabulary, so that they often meet. Ten tests of 10,000 comparisons each. More, or others:
//   COFFER_POLICY_COMPARISONS=100000 COFFER_POLICY_SEED=7 policy_test --gtest_filter=*Differential.*
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <random>

#include "policy/evaluator.h"
#include "policy/testing/naive_evaluator.h"

namespace coffer::policy {
namespace {

using testing::NaiveKind;
using testing::NaiveRequest;
using testing::NaiveRule;
using Strings = std::vector<std::string>;

constexpr std::string_view kOurs = "111111111111";

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(engine_); }
  bool with_chance(double chance) { return std::bernoulli_distribution(chance)(engine_); }
  template <class List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }
  // One as itself or several as a list, in JSON.
  std::string values(const Strings& pool, size_t most) {
    if (with_chance(0.5)) return quoted(of(pool));
    std::string list = "[";
    for (size_t count = 1 + below(most); count > 0; --count)
      list += quoted(of(pool)) + (count > 1 ? "," : "");
    return list + "]";
  }
  static std::string quoted(const std::string& text) { return "\"" + text + "\""; }

 private:
  std::mt19937_64 engine_;
};

const Strings kActions = {"*",
                          "secretsmanager:*",
                          "secretsmanager:GetSecretValue",
                          "secretsmanager:Get*",
                          "SecretsManager:*value",
                          "secretsmanager:?etSecretValue",
                          "secretsmanager:GetSecretV*",
                          "secretsmanager:Put*",
                          "secretsmanager:P?tSecretValue",
                          "kms:*",
                          "kms:Decrypt",
                          "KMS:de*",
                          "kms:Put*",
                          "sts:*",
                          "sts:AssumeRole",
                          "s3:*",
                          "secretsmanager:GetSecretXalue"};
const Strings kResources = {"*",
                            "*",
                            "arn:aws:secretsmanager",
                            "arn:aws:secretsmanager:*:*:secret:*",
                            "arn:aws:secretsmanager:us-*:?11111111111:secret:red/*",
                            "arn:aws:secretsmanager:us-east-1:111111111111:secret:${aws:username}/*",
                            "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team, 'red'}/??",
                            "arn:aws:secretsmanager:*:*:secret:${ X:Text }/*",
                            "arn:aws:secretsmanager:*:*:secret:r${*}d*",
                            "arn:aws:secretsmanager:*:*:secret:${x:list}/*",
                            "arn:aws:secretsmanager:*:secret:red/db",
                            "arn:aws:secretsmanager::111111111111:secret:*",
                            "arn:aws:kms:*",
                            "arn:aws:kms:us-east-1:111111111111:key/k1",
                            "arn:aws:iam::*:role/p/app"};
const Strings kAwsPrincipals = {"*",
                                "111111111111",
                                "222222222222",
                                "arn:aws:iam::111111111111:root",
                                "arn:aws:iam::111111111111:user/red",
                                "arn:aws:iam::222222222222:user/red",
                                "arn:aws:iam::111111111111:role/p/app",
                                "arn:aws:iam::111111111111:role/app",
                                "arn:aws:iam::222222222222:role/p/app",
                                "arn:aws:sts::111111111111:assumed-role/app/s-1",
                                "arn:aws:sts::222222222222:assumed-role/app/s-1",
                                "arn:aws:sts::111111111111:federated-user/fred",
                                "AIDACKCEVSQ6C2EXAMPLE",
                                "AROADBQP57FF2AEXAMPLE"};

struct Family {
  Strings operators;
  Strings wanted;
};
const Strings kKeys = {
    "x:text", "X:List", "x:number", "x:date", "x:truth", "x:address", "x:arn", "aws:PrincipalTag/team", "aws:username"};
const Family kFamilies[] = {
    {{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
      "StringNotLike"},
     {"red", "Red", "", "r*", "?ed", "*", "a", "b", "${aws:username}", "${x:missing}", "${x:missing, 'red'}", "r${*}d",
      "${x:list}", "${aws:principaltag/TEAM}*"}},
    {{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
      "NumericGreaterThanEquals"},
     {"1", "2", "2.0", "10"}},
    {{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
     {"2026-01-01", "2026-01-01T00:00:00Z", "1767225600", "2026-01-02T10:00:00Z"}},
    {{"Bool"}, {"true", "false", "${x:truth}", "${x:missing, 'true'}"}},
    {{"Null"}, {"true", "false"}},
    {{"BinaryEquals"}, {"cmVk", "YQ==", "YWI="}},
    {{"IpAddress", "NotIpAddress"}, {"10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "192.168.0.0/16"}},
    {{"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"},
     {"arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:user/red", "*", "arn:aws:iam", "${x:arn}",
      "arn:aws:iam::${x:missing}:*", "arn:*:*:*:1*1:*", "arn:aws:*:role/app"}},
};
// What the request may have for each of kKeys.
const Strings kTexts = {"red", "RED", "", "r*d", "a", "b", "ab"};
const Strings kNumbers = {"1", "2", "2.5", "10", "many", ""};
const Strings kDates = {"2026-01-01T00:00:00Z", "1767225600", "2026-01-02", "1767312001", "soon"};
const Strings kTruths = {"true", "False", "FALSE", "yes", ""};
const Strings kAddresses = {"10.0.0.1", "10.9.9.9", "192.168.1.1", "8.8.8.8", "localhost"};
const Strings kArns = {"arn:aws:iam::111111111111:role/app", "arn:aws:iam::222222222222:user/red", "role",
                       "arn:aws:sns:us-east-1:111111111111:t"};

std::string random_condition(Random& random) {
  const Family& family = random.of(kFamilies);
  std::string op = random.of(family.operators);
  if (op != "Null") {
    if (random.with_chance(0.2)) op += "IfExists";
    if (random.with_chance(0.3)) op = (random.with_chance(0.5) ? "ForAnyValue:" : "forallvalues:") + op;
  }
  return "{\"" + op + "\":{\"" + random.of(kKeys) + "\":" + random.values(family.wanted, 3) + "}}";
}

std::string random_statement(Random& random, DocumentKind kind) {
  std::string text = random.with_chance(0.7) ? "{\"Effect\":\"Allow\"" : "{\"Effect\":\"Deny\"";
  const bool is_rcp = kind == DocumentKind::kResourceControlPolicy;
  if (is_rcp) {
    text += ",\"Principal\":\"*\"";
  } else if (kind != DocumentKind::kIdentityPolicy) {
    const bool is_not = kind != DocumentKind::kTrustPolicy && random.with_chance(0.25);
    text += is_not ? ",\"NotPrincipal\":{" : ",\"Principal\":{";
    if (random.with_chance(0.9)) {
      text += "\"AWS\":" + random.values(kAwsPrincipals, is_not ? 12 : 4) + "}";
    } else if (kind == DocumentKind::kTrustPolicy && random.with_chance(0.5)) {
      text += "\"Federated\":\"arn:aws:iam::111111111111:oidc-provider/o.example.com\"}";
    } else {
      text += "\"Service\":\"lambda.amazonaws.com\"}";
    }
  }
  text += !is_rcp && random.with_chance(0.15) ? ",\"NotAction\":" : ",\"Action\":";
  text += random.values(kActions, 3);
  const bool may_be_absent = kind == DocumentKind::kKeyPolicy && random.with_chance(0.1);
  if (kind != DocumentKind::kTrustPolicy && !may_be_absent) {
    text += random.with_chance(0.15) ? ",\"NotResource\":" : ",\"Resource\":";
    text += random.values(kResources, 3);
  }
  if (random.with_chance(0.4)) text += ",\"Condition\":" + random_condition(random);
  return text + "}";
}

std::string random_document(Random& random, DocumentKind kind) {
  std::string text = "{";
  if (random.with_chance(0.8)) text += "\"Version\":\"2012-10-17\",";
  text += "\"Statement\":[";
  for (size_t count = 1 + random.below(3); count > 0; --count)
    text += random_statement(random, kind) + (count > 1 ? "," : "");
  return text + "]}";
}

class Policies {
 public:
  Policies(Random& random, DocumentKind kind, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const std::string text = random_document(random, kind);
      auto read = read_document(text, kind);
      if (const Fault* const fault = std::get_if<Fault>(&read)) {
        ADD_FAILURE() << fault->path << " " << fault->message << ": " << text;
        continue;
      }
      texts_.push_back(text);
      policies_.emplace_back(std::get<Document>(std::move(read)));
    }
  }
  const CompiledPolicy* one(Random& random) const { return &random.of(policies_); }
  std::vector<const CompiledPolicy*> some(Random& random, size_t most) const {
    std::vector<const CompiledPolicy*> list;
    for (size_t count = random.below(most + 1); count > 0; --count)
      list.push_back(one(random));
    return list;
  }
  void find(const CompiledPolicy* policy, std::string& out) const {
    for (size_t i = 0; i < policies_.size(); ++i) {
      if (&policies_[i] == policy) out = texts_[i];
    }
  }

 private:
  std::deque<CompiledPolicy> policies_;
  std::deque<std::string> texts_;
};

struct Pools {
  explicit Pools(Random& random)
      : identity(random, DocumentKind::kIdentityPolicy, 60),
        secret(random, DocumentKind::kSecretPolicy, 60),
        key(random, DocumentKind::kKeyPolicy, 60),
        trust(random, DocumentKind::kTrustPolicy, 60),
        rcp(random, DocumentKind::kResourceControlPolicy, 30) {}
  Policies identity, secret, key, trust, rcp;
};

using List = std::vector<const CompiledPolicy*>;

// A request in the terms of both evaluators.
struct Scenario {
  NaiveRequest naive;
  List identity, boundary, session;
  const CompiledPolicy* resource = nullptr;
  std::vector<List> scps, rcps;
};

std::vector<const Document*> documents(const List& list) {
  std::vector<const Document*> result;
  for (const CompiledPolicy* const policy : list)
    result.push_back(&policy->document());
  return result;
}

void choose_principal(Random& random, NaiveRequest& request) {
  request.kind = static_cast<NaiveKind>(random.below(7));
  request.account = random.with_chance(0.7) ? kOurs : "222222222222";
  const std::string iam = "arn:aws:iam::" + request.account + ":", sts = "arn:aws:sts::" + request.account + ":";
  switch (request.kind) {
    case NaiveKind::kRoot:
      request.arn = iam + "root";
      request.user_id = request.account;
      break;
    case NaiveKind::kUser:
      request.arn = iam + "user/red";
      request.user_id = random.with_chance(0.5) ? "AIDACKCEVSQ6C2EXAMPLE" : "AIDAZZZZZZZZZZEXAMPLE";
      request.keys.push_back({"aws:username", false, {"red"}});
      break;
    case NaiveKind::kRoleSession:
      request.arn = sts + "assumed-role/app/" + (random.with_chance(0.7) ? "s-1" : "s-2");
      request.user_id = random.with_chance(0.5) ? "AROADBQP57FF2AEXAMPLE:s-1" : "";
      if (random.with_chance(0.6)) request.role_arn = iam + (random.with_chance(0.7) ? "role/p/app" : "role/app");
      break;
    case NaiveKind::kFederatedUser:
      request.arn = sts + "federated-user/fred";
      request.user_id = request.account + ":fred";
      if (random.with_chance(0.7)) request.parent_arn = iam + "user/red";
      if (random.with_chance(0.5)) request.parent_id = "AIDACKCEVSQ6C2EXAMPLE";
      break;
    case NaiveKind::kAnonymous:
      request.account.clear();
      break;
    case NaiveKind::kService:
      request.account.clear();
      request.arn = random.with_chance(0.8) ? "lambda.amazonaws.com" : "rds.amazonaws.com";
      break;
    case NaiveKind::kProvider:
      request.account.clear();
      request.arn = "arn:aws:iam::111111111111:oidc-provider/o.example.com";
      break;
  }
}

void choose_keys(Random& random, NaiveRequest& request) {
  const auto add = [&](const std::string& name, const Strings& pool) {
    if (random.with_chance(0.6)) request.keys.push_back({name, false, {random.of(pool)}});
  };
  add("x:Text", kTexts);
  add("x:number", kNumbers);
  add("x:date", kDates);
  add("x:truth", kTruths);
  add("x:address", kAddresses);
  add("x:arn", kArns);
  add("AWS:principaltag/Team", kTexts);
  if (!random.with_chance(0.7)) return;
  testing::NaiveKey list{"x:list", true, {}};
  const Strings& pool = *random.of(std::vector<const Strings*>{&kTexts, &kTexts, &kNumbers, &kArns});
  for (size_t count = random.below(4); count > 0; --count)
    list.values.push_back(random.of(pool));
  request.keys.push_back(list);
}

GrantedTo granted_in(const NaiveRequest& request) {
  if (!request.grant_allows) return GrantedTo::kNobody;
  return request.grant_is_for_account ? GrantedTo::kAccount : GrantedTo::kCaller;
}

Scenario random_scenario(Random& random, const Pools& pools) {
  Scenario chosen;
  NaiveRequest& request = chosen.naive;
  choose_principal(random, request);
  choose_keys(random, request);
  const bool has_policy = random.with_chance(0.8);
  switch (random.below(4)) {
    case 0:
      request.rule = NaiveRule::kKeyPolicy;
      request.action = random.of(Strings{"kms:Decrypt", "kms:PutKeyPolicy", "KMS:VerifyMac"});
      request.resource = "arn:aws:kms:us-east-1:111111111111:key/k1";
      request.grant_allows = random.with_chance(0.2);
      request.grant_is_for_account = random.with_chance(0.5);
      if (has_policy) chosen.resource = pools.key.one(random);
      break;
    case 1:
      request.rule = NaiveRule::kTrustPolicy;
      request.action = random.of(Strings{"sts:AssumeRole", "sts:TagSession"});
      request.resource = "arn:aws:iam::111111111111:role/p/app";
      if (has_policy) chosen.resource = pools.trust.one(random);
      break;
    default:
      request.action = random.of(Strings{"secretsmanager:GetSecretValue", "SecretsManager:PutSecretValue",
                                         "secretsmanager:GetSecretValue", "sts:GetCallerIdentity"});
      request.resource = random.of(Strings{"arn:aws:secretsmanager:us-east-1:111111111111:secret:red/db",
                                           "arn:aws:secretsmanager:us-east-1:111111111111:secret:r*d/db",
                                           "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a", "*", "red/db"});
      if (has_policy) chosen.resource = pools.secret.one(random);
  }
  request.resource_account = random.with_chance(0.9) ? kOurs : "222222222222";
  chosen.identity = pools.identity.some(random, 3);
  if (random.with_chance(0.2)) chosen.boundary = {pools.identity.one(random)};
  if (random.with_chance(0.3)) chosen.session = pools.identity.some(random, 2);
  for (size_t levels = random.with_chance(0.8) ? 0 : 1 + random.below(2); levels > 0; --levels)
    chosen.scps.push_back(pools.identity.some(random, 3));
  for (size_t levels = random.with_chance(0.8) ? 0 : 1 + random.below(2); levels > 0; --levels)
    chosen.rcps.push_back(pools.rcp.some(random, 3));

  request.identity = documents(chosen.identity);
  request.boundary = documents(chosen.boundary);
  request.session = documents(chosen.session);
  if (chosen.resource != nullptr) request.resource_policy = &chosen.resource->document();
  for (const List& level : chosen.scps)
    request.scps.push_back(documents(level));
  for (const List& level : chosen.rcps)
    request.rcps.push_back(documents(level));
  return chosen;
}

PrincipalKind kind_of(NaiveKind kind) {
  constexpr PrincipalKind kKinds[] = {
      PrincipalKind::kAccountRoot, PrincipalKind::kUser,    PrincipalKind::kRoleSession, PrincipalKind::kFederatedUser,
      PrincipalKind::kAnonymous,   PrincipalKind::kService, PrincipalKind::kProvider};
  return kKinds[static_cast<size_t>(kind)];
}

std::string_view name_of(Outcome outcome) {
  if (outcome == Outcome::kAllowed) return "Allowed";
  return outcome == Outcome::kExplicitlyDenied ? "ExplicitlyDenied" : "ImplicitlyDenied";
}

// Both ways of looking at statements must lead to the same decision.
Decision decide(const Scenario& chosen) {
  const NaiveRequest& asked = chosen.naive;
  RequestContext context;
  std::deque<std::vector<std::string_view>> lists;
  for (const testing::NaiveKey& key : asked.keys) {
    if (key.is_list) {
      context.add_list(key.name, lists.emplace_back(key.values.begin(), key.values.end()));
    } else {
      context.add(key.name, key.values[0]);
    }
  }
  const AccessRequest request{{kind_of(asked.kind),
                               asked.arn,
                               asked.account,
                               asked.user_id,
                               asked.role_arn,
                               asked.parent_arn,
                               asked.parent_id,
                               {}},
                              asked.action,
                              asked.resource,
                              asked.resource_account,
                              {},
                              context};
  const std::vector<PolicyList> scps(chosen.scps.begin(), chosen.scps.end());
  const std::vector<PolicyList> rcps(chosen.rcps.begin(), chosen.rcps.end());
  const PolicySet policies{chosen.identity,
                           chosen.boundary,
                           chosen.session,
                           chosen.resource,
                           static_cast<ResourceRule>(asked.rule),
                           granted_in(asked),
                           scps,
                           rcps};
  const Decision decision = evaluate(request, policies);
  Trace trace;
  EXPECT_TRUE(evaluate(request, policies, &trace) == decision);
  return decision;
}

std::string described(const Scenario& chosen, const Pools& pools) {
  const NaiveRequest& asked = chosen.naive;
  std::string text = asked.arn + " " + asked.role_arn + " " + asked.user_id + " " + asked.action + " " +
                     asked.resource + " of " + asked.resource_account;
  for (const testing::NaiveKey& key : asked.keys) {
    text += "\n" + key.name + " =";
    for (const std::string& value : key.values)
      text += " '" + value + "'";
  }
  const auto add = [&](const std::string& name, const List& list) {
    for (const CompiledPolicy* const policy : list) {
      std::string found;
      for (const Policies* const pool : {&pools.identity, &pools.secret, &pools.key, &pools.trust, &pools.rcp})
        pool->find(policy, found);
      text += "\n" + name + ": " + found;
    }
  };
  add("identity", chosen.identity);
  add("boundary", chosen.boundary);
  add("session", chosen.session);
  if (chosen.resource != nullptr) add("resource", {chosen.resource});
  for (const List& level : chosen.scps)
    add("scp", level);
  for (const List& level : chosen.rcps)
    add("rcp", level);
  return text;
}

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Differential : public ::testing::TestWithParam<uint64_t> {};

TEST_P(Differential, AgreesWithTheFormulas) {
  const uint64_t seed = number_from_environment("COFFER_POLICY_SEED", 20260101) + GetParam();
  const uint64_t comparisons = number_from_environment("COFFER_POLICY_COMPARISONS", 10'000);
  SCOPED_TRACE(seed);
  Random random(seed);
  std::map<std::string, uint64_t> decisions;
  std::optional<Pools> pools;
  for (uint64_t i = 0; i < comparisons; ++i) {
    if (i % 2'000 == 0) pools.emplace(random);
    const Scenario chosen = random_scenario(random, *pools);
    const testing::NaiveAnswer expected = evaluate_naively(chosen.naive);
    const Decision decision = decide(chosen);
    ++decisions[expected.decision];
    ASSERT_EQ(name_of(decision.outcome), expected.decision) << described(chosen, *pools);
    const auto is_among = [](const StatementRef& one, const testing::NaiveAnswer::Statements& statements) {
      return !one || statements.contains({&one.policy->document(), one.statement});
    };
    ASSERT_EQ(!decision.statement, decision.basis != Basis::kStatement);
    ASSERT_TRUE(is_among(decision.statement, decision.allowed() ? expected.allowing : expected.denying))
        << described(chosen, *pools);
    ASSERT_TRUE(is_among(decision.delegation, expected.allowing)) << described(chosen, *pools);
  }
  // Agreement on nothing but refusals would prove little.
  for (const char* const decision : {"Allowed", "ExplicitlyDenied", "ImplicitlyDenied"})
    EXPECT_GT(decisions[decision], comparisons / 20) << decision;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, ::testing::Range<uint64_t>(0, 10));

}  // namespace
}  // namespace coffer::policy
