// A policy document in the form that decides fast: its statements found by the action, patterns and values parsed.
// Made once when a policy is read or changed, then shared; immutable and safe from any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/action_index.h"
#include "policy/compiled_condition.h"
#include "policy/document.h"
#include "policy/pattern.h"
#include "policy/request_context.h"
#include "policy/text_template.h"

namespace coffer::policy {

// The fields of a request's resource, split once for all patterns; nullopt when it is no ARN.
using ResourceFields = std::optional<std::array<std::string_view, 6>>;

// An item of Resource or NotResource. Variables count in the sixth field only.
class ResourcePattern {
 public:
  ResourcePattern(const ArnPattern& pattern, LanguageVersion version);
  bool matches(const ResourceFields& resource, const RequestContext& context) const;

 private:
  std::array<Wildcards, 4> fields_;  // partition, service, region, account
  std::optional<TextPattern> name_;  // absent: "*" alone, which matches what is no ARN, too
};

class CompiledStatement {
 public:
  CompiledStatement(const Statement& statement, LanguageVersion version);

  // nullopt when there is neither Resource nor NotResource.
  std::optional<bool> covers_resource(const ResourceFields& resource, const RequestContext& context) const;
  bool conditions_hold(const RequestContext& context) const;
  // In the order of the document.
  const std::vector<CompiledCondition>& conditions() const { return conditions_; }

 private:
  std::optional<Selects> selects_;  // of resources_
  std::vector<ResourcePattern> resources_;
  std::vector<CompiledCondition> conditions_;
};

// What a policy is called where a decision is explained.
struct PolicySource {
  std::string name;  // "ReadSecrets"
  std::string arn;   // of a managed policy, else empty
};

class CompiledPolicy {
 public:
  // REQUIRES: no more statements than read_document() takes.
  explicit CompiledPolicy(Document document, PolicySource source = {});

  const Document& document() const { return document_; }
  const PolicySource& source() const { return source_; }
  // The same numbers as in the document.
  const CompiledStatement& statement(size_t number) const { return statements_[number]; }
  // Those whose Action or NotAction covers the action.
  StatementSet statements_for(const ActionName& action) const { return index_.find(action); }

 private:
  Document document_;
  PolicySource source_;
  std::vector<CompiledStatement> statements_;
  ActionIndex index_;
};

}  // namespace coffer::policy
