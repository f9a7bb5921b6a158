#include "crypto/password_key.h"
