// The regions of a deployment as a command calls them, with what their service `coffer` answers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "client/settings.h"
#include "client/signed_client.h"
#include "wire/shape.h"

namespace coffer::cli {

enum class Form { kText, kJson };

struct LinkStatus {
  std::string region;
  std::optional<std::string> address;  // of its link listener
  int64_t waiting = 0;
  std::optional<Time> waiting_since;
  std::optional<Time> last_success;
  std::optional<std::string> last_error;
  std::optional<int64_t> lag_milliseconds;  // of what comes from there; absent: not known
  std::optional<int64_t> behind;            // copies of which that does not hold
  static constexpr wire::Field kFields[] = {wire::field<&LinkStatus::region>("Region"),
                                            wire::field<&LinkStatus::address>("Address"),
                                            wire::field<&LinkStatus::waiting>("Waiting"),
                                            wire::field<&LinkStatus::waiting_since>("WaitingSince"),
                                            wire::field<&LinkStatus::last_success>("LastSuccess"),
                                            wire::field<&LinkStatus::last_error>("LastError"),
                                            wire::field<&LinkStatus::lag_milliseconds>("LagMilliseconds"),
                                            wire::field<&LinkStatus::behind>("Behind")};
};

struct RemovedRegion {
  std::string region;
  Time removed_date;
  bool is_lost = false;
  static constexpr wire::Field kFields[] = {wire::field<&RemovedRegion::region>("Region"),
                                            wire::field<&RemovedRegion::removed_date>("RemovedDate"),
                                            wire::field<&RemovedRegion::is_lost>("Lost")};
};

struct RegionStatus {
  std::string region;
  std::string version;
  std::string seal;
  bool can_commit = false;
  Time now;
  std::string home_region;
  int64_t home_epoch = 0;
  std::vector<std::string> regions;
  std::vector<LinkStatus> links;
  std::optional<std::vector<RemovedRegion>> being_forgotten;
  static constexpr wire::Field kFields[] = {wire::field<&RegionStatus::region>("Region"),
                                            wire::field<&RegionStatus::version>("Version"),
                                            wire::field<&RegionStatus::seal>("Seal"),
                                            wire::field<&RegionStatus::can_commit>("CanCommit"),
                                            wire::field<&RegionStatus::now>("Now"),
                                            wire::field<&RegionStatus::home_region>("HomeRegion"),
                                            wire::field<&RegionStatus::home_epoch>("HomeEpoch"),
                                            wire::field<&RegionStatus::regions>("Regions"),
                                            wire::field<&RegionStatus::links>("Links"),
                                            wire::field<&RegionStatus::being_forgotten>("BeingForgotten")};
};

struct CopyVersion {
  std::string version_id;
  std::vector<std::string> version_stages;
  Time created_date;
  static constexpr wire::Field kFields[] = {wire::field<&CopyVersion::version_id>("VersionId"),
                                            wire::field<&CopyVersion::version_stages>("VersionStages"),
                                            wire::field<&CopyVersion::created_date>("CreatedDate")};
};

struct CopyReplica {
  std::string region;
  std::string status;
  std::optional<std::string> status_message;
  std::optional<std::string> kms_key_id;   // as given; absent: the default key
  std::optional<std::string> replaced_by;  // the region whose copy it follows, or is, instead
  static constexpr wire::Field kFields[] = {
      wire::field<&CopyReplica::region>("Region"), wire::field<&CopyReplica::status>("Status"),
      wire::field<&CopyReplica::status_message>("StatusMessage"), wire::field<&CopyReplica::kms_key_id>("KmsKeyId"),
      wire::field<&CopyReplica::replaced_by>("ReplacedBy")};
};

inline std::string_view suffix_of(std::string_view arn) {
  return arn.substr(arn.size() < 6 ? 0 : arn.size() - 6);
}

// What one region has of a secret.
struct Copy {
  std::string name;
  std::string arn;
  std::string role;
  std::string primary_region;
  int64_t lineage_epoch = 0;
  int64_t generation = 0;
  std::optional<std::string> kms_key_id;
  std::optional<Time> deletion_date;  // of one that is pending deletion
  std::vector<CopyVersion> versions;
  std::vector<CopyReplica> replicas;
  std::vector<std::string> other_regions;
  std::optional<std::string> cross_account_replica;  // the ARN of what follows the primary in another account
  static constexpr wire::Field kFields[] = {wire::field<&Copy::name>("Name"),
                                            wire::field<&Copy::arn>("ARN"),
                                            wire::field<&Copy::role>("Role"),
                                            wire::field<&Copy::primary_region>("PrimaryRegion"),
                                            wire::field<&Copy::lineage_epoch>("LineageEpoch"),
                                            wire::field<&Copy::generation>("Generation"),
                                            wire::field<&Copy::kms_key_id>("KmsKeyId"),
                                            wire::field<&Copy::deletion_date>("DeletionDate"),
                                            wire::field<&Copy::versions>("Versions"),
                                            wire::field<&Copy::replicas>("Replicas"),
                                            wire::field<&Copy::other_regions>("OtherRegions"),
                                            wire::field<&Copy::cross_account_replica>("CrossAccountReplica")};

  bool is_primary() const { return role == "Primary"; }
  bool is_region_replica() const { return role == "Replica"; }  // and not one of a primary in another account
  // The six characters that tell two secrets of one name apart.
  std::string_view suffix() const { return suffix_of(arn); }
  // Of the secret in all regions, and of no other that has had its name.
  std::string identity() const { return name + "-" + std::string(suffix()); }
  const CopyVersion* current() const;  // AWSCURRENT; null: there is none
};

// Which copies ListCopies is asked for. Empty: all.
struct CopyFilter {
  std::string primary_region;
  std::string name;
  std::string name_prefix;
  std::string tag_key;
  std::optional<std::string> tag_value;
};

// Not thread-safe: a thread has one of its own.
class Deployment {
 public:
  using Connect = std::function<Result<std::unique_ptr<client::SignedClient>>(const std::string& region)>;
  explicit Deployment(Connect connect) : connect_(std::move(connect)) {}

  // Calls of the service `coffer`, with these errors: kServiceUnavailable when the region does not answer, or another
  // answers in its place that it is down; kAborted when waiting is given up; kAccessDenied; kThrottling; kUsage when
  // there is nobody to call or as whom; otherwise kInternalServiceError, with what the region says.
  Result<RegionStatus> status(const std::string& region);
  Result<std::vector<Copy>> copies(const std::string& region, const CopyFilter& filter);
  // `body`: JSON. Of another service of the region with its names.
  Result<void> call(const std::string& region, std::string_view operation, std::string_view body,
                    wire::Document& answer);
  Result<void> call(const std::string& region, const client::Call& call, wire::Document& answer);

  // Of each call, from now on.
  void set_timeout(Duration timeout) { timeout_ = timeout; }

 private:
  Result<client::SignedClient*> client(const std::string& region);

  const Connect connect_;
  Duration timeout_ = std::chrono::seconds(30);
  std::map<std::string, std::unique_ptr<client::SignedClient>> clients_;
};

// As settings_from() says, for each region: an endpoint may have {region} in it. `is_given_up`: as ClientOptions has
// it.
Deployment::Connect connect_by(const client::Overrides& overrides, const client::Environment& environment,
                               const Clock& clock, std::function<bool()> is_given_up = {});

// Of JSON text: {"SecretId": "...", "DryRun": true}.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value);
  JsonObject& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
  JsonObject& add(std::string_view name, bool value);
  JsonObject& add(std::string_view name, int64_t value);
  JsonObject& add_json(std::string_view name, std::string_view json);
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

// What `encode` writes as JSON that a person can read, with a line end.
std::string json_text_of(const std::function<void(wire::Encoder&)>& encode);
// The same of a shape.
template <class Shape>
std::string json_text_of_shape(const Shape& shape) {
  return json_text_of([&shape](wire::Encoder& encoder) {
    encoder.begin_object();
    wire::encode(shape, encoder);
    encoder.end_object();
  });
}

}  // namespace coffer::cli
