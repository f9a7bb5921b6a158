#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/encoding.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/password_key.h"
#include "crypto/system_random.h"

namespace coffer::crypto {
namespace {

constexpr SecretAccess kTest("tests look at what they made");

std::string hex(const Digest& digest) {
  return hex_encode(digest);
}
std::string hex(const SecretBytes& bytes) {
  return hex_encode(bytes.span(kTest));
}
std::string from_hex(std::string_view text) {
  return *hex_decode(text);
}
std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// FIPS 180-4 examples.
TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(hex(Sha256::of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(Sha256::of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 parts;
  for (int i = 0; i < 1'000'000; ++i)
    parts.update("a");
  EXPECT_EQ(hex(parts.finish()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 4231 test cases 1, 2, 6 (a key longer than a block).
TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(hex(hmac_sha256(bytes(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256(bytes("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(bytes(std::string(131, '\xaa')), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, AKeySignsManyMessages) {
  const HmacKey key(bytes("Jefe"));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(key.sign("x"), hmac_sha256(bytes("Jefe"), "x"));
  EXPECT_FALSE(digests_equal(key.sign("x"), key.sign("y")));
  EXPECT_TRUE(digests_equal(key.sign("x"), key.sign("x")));
}

// RFC 5869 test cases 1 and 2 (several blocks), and 3 (no salt, no info).
TEST(Hkdf, AgreesWithRfc5869) {
  EXPECT_EQ(hex(hkdf_sha256(SecretBytes::copy_of(std::string(22, '\x0b')), from_hex("000102030405060708090a0b0c"),
                            from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex(hkdf_sha256(SecretBytes::copy_of(std::string(22, '\x0b')), "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// RFC 7914, section 12, second vector.
TEST(Scrypt, AgreesWithRfc7914AndRefusesBadParameters) {
  // The vector's salt "NaCl" is shorter than what is accepted here, so only refusals and determinism are checked with
  // it.
  const SecretBytes passphrase = SecretBytes::copy_of("correct horse battery");
  const ScryptParameters good{.n = 1024, .r = 8, .p = 1, .salt = "0123456789abcdef"};
  const auto key = scrypt_key(passphrase, good, 32);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(key->equals(*scrypt_key(passphrase, good, 32)));
  EXPECT_FALSE(key->equals(*scrypt_key(SecretBytes::copy_of("correct horse batterz"), good, 32)));
  for (const ScryptParameters& bad :
       {ScryptParameters{.n = 1000, .salt = good.salt}, ScryptParameters{.n = 1ull << 40, .salt = good.salt},
        ScryptParameters{.n = 1024, .salt = "NaCl"}, ScryptParameters{.n = 1024, .r = 0, .salt = good.salt}}) {
    EXPECT_EQ(scrypt_key(passphrase, bad, 32).error().code, ErrorCode::kUsage);
  }
}

// NIST GCM test case 16 (AES-256, associated data), decrypted: nonce | ciphertext | tag.
TEST(Aead, AgreesWithNist) {
  const AeadKey key(SecretBytes::copy_of(from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
  const std::string sealed = from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
      "c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = key.open(sealed, from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(hex(*opened),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa0de657ba637b39");
}

// One changed bit anywhere must be noticed, and the next message must not suffer from it.
TEST(Aead, EveryChangedBitIsRefused) {
  SystemRandom random;
  const AeadKey key = AeadKey::generate(random);
  for (const std::string_view plaintext : {"", "a secret"}) {
    const std::string sealed = key.seal(SecretBytes::copy_of(plaintext), "context", random);
    EXPECT_EQ(sealed.size(), plaintext.size() + kAeadOverhead);
    for (size_t i = 0; i < sealed.size() * 8; ++i) {
      std::string changed = sealed;
      changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
      ASSERT_FALSE(key.open(changed, "context").ok()) << i;
    }
    EXPECT_FALSE(key.open(sealed, "contexu").ok());
    EXPECT_FALSE(key.open(sealed.substr(0, sealed.size() - 1), "context").ok());
    EXPECT_FALSE(AeadKey::generate(random).open(sealed, "context").ok());
    EXPECT_EQ(key.open(sealed, "context")->view(kTest), plaintext);
  }
  EXPECT_EQ(key.open("short", "context").error().code, ErrorCode::kDecryptionFailure);
}

TEST(SystemRandom, DoesNotRepeatItselfNorItsParent) {
  SystemRandom random;
  EXPECT_NE(random.uuid(), random.uuid());
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string drawn = random.uuid();
    _exit(write(pipe_ends[1], drawn.data(), drawn.size()) == 36 ? 0 : 1);
  }
  const std::string ours = random.uuid();
  std::string theirs(36, '\0');
  ASSERT_EQ(read(pipe_ends[0], theirs.data(), theirs.size()), 36);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_NE(ours, theirs);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

}  // namespace
}  // namespace coffer::crypto
