#include "crypto/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace coffer::crypto {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

Error failed(const char* what) {
  char reason[160];
  ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
  ERR_clear_error();
  return Error{ErrorCode::kCorrupt, std::string(what) + ": " + reason};
}

Result<X509Pointer> read_certificate(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509Pointer certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return failed("not a PEM certificate");
  return certificate;
}

Result<Key> read_key(const SecretBytes& pem) {
  const std::string_view text = pem.view(SecretAccess("the authority's key signs a certificate"));
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return failed("not a PEM private key");
  return key;
}

std::string_view contents(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

Result<Certificate> to_pem(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  // Wiped when it is freed.
  const Bio key_text(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed("cannot write a certificate");
  }
  return Certificate{std::string(contents(certificate_text)), SecretBytes::copy_of(contents(key_text))};
}

bool set_serial(X509* certificate, Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  bytes[0] = (bytes[0] & std::byte{0x7f}) | std::byte{0x40};  // positive, and never shorter
  const BigNumber number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Values end up in OpenSSL's configuration syntax: only plain names and addresses may.
bool is_plain(std::string_view text) {
  for (char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                         c == '.' || c == ':' || c == ' ';
    if (!allowed) return false;
  }
  return !text.empty();
}

// Fills in what all certificates have; the caller adds extensions and signs.
bool prepare(X509* certificate, EVP_PKEY* key, const CertificateRequest& request, Random& random) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto seconds = [](Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate, random) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(request.not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(request.not_after)) != nullptr &&
         add_name(name, "O", "Coffer") && add_name(name, "CN", request.common_name) &&
         X509_set_pubkey(certificate, key) == 1;
}

bool sign(X509* certificate, EVP_PKEY* key) {
  return X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Result<Certificate> make_authority(const CertificateRequest& request, Random& random) {
  if (!is_plain(request.common_name)) return Error{ErrorCode::kUsage, "a certificate needs a plain common name"};
  const Key key(EVP_EC_gen("P-256"));
  const X509Pointer certificate(X509_new());
  X509* const x509 = certificate.get();
  if (!key || !x509 || !prepare(x509, key.get(), request, random) ||
      X509_set_issuer_name(x509, X509_get_subject_name(x509)) != 1 ||
      !add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(x509, x509, NID_key_usage, "critical,keyCertSign") ||
      !add_extension(x509, x509, NID_subject_key_identifier, "hash") || !sign(x509, key.get())) {
    return failed("cannot make a certificate authority");
  }
  return to_pem(x509, key.get());
}

Result<Certificate> issue_certificate(const Certificate& authority, const CertificateRequest& request, Random& random) {
  COFFER_ASSIGN(const auto issuer, read_certificate(authority.certificate_pem));
  COFFER_ASSIGN(const auto issuer_key, read_key(authority.private_key_pem));
  if (X509_check_ca(issuer.get()) != 1 || X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    ERR_clear_error();
    return Error{ErrorCode::kCorrupt, "the authority's certificate and key do not belong together"};
  }
  std::string names;
  const auto add = [&](const char* kind, const std::string& value) {
    names.append(names.empty() ? "" : ",").append(kind).append(value);
    return is_plain(value);
  };
  bool plain = is_plain(request.common_name);
  for (const std::string& name : request.dns_names)
    plain = add("DNS:", name) && plain;
  for (const std::string& address : request.ip_addresses)
    plain = add("IP:", address) && plain;
  if (!plain || names.empty()) return Error{ErrorCode::kUsage, "a certificate needs plain names and addresses"};

  const Key key(EVP_EC_gen("P-256"));
  const X509Pointer certificate(X509_new());
  X509* const x509 = certificate.get();
  if (!key || !x509 || !prepare(x509, key.get(), request, random) ||
      X509_set_issuer_name(x509, X509_get_subject_name(issuer.get())) != 1 ||
      !add_extension(x509, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(x509, issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(x509, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(x509, issuer.get(), NID_subject_alt_name, names) ||
      !add_extension(x509, issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(x509, issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      !sign(x509, issuer_key.get())) {
    return failed("cannot issue a certificate");
  }
  return to_pem(x509, key.get());
}

Result<Time> certificate_expiry(std::string_view certificate_pem) {
  COFFER_ASSIGN(const auto certificate, read_certificate(certificate_pem));
  std::tm fields{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &fields) != 1)
    return failed("a certificate without an end");
  return Time(std::chrono::seconds(timegm(&fields)));
}

}  // namespace coffer::crypto
