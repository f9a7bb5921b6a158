// NextToken: where a listing goes on, opaque to clients. It fits the arguments that it was made with and no others.
// Not signed: it names a place in the caller's own list, and reading from a made-up place shows nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "secrets/secret_store.h"

namespace coffer::secretsmanager {

using Position = secrets::SecretStore::Position;

// What makes a listing that listing, put together so that different arguments never give the same text.
class ListingArguments {
 public:
  void add(std::string_view argument);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string encode_page_token(const Position& position, const ListingArguments& arguments);
// nullopt when there is no token; kInvalidNextToken when it is not one of ours, or of other arguments.
Result<std::optional<Position>> decode_page_token(const std::optional<std::string>& token,
                                                  const ListingArguments& arguments);

}  // namespace coffer::secretsmanager
