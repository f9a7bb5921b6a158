// Everything about a secret but its value; works on secrets pending deletion and on replicas.
// Difference from AWS: none known. DeletedDate is when the deletion was asked for; AWS documents both readings.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_details.h"
#include "services/secretsmanager/common_freshness.h"

namespace coffer::secretsmanager {
namespace {

struct DescribeSecret {
  static constexpr std::string_view kName = "DescribeSecret";
  static constexpr std::string_view kAction = "secretsmanager:DescribeSecret";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInternalServiceError,
                                          ErrorCode::kInvalidParameter};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response : SecretDetails {
    using D = SecretDetails;
    static constexpr wire::Field kFields[] = {
        wire::field<&D::arn>("ARN"),
        wire::field<&D::name>("Name"),
        wire::field<&D::type>("Type"),
        wire::field<&D::description>("Description"),
        wire::field<&D::kms_key_id>("KmsKeyId"),
        wire::field<&D::rotation_enabled>("RotationEnabled"),
        wire::field<&D::rotation_lambda_arn>("RotationLambdaARN"),
        wire::field<&D::rotation_rules>("RotationRules"),
        wire::field<&D::external_rotation_metadata>("ExternalSecretRotationMetadata"),
        wire::field<&D::external_rotation_role_arn>("ExternalSecretRotationRoleArn"),
        wire::field<&D::last_rotated_date>("LastRotatedDate"),
        wire::field<&D::last_changed_date>("LastChangedDate"),
        wire::field<&D::last_accessed_date>("LastAccessedDate"),
        wire::field<&D::deleted_date>("DeletedDate"),
        wire::field<&D::next_rotation_date>("NextRotationDate"),
        wire::field<&D::tags>("Tags"),
        wire::field<&D::versions_to_stages>("VersionIdsToStages"),
        wire::field<&D::owning_service>("OwningService"),
        wire::field<&D::created_date>("CreatedDate"),
        wire::field<&D::primary_region>("PrimaryRegion"),
        wire::field<&D::replication_status>("ReplicationStatus"),
        wire::field<&D::cross_account_primary>("CrossAccountPrimary"),
        wire::field<&D::cross_account_replicas>("CrossAccountReplicas")};
  };
  // The fields are read through a pointer to the whole response, which must be one to its base.
  static_assert(std::is_standard_layout_v<Response>);

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DescribeSecret>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const secrets::SecretPointer view, find_fresh_secret(target(authorized), rooms));
    Response response{details_of(*view)};
    COFFER_ASSIGN(response.cross_account_primary, cross_account_primary(*view, rooms));
    COFFER_ASSIGN(response.cross_account_replicas, cross_account_replicas(*view, rooms));
    return response;
  }
};

}  // namespace

api::Operation describe_secret() {
  return api::operation<DescribeSecret>();
}

}  // namespace coffer::secretsmanager
