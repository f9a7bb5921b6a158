#include "organizations/aws_policies.h"

#include <cstdlib>

#include "organizations/policy_texts.h"

namespace coffer::organizations {
namespace {

const Policy& make(PolicyType type) {
  Policy& made = *new Policy;
  made.type = type;
  if (type == PolicyType::kServiceControl) {
    made.id = *PolicyId::parse("p-FullAWSAccess");
    made.name = "FullAWSAccess";
    made.description = "Allows access to every operation";
    made.content = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  } else {
    made.id = *PolicyId::parse("p-RCPFullAWSAccess");
    made.name = "RCPFullAWSAccess";
    made.description = "Allows access to every resource";
    made.content =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]})";
  }
  return made;
}

const policy::CompiledPolicy& compile(PolicyType type) {
  const Policy& source = full_access(type);
  auto document = policy::parse_document(source.content, document_kind(type));
  if (!document.ok()) std::abort();
  // Its ARN is the same in every organization.
  return *new policy::CompiledPolicy(std::move(document).value(), {source.name, arn_of(Organization(), source)});
}

}  // namespace

const Policy& full_access(PolicyType type) {
  static const Policy& kService = make(PolicyType::kServiceControl);
  static const Policy& kResource = make(PolicyType::kResourceControl);
  return type == PolicyType::kServiceControl ? kService : kResource;
}

const policy::CompiledPolicy& compiled_full_access(PolicyType type) {
  static const policy::CompiledPolicy& kService = compile(PolicyType::kServiceControl);
  static const policy::CompiledPolicy& kResource = compile(PolicyType::kResourceControl);
  return type == PolicyType::kServiceControl ? kService : kResource;
}

bool is_aws_managed(const PolicyId& id) {
  return id == full_access(PolicyType::kServiceControl).id || id == full_access(PolicyType::kResourceControl).id;
}

}  // namespace coffer::organizations
