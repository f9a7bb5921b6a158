// A card that is authorized to describe a secret may not read its value.
// EXPECT: no matching function for call to .*Readable::Readable
#include "services/secretsmanager/common_read.h"

using namespace coffer;
using namespace coffer::secretsmanager;

struct Card {
#ifdef CONTROL
  static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
#else
  static constexpr std::string_view kAction = "secretsmanager:DescribeSecret";
#endif
  struct Request {
    std::string secret_id;
  };
};

Result<SecretValue> attack(const api::Authorized<Card>& authorized, const Rooms& rooms) {
  return read_secret_value(Readable(authorized), {}, rooms);
}
