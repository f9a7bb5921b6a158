// A random password out of the kinds of characters that were not excluded, with one of each kind unless told otherwise.
// Difference from AWS: none known.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
#include <algorithm>

#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {
namespace {

constexpr int64_t kDefaultLength = 32;
constexpr SecretAccess kGenerate("GetRandomPassword writes the characters that it draws");

struct GetRandomPassword {
  static constexpr std::string_view kName = "GetRandomPassword";
  static constexpr std::string_view kAction = "secretsmanager:GetRandomPassword";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::optional<int64_t> password_length;
    std::optional<std::string> exclude_characters;
    std::optional<bool> exclude_numbers;
    std::optional<bool> exclude_punctuation;
    std::optional<bool> exclude_uppercase;
    std::optional<bool> exclude_lowercase;
    std::optional<bool> include_space;
    std::optional<bool> require_each_included_type;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::password_length>("PasswordLength", {.min = 1, .max = 4096}),
        wire::field<&Request::exclude_characters>("ExcludeCharacters", {.min = 0, .max = 4096}),
        wire::field<&Request::exclude_numbers>("ExcludeNumbers"),
        wire::field<&Request::exclude_punctuation>("ExcludePunctuation"),
        wire::field<&Request::exclude_uppercase>("ExcludeUppercase"),
        wire::field<&Request::exclude_lowercase>("ExcludeLowercase"),
        wire::field<&Request::include_space>("IncludeSpace"),
        wire::field<&Request::require_each_included_type>("RequireEachIncludedType")};
  };

  struct Response {
    wire::SecretText random_password;
    static constexpr wire::Field kFields[] = {wire::field<&Response::random_password>("RandomPassword")};
  };

  // What passwords are made of.
  struct Alphabet {
    std::vector<std::string> required;  // one character of each
    std::string all;
  };

  static Result<Alphabet> alphabet_of(const Request& request) {
    struct Kind {
      bool excluded;
      std::string_view characters;
    };
    const Kind kinds[] = {
        {request.exclude_uppercase.value_or(false), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        {request.exclude_lowercase.value_or(false), "abcdefghijklmnopqrstuvwxyz"},
        {request.exclude_numbers.value_or(false), "0123456789"},
        {request.exclude_punctuation.value_or(false), R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)"},
    };
    const std::string excluded = request.exclude_characters.value_or("");
    const auto is_excluded = [&excluded](char c) { return excluded.find(c) != std::string::npos; };
    Alphabet alphabet;
    for (const Kind& kind : kinds) {
      if (kind.excluded) continue;
      std::string characters(kind.characters);
      std::erase_if(characters, is_excluded);
      alphabet.all += characters;
      if (request.require_each_included_type.value_or(true)) alphabet.required.push_back(std::move(characters));
    }
    if (request.include_space.value_or(false) && !is_excluded(' ')) alphabet.all.push_back(' ');
    if (std::ranges::any_of(alphabet.required, &std::string::empty)) {
      return Error{ErrorCode::kInvalidParameter, "All characters of the desired type have been excluded"};
    }
    if (alphabet.all.empty()) {
      return Error{ErrorCode::kInvalidParameter, "All characters have been excluded from selection."};
    }
    return alphabet;
  }

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<Response> handle(const api::Authorized<GetRandomPassword>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const Alphabet alphabet, alphabet_of(request));
    const auto length = static_cast<size_t>(request.password_length.value_or(kDefaultLength));
    if (length < alphabet.required.size()) {
      return Error{ErrorCode::kInvalidParameter, "Password length is too short based on the required types."};
    }
    const auto draw = [&rooms](std::string_view characters) {
      return static_cast<std::byte>(characters[rooms.random.uniform(static_cast<uint32_t>(characters.size()))]);
    };
    SecretBytes password(length);
    const std::span<std::byte> characters = password.mutable_span(kGenerate);
    for (size_t i = 0; i < length; ++i)
      characters[i] = draw(i < alphabet.required.size() ? alphabet.required[i] : alphabet.all);
    // Every order is equally likely (Fisher and Yates), so that nobody knows where the required ones are.
    for (size_t i = length - 1; i > 0; --i)
      std::swap(characters[i], characters[rooms.random.uniform(static_cast<uint32_t>(i + 1))]);
    return Response{{std::move(password)}};
  }
};

}  // namespace

api::Operation get_random_password() {
  return api::operation<GetRandomPassword>();
}

}  // namespace coffer::secretsmanager
