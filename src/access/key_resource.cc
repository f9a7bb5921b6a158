#include "access/key_resource.h"

namespace coffer::access {
namespace {

void describe_key(const api::Resource& resource, api::ConditionKeys& keys) {
  const kms::KeyView& view = key_of(resource);
  const kms::KeyInfo& key = view.info;
  for (const kms::Tag& tag : key.tags)
    keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
  keys.add("kms:KeySpec", "SYMMETRIC_DEFAULT");
  keys.add("kms:KeyUsage", "ENCRYPT_DECRYPT");
  keys.add("kms:KeyOrigin", "AWS_KMS");
  if (!view.aliases.empty()) keys.add_list("kms:ResourceAliases", {view.aliases.begin(), view.aliases.end()});
  keys.add_flag("kms:MultiRegion", key.multi_region != kms::MultiRegion::kNo);
  if (key.multi_region != kms::MultiRegion::kNo) {
    keys.add("kms:MultiRegionKeyType", key.multi_region == kms::MultiRegion::kPrimary ? "PRIMARY" : "REPLICA");
  }
}

}  // namespace

api::Resource key_resource(const Region& region, kms::KeyPointer key) {
  const kms::KeyView& view = *key;
  return {.name = kms::key_arn(region, view.info.name),
          .account = view.info.name.account,
          .found = std::move(key),
          .policy = view.policy,
          .rule = policy::ResourceRule::kKeyPolicy,
          .is_managed_by_aws = view.info.is_default,
          .describe = describe_key};
}

api::Resource absent_key_resource(const Region& region, const kms::KeyReference& reference) {
  const bool is_alias = reference.kind == kms::KeyReference::Kind::kAlias;
  return {.name = is_alias ? kms::alias_arn(region, reference.account, reference.text)
                           : kms::key_arn(region, {reference.account, reference.text}),
          .account = reference.account,
          .rule = policy::ResourceRule::kKeyPolicy};
}

const kms::KeyView* find_key(const api::Resource& resource) {
  return resource.describe == describe_key ? &key_of(resource) : nullptr;
}

const kms::KeyView& key_of(const api::Resource& resource) {
  return *static_cast<const kms::KeyView*>(resource.found.get());
}

}  // namespace coffer::access
