// TLS settings. Versions 1.2 and 1.3 for clients of the API, 1.3 only between regions.
#pragma once

#include <string>

namespace coffer::net {

struct TlsServerOptions {
  std::string certificate_file;  // PEM chain, leaf first
  std::string private_key_file;  // PEM, must not be readable by others
  std::string client_ca_file;    // if set, clients must present a certificate of this authority
  bool require_tls13 = false;
};

struct TlsClientOptions {
  std::string ca_file;           // PEM; the server's certificate must chain to it
  std::string certificate_file;  // presented to the server; empty for none
  std::string private_key_file;
  std::string server_name;  // a DNS name that the server's certificate must carry
  bool require_tls13 = false;
};

}  // namespace coffer::net
