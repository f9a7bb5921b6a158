#include "net/tls_context.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/secret_bytes.h"
#include "net/socket_address.h"

namespace coffer::net {
namespace {

constexpr size_t kMaxFileBytes = 1024 * 1024;
constexpr char kTls12Ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

struct FreeOpenssl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeOpenssl>;
using Certificate = std::unique_ptr<X509, FreeOpenssl>;
using Key = std::unique_ptr<EVP_PKEY, FreeOpenssl>;

enum class Readers { kAnyone, kOwnerOnly };

// OpenSSL's own socket BIO uses write(), which raises SIGPIPE when the peer is gone; these use send().
int socket_write(BIO* bio, const char* data, int size) {
  const auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(fd, data, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int socket_read(BIO* bio, char* data, int size) {
  const auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const ssize_t received = ::recv(fd, data, static_cast<size_t>(size), 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long socket_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

BIO_METHOD* socket_method() {
  // Never freed: connections of any thread use it until the process ends.
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "coffer socket");
    if (made == nullptr) return made;
    BIO_meth_set_write(made, socket_write);
    BIO_meth_set_read(made, socket_read);
    BIO_meth_set_ctrl(made, socket_control);
    return made;
  }();
  return method;
}

Error bad_file(const std::string& path, const std::string& what) {
  return Error{ErrorCode::kUsage, path + ": " + what};
}

Result<SecretBuffer> read_file(const std::string& path, Readers readers) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd.is_open() || ::fstat(fd.get(), &status) != 0) {
    return Error{ErrorCode::kIo, "cannot read " + path + ": " + errno_text(errno)};
  }
  // A key that belongs to root may be readable by the group, which is how it reaches a service that is not root.
  const mode_t forbidden = status.st_uid == 0 && ::geteuid() != 0 ? 0037 : 0077;
  if (readers == Readers::kOwnerOnly && (status.st_mode & forbidden) != 0) {
    return Error{ErrorCode::kPermission, path + ": others can read this private key (chmod 600 " + path + ")"};
  }
  SecretBuffer content;
  for (;;) {
    const size_t before = content.size();
    if (before > kMaxFileBytes) return bad_file(path, "too large for a PEM file");
    const ssize_t size = ::read(fd.get(), content.extend(8192), 8192);
    content.resize(before + (size > 0 ? static_cast<size_t>(size) : 0));
    if (size < 0) return Error{ErrorCode::kIo, "cannot read " + path + ": " + errno_text(errno)};
    if (size == 0) return content;
  }
}

Bio memory_bio(const SecretBuffer& content) {
  return Bio(BIO_new_mem_buf(content.empty() ? "" : content.data(), static_cast<int>(content.size())));
}

int refuse_passphrase(char*, int, int, void*) {
  return -1;
}

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, refuse_passphrase, nullptr));
}

Result<void> use_certificate(SSL_CTX* context, const std::string& path) {
  COFFER_ASSIGN(const SecretBuffer content, read_file(path, Readers::kAnyone));
  const Bio bio = memory_bio(content);
  const Certificate leaf = next_certificate(bio.get());
  if (!leaf) return bad_file(path, "holds no certificate in PEM form");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1)
    return bad_file(path, "unusable certificate: " + tls_failure());
  while (const Certificate issuer = next_certificate(bio.get())) {
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return bad_file(path, tls_failure());
  }
  ERR_clear_error();
  return {};
}

Result<void> use_private_key(SSL_CTX* context, const std::string& path, const std::string& certificate) {
  COFFER_ASSIGN(const SecretBuffer content, read_file(path, Readers::kOwnerOnly));
  const Key key(PEM_read_bio_PrivateKey(memory_bio(content).get(), nullptr, refuse_passphrase, nullptr));
  if (!key) {
    const bool encrypted = content.view().find("ENCRYPTED") != std::string_view::npos;
    ERR_clear_error();
    return bad_file(path, encrypted ? "the private key is encrypted; store it without a passphrase"
                                    : "holds no private key in PEM form");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return bad_file(path, "this private key does not belong to the certificate in " + certificate);
  }
  return {};
}

Result<void> trust(SSL_CTX* context, const std::string& path) {
  COFFER_ASSIGN(const SecretBuffer content, read_file(path, Readers::kAnyone));
  const Bio bio = memory_bio(content);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  size_t count = 0;
  while (const Certificate authority = next_certificate(bio.get())) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) return bad_file(path, tls_failure());
    SSL_CTX_add_client_CA(context, authority.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return bad_file(path, "holds no certificate in PEM form");
  return {};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, size, kOurs, sizeof kOurs - 1, offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

Result<SSL_CTX*> new_context(const SSL_METHOD* method, int least_version) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (context == nullptr) return Error{ErrorCode::kIo, "cannot set up TLS: " + tls_failure()};
  SSL_CTX_set_min_proto_version(context, least_version);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // One recv() per record instead of two (its header, then its body).
  SSL_CTX_set_read_ahead(context, 1);
  return context;
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void FreeTls::operator()(ssl_st* session) const {
  SSL_free(session);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsServerOptions& options) {
  COFFER_ASSIGN(SSL_CTX* const context,
                new_context(TLS_server_method(), options.require_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION));
  const std::shared_ptr<TlsContext> made(new TlsContext(context));
  made->is_server_ = true;
  COFFER_TRY(use_certificate(context, options.certificate_file));
  COFFER_TRY(use_private_key(context, options.private_key_file, options.certificate_file));
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (!options.client_ca_file.empty()) {
    COFFER_TRY(trust(context, options.client_ca_file));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // A resumed session would carry a client certificate that was checked once, long ago: verify it at every handshake.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
  } else {
    SSL_CTX_set_num_tickets(context, 1);
  }
  return std::shared_ptr<const TlsContext>(made);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const TlsClientOptions& options) {
  // Without a name nothing would be compared, and any certificate of the authority would do.
  if (options.server_name.empty()) return Error{ErrorCode::kUsage, "TLS to a server needs the name in its certificate"};
  COFFER_ASSIGN(SSL_CTX* const context,
                new_context(TLS_client_method(), options.require_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION));
  const std::shared_ptr<TlsContext> made(new TlsContext(context));
  made->server_name_ = options.server_name;
  COFFER_TRY(trust(context, options.ca_file));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!options.certificate_file.empty()) {
    COFFER_TRY(use_certificate(context, options.certificate_file));
    COFFER_TRY(use_private_key(context, options.private_key_file, options.certificate_file));
  }
  return std::shared_ptr<const TlsContext>(made);
}

TlsSession TlsContext::session(int fd) const {
  TlsSession session(SSL_new(context_.get()));
  BIO* bio = session && socket_method() != nullptr ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  if (is_server_) {
    SSL_set_accept_state(session.get());
    return session;
  }
  SSL_set_connect_state(session.get());
  unsigned char address[16];
  const bool is_address = ::inet_pton(AF_INET, server_name_.c_str(), address) == 1 ||
                          ::inet_pton(AF_INET6, server_name_.c_str(), address) == 1;
  X509_VERIFY_PARAM* rules = SSL_get0_param(session.get());
  const int set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(rules, server_name_.c_str())
                             : SSL_set1_host(session.get(), server_name_.c_str());
  if (set != 1) return nullptr;
  if (!is_address && SSL_set_tlsext_host_name(session.get(), server_name_.c_str()) != 1) return nullptr;
  return session;
}

std::string tls_failure() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  std::string text = reason == nullptr ? "unknown TLS error" : reason;
  ERR_clear_error();
  return text;
}

}  // namespace coffer::net
