// What a decision about policies costs: one JSON line for each case, nanoseconds per decision. Build it with the
// release preset on demand: `script/build release coffer_policy_bench`.
//   many services   10 identity policies of 20 statements, for services of which one is asked for
//   one service     the same, all statements are for the service that is asked for, with and without wildcards
//   all parties     the same with boundary, session policy, resource policy, and three levels of control policies each
//   conditions      one statement in ten is for the action and tests the request's tags; the last one holds
//   patterns        one decision on a pattern that a matcher that goes back would not finish

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "policy/document.h"
#include "policy/evaluator.h"

namespace coffer::bench {
namespace {

using namespace policy;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:app/db-AbCdEf";
constexpr std::string_view kServices[] = {"s3", "ec2", "sqs", "sns", "kms", "iam", "logs", "dynamodb", "lambda", "ssm"};
constexpr std::string_view kVerbs[] = {"Describe", "Put",   "Update", "Delete",  "List",
                                       "Tag",      "Untag", "Create", "Restore", "Rotate"};

class Policies {
 public:
  // `statements` joined by commas.
  const CompiledPolicy* add(const std::string& statements, DocumentKind kind = DocumentKind::kIdentityPolicy) {
    auto document = parse_document(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", kind);
    if (!document.ok()) {
      std::fprintf(stderr, "not a policy: %s\n", statements.c_str());
      std::exit(1);
    }
    return &policies_.emplace_back(*std::move(document));
  }

 private:
  std::deque<CompiledPolicy> policies_;
};

std::string statement(std::string_view action, std::string_view resource, std::string_view condition = "{}") {
  std::string text = R"({"Effect":"Allow","Action":[")";
  text.append(action).append(R"("],"Resource":")").append(resource).append(R"(","Condition":)").append(condition);
  return text + "}";
}

// Ten policies of twenty statements. The only one that allows is the last.
template <class Make>
std::vector<const CompiledPolicy*> ten_by_twenty(Policies& policies, const Make& make, const std::string& last) {
  std::vector<const CompiledPolicy*> list;
  for (size_t i = 0; i < 10; ++i) {
    std::string text;
    for (size_t j = 0; j < 20; ++j)
      text.append(j == 0 ? "" : ",").append(i == 9 && j == 19 ? last : make(i, j));
    list.push_back(policies.add(text));
  }
  return list;
}

// The context that a server has at hand, built anew for each decision.
void fill(RequestContext& context) {
  context.clear();
  context.add("aws:PrincipalArn", "arn:aws:iam::111111111111:role/service/app");
  context.add("aws:PrincipalAccount", "111111111111");
  context.add("aws:PrincipalType", "AssumedRole");
  context.add("aws:userid", "AROADBQP57FF2AEXAMPLE:i-1");
  context.add_tag("aws:PrincipalTag/", "team", "red");
  context.add_tag("aws:PrincipalTag/", "stage", "prod");
  context.add_tag("aws:ResourceTag/", "team", "red");
  context.add_tag("aws:ResourceTag/", "stage", "prod");
  context.add("aws:ResourceAccount", "111111111111");
  context.add("aws:RequestedRegion", "us-east-1");
  context.add("aws:SourceIp", "10.1.2.3");
  context.add("aws:SecureTransport", "true");
  context.add("aws:UserAgent", "aws-sdk-cpp/1.11");
  context.add("aws:ViaAWSService", "false");
  context.add("aws:PrincipalIsAWSService", "false");
  context.add_time("aws:CurrentTime", Time(std::chrono::seconds(1'767'225'600)));
  context.add_epoch("aws:EpochTime", Time(std::chrono::seconds(1'767'225'600)));
  context.add("secretsmanager:SecretId", kSecret);
  context.add("secretsmanager:VersionStage", "AWSCURRENT");
}

void measure(const char* name, const PolicySet& policies, std::string_view resource, bool expected, size_t rounds) {
  RequestContext context;
  const RequestPrincipal principal{.kind = PrincipalKind::kRoleSession,
                                   .arn = "arn:aws:sts::111111111111:assumed-role/app/i-1",
                                   .account = "111111111111",
                                   .user_id = "AROADBQP57FF2AEXAMPLE:i-1",
                                   .role_arn = "arn:aws:iam::111111111111:role/service/app"};
  double best = 1e18;
  for (int repeat = 0; repeat < 7; ++repeat) {
    const auto start = SteadyClock::now();
    for (size_t i = 0; i < rounds; ++i) {
      fill(context);
      const AccessRequest request{principal, "secretsmanager:GetSecretValue", resource, "111111111111", {}, context};
      if (evaluate(request, policies).allowed() != expected) {
        std::fprintf(stderr, "%s: decided otherwise\n", name);
        std::exit(1);
      }
    }
    const std::chrono::duration<double, std::nano> spent = SteadyClock::now() - start;
    best = std::min(best, spent.count() / static_cast<double>(rounds));
  }
  std::printf("{\"case\":\"%s\",\"ns\":%.0f}\n", name, best);
}

void measure_patterns(Policies& policies) {
  const std::string long_name = std::string(kSecret) + std::string(1900, 'a');
  const std::string arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:*";
  std::string stars, ones;
  for (int i = 0; i < 900; ++i)
    stars += "a*";
  for (int i = 0; i < 450; ++i)
    ones += "?a";
  const auto once = [&](const char* name, const std::string& pattern) {
    const CompiledPolicy* const list[] = {policies.add(statement("secretsmanager:*", arn + pattern))};
    measure(name, {.identity = list}, long_name, false, 200);
  };
  once("pattern: many stars", stars + "b");
  once("pattern: a long part between stars", std::string(950, 'a') + "b*");
  once("pattern: a long part of question marks", ones + "b*");
}

int run() {
  Policies policies;
  const std::string last = statement("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/*");
  const auto of_many_services = [](size_t i, size_t j) {
    return statement(
        std::string(kServices[(i + j) % 10]) + ":" + std::string(kVerbs[j % 10]) + (j % 2 == 0 ? "*" : "Thing"),
        "arn:aws:" + std::string(kServices[(i + j) % 10]) + ":*:111111111111:thing/" + std::to_string(j) + "*");
  };
  const auto of_one_service = [](size_t i, size_t j) {
    return statement("secretsmanager:" + std::string(kVerbs[(i + j) % 10]) + (j % 2 == 0 ? "*" : "Secret"),
                     "arn:aws:secretsmanager:*:111111111111:secret:" + std::to_string(i) + "/*");
  };
  const auto with_conditions = [&](size_t i, size_t j) {
    if (j % 10 != 0) return of_many_services(i, j);
    return statement("secretsmanager:Get*", "*", R"({"StringEquals":{"aws:ResourceTag/stage":"test"}})");
  };
  const auto many = ten_by_twenty(policies, of_many_services, last);
  const auto one = ten_by_twenty(policies, of_one_service, last);
  const auto conditions = ten_by_twenty(
      policies, with_conditions,
      statement("secretsmanager:Get*", "*", R"({"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}})"));
  const CompiledPolicy* const everything[] = {policies.add(statement("*", "*"))};
  const CompiledPolicy* const rcp_everything[] = {policies.add(
      R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"})", DocumentKind::kResourceControlPolicy)};
  const PolicyList scps[] = {everything, everything, everything};
  const PolicyList rcps[] = {rcp_everything, rcp_everything, rcp_everything};
  const CompiledPolicy* const resource = policies.add(
      R"({"Effect":"Deny","Principal":"*","Action":"secretsmanager:Delete*","Resource":"*"},)"
      R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/x"},"Action":"secretsmanager:GetSecretValue","Resource":"*"})",
      DocumentKind::kSecretPolicy);

  measure("context alone", {.resource = nullptr}, kSecret, false, 20'000);
  measure("many services", {.identity = many}, kSecret, true, 20'000);
  measure("one service", {.identity = one}, kSecret, true, 20'000);
  measure("all parties",
          {.identity = one,
           .boundary = everything,
           .session = everything,
           .resource = resource,
           .service_control = scps,
           .resource_control = rcps},
          kSecret, true, 20'000);
  measure("conditions", {.identity = conditions}, kSecret, true, 20'000);
  measure_patterns(policies);
  return 0;
}

}  // namespace
}  // namespace coffer::bench

int main() {
  return coffer::bench::run();
}
