// A service that speaks both dialects: a card that gives back whatever it gets, in every shape that members can have,
// one that has nothing to answer, and one that needs no signature.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "api/service.h"

namespace coffer::api::testing {

struct ShapesRooms {
  std::optional<auth::Caller> caller;  // the last one that reached a card
  std::string owner = "123456789012";
};

struct EchoShapes {
  static constexpr std::string_view kName = "EchoShapes";
  static constexpr std::string_view kAction = "shapes:EchoShapes";
  static constexpr Effect kEffect = Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  static constexpr std::string_view kRefused[] = {"Novelty"};
  using Rooms = ShapesRooms;
  struct Tag {
    std::string key;
    std::optional<std::vector<std::string>> values;
    static constexpr wire::Field kFields[] = {wire::field<&Tag::key>("Key", {.min = 1, .max = 8}),
                                              wire::field<&Tag::values>("Values")};
  };
  struct Shapes {
    std::optional<std::string> name;
    std::optional<int64_t> number;
    std::optional<bool> flag;
    std::optional<Time> instant;
    std::optional<wire::SecretText> text;
    std::optional<wire::SecretBlob> blob;
    std::optional<std::vector<std::string>> words;
    std::optional<std::vector<int64_t>> numbers;
    std::optional<std::vector<Tag>> tags;
    std::optional<Tag> tag;
    std::optional<wire::Map<std::string>> labels;
    std::optional<wire::Map<std::vector<Tag>>> groups;
    static constexpr wire::Field kFields[] = {wire::field<&Shapes::name>("Name", {.min = 1, .max = 20}),
                                              wire::field<&Shapes::number>("Number", {.max = 999}),
                                              wire::field<&Shapes::flag>("Flag"),
                                              wire::field<&Shapes::instant>("Instant"),
                                              wire::field<&Shapes::text>("Text"),
                                              wire::field<&Shapes::blob>("Blob"),
                                              wire::field<&Shapes::words>("Words"),
                                              wire::field<&Shapes::numbers>("Numbers"),
                                              wire::field<&Shapes::tags>("Tags", {.max = 2}),
                                              wire::field<&Shapes::tag>("Tag"),
                                              wire::field<&Shapes::labels>("Labels"),
                                              wire::field<&Shapes::groups>("Groups")};
  };
  using Request = Shapes;
  using Response = Shapes;
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request& request, const auth::Caller&, Rooms& rooms) {
    return Resource{.name = "arn:shapes:" + request.name.value_or(""), .account = *AccountId::parse(rooms.owner)};
  }
  static Result<Response> handle(Authorized<EchoShapes>& authorized, Rooms& rooms) {
    rooms.caller = authorized.caller();
    const std::string name = authorized.request().name.value_or("");
    if (name == "missing") return Error{ErrorCode::kNoSuchEntity, "The shape with name <missing> cannot be found."};
    if (name == "attached") return Error{ErrorCode::kDeleteConflict, "Cannot delete entity."};
    if (name == "broken") return Error{ErrorCode::kCorrupt, "row 7 of the store is damaged"};
    if (name == "disk") return Error{ErrorCode::kIo, "fsync failed"};
    return std::move(authorized.request());
  }
};

struct DeleteShape {
  static constexpr std::string_view kName = "DeleteShape";
  static constexpr std::string_view kAction = "shapes:DeleteShape";
  static constexpr Effect kEffect = Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  using Rooms = ShapesRooms;
  struct Request {
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("Name")};
  };
  struct Response {
    static constexpr std::array<wire::Field, 0> kFields{};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return Resource{.name = "*", .account = caller.account};
  }
  static Result<Response> handle(const Authorized<DeleteShape>& authorized, Rooms& rooms) {
    rooms.caller = authorized.caller();
    return Response{};
  }
};

struct ProveShape {
  static constexpr std::string_view kName = "ProveShape";
  static constexpr std::string_view kAction = "shapes:ProveShape";
  static constexpr Effect kEffect = Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied};
  static constexpr bool kUnsigned = true;
  static constexpr std::string_view kRatedBy = "Shape";
  using Rooms = ShapesRooms;
  struct Request {
    std::string proof;
    std::optional<std::string> shape;  // an ARN
    static constexpr wire::Field kFields[] = {wire::field<&Request::proof>("Proof"),
                                              wire::field<&Request::shape>("Shape")};
  };
  struct Response {
    std::string subject;
    static constexpr wire::Field kFields[] = {wire::field<&Response::subject>("Subject")};
  };
  static Result<void> check(const Request&) { return {}; }
  static Result<Resource> resource(const Request&, const auth::Caller&, Rooms& rooms) {
    return Resource{.name = "arn:shapes:proven", .account = *AccountId::parse(rooms.owner)};
  }
  static Result<Response> handle(const Authorized<ProveShape>& authorized, Rooms& rooms) {
    rooms.caller = authorized.caller();
    if (authorized.request().proof == "good") return Response{.subject = "proven"};
    return Error{ErrorCode::kAccessDenied, "Not authorized to perform shapes:ProveShape"};
  }
};

inline constexpr std::string_view kShapesNamespace = "https://shapes.amazonaws.com/doc/2010-05-08/";

inline Service shapes_service(ShapesRooms& rooms) {
  return {.target_prefix = "Shapes",
          .signing_name = "shapes",
          .operations = {operation<EchoShapes>(), operation<DeleteShape>(), operation<ProveShape>()},
          .rooms = &rooms,
          .quotas = {},
          .query = QueryProtocol{.version = "2010-05-08", .xml_namespace = kShapesNamespace}};
}

}  // namespace coffer::api::testing
