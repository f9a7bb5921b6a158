// The rotations of a key that are done, oldest first; on request, the material that it was made with, too.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html
#include "kms/key_rotation.h"
#include "services/kms/common.h"
#include "services/kms/common_paging.h"

namespace coffer::kms_service {
namespace {

constexpr std::string_view kAllKeyMaterial = "ALL_KEY_MATERIAL";
constexpr std::string_view kIncludes[] = {kAllKeyMaterial, "ROTATIONS_ONLY"};

struct RotationEntry {
  std::string key_id;
  std::string key_material_id;
  std::string_view key_material_state;
  std::optional<Time> rotation_date;
  std::optional<std::string_view> rotation_type;
  static constexpr wire::Field kFields[] = {wire::field<&RotationEntry::key_id>("KeyId"),
                                            wire::field<&RotationEntry::key_material_id>("KeyMaterialId"),
                                            wire::field<&RotationEntry::key_material_state>("KeyMaterialState"),
                                            wire::field<&RotationEntry::rotation_date>("RotationDate"),
                                            wire::field<&RotationEntry::rotation_type>("RotationType")};
};

// The first material came by no rotation.
RotationEntry entry_of(const kms::Material& material, const std::string& key_arn, std::string_view current) {
  RotationEntry entry{key_arn, material.id, material.id == current ? "CURRENT" : "NON_CURRENT", std::nullopt,
                      std::nullopt};
  if (material.cause == kms::MaterialCause::kCreation) return entry;
  entry.rotation_date = material.created;
  entry.rotation_type = material.cause == kms::MaterialCause::kOnDemandRotation ? "ON_DEMAND" : "AUTOMATIC";
  return entry;
}

struct ListKeyRotations {
  static constexpr std::string_view kName = "ListKeyRotations";
  static constexpr std::string_view kAction = "kms:ListKeyRotations";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn, ErrorCode::kInvalidMarker,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<std::string> include_key_material;
    std::optional<int64_t> limit;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::include_key_material>("IncludeKeyMaterial", {.values = kIncludes}),
        wire::field<&Request::limit>("Limit", kLimitBounds), wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };

  struct Response {
    std::vector<RotationEntry> rotations;
    std::optional<std::string> next_marker;
    bool truncated;
    static constexpr wire::Field kFields[] = {wire::field<&Response::rotations>("Rotations"),
                                              wire::field<&Response::next_marker>("NextMarker"),
                                              wire::field<&Response::truncated>("Truncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ListKeyRotations>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<ListKeyRotations>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_ASSIGN(std::vector<kms::Material> materials, kms::list_materials(rooms.keyring, key));
    const std::string current = materials.back().id;
    if (request.include_key_material.value_or("") != kAllKeyMaterial) materials.erase(materials.begin());
    COFFER_ASSIGN(const Slice slice, slice_of(materials.size(), request, 100));
    Response response{{}, slice.next_marker, slice.next_marker.has_value()};
    for (size_t i = slice.begin; i < slice.end; ++i)
      response.rotations.push_back(entry_of(materials[i], authorized.resource().name, current));
    return response;
  }
};

}  // namespace

api::Operation list_key_rotations() {
  return api::operation<ListKeyRotations>();
}

}  // namespace coffer::kms_service
