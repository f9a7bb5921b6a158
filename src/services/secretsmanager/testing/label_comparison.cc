#include "services/secretsmanager/testing/label_comparison.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/encoding.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kName = "a";
constexpr size_t kMaxSteps = 15'000;  // of all sequences that are tried while steps are left out

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object with_content(json::object object, const Content& content) {
  if (content.is_binary) {
    object["SecretBinary"] = base64_encode(std::as_bytes(std::span(content.bytes)));
  } else {
    object["SecretString"] = content.bytes;
  }
  return object;
}

// A secret in memory beside its model. Every function answers what differs, "" if nothing does.
class Comparison {
 public:
  explicit Comparison(const Rules& rules) : model_(rules) {}

  std::string step(const Step& step) {
    if (!model_.exists()) arn_.clear();
    const Outcome expected = model_.apply(step);
    if (step.kind == Step::Kind::kWait) {
      world_.clock.advance(step.wait);
      must(world_.secrets(kHome).erase_expired());
    } else if (std::string found = answer(step, expected); !found.empty()) {
      return found;
    }
    return step.is_looked_at ? state() : "";
  }

 private:
  Answer call(std::string_view operation, json::object input) {
    return world_.call(kHome, root_of("123456789012"), operation, json::serialize(input));
  }

  Answer call(const Step& step) {
    json::object input{{step.kind == Step::Kind::kCreate ? "Name" : "SecretId", kName}};
    if (!step.token.empty()) input["ClientRequestToken"] = step.token;
    if (step.content) input = with_content(std::move(input), *step.content);
    switch (step.kind) {
      case Step::Kind::kCreate:
        return call("CreateSecret", std::move(input));
      case Step::Kind::kPut:
        if (!step.labels.empty()) input["VersionStages"] = array_of(step.labels);
        return call("PutSecretValue", std::move(input));
      case Step::Kind::kUpdate:
        if (step.has_description) input["Description"] = step.token;
        return call("UpdateSecret", std::move(input));
      case Step::Kind::kMove:
        input["VersionStage"] = step.label;
        if (step.from) input["RemoveFromVersionId"] = *step.from;
        if (step.to) input["MoveToVersionId"] = *step.to;
        return call("UpdateSecretVersionStage", std::move(input));
      case Step::Kind::kDelete:
        if (step.window_in_days) input["RecoveryWindowInDays"] = *step.window_in_days;
        if (!step.window_in_days) input["ForceDeleteWithoutRecovery"] = true;
        return call("DeleteSecret", std::move(input));
      case Step::Kind::kRestore:
      case Step::Kind::kWait:
        break;
    }
    return call("RestoreSecret", std::move(input));
  }

  std::string answer(const Step& step, const Outcome& expected) {
    const Answer answered = call(step);
    const bool is_new = answered.status == 200 && arn_.empty() && step.kind == Step::Kind::kCreate;
    if (is_new) arn_ = json::parse(answered.output).at("ARN").as_string();
    const std::string found = answered.status == 200 ? answered.output : answered.error + ": " + answered.message;
    if (!expected.refusals.empty()) {
      std::string wanted;
      for (const Refusal& refusal : expected.refusals) {
        std::string message = refusal.message;
        if (const size_t at = message.find("${arn}"); at != message.npos) message.replace(at, 6, arn_);
        if (answered.error == refusal.error && (message.empty() || answered.message == message)) return "";
        wanted += (wanted.empty() ? "" : " or ") + refusal.error + ": " + message;
      }
      return "the answer is " + found + "; the model says " + wanted;
    }
    if (answered.status != 200) return "the answer is " + found + "; the model says success";
    json::object wanted = {{"ARN", arn_}, {"Name", kName}};
    if (expected.version) wanted["VersionId"] = *expected.version;
    if (expected.version && step.kind == Step::Kind::kPut) {
      const json::array labels = array_of(model_.labels_of(*expected.version));
      if (!labels.empty()) wanted["VersionStages"] = labels;
    }
    json::object output = json::parse(answered.output).as_object();
    if (step.kind == Step::Kind::kDelete) wanted["DeletionDate"] = output["DeletionDate"];
    if (arn_.empty()) wanted["ARN"] = output["ARN"];  // forced deletion of nothing invents one
    return different("the answer", output, wanted);
  }

  static std::string different(const std::string& what, const json::value& found, const json::value& wanted) {
    if (found == wanted) return "";
    return what + " is " + json::serialize(found) + "; the model says " + json::serialize(wanted);
  }

  std::string refused(const json::object& input, const std::string& error, const std::string& message) {
    const Answer answered = call("GetSecretValue", input);
    return different("GetSecretValue " + json::serialize(input), {answered.error, answered.message}, {error, message});
  }

  std::string state() {
    if (!model_.exists()) {
      return refused({{"SecretId", kName}}, "ResourceNotFoundException",
                     "Secrets Manager can't find the specified secret.");
    }
    std::string found = lists();
    if (found.empty()) found = description();
    if (found.empty()) found = values();
    return found;
  }

  // ListSecretVersionIds, with the versions that have no label and, now and then, without them.
  std::string lists() {
    for (const bool all : {true, false}) {
      if (!all && looks_ % 4 != 0) continue;
      json::array wanted;
      for (const LabelModel::Version& version : model_.versions()) {
        json::array labels = array_of(model_.labels_of(version.id));
        if (all || !labels.empty()) wanted.push_back({version.id, std::move(labels)});
      }
      json::array listed;
      json::object input{{"SecretId", kName}, {"IncludeDeprecated", all}};
      for (bool more = true; more;) {
        const Answer answered = call("ListSecretVersionIds", input);
        if (answered.status != 200) return "the list is " + answered.error + ": " + answered.message;
        const json::value page = json::parse(answered.output);
        for (const json::value& entry : page.at("Versions").as_array()) {
          const json::value* const labels = entry.as_object().if_contains("VersionStages");
          listed.push_back({entry.at("VersionId"), labels ? *labels : json::array()});
        }
        more = page.as_object().contains("NextToken");
        if (more) input["NextToken"] = page.at("NextToken");
      }
      if (std::string found = different("the list", listed, wanted); !found.empty()) return found;
    }
    return "";
  }

  std::string description() {
    json::object described = json::parse(call("DescribeSecret", {{"SecretId", kName}}).output).as_object();
    json::object wanted;
    for (const auto& [label, version] : model_.holders())
      wanted.emplace(version, array_of(model_.labels_of(version)));
    json::object* const shown =
        described.contains("VersionIdsToStages") ? &described.at("VersionIdsToStages").as_object() : nullptr;
    if ((shown == nullptr) != wanted.empty())
      return "VersionIdsToStages is there, or is not: " + json::serialize(described);
    if (described.contains("DeletedDate") != model_.pending_deletion()) {
      return "DeletedDate is there, or is not: " + json::serialize(described);
    }
    return shown == nullptr ? "" : different("DescribeSecret", *shown, wanted);
  }

  std::string value(const json::object& input, const std::string& id) {
    const Answer answered = call("GetSecretValue", input);
    if (answered.status != 200)
      return "GetSecretValue " + json::serialize(input) + " is " + answered.error + ": " + answered.message;
    const LabelModel::Version& version = *model_.find(id);
    json::object wanted = with_content({{"ARN", arn_}, {"Name", kName}, {"VersionId", id}}, version.content);
    const json::array labels = array_of(model_.labels_of(id));
    if (!labels.empty()) wanted["VersionStages"] = labels;
    json::object output = json::parse(answered.output).as_object();
    output.erase("CreatedDate");
    return different("GetSecretValue " + json::serialize(input), output, wanted);
  }

  std::string value_by_label(const std::string& label) {
    json::object input{{"SecretId", kName}};
    if (label != "AWSCURRENT") input["VersionStage"] = label;
    const auto holder = model_.holders().find(label);
    if (holder != model_.holders().end()) return value(input, holder->second);
    return refused(input, "ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret value for staging label: " + label);
  }

  std::string value_by_id(const std::string& id) {
    const json::object input{{"SecretId", kName}, {"VersionId", id}};
    if (model_.find(id) != nullptr) return value(input, id);
    return refused(input, "ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret value for VersionId: " + id);
  }

  // GetSecretValue by AWS's labels, by the newest id, and by one other label and id each time: values do not change.
  std::string values() {
    if (model_.pending_deletion()) {
      return refused({{"SecretId", kName}}, "InvalidRequestException",
                     "You can't perform this operation on the secret because it was marked for deletion.");
    }
    const size_t look = looks_++;
    for (const char* label : {"AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"}) {
      if (std::string found = value_by_label(label); !found.empty()) return found;
    }
    const auto& holders = model_.holders();
    if (!holders.empty()) {
      const auto other = std::next(holders.begin(), static_cast<ptrdiff_t>(look % holders.size()));
      if (std::string found = value_by_label(other->first); !found.empty()) return found;
    }
    const auto& versions = model_.versions();
    const std::string unknown = version_id(99);
    const std::string other = look % 8 == 0 || versions.empty() ? unknown : versions[look % versions.size()].id;
    std::string found = value_by_id(other);
    return found.empty() && !versions.empty() ? value_by_id(versions.back().id) : found;
  }

  SeededRandom random_{7};
  World world_{random_};
  LabelModel model_;
  std::string arn_;
  size_t looks_ = 0;
};

}  // namespace

std::optional<Difference> first_difference(const std::vector<Step>& steps, const Rules& rules) {
  Comparison comparison(rules);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (std::string what = comparison.step(steps[i]); !what.empty()) return Difference{i + 1, std::move(what)};
  }
  return std::nullopt;
}

std::vector<Step> shrunk(std::vector<Step> steps, const Rules& rules) {
  size_t taken = 0;
  for (size_t size = std::max<size_t>(steps.size() / 2, 1); size > 0;) {
    const size_t before = steps.size();
    for (size_t at = 0; at + size <= steps.size() && taken < kMaxSteps;) {
      std::vector<Step> fewer = steps;
      taken += fewer.size();
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(at), fewer.begin() + static_cast<ptrdiff_t>(at + size));
      if (const auto difference = first_difference(fewer, rules)) {
        fewer.resize(difference->steps);
        steps = std::move(fewer);
      } else {
        at += size;
      }
    }
    // One step less may make others needless that were tried before.
    if (size > 1 || steps.size() == before) size /= 2;
  }
  return steps;
}

}  // namespace coffer::secretsmanager::testing
