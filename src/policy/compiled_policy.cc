#include "policy/compiled_policy.h"

#include <algorithm>
#include <cstdlib>

namespace coffer::policy {

ResourcePattern::ResourcePattern(const ArnPattern& pattern, LanguageVersion version) {
  if (pattern.matches_everything()) return;
  const ArnPatternFields fields = split_arn_pattern(pattern.text());
  for (size_t i = 0; i < fields_.size(); ++i)
    fields_[i] = Wildcards(fields[i].value_or("*"));
  name_.emplace(fields.back().value_or("*"), version);
}

bool ResourcePattern::matches(const ResourceFields& resource, const RequestContext& context) const {
  if (!name_) return true;
  if (!resource) return false;
  const bool is_near =
      std::equal(fields_.begin(), fields_.end(), resource->begin() + 1,
                 [](const Wildcards& wildcards, std::string_view field) { return wildcards.matches(field); });
  return is_near && name_->matches(resource->back(), context);
}

CompiledStatement::CompiledStatement(const Statement& statement, LanguageVersion version) {
  if (statement.resources) {
    selects_ = statement.resources->selects;
    for (const ArnPattern& pattern : statement.resources->items)
      resources_.emplace_back(pattern, version);
  }
  for (const Condition& condition : statement.conditions)
    conditions_.emplace_back(condition, version);
}

std::optional<bool> CompiledStatement::covers_resource(const ResourceFields& resource,
                                                       const RequestContext& context) const {
  if (!selects_) return std::nullopt;
  const bool is_listed = std::ranges::any_of(
      resources_, [&](const ResourcePattern& pattern) { return pattern.matches(resource, context); });
  return is_listed == (*selects_ == Selects::kListed);
}

bool CompiledStatement::conditions_hold(const RequestContext& context) const {
  return std::ranges::all_of(conditions_, [&](const CompiledCondition& one) { return one.holds(context); });
}

CompiledPolicy::CompiledPolicy(Document document, PolicySource source)
    : document_(std::move(document)), source_(std::move(source)), index_(document_.statements) {
  if (document_.statements.size() > kMaxStatements) std::abort();
  statements_.reserve(document_.statements.size());
  for (const Statement& statement : document_.statements)
    statements_.emplace_back(statement, document_.version);
}

}  // namespace coffer::policy
